"""Attacks with and on keys: forged checkpoints, forks, epochs signed again with today's keys, exchanged keys."""

import functools
import struct

import spell
from make_log import make
from nacl import bindings
from tamper import (NotHere, an_event, anywhere, at, at_entry, at_note, attack, changed, chosen, flipped, named, resign, rewrite_segments,
                    rewrite_tiles, unsigned_by, with_entries, with_entry, witnessed_size)

# --- the checkpoint ---


def _parts(keys, size=None):
    """(body, identity line, epoch line) of a checkpoint."""
    body, _, lines = keys.checkpoint(size or keys.signed).partition("\n\n")
    return body + "\n", *lines.splitlines(keepends=True)


def _with_body(keys, body, name=None, epoch=None, identity=None):
    """A note over another body, rightly signed."""
    epoch = epoch or keys.epoch_of(keys.signed - 1)
    return spell.note(body, name or keys.origin, identity or keys.identity_seed, epoch, keys.epoch_seeds[epoch])


def _body(keys, size=None, root=None, origin=None, extension=""):
    size = size or keys.signed
    return f"{origin or keys.origin}\n{size}\n{spell.text64(root or keys.forest.root(keys.signed))}\n{extension}"


def _note_without(keys, which):
    parts = list(_parts(keys))
    del parts[which]
    return parts[0] + "\n" + "".join(parts[1:])


def _note_with(keys, *more, epoch_line=None):
    body, identity, epoch = _parts(keys)
    return body + "\n" + identity + (epoch_line or epoch) + "".join(more)


def _foreign_epoch_line(keys):
    """The epoch signature by a key of the attacker's."""
    body = _parts(keys)[0]
    return spell.signature_line(f"{keys.origin}/epoch/{keys.epoch_of(keys.signed - 1)}", bytes(range(32)), body)


def _other_epoch(keys):
    now = keys.epoch_of(keys.signed - 1)
    others = [epoch for epoch in keys.epoch_seeds if epoch != now]
    if not others:
        raise NotHere
    return others[-1]


def _spoilt_base64(text):
    """Another spelling of the identity signature: bits that base64 ignores are set."""
    line = text.split("\n")[4]
    assert line.endswith("=")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    place = len(line.rstrip("=")) - 1
    return text.replace(line, line[:place] + last[last.index(line[place]) ^ 1] + line[place + 1:])


def _flip_in_line(keys, which):
    parts = list(_parts(keys))
    place = len(parts[which]) - 20
    parts[which] = parts[which][:place] + ("A" if parts[which][place] != "A" else "B") + parts[which][place + 1:]
    return parts[0] + "\n" + parts[1] + parts[2]


_CHECKPOINTS = {
    "by_another_key": lambda k: _with_body(k, _body(k), identity=bytes(range(32))),
    "epoch_by_another_key": lambda k: _note_with(k, epoch_line=_foreign_epoch_line(k)),
    "identity_signature_alone": lambda k: _note_without(k, 2),
    "epoch_signature_alone": lambda k: _note_without(k, 1),
    "unsigned": lambda k: _body(k) + "\n",
    "origin_of_another_log": lambda k: _with_body(k, _body(k, origin=spell.origin(bytes(16))), name=spell.origin(bytes(16))),
    "origin_of_another_kind": lambda k: _with_body(k, _body(k, origin="example.com/log"), name="example.com/log"),
    "origin_in_capitals": lambda k: _with_body(k, _body(k, origin=k.origin.upper())),
    "extension_line": lambda k: _with_body(k, _body(k, extension="an extension\n")),
    "leading_zero": lambda k: _with_body(k, _body(k, size=f"0{k.signed}")),
    "plus_sign": lambda k: _with_body(k, _body(k, size=f"+{k.signed}")),
    "size_zero": lambda k: _with_body(k, _body(k, size="0")),
    "one_entry_more": lambda k: _with_body(k, _body(k, size=k.signed + 1)),
    "one_entry_less": lambda k: _with_body(k, _body(k, size=k.signed - 1)),
    "far_more_entries": lambda k: _with_body(k, _body(k, size=1 << 40)),
    "size_beyond_64_bits": lambda k: _with_body(k, _body(k, size=1 << 64)),
    "root_changed": lambda k: _with_body(k, _body(k, root=bytes(32))),
    "root_changed_unsigned": lambda k: keys_replaced(k.checkpoint(k.signed), 2, spell.text64(bytes(32))),
    "root_too_short": lambda k: _with_body(k, _body(k).replace(spell.text64(k.forest.root(k.signed)), spell.text64(bytes(31)))),
    "base64_spoilt": lambda k: _spoilt_base64(k.checkpoint(k.signed)),
    "identity_signature_flipped": lambda k: _flip_in_line(k, 1),
    "epoch_signature_flipped": lambda k: _flip_in_line(k, 2),
    "identity_signature_twice": lambda k: _note_with(k, _parts(k)[1]),
    "epoch_of_another_number": lambda k: _with_body(k, _body(k), epoch=_other_epoch(k)),
    "epoch_number_with_zero": lambda k: k.checkpoint(k.signed).replace("/epoch/", "/epoch/0"),
    "line_ends_of_windows": lambda k: k.checkpoint(k.signed).replace("\n", "\r\n"),
    "last_line_cut": lambda k: k.checkpoint(k.signed)[:-1],
    "text_behind": lambda k: k.checkpoint(k.signed) + "and more\n",
    "hyphen_for_dash": lambda k: k.checkpoint(k.signed).replace("—", "-"),
    "empty": lambda k: "",
}


