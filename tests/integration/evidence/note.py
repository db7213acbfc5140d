"""Keys and checkpoints: C2SP signed-note, tlog-checkpoint and tlog-cosignature, as far as docs/audit-format.md uses them."""

import hashlib
import re

from wire import Damage, base64_bytes, decimal, signed_by, utf8

ORIGIN = "io.strongroom/log/"
MOST_BYTES = 65536
_ED25519, _COSIGNATURE = 1, 4


def key_id(name, kind, public_key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def _is_key_name(name):
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


class Key:
    """A verifier key as text: name+id+base64(kind ‖ public key)."""

    def __init__(self, text, kind):
        name, _, rest = text.partition("+")
        identifier, _, encoded = rest.partition("+")
        material = base64_bytes(encoded, 33)
        if not _is_key_name(name) or material[0] != kind:
            raise Damage("the verifier key is malformed or of another kind")
        self.name, self.public = name, material[1:]
        self.id = key_id(name, kind, self.public)
        if identifier != self.id.hex():
            raise Damage("the verifier key's id is not that of its name and key")


def log_key(text):
    """The identity key of a log; its name holds the log id."""
    key = Key(text, _ED25519)
    key.log_id = log_id_of(key.name)
    return key


def witness_key(text):
    return Key(text, _COSIGNATURE)


def log_id_of(origin):
    if not re.fullmatch(re.escape(ORIGIN) + "[0-9a-f]{32}", origin, re.ASCII):
        raise Damage("the origin is not that of a log of this format")
    return bytes.fromhex(origin[len(ORIGIN) :])


class Checkpoint:
    """A parsed checkpoint. Nothing in it is to be trusted before its signatures are checked."""

    def __init__(self, data):
        if len(data) > MOST_BYTES:
            raise Damage("a checkpoint is too long")
        text = utf8(data, "a checkpoint")
        if any(c < " " and c != "\n" for c in text):
            raise Damage("a checkpoint holds control characters")
        body, blank, signatures = text.rpartition("\n\n")
        if not blank or not signatures.endswith("\n"):
            raise Damage("a checkpoint is no signed note")
        self.body = (body + "\n").encode()
        lines = body.split("\n")
        if len(lines) != 3:
            raise Damage("a checkpoint has other than three lines")
        self.origin = lines[0]
        self.log_id = log_id_of(self.origin)
        self.size = decimal(lines[1])
        if self.size == 0:
            raise Damage("a checkpoint of size 0")
        self.root = base64_bytes(lines[2], 32)
        self._identity = self._epoch = None
        self.epoch = None
        self.cosignatures = []
        for line in signatures[:-1].split("\n"):
            self._take(line)
        if self._identity is None or self._epoch is None:
            raise Damage("a checkpoint lacks one of its two signatures")

    def _take(self, line):
        match = re.fullmatch("— ([^ ]+) ([^ ]+)", line)
        if not match or not _is_key_name(match[1]):
            raise Damage("a signature line is malformed")
        name, payload = match[1], base64_bytes(match[2])
        prefix = self.origin + "/epoch/"
        if name == self.origin:
            if self._identity is not None or len(payload) != 68:
                raise Damage("the identity signature is there twice or malformed")
            self._identity = payload
        elif name.startswith(prefix):
            if self._epoch is not None or len(payload) != 68:
                raise Damage("the epoch signature is there twice or malformed")
            self.epoch, self._epoch = decimal(name[len(prefix) :]), payload
        elif len(payload) == 76:
            self.cosignatures.append((name, payload))
        else:
            raise Damage("a signature is none that the format names")

    def _check(self, name, public_key, payload, what):
        if payload[:4] != key_id(name, _ED25519, public_key) or not signed_by(public_key, self.body, payload[4:]):
            raise Damage(f"{what} is wrong")

    def check_identity(self, log_id, public_key):
        if self.log_id != log_id:
            raise Damage("a checkpoint is of another log")
        self._check(self.origin, public_key, self._identity, "the checkpoint's identity signature")

    def check_epoch(self, number, public_key):
        if self.epoch != number:
            raise Damage("a checkpoint is signed by the key of another epoch than that of its last entry")
        self._check(f"{self.origin}/epoch/{number}", public_key, self._epoch, "the checkpoint's epoch signature")

    def cosigned_by(self, witness):
        """Whether this witness cosigned. A wrong cosignature in its name is damage."""
        found = False
        for name, payload in self.cosignatures:
            if name != witness.name or payload[:4] != witness.id:
                continue
            when = int.from_bytes(payload[4:12], "big")
            message = f"cosignature/v1\ntime {when}\n".encode() + self.body
            if when >= 1 << 63 or not signed_by(witness.public, message, payload[12:]):
                raise Damage("a cosignature is wrong")
            found = True
        return found
