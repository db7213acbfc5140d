"""Entries: the public header, what lies behind it by type, and what a disclosed event says."""

import re
import struct

import cbor
from wire import Damage, checksum, decipher, derive, is_uint, lp, same, signed_by

EVENT, KEY, EPOCH, SKIP, RECOVERY, WITNESS = range(1, 7)
HEADER = 40
LEAST, MOST = 40, 1048576
_EXACT = {KEY: 184, EPOCH: 340, SKIP: 57, RECOVERY: 56}


class Entry:
    """An entry whose own bytes are well-formed. How it fits to its neighbours is for the log to check."""

    def __init__(self, data):
        if not LEAST <= len(data) <= MOST:
            raise Damage("an entry's length is out of bounds")
        self.data = data
        version, self.type, flags, self.epoch, self.sequence, self.time = struct.unpack_from("<BBHIQq", data)
        if version != 1:
            raise Damage("an entry's version is unknown")
        if not EVENT <= self.type <= WITNESS:
            raise Damage("an entry's type is unknown")
        if flags:
            raise Damage("an entry has unknown flags")
        if self.epoch == 0:
            raise Damage("an entry is of epoch 0")
        if len(data) != _EXACT.get(self.type, len(data)):
            raise Damage("an entry has not the length of its type")
        if self.type == EVENT:
            self._read_event()
        elif self.type == KEY:
            self.epoch_record = struct.unpack_from("<Q", data, HEADER)[0]
        elif self.type == SKIP:
            self.kind, self.since, self.to = struct.unpack_from("<Bqq", data, HEADER)
            if not 1 <= self.kind <= 3:
                raise Damage("a skip record's kind is unknown")
        elif self.type == WITNESS and not 1 <= len(data) - HEADER <= 65536:
            raise Damage("a witness record's length is out of bounds")

    def _read_event(self):
        data = self.data
        if len(data) < 84:
            raise Damage("an event is cut off")
        self.key_index, body, box = struct.unpack_from("<III", data, HEADER)
        if len(data) != 84 + body + (32 + box if box else 0):
            raise Damage("an event's lengths do not fit the entry's")
        for size in (body, box) if box else (body,):
            if size < 80 or (size - 16) % 64:
                raise Damage("a sealed part is not padded to 64 bytes")
        self.commitment, self.body = data[52:84], data[84 : 84 + body]
        self.box_commitment, self.box = data[84 + body : 116 + body], data[116 + body :]

    def associated(self, log_id):
        return lp(log_id) + lp(self.data[:52])

    def open_body(self, log_id, entry_key):
        """The event's body, when this is its key."""
        return _body(self._open(log_id, entry_key, "SRM/audit/event/v1", self.commitment, self.body), self.sequence)

    def open_box(self, log_id, r):
        if not self.box:
            raise Damage("the event has no box")
        return _box(self._open(log_id, r, "SRM/audit/box/v1", self.box_commitment, self.box))

    def _open(self, log_id, key, label, commitment, sealed):
        associated = self.associated(log_id)
        derived = derive(key, label, [associated], 64)
        if not same(derived[32:], commitment):
            raise Damage("the key is not that of this entry: the commitment differs")
        plain = decipher(derived[:32], sealed, associated)
        if plain is None:
            raise Damage("the sealed part does not open under the key it is committed to")
        size = int.from_bytes(plain[:4], "little")
        if len(plain) != (4 + size + 63) // 64 * 64 or any(plain[4 + size :]):
            raise Damage("the padding is wrong")
        value = cbor.decode(plain[4 : 4 + size])
        if not isinstance(value, dict):
            raise Damage("a sealed part is no map")
        return value


