"""Running the programs of this folder and reading what they print."""
import os
import statistics
import subprocess


class Missing(Exception):
    """Something optional is not there; the sentence says what."""


def results(command, environment=None, limit=900):
    """Runs a program; what it prints as KEY<TAB>VALUE, as lists by key."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=limit, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{os.path.basename(command[0])} {command[1]}: {done.stderr.strip()}")
    found = {}
    for line in done.stdout.splitlines():
        key, value = line.split("\t")
        found.setdefault(key, []).append(float(value))
    return found


def rate(command, environment=None):
    return results([str(word) for word in command], environment)["per_second"][0]


def pss_mib(pid):
    """The proportional share of memory. Another's process that hides its memory shows it to root alone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
    except PermissionError as error:
        raise Missing("the kernel shows the daemon's memory to root alone") from error


def status_mib(pid, name):
    """A member of /proc/PID/status that is a size, such as VmHWM."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":")) / 1024


def anonymous_mib(pid):
    """Memory that is the process's alone; 0 when it is gone or hides it."""
    try:
        return status_mib(pid, "RssAnon")
    except (OSError, StopIteration):
        return 0


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        found = file.read().split()
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += file.read().split()
        except OSError:
            pass
    return {int(child) for child in found}


def _tasks(pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        yield f"/proc/{pid}/task/{task}"


def cpu_seconds(pid):
    total = 0
    for task in _tasks(pid):
        with open(f"{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def context_switches(pid):
    total = 0
    for task in _tasks(pid):
        with open(f"{task}/status", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return total


class Samples:
    """Values by name, one for each round."""

    def __init__(self):
        self.values = {}

    def add(self, name, value):
        self.values.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.values[name]) if name in self.values else None

    def ratios(self, name, base):
        """Round by round; empty when the two were not measured in the same rounds."""
        ours, theirs = self.values.get(name, []), self.values.get(base, [])
        return [a / b for a, b in zip(ours, theirs)] if len(ours) == len(theirs) else []

    def ratio(self, name, base):
        """The median of the rounds' ratios, so that a slow minute weighs on both sides."""
        ours, theirs = self.values.get(name), self.values.get(base)
        if not ours or not theirs:
            return None
        if len(ours) != len(theirs):
            return self.median(name) / self.median(base)
        return statistics.median(a / b for a, b in zip(ours, theirs))
