"""Attacks on archive.json, which stands for entries that are no longer there."""

import functools
import json

import spell
from tamper import Found, NotHere, anywhere, attack, flipped, named, rewrite_segments
from zoo_files import segments_of


def _archive(folder, keys, change):
    if not keys.archived:
        raise NotHere
    value = json.loads((folder / "archive.json").read_text())
    changed = change(keys, value)
    (folder / "archive.json").write_text(changed if isinstance(changed, str) else json.dumps(changed))
    return anywhere(keys)


def _flipped64(text):
    return ("A" if text[0] != "A" else "B") + text[1:]


def _older_record(keys, value):
    older = [start for start in keys.epoch_starts if start < keys.record_of(keys.archived)]
    if not older:
        raise NotHere
    return value | {"epoch_record": spell.text64(keys.entries[older[-1]])}


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
    "epoch_record_changed": lambda k, v: v | {"epoch_record": _flipped64(v["epoch_record"])},
    "epoch_record_older": _older_record,
    "epoch_record_no_record": lambda k, v: v | {"epoch_record": spell.text64(k.entries[1])},
    "epoch_record_missing": lambda k, v: {name: v[name] for name in v if name != "epoch_record"},
    "unknown_member": lambda k, v: v | {"more": 1},
    "member_twice": lambda k, v: json.dumps(v)[:-1] + ', "size": 1}',
    "no_json": lambda k, v: "no",
    "of_fewer_entries": _fewer,
}
for _name, _change in _ARCHIVES.items():
    named(f"archive_{_name}", functools.partial(_archive, change=_change))


@attack
def archive_deleted(folder, keys):
    if not keys.archived:
        raise NotHere
    (folder / "archive.json").unlink()
    return Found(0, keys.archived, nowhere=True)


@attack
def segments_removed_below_a_made_up_archive(folder, keys):
    """Peaks that suit a changed past, with a checkpoint of today's keys: what follows does not lead to the newest checkpoint."""
    starts = segments_of(keys, 2)
    log = keys.copied()
    log.entries[keys.archived] = flipped(log.entries[keys.archived], 30)
    log.archived = starts[1]
    log.grown()
    today = max(log.epoch_seeds)
    log.epoch_seeds = {epoch: log.epoch_seeds[today] for epoch in log.epoch_seeds}
    rewrite_segments(folder, log)
    (folder / "archive.json").write_text(json.dumps(log.archive()))
    return Found(0, keys.signed, nowhere=True)
