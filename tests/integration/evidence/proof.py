"""Verifies a C2SP tlog-proof of one entry, and what it discloses."""

import cbor
from entry import EVENT, Entry, EpochRecord, in_words
from note import Checkpoint
from tree import leaf_hash, root_from_inclusion
from wire import Damage, base64_bytes, decimal, utf8

_MOST_BYTES = 8 << 20
_MOST_HASHES = 64


class Proof:
    """A parsed proof. Nothing in it is to be trusted before `check`."""

    def __init__(self, data):
        if len(data) > _MOST_BYTES:
            raise Damage("a proof is too long")
        head, blank, note = utf8(data, "a proof").partition("\n\n")
        lines = head.split("\n")
        if not blank or len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1":
            raise Damage("this is no tlog-proof")
        if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise Damage("a proof's extra data or index is missing")
        self.index = decimal(lines[2][6:])
        if len(lines) - 3 > _MOST_HASHES:
            raise Damage("a proof has too many hashes")
        self.path = [base64_bytes(line, 32) for line in lines[3:]]
        self.checkpoint = Checkpoint(note.encode())
        self._read_extra(cbor.decode(base64_bytes(lines[1][6:])))

    def _read_extra(self, extra):
        if not isinstance(extra, dict) or not {1, 2, 3} <= set(extra) <= {1, 2, 3, 4, 5}:
            raise Damage("a proof's extra data has other keys than the format names")
        if not all(isinstance(extra[key], bytes) for key in (1, 2)) or not isinstance(extra[3], list):
            raise Damage("a proof's extra data is not of its types")
        secrets = [extra[key] for key in (4, 5) if key in extra]
        if any(not isinstance(item, bytes) or len(item) != 32 for item in secrets + extra[3]):
            raise Damage("a proof's hash or key is not 32 bytes")
        if len(extra[3]) > _MOST_HASHES or 5 in extra and 4 not in extra:
            raise Damage("a proof's extra data has too many hashes, or a box without its event")
        self.entry, self.record = Entry(extra[1]), EpochRecord(Entry(extra[2]))
        self.record_path, self.entry_key, self.r = extra[3], extra.get(4), extra.get(5)

    def check(self, key):
        """Raises Damage unless all of it is right; then the event in words, or None when nothing is disclosed."""
        check_checkpoint(self.checkpoint, self.record, self.record_path, key)
        check_inclusion(self.entry, self.index, self.path, self.checkpoint, self.record)
        if self.entry_key is None:
            return None
        return disclosed(self.entry, key.log_id, self.entry_key, self.r)


def check_checkpoint(note, record, record_path, key):
    """The checkpoint by the log's key, the epoch record in its tree, and the checkpoint by that epoch's key."""
    if note.origin != key.name:
        raise Damage("the checkpoint is of another log than the key")
    note.check_identity(key.log_id, key.public)
    if (record.log_id, record.identity) != (key.log_id, key.public):
        raise Damage("the epoch record is of another log than the key")
    record.check_identity()
    if root_from_inclusion(record.sequence, note.size, leaf_hash(record.entry.data), record_path) != note.root:
        raise Damage("the epoch record is not in the tree", record.sequence)
    note.check_epoch(record.number, record.key)


def check_inclusion(entry, index, path, note, record):
    """The entry is the one of this number in the checkpoint's tree, and of an epoch that fits."""
    if root_from_inclusion(index, note.size, leaf_hash(entry.data), path) != note.root:
        raise Damage("the entry is not in the tree", index)
    if entry.sequence != index:
        raise Damage("the entry's number is not its place in the tree", index)
    fits = entry.epoch == record.number if index >= record.sequence else entry.epoch < record.number
    if not fits:
        raise Damage("the entry's epoch does not fit the epoch record", index)


def disclosed(entry, log_id, entry_key, r):
    """What the event says."""
    try:
        if entry.type != EVENT:
            raise Damage("only events can be disclosed")
        body = entry.open_body(log_id, entry_key)
        return in_words(entry, body, None if r is None else entry.open_box(log_id, r))
    except Damage as damage:
        raise Damage(damage.problem, entry.sequence) from None


def verify_proof(data, key):
    result = {"ok": False, "entries": 1, "signed": 0, "sequence": None, "problem": None}
    try:
        proof = Proof(data)
        event = proof.check(key)
    except Damage as damage:
        return result | {"problem": damage.problem, "sequence": damage.sequence}
    return result | {"ok": True, "signed": proof.checkpoint.size, "index": proof.index, "event": event}
