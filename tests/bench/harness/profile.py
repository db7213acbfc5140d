"""Where an operation's instructions go: the daemon under callgrind, which counts the same in every run.

Each way is run twice with different numbers of operations; the difference belongs to the operations alone. What the
kernel does for them is not seen there, so the processor's time is measured beside it, without callgrind.
"""
import collections
import os
import re
import shutil

from harness.daemon import Daemon
from harness.tools import Missing, cpu_seconds

# Name, load command, steps, amount, operations in a step.
WAYS = [("get, 1 client", "get", 600, 1, 1), ("get, 64 deep", "pipelined", 12, 64, 64),
        ("GetMany of 64", "get-many", 12, 64, 64), ("get of 1 MiB", "large", 8, 1, 1),
        ("durable put, 1 client", "put", 150, 1, 1)]
ITEMS = 256

# A call into a phase from outside of it counts, with all that it calls. No phase calls another.
PHASES = [
    ("open or seal items (AEAD)", r"vault::Vault::(open|seal)\("),
    ("read and write rows (SQLite, plugin seam)", r"plugin_host::(TransactionV1|StorageV1)::"),
    ("keyed hashes of the path", r"vault::Vault::keyed_hash\("),
    ("account of a changed row (freshness)", r"store::FreshnessTracker::note_"),
    ("parse the request (JSON)", r"protocol::(JsonDocument::parse|JsonDocument::~JsonDocument|read_call)"),
    ("decode the parameters", r"protocol::(detail::Codec<.*>::decode|decode<)"),
    ("text or base64?", r"protocol::pack_values"),
    ("write the answer (JSON)", r"protocol::(JsonWriter::|detail::Codec<.*>::encode|encode<|begin_reply|end_message)"),
    ("check the path, note the time of the read", r"secrets::(Path::parse|ReadTimes::)"),
    ("wipe the stack and buffers of the connection", r"ipc::Connection::.*-> (strongroom::wipe|explicit_bzero)"),
]
NAME = re.compile(r"\((\d+)\)(?: (.*))?")


class Counts:
    """Instructions by function (`own`) and by call (`calls`, caller and callee, all that lies below included)."""

    def __init__(self):
        self.own, self.calls = collections.Counter(), collections.Counter()

    def less(self, other, factor):
        made = Counts()
        for mine, theirs, out in ((self.own, other.own, made.own), (self.calls, other.calls, made.calls)):
            for key in mine:
                if mine[key] != theirs[key]:
                    out[key] = (mine[key] - theirs[key]) / factor
        return made

    @property
    def total(self):
        return sum(self.own.values())


def _read(path):
    counts, names = Counts(), {"fn": {}, "ob": {}}
    function = library = callee = callee_library = ""

    def name(kind, text):
        number, given = NAME.match(text).groups()
        if given is not None:
            names[kind][number] = given
        return names[kind][number]

    def full(which, where):
        return f"{os.path.basename(where)}, without a name" if which.startswith("0x") else which.split("'")[0]

    with open(path, encoding="utf-8", errors="replace") as file:
        is_call = False
        for line in file:
            key, _, rest = line.rstrip("\n").partition("=")
            if key == "fn":
                function = name("fn", rest)
            elif key == "ob":
                library = name("ob", rest)
            elif key == "cfn":
                callee = name("fn", rest)
            elif key == "cob":
                callee_library = name("ob", rest)
            elif key == "calls":
                is_call = True
            elif line[0].isdigit() or line[0] in "+-*":
                cost = int(line.split()[1])
                caller = full(function, library)
                if is_call:
                    counts.calls[caller, full(callee, callee_library or library)] += cost
                    is_call, callee_library = False, ""
                else:
                    counts.own[caller] += cost
    return counts


class _Counted(Daemon):
    def command(self):
        return ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={self.folder}/counts"] + super().command()


def _count(build, work, kind, steps, amount):
    daemon = _Counted(build, work, f"counted-{kind}-{steps}").start()
    try:
        daemon.fill(ITEMS)
        daemon.load(kind, f"x{steps}", amount)
        daemon.stop()
        return _read(os.path.join(daemon.folder, "counts"))
    finally:
        daemon.close()


def _phases(counts):
    rows = []
    for text, pattern in PHASES:
        inside = re.compile(pattern)
        found = sum(cost for (caller, callee), cost in counts.calls.items()
                    if (inside.search(callee) and not inside.search(caller)) or inside.search(f"{caller} -> {callee}")
                    and "->" in pattern)
        rows.append((text, found))
    rows.append(("everything else", counts.total - sum(cost for _, cost in rows)))
    return rows


def _times(build, work, way):
    """Microseconds of processor time for an operation, and the share of them in the kernel.

    Of a daemon of its own: the kernel's split of a process's time is exact over its whole life only.
    """
    _, kind, steps, amount, operations = way
    steps *= 50
    daemon = Daemon(build, work, f"timed-{kind}").start()
    try:
        daemon.fill(ITEMS)
        daemon.load(kind, "x5", amount)
        before = cpu_seconds(daemon.pid)
        daemon.load(kind, f"x{steps}", amount)
        used = (cpu_seconds(daemon.pid) - before) / steps / operations * 1e6
        with open(f"/proc/{daemon.pid}/stat", encoding="ascii") as file:
            user, kernel = (int(number) for number in file.read().rsplit(")", 1)[1].split()[11:13])
        return used, kernel / (user + kernel)
    finally:
        daemon.close()


def run(build, work, out, wanted=None):
    """Writes the profile to `out` and returns its summary, a list of lines."""
    if shutil.which("valgrind") is None:
        raise Missing("valgrind is not installed")
    ways = [way for way in WAYS if wanted is None or way[0] in wanted]
    times, profiles = {}, {}
    for text, kind, steps, amount, operations in ways:
        print(f"-- profile: {text}", flush=True)
        times[text] = _times(build, work, (text, kind, steps, amount, operations))
        few, many = (_count(build, work, kind, number, amount) for number in (steps, 2 * steps))
        profiles[text] = many.less(few, steps * operations)
    lines = ["Where an operation's instructions go (a byte filled or copied by one string instruction counts as one)", "",
             "| | " + " | ".join(profiles) + " |", "|---|" + "---|" * len(profiles)]
    phases = [_phases(profile) for profile in profiles.values()]
    for row in zip(*phases):
        cells = [f"{cost:,.0f} ({cost / profile.total:.0%})" for (_, cost), profile in zip(row, profiles.values())]
        lines.append(f"| {row[0][0]} | " + " | ".join(cells) + " |")
    lines.append("| **all, in the daemon's own code** | " + " | ".join(f"{p.total:,.0f}" for p in profiles.values()) + " |")
    lines.append("| **processor's time, us (of it in the kernel)** | " +
                 " | ".join(f"{times[text][0]:,.1f} ({times[text][1]:.0%})" for text in profiles) + " |")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        for text, profile in profiles.items():
            file.write(f"\n{text}: instructions by function, without what it calls\n")
            for function, cost in profile.own.most_common(30):
                file.write(f"{cost:12,.0f} {cost / profile.total:6.1%}  {function[:160]}\n")
    return lines
