"""Attacks on files: segments, tiles, archive.json."""

import functools
import os
import shutil

import spell
from make_log import make
from tamper import (
    Found,
    NotHere,
    anywhere,
    at,
    attack,
    flipped,
    named,
    rewrite_bytes,
    segment_path,
    unsigned_by,
)

# --- segments ---


def segments_of(keys, least):
    starts = [start for start in keys.shown_starts() if start < keys.signed]
    if len(starts) < least:
        raise NotHere
    return starts


def _segment(keys, place, least):
    return segments_of(keys, least)[place]


def _remove(folder, keys, place, least):
    start = _segment(keys, place, least)
    segment_path(folder, start).unlink()
    return at(start)


named("first_segment_removed", functools.partial(_remove, place=0, least=2))
named("middle_segment_removed", functools.partial(_remove, place=1, least=3))


@attack
def newest_segments_removed(folder, keys):
    start = _segment(keys, -1, 2)
    for later in keys.shown_starts():
        if later >= start:
            segment_path(folder, later).unlink()
    return at(start)


@attack
def newest_file_empty(folder, keys):
    start = keys.shown_starts()[-1]
    segment_path(folder, start).write_bytes(b"")
    return at(start)


@attack
def newest_file_all_zeros(folder, keys):
    start = keys.shown_starts()[-1]
    rewrite_bytes(segment_path(folder, start), lambda data: bytes(len(data)))
    return at(start)


@attack
def newest_file_without_entries(folder, keys):
    start = segments_of(keys, 1)[-1]
    if start != keys.shown_starts()[-1]:
        raise NotHere
    rewrite_bytes(segment_path(folder, start), lambda data: data[:40] + bytes(len(data) - 40))
    return at(start)


@attack
def newest_file_truncated(folder, keys):
    start = segments_of(keys, 1)[-1]
    if start != keys.shown_starts()[-1]:
        raise NotHere
    count = (keys.signed - start) // 2
    whole = 40 + sum(spell.FRAME + len(entry) for entry in keys.entries[start : start + count])
    os.truncate(segment_path(folder, start), whole + 60)
    return at(start + count)


@attack
def older_file_truncated(folder, keys):
    start = _segment(keys, 0, 2)
    os.truncate(segment_path(folder, start), 40 + spell.FRAME + len(keys.entries[start]) + 60)
    return at(start + 1)


@attack
def older_file_ends_early(folder, keys):
    """Its last entry becomes zeros."""
    start, following = segments_of(keys, 2)[:2]
    size = 40 + sum(spell.FRAME + len(entry) for entry in keys.entries[start : following - 1])
    rewrite_bytes(segment_path(folder, start), lambda data: data[:size] + bytes(len(data) - size))
    return at(following - 1)


@attack
def something_behind_an_older_file(folder, keys):
    start, following = segments_of(keys, 2)[:2]
    with segment_path(folder, start).open("ab") as file:
        file.write(bytes(100) + b"x")
    return at(following - 1, following)


@attack
def one_entry_more_in_an_older_file(folder, keys):
    start, following = segments_of(keys, 2)[:2]
    size = 40 + sum(spell.FRAME + len(entry) for entry in keys.entries[start:following])
    rewrite_bytes(segment_path(folder, start), lambda data: data[:size] + spell.frame(keys.entries[following]) + bytes(300))
    return at(following - 1, following)


def _head(folder, keys, change):
    start = segments_of(keys, 1)[-1]
    rewrite_bytes(segment_path(folder, start), change)
    return at(start)


for _name, _place in (("magic", 0), ("format", 8), ("reserved", 10), ("reserved_too", 13), ("log_id", 20), ("first_entry", 32)):
    named(f"segment_head_{_name}_changed", functools.partial(_head, change=functools.partial(flipped, place=_place)))


@attack
def segment_renamed(folder, keys):
    start = segments_of(keys, 1)[-1]
    segment_path(folder, start).rename(segment_path(folder, start + 1))
    return Found(start, start + 1)


@attack
def segments_exchanged(folder, keys):
    """Two files exchange their names and the numbers in their heads."""
    first, second = segments_of(keys, 2)[:2]
    one, two = segment_path(folder, first).read_bytes(), segment_path(folder, second).read_bytes()
    segment_path(folder, first).write_bytes(two[:32] + one[32:40] + two[40:])
    segment_path(folder, second).write_bytes(one[:32] + two[32:40] + one[40:])
    return at(first)


def _of_another_log(folder, keys, same_id):
    start = segments_of(keys, 1)[-1]
    other = make(7, entries=len(keys.entries), segment_size=keys.segment_size, signed=True, archived=False, torn=False)
    if same_id:
        other.log_id = keys.log_id
    other.starts = list(keys.starts)
    other.write_segments(folder, only={start})
    return at(start, unsigned_by(keys, start) if same_id and keys.bare else start)


named("segment_of_another_log", functools.partial(_of_another_log, same_id=False))
named("segment_of_another_log_with_this_id", functools.partial(_of_another_log, same_id=True))


@attack
def all_segments_removed(folder, keys):
    for start in keys.shown_starts():
        segment_path(folder, start).unlink()
    return anywhere(keys)


