#!/usr/bin/python3
"""Opens a Strongroom store, written from docs/format.md alone: it shares no code with the daemon.

Needs python3-nacl. As a program it shows what the header holds; as a module it gives Store, whose open_item() opens one
sealed item in its context.
"""

import argparse
import hashlib
import hmac
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

try:
    from nacl import bindings
    from nacl.exceptions import CryptoError
except ImportError:
    sys.exit("open_store.py needs the package python3-nacl (apt install python3-nacl)")

PASSPHRASE, KEY_FILE, RECOVERY, KEYCHAIN, CREDENTIAL = 1, 2, 3, 4, 5
KEK, SYSTEM = 1, 2
LOOKUP, ACCUMULATOR = 1, 2
CHUNK = 65536


class CannotOpen(Exception):
    """The store, a slot or an item does not open."""


# --- conventions ---

def lp(data):
    return struct.pack("<I", len(data)) + data


def joined(*items):
    """Associated data: every item with its length."""
    return b"".join(lp(item) for item in items)


def u8(v):
    return struct.pack("<B", v)


def u16(v):
    return struct.pack("<H", v)


def u32(v):
    return struct.pack("<I", v)


def u64(v):
    return struct.pack("<Q", v)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, n):
        if self.at + n > len(self.data):
            raise CannotOpen("the bytes end too early")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))[0]

    def bytes(self):
        return self.raw(self.number("I"))

    def end(self):
        if self.at != len(self.data):
            raise CannotOpen("there are bytes behind the end")


# --- derivation and wrap ---

def derive(key, label, parts, size=32):
    return hashlib.blake2b(joined(label, *parts), key=key, digest_size=size).digest()


def checksum(label, *parts):
    return hashlib.blake2b(joined(label, *parts), digest_size=32).digest()


def decrypt(key, nonce, associated, ciphertext):
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated, nonce, key)
    except CryptoError:
        raise CannotOpen("a ciphertext is not authentic") from None


def unwrap(wrapping_key, associated, wrapped):
    nonce, commit, ciphertext = wrapped[:24], wrapped[24:56], wrapped[56:]
    both = derive(wrapping_key, b"SRM/wrap/v1", [associated, nonce], 64)
    if not hmac.compare_digest(both[32:], commit):
        raise CannotOpen("a wrapped key has another wrapping key or another place")
    return decrypt(both[:32], nonce, associated, ciphertext)


# --- header ---

@dataclass
class Slot:
    id: bytes
    type: int
    label: str
    created: int
    parameters: bytes
    exchange: bytes
    ephemeral: bytes
    wrapped: bytes


@dataclass
class RingKey:
    kind: int
    name: bytes
    number: int
    version: int
    created: int
    wrapped: bytes


@dataclass
class Header:
    raw: bytes
    floor_memory: int
    floor_passes: int
    store_id: bytes
    epoch: int
    root_created: int
    generation: int
    slots: list = field(default_factory=list)
    ring: list = field(default_factory=list)


def parse_header(raw):
    if len(raw) < 64 or len(raw) > 131072 or checksum(b"SRM/header-checksum/v1", raw[:-32]) != raw[-32:]:
        raise CannotOpen("a header copy is damaged")
    r = Reader(raw[:-64])
    if r.raw(8) != b"SRMVAULT":
        raise CannotOpen("this is no header")
    if (r.number("H"), r.number("H"), r.number("B")) != (2, 2, 1):
        raise CannotOpen("the header has an unknown format or suite")
    header = Header(raw, r.number("Q"), r.number("I"), r.raw(16), r.number("Q"), r.number("q"), r.number("Q"))
    for _ in range(r.number("H")):
        header.slots.append(Slot(r.raw(8), r.number("B"), r.bytes().decode(), r.number("q"), r.bytes(), r.raw(32),
                                 r.raw(32), r.raw(104)))
    for _ in range(r.number("H")):
        header.ring.append(
            RingKey(r.number("B"), r.bytes(), r.number("H"), r.number("I"), r.number("q"), r.raw(104)))
    r.end()
    return header


def mac_is_right(header, root):
    key = derive(root, b"SRM/header-mac/v1", [header.store_id, lp(u64(header.epoch))])
    return hmac.compare_digest(derive(key, b"SRM/header/v1", [header.raw[:-64]]), header.raw[-64:-32])


# --- slots: each credential gives the slot key of a slot of its type ---

