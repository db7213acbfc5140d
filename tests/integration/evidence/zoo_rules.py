"""Attacks on what no signature covers yet: entries behind the newest checkpoint that break a rule.

Each is found at its own place.
"""

import functools
import shutil
import struct

import spell
from make_log import make
from nacl import bindings
from tamper import at, attack, changed, flipped, harmless, named, numbered, with_entries


class _Tail:
    """Adds entries behind the last one that would be good unless changed."""

    def __init__(self, keys):
        self.keys, self.entries = keys, list(keys.entries)
        self.time = struct.unpack_from("<q", self.entries[-1], 16)[0]
        self.epoch = keys.epoch_of(len(self.entries) - 1)
        self.key()

    def head(self, kind, time=None, epoch=None):
        self.time = self.time if time is None else time
        return spell.header(kind, epoch or self.epoch, len(self.entries), self.time, bytes(16))

    def key(self):
        box = bindings.crypto_box_seal(bytes(88), self.keys.opening_key)
        self.entries.append(self.head(spell.KEY) + struct.pack("<Q", self.keys.epoch_starts[-1]) + box)

    def event(self, index, **head):
        return spell.event(self.keys.log_id, self.head(spell.EVENT, **head), index, bytes(32), spell.padded({1: "x"}))

    def recovery(self, torn=1, lost=0):
        return self.head(spell.RECOVERY) + struct.pack("<QQ", torn, lost)

    def skip(self, kind, since, to, time):
        return self.head(spell.SKIP, time) + struct.pack("<Bqq", kind, since, to)


def _appended(folder, keys, make, good=()):
    """`good` and then what `make` makes of the tail; the last one is the bad one."""
    tail = _Tail(keys)
    for one in good:
        tail.entries.append(one(tail))
    tail.entries.append(make(tail))
    where = len(tail.entries) - 1
    tail.entries.append(tail.recovery() if len(tail.entries) - len(keys.entries) < 256 else tail.event(1))
    with_entries(folder, keys, tail.entries)
    return at(where)


def _epoch_record(tail, number=None, closes=None, size=None, ids=None, identity=None, closing=True, root=None):
    """An epoch record made with today's keys, good but for what is asked."""
    keys, at_size = tail.keys, len(tail.entries)
    forest = keys.copied()
    forest.entries = tail.entries
    seed, identity_seed = bytes(range(32)), identity or keys.identity_seed
    public = (spell.public_of(seed), spell.public_of(identity_seed), keys.opening_key)
    head = spell.header(spell.EPOCH, number or tail.epoch + 1, at_size, tail.time, bytes(16))
    record = spell.epoch_record(
        head,
        at_size if size is None else size,
        root or forest.grown().forest.root(at_size),
        public,
        ids or (keys.log_id, keys.store_id),
        keys.epoch_seeds[tail.epoch] if closing else None,
        identity_seed,
    )
    if closes is not None:
        record = changed(record, 40, struct.pack("<I", closes))
    return record


def _later_key(tail):
    tail.keys = tail.keys.copied()
    box = bindings.crypto_box_seal(bytes(88), tail.keys.opening_key)
    return tail.head(spell.KEY) + struct.pack("<Q", len(tail.entries) - 1) + box


def _witness(tail, size, root=None, cosigned=True, seed=None):
    keys = tail.keys
    body = spell.note_body(keys.log_id, size, root or keys.forest.root(size))
    epoch = keys.epoch_of(min(size, len(keys.entries)) - 1)
    text = spell.note(body, keys.origin, seed or keys.identity_seed, epoch, keys.epoch_seeds[epoch])
    text += spell.cosignature_line(keys.witness_name, keys.witness_seed, body, 5) if cosigned else ""
    return tail.head(spell.WITNESS) + text.encode()