# --- tiles ---


def _full_tile(keys, level=0):
    """The first entry of a full tile, and the tile's number."""
    number = (keys.archived >> 8 * level + 8) + (1 if keys.archived & ((1 << 8 * level + 8) - 1) else 0)
    if (number + 1) << 8 * level + 8 > keys.signed:
        raise NotHere
    return number << 8 * level + 8, number


@attack
def full_tile_dropped(folder, keys):
    first, number = _full_tile(keys)
    (folder / "tile" / spell.tile_name(0, number)).unlink()
    return at(first, first + 255)


@attack
def full_tile_dropped_level_1(folder, keys):
    first, number = _full_tile(keys, 1)
    (folder / "tile" / spell.tile_name(1, number)).unlink()
    return at(first, first + 65535)


@attack
def full_tile_truncated(folder, keys):
    first, number = _full_tile(keys)
    os.truncate(folder / "tile" / spell.tile_name(0, number), 8160)
    return at(first, first + 255)


@attack
def full_tile_too_long(folder, keys):
    first, number = _full_tile(keys)
    os.truncate(folder / "tile" / spell.tile_name(0, number), 8193)
    return at(first, first + 255)


def _flip_tile(folder, keys, level, number, width, place):
    rewrite_bytes(folder / "tile" / spell.tile_name(level, number, width), lambda data: flipped(data, 32 * place + 9))


@attack
def full_tile_changed(folder, keys):
    first, number = _full_tile(keys)
    _flip_tile(folder, keys, 0, number, 256, 200)
    return at(first + 200)


@attack
def full_tile_changed_level_1(folder, keys):
    first, number = _full_tile(keys, 1)
    _flip_tile(folder, keys, 1, number, 256, 17)
    return at(first + 17 * 256, first + 17 * 256 + 255)


@attack
def partial_tile_changed_level_1(folder, keys):
    width = (len(keys.entries) if keys.wide else keys.signed) >> 8
    if keys.bare or not 0 < width < 256 or keys.archived:
        raise NotHere
    _flip_tile(folder, keys, 1, 0, width, width - 1)
    return at((width - 1) << 8, (width << 8) - 1)


@attack
def partial_tile_changed(folder, keys):
    covered = len(keys.entries) if keys.wide else keys.signed
    if keys.bare or covered & 255 == 0 or covered <= keys.archived:
        raise NotHere
    _flip_tile(folder, keys, 0, covered >> 8, covered & 255, (covered & 255) - 1)
    return at(covered - 1)


@attack
def partial_tile_changed_in_the_archived_part(folder, keys):
    if keys.bare or keys.archived & 255 == 0:
        raise NotHere
    number, covered = keys.archived >> 8, len(keys.entries) if keys.wide else keys.signed
    width = min(256, covered - (number << 8))
    _flip_tile(folder, keys, 0, number, width, 0)
    return Found(number << 8, keys.archived, nowhere=True)


@attack
def all_tiles_changed_in_the_archived_part(folder, keys):
    """Full and partial ones of that number alike, so that only the peaks can tell."""
    if keys.archived & 255 == 0:
        raise NotHere
    number = keys.archived >> 8
    name = folder / "tile" / spell.tile_name(0, number)
    paths = [path for path in (name, *name.parent.glob(name.name + ".p/*")) if path.exists()]
    if not paths or max(path.stat().st_size for path in paths) < 32 * (keys.archived & 255):
        raise NotHere
    for path in paths:
        rewrite_bytes(path, lambda data: flipped(data, 9))
    return Found(number << 8, keys.archived, nowhere=True)


@attack
def archived_tile_changed(folder, keys):
    """A full tile that has only archived entries."""
    if keys.archived < 256:
        raise NotHere
    _flip_tile(folder, keys, 0, 0, 256, 77)
    return Found(0, 255, nowhere=True)


@attack
def archived_tile_dropped(folder, keys):
    if keys.archived < 256:
        raise NotHere
    shutil.rmtree(folder / "tile" / (spell.tile_name(0, 0) + ".p"), ignore_errors=True)
    (folder / "tile" / spell.tile_name(0, 0)).unlink()
    return at(0, 255)


@attack
def tiles_dropped_in_the_archived_part(folder, keys):
    """Those whose first hashes are of archived entries and lead to the peaks."""
    if keys.archived & 255 == 0:
        raise NotHere
    number = keys.archived >> 8
    name = folder / "tile" / spell.tile_name(0, number)
    name.unlink(missing_ok=True)
    shutil.rmtree(name.with_name(name.name + ".p"), ignore_errors=True)
    return at(number << 8, keys.archived)


@attack
def tile_of_entries_that_are_not_there(folder, keys):
    keys.write_tile(folder, 0, (len(keys.entries) >> 8) + 1, [bytes(32)] * 3)
    return at(len(keys.entries))


@attack
def tiles_exchanged(folder, keys):
    first, number = _full_tile(keys)
    if (number + 2) << 8 > keys.signed:
        raise NotHere
    one, two = (folder / "tile" / spell.tile_name(0, n) for n in (number, number + 1))
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)
    return at(first)