class EpochRecord:
    """The fields of an epoch record."""

    def __init__(self, entry):
        if entry.type != EPOCH:
            raise Damage("the entry is no epoch record")
        data = entry.data
        self.entry, self.number, self.sequence = entry, entry.epoch, entry.sequence
        self.closes, self.size = struct.unpack_from("<IQ", data, HEADER)
        self.root, self.key, self.identity, self.opening = (data[at : at + 32] for at in (52, 84, 116, 148))
        self.log_id, self.store_id = data[180:196], data[196:212]
        self.closing_signature, self.identity_signature = data[212:276], data[276:340]
        if self.number != self.closes + 1:
            raise Damage("an epoch record does not begin the epoch behind the one it closes")
        if self.size != self.sequence:
            raise Damage("an epoch record's size is not its sequence number")

    def check_log_id(self):
        """The log's name follows from its first record."""
        parts = [self.key, self.identity, self.opening, self.store_id]
        if self.log_id != checksum("SRM/audit/log/v1", parts)[:16]:
            raise Damage("the log id is not the one that follows from the first epoch record")

    def _message(self):
        return lp(b"SRM/audit/epoch/v1") + self.entry.data[:212]

    def check_identity(self):
        if not signed_by(self.identity, self._message(), self.identity_signature):
            raise Damage("an epoch record's identity signature is wrong")

    def check_closing(self, closed_key):
        if not signed_by(closed_key, self._message(), self.closing_signature):
            raise Damage("an epoch record is not signed by the key of the epoch it closes")


def _is_text(value):
    return isinstance(value, str)


def _is_int(value):
    return isinstance(value, int) and -(1 << 63) <= value < 1 << 63


def _is_name(value):
    return _is_text(value) and re.fullmatch("[a-z0-9_.-]+", value, re.ASCII)


def _is_actor(value):
    if value in ("system", "peer", "others"):
        return True
    return _is_text(value) and re.fullmatch("uid:(0|[1-9][0-9]*)", value, re.ASCII) and int(value[4:]) < 1 << 32


def _is_number(value):
    return is_uint(value, 63)


_BODY = {
    1: _is_name,
    2: lambda v: is_uint(v) and v <= 3,
    3: lambda v: is_uint(v) and v <= 1,
    4: lambda v: v in ("owner", "state", "protocol", "limit", "system"),
    5: _is_name,
    6: _is_actor,
    7: lambda v: v in ("peer", "none"),
    8: _is_number,
    9: lambda v: is_uint(v, 32),
    10: lambda v: is_uint(v, 32),
    11: lambda v: _is_text(v) and 1 <= len(v.encode()) <= 64,
    12: lambda v: isinstance(v, bytes) and v and len(v) % 16 == 0,
    13: _is_number,
    14: _is_int,
    15: _is_number,
    16: _is_number,
    17: _is_number,
    18: lambda v: _is_number(v) and v > 1,
    19: lambda v: _is_text(v) and v != "",
    20: lambda v: isinstance(v, bytes) and len(v) == 32,
    21: _is_number,
}
_BOX = {
    1: lambda v: isinstance(v, list) and v and all(map(_is_text, v)),
    2: lambda v: _is_text(v) and 1 <= len(v.encode()) <= 512,
    3: lambda v: isinstance(v, bytes) and len(v) == 32,
}


def _fields(value, known, what):
    for key, item in value.items():
        if key not in known or not known[key](item):
            raise Damage(f"{what}: field {key} is unknown or not of its type")
    return value


def _body(value, sequence):
    _fields(value, _BODY, "body")
    if any(key not in value for key in (1, 2, 3, 4, 6, 7, 14, 15)):
        raise Damage("body: a field that is always there is missing")
    if value[2] == 1 and 5 in value:
        raise Damage("body: an intent has a result")
    if 17 in value and (value[2] not in (2, 3) or value[17] >= sequence):
        raise Damage("body: the number of an intent is out of place")
    return value


def _box(value):
    return _fields(value, _BOX, "box")


_NAMES = {
    1: "action",
    4: "rule",
    5: "result",
    6: "actor",
    7: "auth",
    8: "session",
    9: "uid",
    10: "pid",
    11: "client",
    13: "request",
    14: "time_ns",
    15: "boot_ns",
    16: "generation",
    17: "intent",
    18: "count",
    19: "detail",
}
_PHASES = ("single", "intent", "outcome", "recovered")
_DECISIONS = ("allowed", "denied")


def in_words(entry, body, box):
    """What an event says, under the names that exports use. `box` is None when it is not disclosed."""
    words = {
        "seq": entry.sequence,
        "time_s": entry.time,
        "epoch": entry.epoch,
        "phase": _PHASES[body[2]],
        "decision": _DECISIONS[body[3]],
    }
    words.update({name: body[key] for key, name in _NAMES.items() if key in body})
    if 12 in body:
        words["objects"] = [body[12][at : at + 16].hex() for at in range(0, len(body[12]), 16)]
    if box is not None:
        words.update({name: box[key] for key, name in ((1, "paths"), (2, "reason")) if key in box})
    return words
