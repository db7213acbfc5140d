#!/usr/bin/python3
"""Runs the tamper zoo: good logs of random shape must raise no alarm, every attack must be detected and located.

Always with verify_log.py; with --other PROGRAM (words as a shell splits them) also with these commands, which print one JSON object with the members ok,
entries, signed, sequence and problem, and end with 0 or 1:

    PROGRAM audit verify --folder DIR --key VKEY [--against FILE] --json
    PROGRAM audit verify-proof FILE --key VKEY --json
    PROGRAM audit verify-export DIR --key VKEY --json
"""

import argparse
import functools
import json
import multiprocessing
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import nacl  # noqa: F401
except ImportError:
    sys.exit("run_zoo.py needs the package python3-nacl (apt install python3-nacl)")

import spell
import zoo
from export import verify_export
from log import verify_log
from make_log import make
from note import log_key, witness_key
from proof import verify_proof
from tamper import NotHere, flipped, frame_place, segment_path
from zoo_disclosed import two_key_proof

_SHAPES = {
    "one segment": {
        "entries": 70,
        "segment_size": 1 << 16,
        "epochs": 0.08,
        "others": 0.1,
        "witness": False,
        "archived": False,
        "torn": False,
    },
    "one epoch": {
        "entries": 60,
        "segment_size": 8192,
        "epochs": 0,
        "others": 0.02,
        "witness": False,
        "archived": False,
        "torn": True,
    },
    "many segments": {
        "entries": 620,
        "segment_size": 8192,
        "epochs": 0.02,
        "others": 0.1,
        "witness": True,
        "archived": False,
        "torn": True,
    },
    "archived": {
        "entries": 700,
        "segment_size": 16384,
        "epochs": 0.01,
        "others": 0.05,
        "witness": True,
        "archived": True,
        "torn": False,
    },
    "bare tiles": {
        "entries": 530,
        "segment_size": 16384,
        "epochs": 0.01,
        "others": 0.05,
        "witness": False,
        "archived": False,
        "torn": True,
    },
}
_SEEDS = {"one segment": 3, "one epoch": 5, "many segments": 4, "archived": 3, "bare tiles": 1}


@functools.lru_cache(maxsize=None)
def shape(name):
    log = make(_SEEDS[name], signed=True, **_SHAPES[name])
    log.bare, log.wide = name == "bare tiles", name == "many segments"
    return log


@functools.lru_cache(maxsize=None)
def large():
    """Enough entries for a full tile of level 1."""
    log = make(6, entries=66000, segment_size=1 << 20, signed=True, epochs=0, others=1, witness=False, archived=False, torn=False)
    log.bare, log.wide, log.signed, log.cosigned = False, False, 65800, []
    return log


class Python:
    """The verifier beside this file, in this process."""

    name = "verify_log.py"

    @staticmethod
    def log(folder, keys, against, witness):
        data = against.read_bytes() if against else None
        return verify_log(folder, log_key(keys.key), data, [witness_key(keys.witness_key)] if witness else [])

    @staticmethod
    def proof(file, keys):
        return verify_proof(file.read_bytes(), log_key(keys.key))

    @staticmethod
    def export(folder, keys):
        return verify_export(folder, log_key(keys.key))


class Other:
    """Another verifier, as a program. It is told of no witness."""

    def __init__(self, command):
        self._command, self.name = shlex.split(command), command

    def _run(self, *arguments, members=frozenset()):
        done = subprocess.run(
            [*self._command, "audit", *map(str, arguments), "--json"], capture_output=True, text=True, timeout=60
        )
        try:
            verdict = json.loads(done.stdout)
            if done.returncode == (0 if verdict["ok"] else 1) and {"sequence", "problem", *members} <= set(verdict):
                return verdict
        except (ValueError, KeyError, TypeError):
            pass
        raise AssertionError(
            f"{self.name} {arguments}: ended with {done.returncode}: {done.stdout[:300]!r} {done.stderr[:300]!r}"
        )

    def log(self, folder, keys, against, _):
        more = ("--against", against) if against else ()
        return self._run("verify", "--folder", folder, "--key", keys.key, *more, members={"entries", "signed"})

    def proof(self, file, keys):
        return self._run("verify-proof", file, "--key", keys.key)

    def export(self, folder, keys):
        return self._run("verify-export", folder, "--key", keys.key, members={"events"})


