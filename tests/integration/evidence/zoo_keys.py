"""Attacks with and on keys: epochs signed again with today's keys, exchanged keys, key records."""

import functools
import struct

import spell
from nacl import bindings
from tamper import (
    NotHere,
    an_event,
    at,
    at_entry,
    at_note,
    attack,
    changed,
    chosen,
    flipped,
    named,
    resign,
    rewrite_segments,
    rewrite_tiles,
    unsigned_by,
    with_entries,
    with_entry,
    witnessed_size,
)

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


def closed_again(log, record, seed):
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
        log.entries[record] = closed_again(log, record, today)
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
        log.entries[record] = closed_again(log, record, seed)
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
    with_entries(
        folder,
        keys,
        keys.entries[: later[-1]]
        + [changed(entry, 8, struct.pack("<Q", i)) for i, entry in enumerate(keys.entries[later[-1] + 1 :], later[-1])],
        tiles=True,
    )
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
    """By who has the identity key: another log id would follow from it."""
    if keys.archived:
        raise NotHere
    with_entry(folder, keys, 0, _identity_signed(keys, changed(keys.entries[0], 148, spell.public_of(bytes(32)))), tiles=True)
    return at(0)


def _rewritten(folder, keys, log_id):
    """All epochs get keys of the attacker's from entry 0 on, under a log id."""
    if keys.archived or not keys.epoch_starts[1:] or any(entry[1] == spell.WITNESS for entry in keys.entries):
        raise NotHere
    log, seed = keys.copied(), bytes(range(32))
    log.entries[1] = flipped(log.entries[1], 60)
    log.log_id = log_id(log, spell.public_of(seed))
    for record in log.epoch_starts:
        log.entries[record] = changed(log.entries[record], 84, spell.public_of(seed))
        log.entries[record] = changed(log.entries[record], 180, log.log_id)
        log.entries[record] = closed_again(log, record, seed if record else None)
        log.epoch_seeds[log.epoch_of(record)] = seed
    rewrite_segments(folder, log)
    rewrite_tiles(folder, log)
    resign(folder, log)
    return log


def _same_id(log, _):
    return log.log_id


def _its_own_id(log, epoch_key):
    return spell.log_name(epoch_key, log.entries[0][116:148], log.entries[0][148:180], log.store_id)


@attack
def whole_log_rewritten_with_the_identity_key(folder, keys):
    """Under the log's name: it does not follow from the key of the first epoch, which is another one."""
    _rewritten(folder, keys, _same_id)
    return at(0)


@attack
def whole_log_rewritten_under_its_own_name(folder, keys):
    """As a log it is good; it is not the one whose key is at hand."""
    _rewritten(folder, keys, _its_own_id)
    return at(0)


@attack
def whole_log_rewritten_against_an_older_checkpoint(folder, keys):
    """The first record is the true one, all that follows is not."""
    if len(keys.epoch_starts) > 1:
        raise NotHere
    log = with_entry(folder, keys, 1, flipped(keys.entries[1], 60), tiles=True)
    (folder.parent / "against").write_text(keys.checkpoint(keys.signed))
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
    with_entry(folder, keys, i, keys.entries[i][:40] + body.encode() + text[text.index(b"\n\n") + 1 :], tiles=True)
    return at(i)
