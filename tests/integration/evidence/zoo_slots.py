"""Slots: erasing one makes a box unreadable and changes nothing that can be proved."""

import functools

import spell
from tamper import an_event, chosen, flipped, frame_place, has_box, changed, named_harmless, rewrite_bytes, segment_path


def _slot(folder, keys, i, change):
    start, place = frame_place(keys, i)
    rewrite_bytes(segment_path(folder, start), lambda data: change(data, place + 8))


def _event(folder, keys, change):
    _slot(folder, keys, an_event(keys, "slot", lambda i: has_box(keys, i) and keys.told[i].r), change)


def _zeros(data, place):
    return changed(data, place, bytes(32))


named_harmless("slot_zeroed", functools.partial(_event, change=_zeros))
named_harmless("slot_changed", functools.partial(_event, change=flipped))


def _newest_box(folder, keys):
    """Of what no checkpoint covers as well."""
    boxed = [i for i in range(keys.archived, len(keys.entries)) if keys.kind(i) == spell.EVENT and has_box(keys, i)]
    _slot(folder, keys, boxed[-1] if boxed else chosen(keys, "any", lambda i: True), _zeros)


named_harmless("slot_of_the_newest_box_zeroed", _newest_box)


def _all(folder, keys):
    """Everything that names things is gone, and the log is as good as before."""
    log = keys.copied()
    log.told = {}
    log.write_segments(folder)


named_harmless("slots_all_zeroed", _all)
