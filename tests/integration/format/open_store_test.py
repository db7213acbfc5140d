#!/usr/bin/python3
"""Lets our code make a store and open_store.py open it, in all ways. Argument: the make_store executable."""

import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import open_store
from open_store import CannotOpen, Context, KeyFile, Passphrase, RecoveryCode, Store

MACHINE = bytes(i * 17 for i in range(16))
HEAD = Context(b"head", b"default", b"secrets", b"row", b"parent", 7, b"", 1)
RECORD = Context(b"entry", b"team-a", b"records", b"r", b"", 2**64 - 1, b"owner-1", 3)
ITEMS = {
    "small": (HEAD, [0, 1, 12, 13, 100, 252, 253]),
    "none": (HEAD, []),
    "large": (RECORD, [65532, 65533, 500000]),
    "chunked": (HEAD, [4 * 65536 - 4, 1000003]),
}


def pattern(size, field):
    return bytes((k * 7 + field * 13 + k // 251) & 255 for k in range(size))


class OpenStore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="open store ")
        cls.folder = Path(cls.temporary.name)
        subprocess.run([cls.tool, str(cls.folder)], check=True)
        cls.data = cls.folder / "data"
        cls.credentials = {
            "passphrase": Passphrase((cls.folder / "passphrase").read_bytes()),
            "key file": KeyFile((cls.folder / "state" / "vault.key").read_bytes(), MACHINE),
            "recovery code": RecoveryCode((cls.folder / "recovery").read_text()),
        }

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def item(self, name):
        return (self.folder / "items" / name).read_bytes()

    def test_every_slot_opens_every_item(self):
        for way, credential in self.credentials.items():
            with self.subTest(way=way):
                store = Store(self.data, credential)
                self.assertEqual(store.header.generation, 3)
                self.assertEqual(set(store.keks), {(b"default", 1), (b"team-a", 1)})
                for name, (context, sizes) in ITEMS.items():
                    expected = [pattern(size, i) for i, size in enumerate(sizes)]
                    self.assertEqual(store.open_item(context, self.item(name)), expected, name)

    def test_the_keyed_hash_is_the_same(self):
        store = Store(self.data, self.credentials["key file"])
        self.assertEqual(store.keyed_hash(open_store.LOOKUP, b"path", [b"one", b"two"]).hex(),
                         (self.folder / "hash").read_text())

    def test_an_item_opens_only_in_its_context(self):
        store = Store(self.data, self.credentials["key file"])
        for change in ({"row": b"other"}, {"parent": b""}, {"version": 8}, {"owner": b"x"}, {"schema": 2},
                       {"kind": b"version"}, {"table": b"records"}, {"name_space": b"team-a"}):
            with self.subTest(change=change), self.assertRaises(CannotOpen):
                store.open_item(replace(HEAD, **change), self.item("small"))

    def test_wrong_credentials_open_nothing(self):
        file_key = (self.folder / "state" / "vault.key").read_bytes()
        for credential in (Passphrase(b"wrong"), KeyFile(file_key, bytes(16)), KeyFile(bytes(32), MACHINE),
                           RecoveryCode("CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN")):
            with self.assertRaises(CannotOpen):
                Store(self.data, credential)

    def test_one_lost_copy_is_enough(self):
        with tempfile.TemporaryDirectory() as other:
            for name in ("vault.a", "vault.b"):
                (Path(other) / "vault.a").unlink(missing_ok=True)
                (Path(other) / "vault.b").unlink(missing_ok=True)
                (Path(other) / name).write_bytes((self.data / name).read_bytes())
                self.assertEqual(Store(other, self.credentials["key file"]).header.generation, 3)

    def test_the_program_shows_the_store(self):
        script = Path(open_store.__file__)
        for way in (["--key-file", "--machine-id", MACHINE.hex()],
                    ["--passphrase-file", str(self.folder / "passphrase")],
                    ["--recovery-file", str(self.folder / "recovery")]):
            shown = subprocess.run([sys.executable, str(script), str(self.data), str(self.folder / "state"), *way],
                                   check=True, capture_output=True, text=True).stdout
            self.assertIn("generation 3", shown)
            self.assertIn("kek team-a version 1", shown)


if __name__ == "__main__":
    OpenStore.tool = sys.argv.pop()
    unittest.main()
