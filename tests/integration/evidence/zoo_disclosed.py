"""Attacks by who writes and signs the log himself: entries that are not as they must be, proved rightly."""

import functools

import spell
from nacl import bindings
from tamper import NotHere, an_event, changed, has_box
from tamper import named as _named
from two_keys import ciphertext_for, opens
from zoo_proof import told_event, written

named = functools.partial(_named, beside=True)


def _with_event(keys, i, entry):
    """The log with another event, all of it rightly signed: what the writer of a log can do himself."""
    log = keys.copied()
    log.entries[i] = entry
    return log.grown()


def _own(folder, keys, i, entry, extra):
    log = _with_event(keys, i, entry)
    return written(folder, log.proof_text(i, keys.signed, log.extra(i, keys.signed) | extra), i)


def _head_of(keys, i, body, box=0):
    return keys.entries[i][:44] + (body + 16).to_bytes(4, "little") + (box + 16 if box else 0).to_bytes(4, "little")


def _lying(folder, keys, plain):
    """An event whose plaintext is not as it must be, disclosed with its true key."""
    i = told_event(keys)
    public, key = _head_of(keys, i, len(plain)), bytes(range(32))
    return _own(folder, keys, i, public + b"".join(spell.sealed(key, "SRM/audit/event/v1", keys.log_id, public, plain)), {4: key})


_GOOD = {1: "secret.get", 2: 0, 3: 0, 4: "owner", 6: "uid:1000", 7: "peer", 14: 1, 15: 1}


def _raw(cbor):
    spelled = spell.prefixed(cbor)
    return spelled + bytes(-len(spelled) % 64)


_PLAINS = {
    "padding_not_zero": lambda: spell.padded(_GOOD)[:-1] + b"\1",
    "padding_too_long": lambda: spell.padded(_GOOD) + bytes(64),
    "length_too_long": lambda: b"\xff\0\0\0" + spell.padded(_GOOD)[4:],
    "unknown_field": lambda: spell.padded(_GOOD | {22: 0}),
    "unknown_phase": lambda: spell.padded(_GOOD | {2: 4}),
    "unknown_rule": lambda: spell.padded(_GOOD | {4: "friend"}),
    "actor_malformed": lambda: spell.padded(_GOOD | {6: "uid:007"}),
    "field_missing": lambda: spell.padded({key: value for key, value in _GOOD.items() if key != 15}),
    "field_of_another_type": lambda: spell.padded(_GOOD | {14: "1"}),
    "intent_with_result": lambda: spell.padded(_GOOD | {2: 1, 5: "ok"}),
    "objects_of_odd_length": lambda: spell.padded(_GOOD | {12: bytes(17)}),
    "client_too_long": lambda: spell.padded(_GOOD | {11: "x" * 65}),
    "no_map": lambda: spell.padded([1]),
    "text_no_utf8": lambda: _raw(spell.cbor(_GOOD).replace(b"owner", b"own\xff\xff")),
    "long_integer": lambda: _raw(spell.cbor(_GOOD).replace(b"\x0e\x01", b"\x0e\x18\x01")),
    "long_length": lambda: _raw(spell.cbor(_GOOD).replace(b"\x65owner", b"\x78\x05owner")),
    "keys_out_of_order": lambda: _raw(spell.cbor(_GOOD).replace(b"\x02\x00\x03\x00", b"\x03\x00\x02\x00")),
    "float": lambda: _raw(spell.cbor(_GOOD | {8: 0}).replace(b"\x08\x00", b"\x08\xf9\x00\x00")),
    "endless_text": lambda: _raw(spell.cbor(_GOOD).replace(b"\x65owner", b"\x7f\x65owner\xff")),
}
for _name, _make in _PLAINS.items():
    named(f"disclosed_{_name}", (lambda make: lambda folder, keys: _lying(folder, keys, make()))(_make))


_BOXES = {
    "unknown_field": lambda: {4: 0},
    "purpose_too_long": lambda: {2: "x" * 513},
    "path_no_text": lambda: {1: [b"x"]},
    "commitment_too_short": lambda: {3: bytes(31)},
    "no_map": lambda: [1],
}


