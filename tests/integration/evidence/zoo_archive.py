"""Attacks on archive.json, which stands for entries that are no longer there."""

import functools
import json

import spell
from tamper import (
    Found,
    NotHere,
    anywhere,
    at,
    attack,
    changed,
    flipped,
    harmless,
    named,
    named_harmless,
    resign,
    rewrite_segments,
    rewrite_tiles,
    segment_path,
)
from zoo_files import segments_of
from zoo_keys import closed_again


def _archive(folder, keys, change):
    if not keys.archived:
        raise NotHere
    value = json.loads((folder / "archive.json").read_text())
    other = change(keys, value)
    (folder / "archive.json").write_text(other if isinstance(other, str) else json.dumps(other))
    return anywhere(keys)


def _flipped64(text):
    return ("A" if text[0] != "A" else "B") + text[1:]


def _records(keys, value, change, least=2):
    """archive.json with other epoch records."""
    records = value["epoch_records"]
    if len(records) < least:
        raise NotHere
    return value | {"epoch_records": change(keys, list(records))}


def _behind(keys):
    """The first epoch record that is not archived."""
    later = [start for start in keys.epoch_starts if start >= keys.archived]
    if not later:
        raise NotHere
    return spell.text64(keys.entries[later[0]])


_RECORDS = {
    "changed": (1, lambda k, r: r[:-1] + [_flipped64(r[-1])]),
    "older": (2, lambda k, r: r[:-2]),
    "last_missing": (2, lambda k, r: r[:-1]),
    "first_missing": (2, lambda k, r: r[1:]),
    "middle_missing": (3, lambda k, r: r[:1] + r[2:]),
    "missing": (1, lambda k, r: []),
    "twice": (1, lambda k, r: r + r[-1:]),
    "in_another_order": (2, lambda k, r: r[:-2] + [r[-1], r[-2]]),
    "no_record": (1, lambda k, r: r[:-1] + [spell.text64(k.entries[1])]),
    "and_a_key_record": (1, lambda k, r: r + [spell.text64(k.entries[1])]),
    "and_one_that_is_not_archived": (1, lambda k, r: r + [_behind(k)]),
    "no_text": (1, lambda k, r: r[:-1] + [7]),
    "cut": (1, lambda k, r: r[:-1] + [r[-1][:-4]]),
}


def _fewer(keys, value):
    """True in itself, but of a smaller tree than what is archived."""
    log = keys.copied()
    log.archived = keys.archived - 1
    if not log.archived:
        raise NotHere
    return log.archive()


_ARCHIVES = {
    "size_changed": lambda k, v: v | {"size": v["size"] + 1},
    "size_text": lambda k, v: v | {"size": str(v["size"])},
    "size_fraction": lambda k, v: json.dumps(v).replace(f'"size": {v["size"]}', f'"size": {v["size"]}.0'),
    "peak_changed": lambda k, v: v | {"peaks": [_flipped64(v["peaks"][0])] + v["peaks"][1:]},
    "peak_missing": lambda k, v: v | {"peaks": v["peaks"][1:]},
    "peak_added": lambda k, v: v | {"peaks": v["peaks"] + v["peaks"][:1]},
    "epoch_records_no_list": lambda k, v: v | {"epoch_records": v["epoch_records"][0]},
    "epoch_records_gone": lambda k, v: {name: v[name] for name in v if name != "epoch_records"},
    "peaks_gone": lambda k, v: {name: v[name] for name in v if name != "peaks"},
    "one_record_and_a_checkpoint": lambda k, v: {
        "size": v["size"],
        "peaks": v["peaks"],
        "epoch_record": v["epoch_records"][-1],
        "checkpoint": k.checkpoint(v["size"]),
    },
    "unknown_member": lambda k, v: v | {"more": 1},
    "member_twice": lambda k, v: json.dumps(v)[:-1] + ', "size": 1}',
    "no_json": lambda k, v: "no",
    "of_fewer_entries": _fewer,
}
for _name, _change in _ARCHIVES.items():
    named(f"archive_{_name}", functools.partial(_archive, change=_change))
for _name, (_least, _change) in _RECORDS.items():
    named(
        f"archive_epoch_records_{_name}",
        functools.partial(_archive, change=functools.partial(_records, change=_change, least=_least)),
    )


@attack
def archive_deleted(folder, keys):
    if not keys.archived:
        raise NotHere
    (folder / "archive.json").unlink()
    return Found(0, keys.archived, nowhere=True)


@attack
def segments_removed_below_a_made_up_archive(folder, keys):
    """Tiles and peaks that suit a changed past: what follows does not lead to the newest checkpoint."""
    starts = segments_of(keys, 2)
    log = keys.copied()
    log.entries[keys.archived] = flipped(log.entries[keys.archived], 30)
    log.archived = starts[1]
    rewrite_tiles(folder, log)
    rewrite_segments(folder, log)
    (folder / "archive.json").write_text(json.dumps(log.archive()))
    return Found(0, keys.signed, nowhere=True)


def _invented(folder, keys, first):
    """Every entry that is archived from number `first` on is another one, all that follows from it is made anew and signed with
    the identity key and an epoch key of the attacker's. The log's id stays."""
    starts = [start for start in keys.starts if first < start < keys.signed]
    if not starts:
        raise NotHere
    log, seed = keys.copied(), bytes(range(32))
    log.archived, log.left_over = keys.archived or starts[-1], []
    for i in range(first, log.archived):
        if log.entries[i][1] != spell.EPOCH:
            log.entries[i] = flipped(log.entries[i], 30)
    for record in [start for start in log.epoch_starts if start >= first]:
        log.entries[record] = changed(log.entries[record], 84, spell.public_of(seed))
        log.entries[record] = closed_again(log, record, seed if record else None)
        log.epoch_seeds[log.epoch_of(record)] = seed
    rewrite_tiles(folder, log)
    rewrite_segments(folder, log)
    resign(folder, log)
    (folder / "archive.json").write_text(json.dumps(log.archive()))
    return log


@attack
def archived_past_invented_with_the_identity_key(folder, keys):
    """The first record gives another key to epoch 1, from which another log id follows."""
    _invented(folder, keys, 0)
    return at(0)


@attack
def archived_past_invented_behind_the_first_record(folder, keys):
    """The first record is the true one; the key that would have to close its epoch is gone."""
    log = _invented(folder, keys, 1)
    if len(keys.epoch_starts) < 2 or keys.epoch_starts[1] >= log.archived:
        raise NotHere
    return at(keys.epoch_starts[1])


# --- what stands below the archive is not read ---


def _left_over(folder, keys, content):
    if not keys.archived:
        raise NotHere
    for start in keys.starts:
        if start < keys.archived:
            segment_path(folder, start).write_bytes(content(start))


@harmless
def archive_with_all_segments_left_over(folder, keys):
    log = keys.copied()
    log.left_over = [start for start in keys.starts if start < keys.archived]
    if not log.left_over:
        raise NotHere
    rewrite_segments(folder, log)


named_harmless("archive_with_garbage_left_over", functools.partial(_left_over, content=lambda start: b"garbage"))
named_harmless("archive_with_nothing_left_over", functools.partial(_left_over, content=lambda start: b""))


@harmless
def archive_of_the_first_segments(folder, keys):
    """Made anew of what is there: tiles as they are, the segments removed."""
    starts = segments_of(keys, 2)
    log = keys.copied()
    log.archived = starts[1]
    log.write_tiles(folder)
    (folder / "archive.json").write_text(json.dumps(log.archive()))
    segment_path(folder, starts[0]).unlink()