_HOUR = 3600
_RULES = {
    "version": lambda t: flipped(t.recovery(), 0),
    "type_unknown": lambda t: changed(t.recovery(), 1, b"\7"),
    "type_zero": lambda t: changed(t.recovery(), 1, b"\0"),
    "flags": lambda t: changed(t.recovery(), 3, b"\x80"),
    "sequence_skipped": lambda t: changed(t.recovery(), 8, struct.pack("<Q", len(t.entries) + 1)),
    "epoch_without_record": lambda t: t.event(5, epoch=t.epoch + 1),
    "epoch_goes_back": lambda t: t.event(5, epoch=t.epoch - 1 or 9),
    "time_goes_back": lambda t: t.event(5, time=t.time - 1),
    "time_goes_back_at_key_record": lambda t: t.head(spell.KEY, t.time - 9) + _later_key(t)[40:],
    "skip_unknown_kind": lambda t: t.skip(4, t.time, t.time, t.time),
    "skip_set_back_to_later": lambda t: t.skip(1, t.time, t.time + 5, t.time + 5),
    "skip_set_back_from_before": lambda t: t.skip(1, t.time - _HOUR, t.time - 2 * _HOUR, t.time - 2 * _HOUR),
    "skip_not_to_its_time": lambda t: t.skip(1, t.time, t.time - 5, t.time - 4),
    "skip_forward_too_little": lambda t: t.skip(2, t.time, t.time + 4, t.time + 4),
    "skip_forward_goes_back": lambda t: t.skip(2, t.time - 2 * _HOUR, t.time - _HOUR, t.time - _HOUR),
    "skip_away_goes_back": lambda t: t.skip(3, t.time, t.time - 1, t.time - 1),
    "skip_away_from_elsewhere": lambda t: t.skip(3, t.time + 1, t.time + 9, t.time + 9),
    "skip_too_long": lambda t: t.skip(2, t.time, t.time + 9, t.time + 9) + b"\0",
    "recovery_too_short": lambda t: t.recovery()[:-1],
    "key_record_too_long": lambda t: t.head(spell.KEY) + struct.pack("<Q", t.keys.epoch_starts[-1]) + bytes(137),
    "key_record_names_another": lambda t: t.head(spell.KEY) + struct.pack("<Q", t.keys.epoch_starts[-1] + 1) + bytes(136),
    "event_cut": lambda t: t.event(5)[:83],
    "event_too_long": lambda t: t.event(5) + b"\0",
    "event_body_not_padded": lambda t: changed(t.event(5) + b"\0", 44, struct.pack("<I", 81)),
    "event_without_body": lambda t: changed(t.event(5)[:84], 44, bytes(4)),
    "event_box_not_padded": lambda t: changed(t.event(5) + bytes(112 + 8), 48, struct.pack("<I", 88)),
    "event_box_commitment_alone": lambda t: t.event(5) + bytes(32),
    "epoch_skipped": lambda t: _epoch_record(t, number=t.epoch + 2),
    "epoch_again": lambda t: _epoch_record(t, number=t.epoch),
    "epoch_closes_another": lambda t: _epoch_record(t, closes=t.epoch + 1),
    "epoch_of_other_size": lambda t: _epoch_record(t, size=len(t.entries) - 1),
    "epoch_of_other_root": lambda t: _epoch_record(t, root=bytes(32)),
    "epoch_not_closed": lambda t: _epoch_record(t, closing=False),
    "epoch_of_other_log": lambda t: _epoch_record(t, ids=(bytes(16), t.keys.store_id)),
    "epoch_of_other_store": lambda t: _epoch_record(t, ids=(t.keys.log_id, bytes(16))),
    "epoch_of_other_identity": lambda t: _epoch_record(t, identity=bytes(32)),
    "epoch_opening_key_exchanged": lambda t: flipped(_epoch_record(t), 150),
    "epoch_identity_signature_zero": lambda t: changed(_epoch_record(t), 276, bytes(64)),
    "epoch_signatures_exchanged": lambda t: (lambda r: r[:212] + r[276:] + r[212:276])(_epoch_record(t)),
    "witness_of_no_text": lambda t: t.head(spell.WITNESS),
    "witness_of_garbage": lambda t: t.head(spell.WITNESS) + b"garbage",
    "witness_of_the_future": lambda t: _witness(t, len(t.entries) + 1, root=bytes(32)),
    "witness_not_cosigned": lambda t: _witness(t, t.keys.signed or 1, cosigned=False),
    "witness_of_other_root": lambda t: _witness(t, len(t.keys.entries), root=bytes(32)),
    "witness_of_other_key": lambda t: _witness(t, t.keys.signed or 1, seed=bytes(32)),
    "witness_trailing_text": lambda t: _witness(t, t.keys.signed or 1) + b"x",
}
for _name, _make in _RULES.items():
    named(f"rule_{_name}", functools.partial(_appended, make=_make))