def _folder():
    """In memory where there is such a place: the zoo writes some hundred thousand small files."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def verifiers(other):
    return [Python, Other(other)] if other else [Python]


# --- good logs ---


def _check_good(keys, folder, verifier):
    keys.write(folder / "log")
    against = None
    if keys.signed and keys.signed > keys.archived:
        against = folder / "against"
        against.write_text(keys.checkpoint(max(keys.archived, (keys.signed + keys.archived) // 2, 1)))
    verdict = verifier.log(folder / "log", keys, against, bool(keys.cosigned))
    if not verdict["ok"] or (verdict["entries"], verdict["signed"]) != (len(keys.entries), keys.signed or 0):
        yield f"a good log raises an alarm: {verdict}"
    told = [i for i in keys.told if keys.archived <= i < (keys.signed or 0)]
    for i in told[:1] + told[len(told) // 2 : len(told) // 2 + 1]:
        for disclose in (False, True):
            (folder / "proof").write_text(keys.proof(i, disclose))
            verdict = verifier.proof(folder / "proof", keys)
            if not verdict["ok"]:
                yield f"a good proof of {i} is refused: {verdict}"
            if verifier is Python and disclose and verdict["ok"] and verdict["event"] != keys.line(i):
                yield f"a proof of {i} discloses something else: {verdict['event']}"
    if told:
        keys.export(folder / "export", told[:60])
        verdict = verifier.export(folder / "export", keys)
        if not verdict["ok"] or verdict["events"] != len(told[:60]):
            yield f"a good export is refused: {verdict}"


def good(task):
    seed, other = task
    keys, problems = large() if seed == "large" else make(seed), []
    for verifier in verifiers(other):
        with _folder() as folder:
            problems += [f"seed {seed}, {verifier.name}: {problem}" for problem in _check_good(keys, Path(folder), verifier)]
    return None, problems


# --- attacks ---


def _judge(verifier, folder, keys, found):
    if found.witness and verifier is not Python:
        return None
    if found.command == "proof":
        verdict = verifier.proof(folder / "proof", keys)
    elif found.command == "export":
        verdict = verifier.export(folder / "export", keys)
    else:
        verdict = verifier.log(folder / "log", keys, folder / found.against if found.against else None, found.witness)
    if verdict["ok"]:
        return "not detected"
    if not verdict["problem"]:
        return f"detected without a word: {verdict}"
    if not found.fits(verdict["sequence"]):
        return f"found at {verdict['sequence']} instead of {found.first} to {found.last}: {verdict['problem']}"
    return None


def attacked(task):
    """All attacks of a list on one shape: (names that found what they need, problems)."""
    name, attacks, other = task
    keys = large() if name == "large" else shape(name)
    ran, problems = [], []
    with _folder() as work:
        keys.write(Path(work) / "good")
        for attack in attacks:
            folder = Path(work) / attack.replace("/", "_")
            if attack in zoo.BESIDE:
                (folder / "log").mkdir(parents=True)
            else:
                shutil.copytree(Path(work) / "good", folder / "log")
            try:
                found = zoo.ATTACKS[attack](folder / "log", keys)
                ran.append(attack)
                for verifier in verifiers(other):
                    problem = _judge(verifier, folder, keys, found)
                    problems += [f"{attack} on {name}, {verifier.name}: {problem}"] if problem else []
            except NotHere:
                pass
            except Exception as error:  # whatever a verifier throws is a finding of its own
                problems.append(f"{attack} on {name}: {type(error).__name__}: {error}")
            shutil.rmtree(folder)
    return ran, problems


def unharmed(task):
    """Changes that are no damage: (names that ran, problems)."""
    name, other = task
    keys, ran, problems = shape(name), [], []
    for change in zoo.HARMLESS:
        with _folder() as work:
            folder = Path(work)
            keys.write(folder / "log")
            try:
                against = zoo.HARMLESS[change](folder / "log", keys)
            except NotHere:
                continue
            ran.append(change)
            for verifier in verifiers(other):
                verdict = verifier.log(folder / "log", keys, folder / against if against else None, False)
                if not verdict["ok"]:
                    problems.append(f"{change} on {name}, {verifier.name}: a false alarm: {verdict}")
    return ran, problems


def two_keys(task):
    """The true key of the crafted event is a good disclosure: so it is the commitment that refuses the other."""
    name, other = task
    keys, problems = shape(name), []
    with _folder() as folder:
        for first_key in (True, False):
            file = Path(folder) / "proof"
            file.write_text(two_key_proof(keys, first_key))
            for verifier in verifiers(other):
                if verifier.proof(file, keys)["ok"] != first_key:
                    problems.append(f"an event for two keys, {verifier.name}: taken or refused wrongly with {first_key=}")
    return None, problems


def random_bytes(task):
    """Single bits anywhere in what the checkpoint covers: frames, tiles, the checkpoint itself. Only those in slots are free."""
    name, count, other = task
    keys, draw, problems = shape(name), random.Random(name), []
    with _folder() as work:
        folder = Path(work)
        keys.write(folder / "log")
        ends, slots = {}, set()
        for i in range(keys.archived, keys.signed):
            start, place = frame_place(keys, i)
            path = segment_path(folder / "log", start)
            ends[path] = place + spell.FRAME + len(keys.entries[i])
            slots |= {(path, byte) for byte in range(place + 8, place + spell.FRAME)}
        places = list(ends.items())
        places += [(path, path.stat().st_size) for path in (folder / "log" / "tile").rglob("*") if path.is_file()]
        body, lines = keys.checkpoint(keys.signed).split("\n\n")
        places += [(folder / "log" / "checkpoint", len((body + lines).encode()) + 1)] * 4
        for _ in range(count):
            path, size = draw.choice(places)
            data, place, bit = path.read_bytes(), draw.randrange(size), draw.randrange(8)
            path.write_bytes(flipped(data, place, bit))
            for verifier in verifiers(other):
                if verifier.log(folder / "log", keys, None, False)["ok"] != ((path, place) in slots):
                    problems.append(f"bit {bit} of byte {place} of {path.name} on {name}, {verifier.name}: wrongly judged")
            path.write_bytes(data)
    return None, problems


# --- the run ---


def _do(job):
    function, task = job
    return function(task)


def _jobs(arguments):
    other, names = arguments.other, sorted(zoo.ATTACKS)
    if arguments.attack:
        names = [name for name in names if arguments.attack in name]
    else:
        yield good, ("large", other)
        yield attacked, ("large", ["full_tile_changed_level_1", "full_tile_dropped_level_1", "key_record_exchanged"], other)
        yield two_keys, ("one segment", other)
        for name in _SHAPES:
            yield random_bytes, (name, 60, other)
            yield unharmed, (name, other)
    for seed in range(arguments.good):
        yield good, (seed, other)
    for name in _SHAPES:
        for at in range(0, len(names), 30):
            yield attacked, (name, names[at : at + 30], other)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", metavar="PROGRAM", help="another verifier")
    parser.add_argument("--good", type=int, default=120, help="number of good logs")
    parser.add_argument("--attack", help="only attacks whose name contains this")
    arguments = parser.parse_args()
    started, problems, ran = time.monotonic(), [], set()
    with multiprocessing.Pool(min(2, os.cpu_count() or 1)) as pool:
        for names, found in pool.imap_unordered(_do, list(_jobs(arguments))):
            ran |= set(names or ())
            problems += found
    if not arguments.attack:
        problems += [f"{name} runs on no shape" for name in sorted((set(zoo.ATTACKS) | set(zoo.HARMLESS)) - ran)]
    for problem in sorted(problems):
        print(problem)
    seconds = time.monotonic() - started
    attacks = len(ran - set(zoo.HARMLESS))
    counts = f"{attacks} attacks, {len(ran) - attacks} harmless changes, {arguments.good} good logs"
    print(f"{counts}, {len(problems)} problems, {seconds:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