class Passphrase:
    type = PASSPHRASE

    def __init__(self, passphrase):
        self.passphrase = passphrase

    def slot_key(self, header, slot):
        memory, passes = struct.unpack("<QI", slot.parameters[:12])
        salt = slot.parameters[12:]
        if not header.floor_memory <= memory <= 1 << 30 or not header.floor_passes <= passes <= 10 or len(salt) != 16:
            raise CannotOpen("the cost of a passphrase slot lies outside its bounds")
        return bindings.crypto_pwhash_alg(32, self.passphrase, salt, passes, memory,
                                          bindings.crypto_pwhash_ALG_ARGON2ID13)


class KeyFile:
    type = KEY_FILE

    def __init__(self, file_key, machine_id):
        self.file_key = file_key
        self.application_id = derive(b"io.strongroom.machine-binding.v1", b"SRM/machine-id/v1", [machine_id])

    def slot_key(self, header, slot):
        if derive(self.file_key, b"SRM/key-file-check/v1", [header.store_id, slot.id], 16) != slot.parameters:
            raise CannotOpen("the key file belongs to another slot")
        return derive(self.file_key, b"SRM/machine", [self.application_id])


class RecoveryCode:
    type = RECOVERY
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    def __init__(self, text):
        text = "".join(text.upper().replace("-", "").split()).translate(str.maketrans("OIL", "011"))
        values = [self.digits.index(c) for c in text]
        if len(values) != 35:
            raise CannotOpen("a recovery code has 35 digits")
        number = 0
        for value in values:
            number = number << 5 | value
        self.code = (number >> 15).to_bytes(20, "big")
        check = struct.unpack("<H", checksum(b"SRM/recovery-check/v1", self.code)[:2])[0] & 0x7FFF
        if number & 0x7FFF != check:
            raise CannotOpen("the recovery code is mistyped")

    def slot_key(self, header, slot):
        return derive(self.code, b"SRM/recovery/v1", [header.store_id, slot.id])


class Keychain:
    type = KEYCHAIN

    def __init__(self, item, local_key):
        self.item = bytes.fromhex(item)
        self.local_key = local_key

    def slot_key(self, header, slot):
        return derive(self.item, b"SRM/keychain/v1", [self.local_key, header.store_id, slot.id])


class Credential:
    type = CREDENTIAL

    def __init__(self, credential):
        self.key = hashlib.blake2b(credential, digest_size=32).digest()

    def slot_key(self, header, slot):
        return derive(self.key, b"SRM/credential/v1", [header.store_id, slot.id])


def wrapping_key(header, slot, slot_key):
    """The slot key, or what it opens when the root key came while the slot's owner was away."""
    if slot.ephemeral == bytes(32):
        return slot_key
    half = derive(slot_key, b"SRM/slot-exchange/v1", [header.store_id, slot.id])
    shared = bindings.crypto_scalarmult(half, slot.ephemeral)
    return derive(shared, b"SRM/slot-seal/v1", [slot.ephemeral, slot.exchange])


def open_root(header, credential):
    for slot in header.slots:
        if slot.type != credential.type:
            continue
        associated = joined(b"slot", header.store_id, slot.id, u8(slot.type), slot.parameters, u64(header.epoch))
        try:
            return unwrap(wrapping_key(header, slot, credential.slot_key(header, slot)), associated, slot.wrapped)
        except CannotOpen:
            continue
    raise CannotOpen("no slot opens with this credential")


# --- envelope ---

@dataclass
class Context:
    kind: bytes
    name_space: bytes
    table: bytes
    row: bytes
    parent: bytes
    version: int
    owner: bytes
    schema: int


