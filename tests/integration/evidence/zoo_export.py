"""Attacks on exports. Each makes the folder `export` beside the log folder, whole and rightly described but for one thing."""

import functools
import json

import spell
from made_log import write_lines, write_manifest
from tamper import Found, NotHere
from tamper import named as _named

named = functools.partial(_named, beside=True)
_FILES = ("key", "checkpoint", "epoch.proof", "events.jsonl", "proofs.jsonl")


def exported(keys, folder):
    """An export of all events that the folder holds and the checkpoint covers, at least three."""
    sequences = sorted(i for i in keys.told if keys.archived <= i < keys.signed)[:40]
    if len(sequences) < 3:
        raise NotHere
    keys.export(folder, sequences)
    return sequences


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def _somewhere(**_):
    return Found(0, 1 << 20, nowhere=True, command="export")


def _describe(target):
    """The manifest made to fit the files."""
    write_manifest(target, json.loads((target / "manifest.json").read_text()))


def _line_changed(folder, keys, name, change):
    """One line says something else; the manifest follows."""
    target = folder.parent / "export"
    sequences = exported(keys, target)
    lines = _lines(target / name)
    for place in range(len(lines) // 2, len(lines)):
        altered = change(keys, dict(lines[place]))
        if altered is not None:
            break
    else:
        raise NotHere
    assert altered != lines[place]
    lines[place] = altered
    write_lines(target / name, lines)
    _describe(target)
    return Found(sequences[place], sequences[place], nowhere=name == "proofs.jsonl", command="export")


def _replaced(name, value):
    return lambda k, line: line | {name: value} if name in line and line[name] != value else None


def _dropped(name):
    return lambda k, line: {key: value for key, value in line.items() if key != name} if name in line else None


def _boxed(change):
    return lambda k, line: change(line) if "r" in line else None


def _flip64(text):
    return ("A" if text[0] != "A" else "B") + text[1:]


def _flip_proof(k, line):
    return line | {"proof": [_flip64(line["proof"][0])] + line["proof"][1:]} if line["proof"] else None


_EVENTS = {
    "action": _replaced("action", "audit.tail"),
    "actor": _replaced("actor", "uid:4242"),
    "decision": _replaced("decision", "denied"),
    "phase": _replaced("phase", "recovered"),
    "rule": _replaced("rule", "system"),
    "result": _replaced("result", "unknown"),
    "time_s": lambda k, line: line | {"time_s": line["time_s"] + 1},
    "time_ns": lambda k, line: line | {"time_ns": line["time_ns"] + 1},
    "epoch": lambda k, line: line | {"epoch": line["epoch"] + 1},
    "uid": _replaced("uid", 7),
    "client": _replaced("client", "nobody"),
    "objects": _replaced("objects", ["00" * 16]),
    "paths": _replaced("paths", ["elsewhere"]),
    "reason": _replaced("reason", "none of yours"),
    "result_dropped": _dropped("result"),
    "objects_dropped": _dropped("objects"),
    "action_dropped": _dropped("action"),
    "paths_dropped": _dropped("paths"),
    "field_added": lambda k, line: None if "count" in line else line | {"count": 9},
    "unknown_field_added": lambda k, line: line | {"note": "x"},
    "number_as_text": lambda k, line: line | {"boot_ns": str(line["boot_ns"])},
    "number_as_true": lambda k, line: line | {"session": True},
}
for _name, _change in _EVENTS.items():
    named(f"export_event_{_name}", functools.partial(_line_changed, name="events.jsonl", change=_change))
_PROOFS = {
    "entry": lambda k, line: line | {"entry": line["entry"][:200] + _flip64(line["entry"][200:])},
    "hash": _flip_proof,
    "hash_dropped": lambda k, line: line | {"proof": line["proof"][1:]} if line["proof"] else None,
    "hash_added": lambda k, line: line | {"proof": line["proof"] + [spell.text64(bytes(32))]},
    "entry_key": lambda k, line: line | {"entry_key": _flip64(line["entry_key"])},
    "entry_key_dropped": _dropped("entry_key"),
    "r": _boxed(lambda line: line | {"r": _flip64(line["r"])}),
    "r_added": lambda k, line: None if "r" in line else line | {"r": spell.text64(bytes(32))},
    "member_added": lambda k, line: line | {"more": 1},
    "hash_no_text": lambda k, line: line | {"proof": [1]},
}
for _name, _change in _PROOFS.items():
    named(f"export_proof_{_name}", functools.partial(_line_changed, name="proofs.jsonl", change=_change))


def _file_changed(folder, keys, name, describe):
    target = folder.parent / "export"
    exported(keys, target)
    data = (target / name).read_bytes()
    place = len(data) // 2
    (target / name).write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    if describe:
        _describe(target)
    return _somewhere()


def _file_missing(folder, keys, name):
    target = folder.parent / "export"
    exported(keys, target)
    (target / name).unlink()
    return _somewhere()


for _name in _FILES:
    named(f"export_{_name}_changed", functools.partial(_file_changed, name=_name, describe=False))
    named(f"export_{_name}_changed_and_described", functools.partial(_file_changed, name=_name, describe=True))
for _name in (*_FILES, "manifest.json"):
    named(f"export_{_name}_missing", functools.partial(_file_missing, name=_name))


def _manifest_changed(folder, keys, change):
    target = folder.parent / "export"
    exported(keys, target)
    altered = change(json.loads((target / "manifest.json").read_text()))
    (target / "manifest.json").write_text(altered if isinstance(altered, str) else json.dumps(altered))
    return _somewhere()


_MANIFESTS = {
    "format": lambda m: m | {"format": 2},
    "format_true": lambda m: m | {"format": True},
    "origin": lambda m: m | {"origin": spell.origin(bytes(16))},
    "events": lambda m: m | {"events": m["events"] + 1},
    "hash": lambda m: m | {"files": m["files"] | {"key": "0" * 64}},
    "hash_in_capitals": lambda m: m | {"files": {name: value.upper() for name, value in m["files"].items()}},
    "file_missing": lambda m: m | {"files": {name: value for name, value in m["files"].items() if name != "proofs.jsonl"}},
    "file_elsewhere": lambda m: m | {"files": m["files"] | {"../log/checkpoint": "0" * 64}},
    "member_missing": lambda m: {name: value for name, value in m.items() if name != "since_ms"},
    "member_added": lambda m: m | {"more": 1},
    "member_twice": lambda m: json.dumps(m)[:-1] + ', "format": 1}',
    "since_behind_until": lambda m: m | {"since_ms": m["until_ms"] + 1},
    "events_before_since": lambda m: m | {"since_ms": m["until_ms"] + 10**9, "until_ms": m["until_ms"] + 2 * 10**9},
    "no_json": lambda m: "{",
}
for _name, _change in _MANIFESTS.items():
    named(f"export_manifest_{_name}", functools.partial(_manifest_changed, change=_change))


def _all_lines(folder, keys, change):
    """Both files of lines are changed; the manifest's hashes follow, its number of events does not."""
    target = folder.parent / "export"
    exported(keys, target)
    events, proofs = change(_lines(target / "events.jsonl"), _lines(target / "proofs.jsonl"))
    write_lines(target / "events.jsonl", events)
    write_lines(target / "proofs.jsonl", proofs)
    _describe(target)
    return _somewhere()


_LISTS = {
    "line_dropped": lambda e, p: (e[1:], p[1:]),
    "event_line_dropped": lambda e, p: (e[1:], p),
    "last_event_line_dropped": lambda e, p: (e[:-1], p),
    "proof_line_dropped": lambda e, p: (e, p[:-1]),
    "line_twice": lambda e, p: (e[:1] + e, p[:1] + p),
    "lines_reordered": lambda e, p: (e[::-1], p[::-1]),
    "proof_lines_reordered": lambda e, p: (e, p[::-1]),
    "all_lines_dropped": lambda e, p: ([], []),
}
for _name, _change in _LISTS.items():
    named(f"export_{_name}", functools.partial(_all_lines, change=_change))


def _parts_replaced(folder, keys, change):
    target = folder.parent / "export"
    sequences = exported(keys, target)
    change(keys, target, sequences)
    _describe(target)
    return _somewhere()


def _other_key(keys, target, sequences):
    (target / "key").write_text(spell.verifier_key(keys.origin, bytes(range(32))) + "\n")


def _older_checkpoint(keys, target, sequences):
    (target / "checkpoint").write_text(keys.checkpoint(sequences[-1]))


def _own_checkpoint(keys, target, sequences):
    body = spell.note_body(keys.log_id, keys.signed, bytes(32))
    epoch = keys.epoch_of(keys.signed - 1)
    (target / "checkpoint").write_text(spell.note(body, keys.origin, keys.identity_seed, epoch, keys.epoch_seeds[epoch]))


def _proof_under_an_older_checkpoint(keys, target, sequences):
    record = keys.record_of(keys.signed)
    size = max(record, sequences[-1]) + 1
    if size == keys.signed:
        raise NotHere
    (target / "epoch.proof").write_text(keys.proof_text(record, size, keys.extra(record, size)))


def _last_line_without_end(keys, target, sequences):
    (target / "events.jsonl").write_text((target / "events.jsonl").read_text()[:-1])


def _proof_of_another_entry(keys, target, sequences):
    (target / "epoch.proof").write_text(keys.proof(sequences[0]))


def _older_record(keys, target, sequences):
    older = [start for start in keys.epoch_starts if start < keys.record_of(keys.signed)]
    if not older:
        raise NotHere
    extra = keys.extra(older[-1], keys.signed) | {2: keys.entries[older[-1]], 3: keys.forest.path(older[-1], keys.signed)}
    (target / "epoch.proof").write_text(keys.proof_text(older[-1], keys.signed, extra))


for _name, _change in (
    ("of_another_key", _other_key),
    ("older_checkpoint", _older_checkpoint),
    ("checkpoint_of_another_root", _own_checkpoint),
    ("epoch_proof_of_another_entry", _proof_of_another_entry),
    ("epoch_proof_under_an_older_checkpoint", _proof_under_an_older_checkpoint),
    ("last_line_without_end", _last_line_without_end),
    ("epoch_proof_of_an_older_record", _older_record),
):
    named(f"export_{_name}", functools.partial(_parts_replaced, change=_change))


def export_of_another_log(folder, keys):
    """All of it is right, but the key at hand is of another log."""
    log, target = keys.copied(), folder.parent / "export"
    if max(keys.epoch_starts) > 0:
        raise NotHere
    log.identity_seed = bytes(range(32))
    first = keys.entries[0]
    log.entries[0] = spell.epoch_record(
        first[:40],
        0,
        first[52:84],
        (first[84:116], spell.public_of(log.identity_seed), first[148:180]),
        (log.log_id, log.store_id),
        None,
        log.identity_seed,
    )
    exported(log.grown(), target)
    return _somewhere()


named("export_of_another_log", export_of_another_log)