def keys_replaced(text, line, new):
    lines = text.split("\n")
    lines[line] = new
    return "\n".join(lines)


def _forged(folder, keys, make_note):
    (folder / "checkpoint").write_bytes(make_note(keys).encode())
    size = len(keys.entries)
    found = at_note(keys.signed)
    return type(found)(found.first - 1, max(found.last, size), True)


for _name, _make in _CHECKPOINTS.items():
    named(f"checkpoint_{_name}", functools.partial(_forged, make_note=_make))


@attack
def checkpoint_deleted(folder, keys):
    if len(keys.epoch_starts) < 2 and not keys.cosigned:
        raise NotHere
    (folder / "checkpoint").unlink()
    return anywhere(keys)


@attack
def checkpoint_older_than_a_cosigned_one(folder, keys):
    if not keys.cosigned or keys.cosigned[-1] <= max(1, keys.archived):
        raise NotHere
    (folder / "checkpoint").write_text(keys.checkpoint(max(1, keys.archived)))
    return anywhere(keys)


def _fork_root(keys):
    """The root of a log that differs in one entry, rightly computed."""
    log = keys.copied()
    log.entries[keys.archived] = flipped(log.entries[keys.archived], 30)
    return log.grown().forest.root(keys.signed)


@attack
def fork_beside_the_checkpoint(folder, keys):
    """Two checkpoints of the same size, both rightly signed and cosigned."""
    body = _body(keys, root=_fork_root(keys))
    text = _with_body(keys, body) + spell.cosignature_line(keys.witness_name, keys.witness_seed, body, 7)
    (folder / "cosigned" / str(keys.signed)).write_text(text)
    return at_note(keys.signed)


@attack
def fork_of_the_one_at_hand(folder, keys):
    (folder.parent / "against").write_text(_with_body(keys, _body(keys, root=_fork_root(keys))))
    return at_note(keys.signed, against="against")


@attack
def cut_back_to_an_older_checkpoint(folder, keys):
    """All of it put back to how it was: only who holds the newer checkpoint can tell."""
    log = keys.copied()
    log.signed = chosen(keys, "back", lambda i: i > keys.archived)
    log.entries, log.cosigned = log.entries[:log.signed], []
    log.starts = [start for start in log.starts if start < log.signed]
    rewrite_segments(folder, log)
    rewrite_tiles(folder, log)
    resign(folder, log)
    (folder.parent / "against").write_text(keys.checkpoint(keys.signed))
    return at(log.signed, against="against")


@attack
def one_at_hand_is_of_another_log(folder, keys):
    other = make(1, entries=20, signed=True, archived=False)
    (folder.parent / "against").write_text(other.checkpoint(min(other.signed, keys.signed)))
    return anywhere(keys, against="against")


@attack
def one_at_hand_is_forged(folder, keys):
    (folder.parent / "against").write_text(_flip_in_line(keys, 1))
    return at_note(keys.signed, against="against")


@attack
def cosignature_wrong(folder, keys):
    body = _body(keys)
    line = spell.cosignature_line(keys.witness_name, keys.witness_seed, body.replace("\n", "\n\n"), 1800000000)
    (folder / "checkpoint").write_text(_with_body(keys, body) + line)
    return at_note(keys.signed, witness=True)


@attack
def cosigned_file_of_another_size(folder, keys):
    if not keys.cosigned:
        raise NotHere
    size = keys.cosigned[0]
    (folder / "cosigned" / str(size)).rename(folder / "cosigned" / str(size + 1))
    return anywhere(keys)


@attack
def cosigned_file_without_cosignature(folder, keys):
    size = keys.cosigned[0] if keys.cosigned else keys.signed
    (folder / "cosigned" / str(size)).write_text(keys.checkpoint(size))
    return anywhere(keys)