def padded_size(n):
    needed = n + 4
    for size in (16, 32, 64, 128, 256):
        if needed <= size:
            return size
    step = 1 << ((needed - 1).bit_length() - 1 - 3)
    return -(-needed // step) * step


def open_field(dek, common, index, count, sealed):
    pieces = [sealed[at:at + CHUNK + 40] for at in range(0, len(sealed), CHUNK + 40)]
    padded = b""
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        associated = common + joined(b"field", u32(index), u32(count), u32(number), u8(1 if last else 0))
        padded += decrypt(dek, piece[:24], associated, piece[24:])
    r = Reader(padded)
    plain = r.bytes()
    if padded_size(len(plain)) != len(padded):
        raise CannotOpen("a field's length and padding do not belong together")
    return plain


# --- store ---

class Store:
    """An opened store: its authentic header and all keys of its ring."""

    def __init__(self, data, credential):
        self.header, self.root = self._find(Path(data), credential)
        wrapping = derive(self.root, b"SRM/ring-wrap/v1", [self.header.store_id, lp(u64(self.header.epoch))])
        self.keks, self.system_keys = {}, {}
        for key in self.header.ring:
            associated = joined(b"ring", self.header.store_id, u8(key.kind), key.name, u16(key.number),
                                u32(key.version), u64(self.header.epoch))
            opened = unwrap(wrapping, associated, key.wrapped)
            if key.kind == KEK:
                self.keks[key.name, key.version] = opened
            elif key.kind == SYSTEM:
                self.system_keys[key.number, key.version] = opened
            else:
                raise CannotOpen("the key ring holds an unknown kind of key")

    @staticmethod
    def _find(data, credential):
        copies = []
        for name in ("vault.a", "vault.b"):
            try:
                copies.append(parse_header((data / name).read_bytes()))
            except (CannotOpen, FileNotFoundError):
                continue
        copies.sort(key=lambda header: -header.generation)
        for index, header in enumerate(copies):
            try:
                root = open_root(header, credential)
            except CannotOpen:
                continue
            if not mac_is_right(header, root):
                continue
            if any(newer.epoch != header.epoch or mac_is_right(newer, root) for newer in copies[:index]):
                raise CannotOpen("the credential opens only an older copy of the header")
            return header, root
        raise CannotOpen("no copy of the header opens with this credential")

    def keyed_hash(self, number, label, parts):
        newest = max(version for of, version in self.system_keys if of == number)
        return derive(self.system_keys[number, newest], label, parts)

    def open_item(self, context, item):
        """The fields of one sealed item, as a list of bytes."""
        r = Reader(item)
        form = r.raw(4)
        if form != bytes([1, 1, 0, 0]):
            raise CannotOpen("the item has an unknown version, suite or flag")
        kek_version, wrapped, count = r.number("I"), r.raw(104), r.number("H")
        kek = self.keks.get((context.name_space, kek_version))
        if kek is None:
            raise CannotOpen("the item names a key that the ring does not have")
        common = joined(form, context.kind, self.header.store_id, context.name_space, context.table, context.row,
                        context.parent, u64(context.version), context.owner, u32(context.schema))
        dek = unwrap(kek, common + joined(b"dek", context.name_space, u32(kek_version), u32(count)), wrapped)
        fields = [open_field(dek, common, index, count, r.bytes()) for index in range(count)]
        r.end()
        return fields


def credential_of(arguments):
    if arguments.passphrase_file:
        return Passphrase(Path(arguments.passphrase_file).read_bytes())
    if arguments.recovery_file:
        return RecoveryCode(Path(arguments.recovery_file).read_text())
    if arguments.credential_file:
        return Credential(Path(arguments.credential_file).read_bytes())
    if arguments.keychain_item_file:
        item = Path(arguments.keychain_item_file).read_text()
        return Keychain(item, (Path(arguments.state) / "vault.keychain").read_bytes())
    return KeyFile((Path(arguments.state) / "vault.key").read_bytes(), bytes.fromhex(arguments.machine_id))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="folder with vault.a and vault.b")
    parser.add_argument("state", help="folder with vault.key")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--key-file", action="store_true", help="with <state>/vault.key and --machine-id")
    way.add_argument("--passphrase-file", help="its bytes are the passphrase")
    way.add_argument("--recovery-file", help="holds a recovery code")
    way.add_argument("--credential-file", help="what the service manager hands over")
    way.add_argument("--keychain-item-file", help="what the keychain keeps; with <state>/vault.keychain")
    parser.add_argument("--machine-id", default="", help="32 hex digits, for --key-file")
    arguments = parser.parse_args()
    try:
        store = Store(arguments.data, credential_of(arguments))
    except (CannotOpen, OSError, ValueError) as error:
        sys.exit(f"cannot open: {error}")
    print(f"store {store.header.store_id.hex()} generation {store.header.generation} epoch {store.header.epoch}")
    for slot in store.header.slots:
        print(f"slot {slot.id.hex()} type {slot.type} {slot.label!r}")
    for name, version in store.keks:
        print(f"kek {name.decode()} version {version}")
    for number, version in store.system_keys:
        print(f"system key {number} version {version}")


if __name__ == "__main__":
    main()
