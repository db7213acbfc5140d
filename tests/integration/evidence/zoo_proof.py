"""Attacks on proofs. Each writes the file `proof` beside the log folder; none may pass."""

import functools

import spell
from tamper import Found, NotHere, an_event, flipped, has_box
from tamper import named as _named

named = functools.partial(_named, beside=True)


def told_event(keys, boxed=True):
    """A disclosed event with a box that is not redacted, in a tree of some height."""

    def wish(i):
        return i in keys.told and (keys.told[i].r is not None or not boxed)

    return an_event(keys, "proof", lambda i: wish(i) and (has_box(keys, i) or not boxed))


def written(folder, text, i):
    (folder.parent / "proof").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Found(0, max(i, 1 << 20), nowhere=True, command="proof")


def _with_extra(folder, keys, change):
    i = told_event(keys)
    extra = change(keys, i, keys.extra(i, keys.signed, True))
    return written(folder, keys.proof_text(i, keys.signed, extra), i)


def _without(key):
    return lambda k, i, e: {name: value for name, value in e.items() if name != key}


def _at_least(hashes, count):
    if len(hashes) < count:
        raise NotHere
    return hashes


def _other_event(keys, i):
    others = [j for j in keys.told if j != i and keys.archived <= j < keys.signed]
    if not others:
        raise NotHere
    return min(others, key=lambda j: abs(j - i))


def _other_boxed(keys, i):
    others = [j for j in keys.told if j != i and keys.told[j].r]
    if not others:
        raise NotHere
    return min(others, key=lambda j: abs(j - i))


def _older_record(keys, i, extra):
    record = keys.record_of(keys.signed)
    if record == 0:
        raise NotHere
    older = keys.record_of(record)
    return extra | {2: keys.entries[older], 3: keys.forest.path(older, keys.signed)}


def _flip_path(place):
    return lambda k, i, e: e | {3: [flipped(h, 7) if n == place % len(e[3]) else h for n, h in enumerate(_at_least(e[3], 1))]}


_EXTRAS = {
    "entry_missing": _without(1),
    "record_missing": _without(2),
    "record_path_missing": _without(3),
    "entry_key_missing": _without(4),
    "unknown_key": lambda k, i, e: e | {6: b""},
    "entry_flipped": lambda k, i, e: e | {1: flipped(e[1], 70)},
    "entry_head_flipped": lambda k, i, e: e | {1: flipped(e[1], 30)},
    "entry_cut": lambda k, i, e: e | {1: e[1][:-1]},
    "entry_longer": lambda k, i, e: e | {1: e[1] + b"\0"},
    "entry_of_another": lambda k, i, e: e | {1: k.entries[_other_event(k, i)]},
    "record_flipped": lambda k, i, e: e | {2: flipped(e[2], 90)},
    "record_closing_flipped": lambda k, i, e: e | {2: flipped(e[2], 250)},
    "record_signature_flipped": lambda k, i, e: e | {2: flipped(e[2], 300)},
    "record_older": _older_record,
    "record_is_no_record": lambda k, i, e: e | {2: k.entries[1], 3: k.forest.path(1, k.signed)},
    "record_path_first_flipped": _flip_path(0),
    "record_path_last_flipped": _flip_path(-1),
    "record_path_shorter": lambda k, i, e: e | {3: _at_least(e[3], 1)[:-1]},
    "record_path_without_first": lambda k, i, e: e | {3: _at_least(e[3], 1)[1:]},
    "record_path_longer": lambda k, i, e: e | {3: e[3] + [bytes(32)]},
    "record_path_reordered": lambda k, i, e: e | {3: _at_least(e[3], 2)[::-1]},
    "record_path_hash_short": lambda k, i, e: e | {3: [_at_least(e[3], 1)[0][:31]] + e[3][1:]},
    "record_path_endless": lambda k, i, e: e | {3: e[3] + [bytes(32)] * 1000},
    "entry_key_flipped": lambda k, i, e: e | {4: flipped(e[4], 3)},
    "entry_key_of_the_next_event": lambda k, i, e: e | {4: k.told[_other_event(k, i)].entry_key},
    "entry_key_short": lambda k, i, e: e | {4: e[4][:31]},
    "r_flipped": lambda k, i, e: e | {5: flipped(e[5], 3)},
    "r_of_another_event": lambda k, i, e: e | {5: k.told[_other_boxed(k, i)].r},
    "r_is_the_entry_key": lambda k, i, e: e | {5: e[4]},
    "r_masked": lambda k, i, e: e | {5: bytes(a ^ b for a, b in zip(e[5], k.told[i].mask))},
}
for _name, _change in _EXTRAS.items():
    named(f"proof_{_name}", functools.partial(_with_extra, change=_change))