def _same_index(tail):
    return tail.event(7)


named("rule_key_index_again", functools.partial(_appended, make=_same_index, good=(_same_index,)))
named("rule_key_index_goes_back", functools.partial(_appended, make=lambda t: t.event(6), good=(_same_index,)))
named(
    "rule_entries_without_key_record",
    functools.partial(_appended, make=lambda t: t.recovery(), good=(lambda t: t.recovery(),) * 255),
)
named(
    "rule_key_record_names_older",
    functools.partial(
        _appended,
        good=(_epoch_record,),
        make=lambda t: (lambda key: key[:4] + struct.pack("<I", t.epoch + 1) + key[8:])(
            t.head(spell.KEY) + struct.pack("<Q", t.keys.epoch_starts[-1]) + bytes(136)
        ),
    ),
)


# --- logs that were never signed ---


def _fresh(folder, keys, entries, log_id=None):
    """A log of these entries and no checkpoint, in place of what was there."""
    shutil.rmtree(folder)
    folder.mkdir()
    log = keys.copied()
    log.entries, log.starts, log.told, log.epoch_starts = entries, [0], {}, [0]
    log.signed, log.cosigned, log.archived, log.torn, log.log_id = None, [], 0, b"", log_id or keys.log_id
    log.left_over = []
    log.grown().write(folder)


def _first(keys, number=1, identity_seed=None, store_id=None):
    """The log's entry 0, but for what is asked."""
    seed, old = identity_seed or keys.identity_seed, keys.entries[0]
    head = changed(old[:40], 4, struct.pack("<I", number))
    public = (old[84:116], spell.public_of(seed), old[148:180])
    return spell.epoch_record(head, 0, keys.forest.root(0), public, (keys.log_id, store_id or keys.store_id), None, seed)


def _second(keys, kind=spell.KEY):
    head = keys.entries[0][:1] + bytes([kind]) + keys.entries[0][2:8] + struct.pack("<Q", 1) + keys.entries[0][16:40]
    if kind == spell.KEY:
        return head + bytes(8) + bindings.crypto_box_seal(bytes(88), keys.opening_key)
    return spell.event(keys.log_id, head, 0, bytes(32), spell.padded({1: "x"}))


_FIRST = {
    "is_a_key_record": (0, lambda k: [numbered(_second(k), 0)]),
    "closes_an_epoch": (0, lambda k: [changed(_first(k), 212, bytes(range(64))), _second(k)]),
    "is_of_epoch_2": (0, lambda k: [_first(k, number=2), _second(k)]),
    "is_of_another_identity": (0, lambda k: [_first(k, identity_seed=bytes(range(32))), _second(k)]),
    "is_of_another_store": (0, lambda k: [_first(k, store_id=bytes(16)), _second(k)]),
    "is_followed_by_an_event": (1, lambda k: [_first(k), _second(k, spell.EVENT)]),
    "is_missing": (0, lambda k: [_second(k)]),
}


def _unsigned(folder, keys, where, make_entries):
    _fresh(folder, keys, make_entries(keys))
    return at(where)


for _name, (_where, _make) in _FIRST.items():
    named(f"first_entry_{_name}", functools.partial(_unsigned, where=_where, make_entries=_make))


@harmless
def only_its_first_two_entries_and_no_checkpoint(folder, keys):
    """What the attacks above begin with is good."""
    _fresh(folder, keys, [_first(keys), _second(keys)])


@harmless
def recovery_that_lost_entries(folder, keys):
    """A loss of power may leave whole frames behind one that is not whole."""
    tail = _Tail(keys)
    tail.entries.append(tail.recovery(torn=900, lost=3))
    with_entries(folder, keys, tail.entries)


@attack
def segment_heads_of_another_log(folder, keys):
    """The records are of the log that they were written for, which its segments deny."""
    _fresh(folder, keys, [_first(keys), _second(keys)], log_id=bytes(16))
    return at(0)


@attack
def good_but_for_the_key_at_hand(folder, keys):
    """A whole log of another store."""
    other = make(7, entries=2, signed=False, archived=False, torn=False)
    _fresh(folder, keys, other.entries, log_id=other.log_id)
    return at(0)