@attack
def cosigned_file_beyond_the_log(folder, keys):
    body = _body(keys, size=len(keys.entries) + 5)
    text = _with_body(keys, body) + spell.cosignature_line(keys.witness_name, keys.witness_seed, body, 7)
    (folder / "cosigned" / str(len(keys.entries) + 5)).write_text(text)
    return anywhere(keys)


# --- epochs ---

def _past_event(keys, what):
    """An event of an epoch that is closed, and the record that closes it."""
    last = max(keys.epoch_starts)
    i = an_event(keys, what, lambda i: i < last)
    return i, min(start for start in keys.epoch_starts if start > i)


@attack
def resigned_with_todays_keys(folder, keys):
    """An old entry changed, all tiles and the checkpoint made anew; the closing record is left."""
    i, closing = _past_event(keys, "resign")
    log = with_entry(folder, keys, i, flipped(keys.entries[i], 60), tiles=True)
    resign(folder, log)
    return at(i, closing)


def _closed_again(log, record, seed):
    """An epoch record over the tree as it now is, closed with this key."""
    old = log.entries[record]
    keys = (old[84:116], old[116:148], old[148:180])
    root = log.grown().forest.root(record)
    return spell.epoch_record(old[:40], record, root, keys, (old[180:196], old[196:212]), seed, log.identity_seed)


@attack
def past_epoch_rewritten_with_todays_keys(folder, keys):
    """As above, and all closing records from there on are made anew with the keys the daemon has today."""
    i, closing = _past_event(keys, "rewrite")
    log = keys.copied()
    log.entries[i] = flipped(log.entries[i], 60)
    today = log.epoch_seeds[max(log.epoch_seeds)]
    for record in [start for start in log.epoch_starts if start > i]:
        log.entries[record] = _closed_again(log, record, today)
    log = with_entries(folder, keys, log.entries, tiles=True)
    resign(folder, log)
    return at(i, closing)


@attack
def past_epochs_rewritten_with_new_keys(folder, keys):
    """The epoch and all behind it get keys of the attacker's, whose records only the identity key signs truly."""
    i, closing = _past_event(keys, "new keys")
    log, seed = keys.copied(), bytes(range(32))
    begins = log.record_of(i)
    if begins <= log.archived:
        raise NotHere
    log.entries[i] = flipped(log.entries[i], 60)
    for record in [start for start in log.epoch_starts if start >= begins]:
        log.entries[record] = changed(log.entries[record], 84, spell.public_of(seed))
        log.entries[record] = _closed_again(log, record, seed)
        log.epoch_seeds[log.epoch_of(record)] = seed
    epoch_seeds = log.epoch_seeds
    log = with_entries(folder, keys, log.entries, tiles=True)
    log.epoch_seeds = epoch_seeds
    resign(folder, log)
    return at(min(begins, i), closing)


@attack
def closing_record_deleted(folder, keys):
    """The record is gone and what follows is of the epoch before."""
    later = [start for start in keys.epoch_starts if max(keys.archived, 1) < start < keys.signed - 1]
    if not later:
        raise NotHere
    with_entries(folder, keys, keys.entries[:later[-1]] + [changed(entry, 8, struct.pack("<Q", i)) for i, entry in
                                                           enumerate(keys.entries[later[-1] + 1:], later[-1])], tiles=True)
    return at(later[-1])


def _record_changed(folder, keys, change):
    record = chosen(keys, "record", lambda i: keys.kind(i) == spell.EPOCH)
    with_entry(folder, keys, record, change(keys, keys.entries[record]), tiles=True)
    return at(record)


def _identity_signed(keys, entry):
    message = spell.prefixed(b"SRM/audit/epoch/v1") + entry[:212]
    return entry[:276] + spell.signature(keys.identity_seed, message)


