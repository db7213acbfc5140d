"""Segments: frames behind each other, read as a stream."""

import re
import struct

from entry import HEADER, LEAST, MOST, WITNESS
from wire import Damage, crc32c

HEAD = 40
FRAME = 40
_BLOCK = 1 << 20


def listed(folder):
    """The segments by the number of their first entry."""
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(name[:16], 16) for name in names if re.fullmatch("[0-9a-f]{16}\\.log", name, re.ASCII))


def path_of(folder, first):
    return folder / f"{first:016x}.log"


def log_id_of(file, first):
    """Reads and checks a segment's head."""
    head = file.read(HEAD)
    if len(head) != HEAD:
        raise Damage("a segment's head is cut off", first)
    magic, version, zero, also_zero, log_id, number = struct.unpack("<8sHHI16sQ", head)
    if magic != b"SRMAUDIT" or version != 1 or zero or also_zero:
        raise Damage("a segment's head is not that of this format", first)
    if number != first:
        raise Damage("a segment's head and name disagree about its first entry", first)
    return log_id


def next_entry(file):
    """The next entry; None when none follows or what follows is no whole frame with a right CRC."""
    length = file.read(4)
    size = int.from_bytes(length, "little")
    if len(length) < 4 or not LEAST <= size <= MOST:
        return None
    rest = file.read(FRAME - 4 + size)
    data = rest[FRAME - 4 :]
    if len(data) < size or int.from_bytes(rest[:4], "little") != crc32c(length + data):
        return None
    return data


def used_behind(file, place):
    """How many bytes lie behind `place` up to the last that is not zero."""
    file.seek(place)
    used = behind = 0
    while block := file.read(_BLOCK):
        kept = block.rstrip(b"\0")
        if kept:
            used = behind + len(kept)
        behind += len(block)
    return used


def witness_texts(folder, numbers):
    """What the witness records hold, found in a quick pass that checks nothing and ends where it cannot go on."""
    for first in numbers:
        with path_of(folder, first).open("rb") as file:
            place = HEAD
            while True:
                file.seek(place)
                frame = file.read(FRAME + HEADER)
                size = int.from_bytes(frame[:4], "little")
                if len(frame) < FRAME + HEADER or not LEAST <= size <= MOST:
                    break
                if frame[FRAME + 1] == WITNESS:
                    yield file.read(size - HEADER)
                place += FRAME + size
