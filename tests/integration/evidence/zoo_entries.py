"""Attacks on entries: flipped bits, cuts, copies, moves and wrong times. The sums are right unless it says otherwise."""

import functools
import struct

import spell
from tamper import (
    NotHere,
    an_event,
    at,
    at_entry,
    attack,
    chosen,
    flipped,
    changed,
    frame_place,
    has_box,
    named,
    numbered,
    rewrite_bytes,
    segment_path,
    unsigned_by,
    with_entries,
    with_entry,
)

# Where each part of an event lies. Negative places count from the end.
_PARTS = {
    "version": 0,
    "type": 1,
    "flags": 2,
    "epoch": 4,
    "sequence": 8,
    "time": 16,
    "boot_id": 30,
    "key_index": 40,
    "body_length": 44,
    "box_length": 48,
    "commitment": 60,
    "body": 90,
    "body_tag": None,
    "box_commitment": None,
    "box": -20,
    "box_tag": -1,
}
_BOX_PARTS = ("box_commitment", "box", "box_tag")


def _place(entry, part):
    body = struct.unpack_from("<I", entry, 44)[0]
    place = {"body_tag": 84 + body - 1, "box_commitment": 84 + body + 3}.get(part, _PARTS[part])
    return place % len(entry)


def _victim(keys, part):
    return an_event(keys, part, lambda i: has_box(keys, i) or part not in _BOX_PARTS)


def _flip_raw(folder, keys, part):
    """The bit alone: the frame's sum is wrong."""
    i = _victim(keys, part)
    start, place = frame_place(keys, i)
    rewrite_bytes(segment_path(folder, start), lambda data: flipped(data, place + spell.FRAME + _place(keys.entries[i], part), 2))
    return at(i)


def _flip_framed(folder, keys, part, tiles):
    i = _victim(keys, part)
    with_entry(folder, keys, i, flipped(keys.entries[i], _place(keys.entries[i], part)), tiles)
    return at(i, unsigned_by(keys, i)) if tiles else at_entry(keys, i)


for _part in _PARTS:
    named(f"flip_{_part}", functools.partial(_flip_raw, part=_part))
    named(f"flip_{_part}_and_sum", functools.partial(_flip_framed, part=_part, tiles=False))
    named(f"flip_{_part}_and_sum_and_tiles", functools.partial(_flip_framed, part=_part, tiles=True))


def _flip_in_frame(folder, keys, inside, what):
    i = an_event(keys, what)
    start, place = frame_place(keys, i)
    rewrite_bytes(segment_path(folder, start), lambda data: flipped(data, place + inside, 1))
    return at(i)


named("flip_frame_length", functools.partial(_flip_in_frame, inside=0, what="length"))
named("flip_frame_length_high", functools.partial(_flip_in_frame, inside=3, what="high length"))
named("flip_frame_sum", functools.partial(_flip_in_frame, inside=5, what="sum"))


@attack
def zero_frame(folder, keys):
    i = an_event(keys, "zero frame")
    start, place = frame_place(keys, i)
    size = spell.FRAME + len(keys.entries[i])
    rewrite_bytes(segment_path(folder, start), lambda data: changed(data, place, bytes(size)))
    return at(i)


# --- cuts, copies and moves ---


def _cut_end(folder, keys, tiles):
    i = chosen(keys, "cut end", lambda i: True)
    with_entries(folder, keys, keys.entries[:i], tiles)
    return at(i)


named("cut_end", functools.partial(_cut_end, tiles=False))
named("cut_end_and_tiles", functools.partial(_cut_end, tiles=True))


@attack
def cut_one_entry_below_checkpoint(folder, keys):
    if keys.signed - 1 <= keys.archived:
        raise NotHere
    with_entries(folder, keys, keys.entries[: keys.signed - 1])
    return at(keys.signed - 1)


def _renumbered(entries, first):
    return entries[:first] + [numbered(entry, i) for i, entry in enumerate(entries[first:], first)]


def _moved(folder, keys, entries, i, renumber, tiles):
    """Writes what a move made; the attacked place is i."""
    with_entries(folder, keys, _renumbered(entries, i) if renumber else entries, tiles)
    if not renumber:
        return at(i)
    return at(i, unsigned_by(keys, i)) if tiles or keys.bare else at(i)


def _cut_middle(folder, keys, **how):
    i = an_event(keys, "cut middle", lambda i: i + 1 < keys.signed)
    return _moved(folder, keys, keys.entries[:i] + keys.entries[i + 1 :], i, **how)


def _swap(folder, keys, **how):
    i = an_event(keys, "swap", lambda i: i + 1 < keys.signed and keys.kind(i + 1) == spell.EVENT)
    return _moved(folder, keys, keys.entries[:i] + [keys.entries[i + 1], keys.entries[i]] + keys.entries[i + 2 :], i, **how)


