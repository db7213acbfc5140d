"""What the attacks of the zoo are made of: the registry, what must be found, and how files are rewritten.

An attack is a function attack(folder, keys): it changes the folder of a good log and returns Found. `keys` is the MadeLog with
all private keys; "today's keys" are its identity seed and the seed of its newest epoch. It raises NotHere when the shape of the
log does not have what the attack needs.
"""

import random
import shutil
import struct
from dataclasses import dataclass

import spell

REGISTRY = {}
BESIDE = set()
HARMLESS = {}


class NotHere(Exception):
    """The attack needs a log of another shape."""


@dataclass(frozen=True)
class Found:
    """Where the damage has to be located: an entry from `first` to `last`. `nowhere`: no number is a good answer too."""

    first: int
    last: int
    nowhere: bool = False
    command: str = "log"
    against: str = None
    witness: bool = False

    def fits(self, sequence):
        return self.nowhere if sequence is None else self.first <= sequence <= self.last


def attack(function):
    """Registers an attack under the name of the function."""
    return named(function.__name__, function)


def named(name, function, beside=False):
    """`beside`: the attack leaves the log's folder alone and makes a proof or an export beside it."""
    assert name not in REGISTRY, name
    REGISTRY[name] = function
    if beside:
        BESIDE.add(name)
    return function


def harmless(function):
    """Registers a change of a good log that is none of its damages: no alarm may be raised. Returns the name of a checkpoint to
    hold it against, or nothing."""
    return named_harmless(function.__name__, function)


def named_harmless(name, function):
    assert name not in REGISTRY | HARMLESS, name
    HARMLESS[name] = function
    return function


def at(sequence, last=None, **more):
    return Found(sequence, sequence if last is None else last, **more)


def at_note(size, **more):
    """What is wrong with a checkpoint is found at the last entry it covers, or behind it, or nowhere."""
    return Found(size - 1, size, nowhere=True, **more)


def anywhere(keys, **more):
    return Found(0, len(keys.entries), nowhere=True, **more)


# --- choosing ---


def chosen(keys, what, wish):
    """One of the entries that the folder holds and the checkpoint covers and for which `wish` holds; the same at each run."""
    candidates = [i for i in range(max(keys.archived, 1), keys.signed or 0) if wish(i)]
    if not candidates:
        raise NotHere
    return random.Random(f"{what} {keys.log_id.hex()}").choice(candidates)


def an_event(keys, what, wish=lambda i: True):
    return chosen(keys, what, lambda i: keys.kind(i) == spell.EVENT and wish(i))


def has_box(keys, i):
    return struct.unpack_from("<I", keys.entries[i], 48)[0] > 0


def unsigned_by(keys, i):
    """Where a change of entry i shows at the latest when all derived files are made to fit."""
    evidence = [start for start in keys.epoch_starts if start > i] + [size - 1 for size in keys.cosigned if size > i]
    evidence += [keys.signed - 1] if keys.signed and keys.signed > i else []
    evidence += [n for n, entry in enumerate(keys.entries) if entry[1] == spell.WITNESS and witnessed_size(entry) > i]
    if not evidence:
        raise NotHere
    return min(evidence)


def witnessed_size(entry):
    return int(entry[40:].split(b"\n")[1])


def at_entry(keys, i):
    """Where a change of entry i has to be located while the tiles are as they were: at once, where a tile covers it."""
    covered = len(keys.entries) if keys.wide else keys.signed
    return at(i) if i < (covered >> 8 << 8 if keys.bare else covered) else at(i, unsigned_by(keys, i))


# --- rewriting ---


def changed(entry, place, data):
    return entry[:place] + data + entry[place + len(data) :]


def flipped(data, place, bit=0):
    return changed(data, place, bytes([data[place] ^ 1 << bit]))


def numbered(entry, sequence):
    return changed(entry, 8, struct.pack("<Q", sequence))


def frame_place(keys, i):
    """(segment's first entry, place of entry i's frame in the segment)."""
    start = max(start for start in keys.starts if start <= i)
    return start, 40 + sum(spell.FRAME + len(entry) for entry in keys.entries[start:i])


def segment_path(folder, start):
    return folder / "segments" / f"{start:016x}.log"


def rewrite_bytes(path, change):
    path.write_bytes(change(path.read_bytes()))


def rewrite_segments(folder, log):
    """All segments from the entries, with right sums."""
    shutil.rmtree(folder / "segments")
    (folder / "segments").mkdir()
    log.write_segments(folder)


def rewrite_tiles(folder, log):
    shutil.rmtree(folder / "tile")
    log.grown().write_tiles(folder)


def resign(folder, log, epoch=None):
    """A new checkpoint with today's keys; older cosigned ones that would contradict it are deleted."""
    shutil.rmtree(folder / "cosigned")
    (folder / "checkpoint").write_text(log.checkpoint(log.signed, epoch=epoch))


def with_entries(folder, keys, entries, tiles=False):
    """Puts other entries into the folder, the segments beginning where they did; with `tiles` the tiles follow."""
    log = keys.copied()
    log.entries = entries
    log.starts = [start for start in log.starts if start < max(1, len(entries))]
    log.signed = keys.signed and min(keys.signed, len(entries))
    rewrite_segments(folder, log)
    if tiles:
        rewrite_tiles(folder, log)
    return log


def with_entry(folder, keys, i, entry, tiles=False):
    return with_entries(folder, keys, keys.entries[:i] + [entry] + keys.entries[i + 1 :], tiles)