def _with_text(folder, keys, change):
    i = told_event(keys)
    text = keys.proof(i, True)
    altered = change(keys, i, text)
    assert altered != text
    return written(folder, altered, i)


def _line(number, change):
    """Changes the line of this number, counted from the first hash or, when negative, from the end of the hashes."""

    def apply(keys, i, text):
        head, _, note = text.partition("\n\n")
        lines = head.split("\n")
        hashes = _at_least(lines[3:], 1)
        place = number % len(hashes)
        return "\n".join(lines[:3] + hashes[:place] + change(hashes[place]) + hashes[place + 1 :]) + "\n\n" + note

    return apply


def _flip_character(text):
    return [("A" if text[0] != "A" else "B") + text[1:]]


def _reordered(keys, i, text):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    _at_least(lines[3:], 2)
    return "\n".join(lines[:3] + lines[4:] + [lines[3]]) + "\n\n" + note


def _index(change):
    return lambda k, i, t: t.replace(f"\nindex {i}\n", f"\nindex {change(i)}\n")


def _note(change):
    def apply(keys, i, text):
        head, _, note = text.partition("\n\n")
        return head + "\n\n" + change(keys, note)

    return apply


def _signature_dropped(place):
    def change(keys, note):
        body, _, lines = note.partition("\n\n")
        lines = lines.splitlines(keepends=True)
        del lines[place]
        return body + "\n\n" + "".join(lines)

    return change


def _older_note(keys, note):
    size = keys.signed - 1
    return keys.checkpoint(size)


def _cbor(change):
    return lambda k, i, t: t.replace(
        spell.text64(spell.cbor(k.extra(i, k.signed, True))), spell.text64(change(spell.cbor(k.extra(i, k.signed, True))))
    )


_TEXTS = {
    "first_line": lambda k, i, t: t.replace("proof@v1", "proof@v2"),
    "without_extra": lambda k, i, t: "\n".join(line for line in t.split("\n") if not line.startswith("extra ")),
    "extra_twice": lambda k, i, t: t.replace("\nextra ", "\nextra AA==\nextra "),
    "without_index": lambda k, i, t: t.replace(f"\nindex {i}\n", "\n"),
    "index_after": _index(lambda i: i + 1),
    "index_before": _index(lambda i: i - 1),
    "index_with_zero": _index(lambda i: f"0{i}"),
    "index_beyond_the_tree": _index(lambda i: i + (1 << 40)),
    "index_negative": _index(lambda i: -i),
    "first_hash_flipped": _line(0, _flip_character),
    "last_hash_flipped": _line(-1, _flip_character),
    "first_hash_dropped": _line(0, lambda h: []),
    "last_hash_dropped": _line(-1, lambda h: []),
    "hash_added": _line(-1, lambda h: [h, h]),
    "hash_added_first": _line(0, lambda h: [h, h]),
    "hash_short": _line(0, lambda h: [h[4:]]),
    "hashes_reordered": _reordered,
    "line_ends_of_windows": lambda k, i, t: t.replace("\n", "\r\n"),
    "without_blank_line": lambda k, i, t: t.replace("\n\n", "\n", 1),
    "note_root_flipped": _note(lambda k, n: n.replace(n.split("\n")[2], spell.text64(bytes(32)))),
    "note_size_changed": _note(lambda k, n: n.replace(f"\n{k.signed}\n", f"\n{k.signed + 1}\n")),
    "note_identity_signature_dropped": _note(_signature_dropped(0)),
    "note_epoch_signature_dropped": _note(_signature_dropped(1)),
    "note_of_an_older_tree": _note(_older_note),
    "note_with_text_behind": _note(lambda k, n: n + "x"),
    "note_missing": _note(lambda k, n: ""),
    "cbor_long_integer": _cbor(lambda data: data[:-35] + b"\x18" + data[-35:]),
    "cbor_long_length": _cbor(lambda data: data[:-34] + b"\x59\0" + data[-33:]),
    "cbor_bytes_behind": _cbor(lambda data: data + b"\0"),
    "cbor_cut": _cbor(lambda data: data[:-1]),
    "cbor_tagged": _cbor(lambda data: b"\xc1" + data),
    "cbor_key_twice": _cbor(lambda data: bytes([data[0] + 1]) + data[1:] + data[-35:]),
    "cbor_huge_length": _cbor(lambda data: data[:2] + b"\x5b" + b"\xff" * 8 + data[4:]),
    "cbor_deeply_nested": _cbor(lambda data: b"\x81" * 100000 + b"\0"),
    "empty": lambda k, i, t: "",
    "no_utf8": lambda k, i, t: t.encode() + b"\xff\n",
}
for _name, _change in _TEXTS.items():
    named(f"proof_{_name}", functools.partial(_with_text, change=_change))