_RECORDS = {
    "opening_key_exchanged": lambda k, e: changed(e, 148, spell.public_of(bytes(32))),
    "opening_key_exchanged_by_identity": lambda k, e: _identity_signed(k, changed(e, 148, spell.public_of(bytes(32)))),
    "identity_key_exchanged": lambda k, e: changed(e, 116, spell.public_of(bytes(32))),
    "epoch_key_exchanged": lambda k, e: changed(e, 84, spell.public_of(bytes(32))),
    "epoch_key_exchanged_by_identity": lambda k, e: _identity_signed(k, changed(e, 84, spell.public_of(bytes(32)))),
    "log_id_exchanged": lambda k, e: _identity_signed(k, changed(e, 180, bytes(16))),
    "store_id_exchanged": lambda k, e: _identity_signed(k, changed(e, 196, bytes(16))),
    "root_exchanged": lambda k, e: _identity_signed(k, changed(e, 52, bytes(32))),
    "size_exchanged": lambda k, e: _identity_signed(k, changed(e, 44, bytes(8))),
    "closing_signature_erased": lambda k, e: changed(e, 212, bytes(64)),
    "identity_signature_erased": lambda k, e: changed(e, 276, bytes(64)),
    "number_skipped": lambda k, e: _identity_signed(k, changed(e, 4, struct.pack("<I", struct.unpack_from("<I", e, 4)[0] + 1))),
}
for _name, _change in _RECORDS.items():
    named(f"epoch_record_{_name}", functools.partial(_record_changed, change=_change))


@attack
def first_record_opening_key_exchanged(folder, keys):
    """By who has the identity key: the record itself is right, all that leads to it is not."""
    if keys.archived:
        raise NotHere
    with_entry(folder, keys, 0, _identity_signed(keys, changed(keys.entries[0], 148, spell.public_of(bytes(32)))), tiles=True)
    return at(0, unsigned_by(keys, 0))


@attack
def whole_log_rewritten_with_the_identity_key(folder, keys):
    """All epochs get keys of the attacker's from entry 0 on. Nothing in the folder can tell; an older checkpoint does."""
    if keys.archived or not keys.epoch_starts[1:] or any(entry[1] == spell.WITNESS for entry in keys.entries):
        raise NotHere
    log, seed = keys.copied(), bytes(range(32))
    log.entries[1] = flipped(log.entries[1], 60)
    for record in log.epoch_starts:
        log.entries[record] = changed(log.entries[record], 84, spell.public_of(seed))
        closed = _closed_again(log, record, seed if record else None)
        log.entries[record], log.epoch_seeds[log.epoch_of(record)] = closed, seed
    (folder.parent / "against").write_text(keys.checkpoint(keys.signed))
    epoch_seeds = log.epoch_seeds
    log = with_entries(folder, keys, log.entries, tiles=True)
    log.epoch_seeds = epoch_seeds
    resign(folder, log)
    return at_note(keys.signed, against="against")


# --- key records ---

@attack
def key_record_exchanged(folder, keys):
    """A chain whose first key the attacker knows."""
    i = chosen(keys, "key record", lambda i: keys.kind(i) == spell.KEY)
    box = bindings.crypto_box_seal(bytes(88), keys.opening_key)
    with_entry(folder, keys, i, keys.entries[i][:48] + box)
    return at_entry(keys, i)


@attack
def key_record_exchanged_and_tiles(folder, keys):
    i = chosen(keys, "key record and tiles", lambda i: keys.kind(i) == spell.KEY)
    with_entry(folder, keys, i, keys.entries[i][:48] + bindings.crypto_box_seal(bytes(88), keys.opening_key), tiles=True)
    return at(i, unsigned_by(keys, i))


@attack
def key_record_names_an_older_epoch_record(folder, keys):
    i = chosen(keys, "older", lambda i: keys.kind(i) == spell.KEY and keys.record_of(i) > 0)
    with_entry(folder, keys, i, changed(keys.entries[i], 40, bytes(8)), tiles=True)
    return at(i)


@attack
def key_record_removed(folder, keys):
    i = chosen(keys, "removed", lambda i: keys.kind(i) == spell.KEY)
    with_entry(folder, keys, i, keys.entries[i][:1] + b"\5" + keys.entries[i][2:40] + struct.pack("<QQ", 1, 0), tiles=True)
    return at(i, unsigned_by(keys, i))


@attack
def key_indexes_exchanged(folder, keys):
    """Two events of one chain in exchanged order of their keys."""
    def wish(i):
        return i + 1 < keys.signed and keys.kind(i + 1) == spell.EVENT
    i = an_event(keys, "indexes", wish)
    first, second = keys.entries[i], keys.entries[i + 1]
    entries = list(keys.entries)
    entries[i], entries[i + 1] = changed(first, 40, second[40:44]), changed(second, 40, first[40:44])
    with_entries(folder, keys, entries, tiles=True)
    return at(i, i + 1)


@attack
def witness_record_changed(folder, keys):
    i = chosen(keys, "witness record", lambda i: keys.kind(i) == spell.WITNESS)
    text = keys.entries[i][40:]
    body = spell.note_body(keys.log_id, witnessed_size(keys.entries[i]), bytes(32))
    with_entry(folder, keys, i, keys.entries[i][:40] + body.encode() + text[text.index(b"\n\n") + 1:], tiles=True)
    return at(i)
