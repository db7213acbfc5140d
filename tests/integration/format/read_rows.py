"""Reads the rows of a store, written from docs/format.md ("Rows") alone, on top of open_store.py."""

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from open_store import ACCUMULATOR, LOOKUP, CannotOpen, Context, Reader, Store, derive, joined, u32, u64

HEADS, VERSIONS, ENTRIES, META = 1, 2, 3, 4
NAME_SPACE = b"default"


@dataclass
class Version:
    number: int
    created_ms: int
    deleted_ms: int
    expires_ms: int


@dataclass
class Head:
    path: str
    secret_id: bytes
    last_number: int
    versions: list
    labels: list
    metadata: dict
    versions_kept: int = 10
    check_required: bool = False
    destroyed: tuple = ()


def context(kind, table, row, parent, version):
    return Context(kind, NAME_SPACE, table, row, parent, version, b"", 1)


class Rows:
    def __init__(self, data: Path, store: Store):
        self.store = store
        self.database = sqlite3.connect(f"file:{data / 'store.db'}?mode=ro", uri=True)

    def row(self, collection, key):
        return self.database.execute(
            "SELECT version, value FROM rows WHERE collection = ? AND scope = x'' AND key = ?", (collection, key)).fetchone()

    def keys(self, collection):
        return [key for (key,) in self.database.execute(
            "SELECT key FROM rows WHERE collection = ? AND scope = x'' ORDER BY key", (collection,))]

    def lookup(self, path):
        return self.store.keyed_hash(LOOKUP, b"SRM/lookup/v1", [NAME_SPACE, path.encode()])

    def parent_key(self, folder):
        return self.store.keyed_hash(LOOKUP, b"SRM/parent/v1", [NAME_SPACE, folder.encode()])

    def head(self, path):
        """The head at a path and the item that lies beside it."""
        lookup = self.lookup(path)
        found = self.row(HEADS, lookup)
        if found is None:
            raise CannotOpen("there is no such secret")
        version, value = found
        reader = Reader(value)
        item, beside = reader.bytes(), value[reader.at:]
        folder = path.rpartition("/")[0]
        (plain,) = self.store.open_item(context(b"head", b"heads", lookup, self.parent_key(folder), version), item)
        head = self.parse_head(plain)
        if head.path != path:
            raise CannotOpen("the head belongs to another path")
        return head, beside

    @staticmethod
    def parse_head(plain):
        reader = Reader(plain)
        if reader.number("B") != 1:
            raise CannotOpen("the head is of an unknown kind")
        path, secret_id = reader.bytes().decode(), reader.raw(16)
        reader.raw(24)
        last_number = reader.number("Q")
        versions = [Version(*(reader.number(form) for form in "Qqqq")) for _ in range(reader.number("H"))]
        head = Head(path, secret_id, last_number, versions, [reader.bytes().decode() for _ in range(reader.number("H"))], {})
        if reader.at < len(plain):
            for _ in range(reader.number("H")):
                name = reader.bytes().decode()
                head.metadata[name] = reader.bytes().decode()
            head.versions_kept, head.check_required = reader.number("H"), reader.number("B") == 1
            head.destroyed = tuple(reader.number("Q") for _ in range(reader.number("H")))
            if reader.at < len(plain):
                head.elsewhere = {reader.number("Q"): (reader.number("B"), reader.raw(16))
                                  for _ in range(reader.number("H"))}
        reader.end()
        return head

    def values(self, path, number=None):
        """The fields of a version as a dictionary of bytes."""
        head, beside = self.head(path)
        current = head.versions[-1].number
        number = number or current
        key = head.secret_id + number.to_bytes(8, "big")
        item = beside if number == current and beside else self.row(VERSIONS, key)[1]
        fields = {}
        for plain in self.store.open_item(context(b"version", b"versions", key, b"", number), item):
            reader = Reader(plain)
            name = reader.bytes().decode()
            fields[name] = plain[reader.at:]
        return fields

    def paths(self, folder=""):
        """All secrets below a folder, by way of the entries."""
        parent = self.parent_key(folder)
        for key in self.keys(ENTRIES):
            if key[:32] != parent:
                continue
            if key[64] == 2:
                (path,) = self.store.open_item(context(b"entry", b"entries", key, b"", 1), self.row(ENTRIES, key)[1])
                yield from self.paths(path.decode())
            else:
                yield self.path_of(key[32:64], parent)

    def path_of(self, lookup, parent):
        version, value = self.row(HEADS, lookup)
        (plain,) = self.store.open_item(context(b"head", b"heads", lookup, parent, version), Reader(value).bytes())
        return self.parse_head(plain).path

    def meta(self, name):
        version, value = self.row(META, name)
        (plain,) = self.store.open_item(context(b"meta", b"meta", name, b"", version), value)
        return plain

    def check_accumulator(self):
        total = rows = 0
        for collection in (HEADS, ENTRIES):
            for key in self.keys(collection):
                version, value = self.row(collection, key)
                digest = hashlib.blake2b(joined(b"SRM/row/v1", value), digest_size=32).digest()
                message = u32(collection) + joined(key) + u64(version) + digest
                total += int.from_bytes(self.store.keyed_hash(ACCUMULATOR, b"SRM/accumulator/v1", [message]), "little")
                rows += 1
        reader = Reader(self.meta(b"accumulator"))
        stored, count = reader.raw(32), reader.number("Q")
        if reader.at < len(reader.data):  # stores with an audit log
            reader.number("Q")
            for _ in range(reader.number("I")):
                reader.number("Q")
        reader.end()
        if stored != (total % 2**256).to_bytes(32, "little") or count != rows:
            raise CannotOpen("the accumulator is not that of the heads and entries")

    def check_identity(self):
        reader = Reader(self.meta(b"identity"))
        form, store_id, generation = reader.number("I"), reader.raw(16), reader.number("Q")
        reader.end()
        if form != 1 or store_id != self.store.header.store_id or generation > self.store.header.generation:
            raise CannotOpen("the rows belong to another store or a newer header")
