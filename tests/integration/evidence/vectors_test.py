#!/usr/bin/python3
"""Published vectors for what the verifier and the maker of logs are built on.

That both read the page alike does not show that they read it rightly.
"""

import unittest

import cbor
import forest
import note
import spell
import tree
import wire

# The leaves of the test data of RFC 6962's reference implementation, and the root of each prefix.
_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

# From the documentation of golang.org/x/mod/sumdb/note.
_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
_TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
_LINE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


class Vectors(unittest.TestCase):
    def test_crc32c_of_rfc_3720(self):
        for data, expected in (
            (b"123456789", 0xE3069283),
            (bytes(32), 0x8A9136AA),
            (b"\xff" * 32, 0x62A8AB43),
            (bytes(range(32)), 0x46DD794E),
        ):
            self.assertEqual(wire.crc32c(data), expected)
            self.assertEqual(spell.castagnoli(data), expected)

    def test_derive_of_the_store_format(self):
        arguments = (bytes(range(32)), "SRM/test/v1", [b"a", b"bc"], 32)
        expected = "8f5a3675efcaa14cd5dd01bd56e64f5616f1596928a9147644e58018108835b9"
        self.assertEqual(wire.derive(*arguments).hex(), expected)
        self.assertEqual(spell.derived(*arguments).hex(), expected)

    def test_roots_of_rfc_6962(self):
        grown, kept = tree.Tree(), forest.Forest()
        for size, expected in enumerate(_ROOTS):
            self.assertEqual(grown.root().hex(), expected)
            self.assertEqual(kept.root(size).hex(), expected)
            if size < len(_LEAVES):
                leaf = bytes.fromhex(_LEAVES[size])
                kept.add(leaf)
                for _ in grown.append(tree.leaf_hash(leaf)):
                    pass

    def test_inclusion_proofs_lead_to_the_root(self):
        leaves = [bytes([number]) for number in range(70)]
        kept = forest.Forest(leaves)
        for size in range(1, len(leaves) + 1):
            for index in range(size):
                path = kept.path(index, size)
                self.assertEqual(tree.root_from_inclusion(index, size, tree.leaf_hash(leaves[index]), path), kept.root(size))
                self.assertRaises(wire.Damage, tree.root_from_inclusion, index, size, b"", path + [bytes(32)])
                if path:
                    self.assertRaises(wire.Damage, tree.root_from_inclusion, index, size, b"", path[:-1])

    def test_signed_note_of_go(self):
        key = note.Key(_KEY, 1)
        payload = wire.base64_bytes(_LINE)
        self.assertEqual(payload[:4], key.id)
        self.assertEqual(spell.key_hash("PeterNeumann", 1, key.public), key.id)
        self.assertTrue(wire.signed_by(key.public, _TEXT, payload[4:]))
        self.assertFalse(wire.signed_by(key.public, _TEXT + b"\n", payload[4:]))

    def test_cbor_of_rfc_8949(self):
        for spelled, value in (
            ("00", 0),
            ("17", 23),
            ("1818", 24),
            ("1903e8", 1000),
            ("1a000f4240", 1000000),
            ("1b000000e8d4a51000", 10**12),
            ("1bffffffffffffffff", 2**64 - 1),
            ("20", -1),
            ("3903e7", -1000),
            ("4401020304", b"\1\2\3\4"),
            ("6449455446", "IETF"),
            ("62c3bc", "ü"),
            ("80", []),
            ("83010203", [1, 2, 3]),
            ("a201020304", {1: 2, 3: 4}),
        ):
            self.assertEqual(cbor.decode(bytes.fromhex(spelled)), value)
            self.assertEqual(spell.cbor(value).hex(), spelled)

    def test_cbor_that_is_not_deterministic(self):
        for spelled in (
            "1817",
            "190018",
            "1a000003e8",
            "1b00000000000f4240",
            "5801ff",
            "7f6161ff",
            "9fff",
            "bfff",
            "c001",
            "f4",
            "f6",
            "f93c00",
            "a203040102",
            "a201020103",
            "a1616101",
            "0000",
            "",
            "18",
            "62c3",
            "61ff",
            "9bffffffffffffffff",
            "1c",
            "5f4100ff",
        ):
            self.assertRaises(wire.Damage, cbor.decode, bytes.fromhex(spelled))


if __name__ == "__main__":
    unittest.main()