def _duplicate(folder, keys, **how):
    i = an_event(keys, "duplicate", lambda i: i + 2 < keys.signed)
    return _moved(folder, keys, keys.entries[: i + 1] + keys.entries[i:], i + 1, **how)


def _insert(folder, keys, **how):
    """An event of the attacker's own, under a key of his own."""
    i = an_event(keys, "insert", lambda i: i + 2 < keys.signed)
    head, index = keys.entries[i][:40], struct.unpack_from("<I", keys.entries[i], 40)[0] + 1
    made = spell.event(keys.log_id, numbered(head, i + 1), index, bytes(32), spell.padded({1: "secret.get"}))
    found = _moved(folder, keys, keys.entries[: i + 1] + [made] + keys.entries[i + 1 :], i + 1, **how)
    return at(found.first, found.last + 1)


def _reorder(folder, keys, **how):
    i = an_event(keys, "reorder", lambda i: i + 5 < keys.signed)
    others = [j for j in range(i + 2, keys.signed) if keys.kind(j) == spell.EVENT]
    if not others:
        raise NotHere
    entries, j = list(keys.entries), others[len(others) // 2]
    entries[i], entries[j] = entries[j], entries[i]
    return _moved(folder, keys, entries, i, **how)


for _name, _move in (
    ("cut_middle", _cut_middle),
    ("swap", _swap),
    ("duplicate", _duplicate),
    ("insert", _insert),
    ("reorder", _reorder),
):
    named(_name, functools.partial(_move, renumber=False, tiles=False))
    named(f"{_name}_renumbered", functools.partial(_move, renumber=True, tiles=False))
    named(f"{_name}_renumbered_and_tiles", functools.partial(_move, renumber=True, tiles=True))


# --- times and types ---


def _time(entry):
    return struct.unpack_from("<q", entry, 16)[0]


@attack
def back_date_before_the_one_before(folder, keys):
    i = an_event(keys, "back-date", lambda i: i > keys.archived)
    with_entry(folder, keys, i, changed(keys.entries[i], 16, struct.pack("<q", _time(keys.entries[i - 1]) - 1)), tiles=True)
    return at(i)


@attack
def back_date_within_what_is_lawful(folder, keys):
    i = an_event(keys, "lawful", lambda i: i > keys.archived and _time(keys.entries[i - 1]) < _time(keys.entries[i]))
    with_entry(folder, keys, i, changed(keys.entries[i], 16, struct.pack("<q", _time(keys.entries[i]) - 1)))
    return at_entry(keys, i)


@attack
def back_date_with_a_skip_record_that_lies(folder, keys):
    i = chosen(keys, "skip", lambda i: keys.kind(i) == spell.SKIP)
    entry = keys.entries[i]
    with_entry(folder, keys, i, changed(entry, 49, struct.pack("<q", _time(entry) - 3600)), tiles=True)
    return at(i)


@attack
def event_becomes_recovery_record(folder, keys):
    i = an_event(keys, "becomes")
    entry = keys.entries[i]
    with_entry(folder, keys, i, entry[:1] + b"\5" + entry[2:40] + struct.pack("<QQ", 1, 0))
    return at_entry(keys, i)


@attack
def event_loses_its_box(folder, keys):
    i = an_event(keys, "loses box", lambda i: has_box(keys, i))
    entry = keys.entries[i]
    body = struct.unpack_from("<I", entry, 44)[0]
    with_entry(folder, keys, i, changed(entry[: 84 + body], 48, bytes(4)))
    return at_entry(keys, i)


@attack
def events_exchange_their_boxes(folder, keys):
    i = an_event(keys, "box of another", lambda i: has_box(keys, i))
    entry = keys.entries[i]
    end = 84 + struct.unpack_from("<I", entry, 44)[0]
    same = [
        j
        for j in range(i + 1, keys.signed)
        if keys.kind(j) == spell.EVENT and has_box(keys, j) and keys.entries[j][48:52] == entry[48:52]
    ]
    if not same:
        raise NotHere
    with_entry(folder, keys, i, entry[:end] + keys.entries[same[0]][-(len(entry) - end) :])
    return at_entry(keys, i)


@attack
def bodies_emptied(folder, keys):
    """The shortest sealed body there is, in place of a true one."""
    i = an_event(keys, "emptied", lambda i: not has_box(keys, i))
    with_entry(folder, keys, i, changed(keys.entries[i][:84], 44, struct.pack("<I", 80)) + bytes(80), tiles=True)
    return at(i, unsigned_by(keys, i))