def _lying_box(folder, keys, box):
    i, plain, sealed = told_event(keys), spell.padded(_GOOD), spell.padded(box)
    public, key = _head_of(keys, i, len(plain), len(sealed)), bytes(range(32))
    entry = public + b"".join(spell.sealed(key, "SRM/audit/event/v1", keys.log_id, public, plain))
    entry += b"".join(spell.sealed(key, "SRM/audit/box/v1", keys.log_id, public, sealed))
    return _own(folder, keys, i, entry, {4: key, 5: key})


for _name, _make in _BOXES.items():
    named(f"disclosed_box_{_name}", (lambda make: lambda folder, keys: _lying_box(folder, keys, make()))(_make))


def disclosed_key_record(folder, keys):
    i = min(i for i in range(keys.signed) if keys.kind(i) == spell.KEY)
    return written(folder, keys.proof_text(i, keys.signed, keys.extra(i, keys.signed) | {4: bytes(32)}), i)


def disclosed_box_that_is_not_there(folder, keys):
    i = an_event(keys, "no box", lambda i: not has_box(keys, i))
    return written(folder, keys.proof_text(i, keys.signed, keys.extra(i, keys.signed, True) | {5: bytes(32)}), i)


def two_key_event(keys, i):
    """(entry, first key, second key): an event whose ciphertext both keys open. The first is committed to; under it the event is
    as it must be, because the block that was solved for lies within a digest."""
    body = spell.padded(_GOOD | {19: "x" * 16, 20: bytes(32)})
    free = body.index(bytes(32)) // 16 + 1
    public = _head_of(keys, i, len(body))
    associated = spell.prefixed(keys.log_id) + spell.prefixed(public)
    for attempt in range(1000):
        first, second = (spell.derived(attempt.to_bytes(16, "little") + keys.log_id, name, [], 32) for name in ("one", "two"))
        one, two = (spell.derived(key, "SRM/audit/event/v1", [associated], 64) for key in (first, second))
        stream = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(body, associated, bytes(24), one[:32])[:-16]
        cipher = ciphertext_for(one[:32], two[:32], associated, stream, free)
        if cipher:
            assert opens(one[:32], cipher, associated) != opens(two[:32], cipher, associated)
            return public + one[32:] + cipher, first, second
    raise AssertionError("no ciphertext for two keys")


def two_key_proof(keys, first_key):
    """The proof of such an event, disclosed with the key it commits to, or with the other one that opens it."""
    i = told_event(keys)
    entry, first, second = two_key_event(keys, i)
    log = _with_event(keys, i, entry)
    return log.proof_text(i, keys.signed, log.extra(i, keys.signed) | {4: first if first_key else second})


def event_that_opens_under_two_keys(folder, keys):
    return written(folder, two_key_proof(keys, first_key=False), 0)


def event_without_true_commitment(folder, keys):
    """Enciphered rightly, committed to another key."""
    i, key = told_event(keys), bytes(range(32))
    plain = spell.padded(_GOOD)
    public = _head_of(keys, i, len(plain))
    cipher = spell.sealed(key, "SRM/audit/event/v1", keys.log_id, public, plain)[1]
    return _own(folder, keys, i, public + bytes(32) + cipher, {4: key})


def proof_under_anothers_identity(folder, keys):
    """A whole log of the attacker's with the same name."""
    log = keys.copied()
    log.identity_seed = bytes(range(32))
    log.entries[0] = spell.epoch_record(
        log.entries[0][:40],
        0,
        log.entries[0][52:84],
        (log.entries[0][84:116], spell.public_of(log.identity_seed), log.entries[0][148:180]),
        (log.log_id, log.store_id),
        None,
        log.identity_seed,
    )
    if max(keys.epoch_starts) > 0:
        raise NotHere
    log.grown()
    i = told_event(keys, boxed=False)
    return written(folder, log.proof(i, True), i)


def proof_entry_numbered_otherwise(folder, keys):
    """An event that says another number than its place, rightly signed."""
    i = told_event(keys)
    return _own(folder, keys, i, changed(keys.entries[i], 8, (i + 1).to_bytes(8, "little")), {})


def proof_entry_of_a_later_epoch(folder, keys):
    i = told_event(keys)
    return _own(folder, keys, i, changed(keys.entries[i], 4, b"\xff\0\0\0"), {})


for _attack in (
    disclosed_key_record,
    disclosed_box_that_is_not_there,
    event_that_opens_under_two_keys,
    event_without_true_commitment,
    proof_under_anothers_identity,
    proof_entry_numbered_otherwise,
    proof_entry_of_a_later_epoch,
):
    named(_attack.__name__, _attack)
