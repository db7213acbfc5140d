"""What docs/audit-format.md calls conventions: damage, checksums, derivation, ciphers, signatures, base64, decimals and JSON.

Every function is strict: what has two spellings is accepted in one of them only.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re

from nacl import bindings
from nacl.exceptions import CryptoError


class Damage(Exception):
    """Something is not as the format says. `sequence` is the entry where it was found, when there is one."""

    def __init__(self, problem, sequence=None):
        super().__init__(problem)
        self.problem = problem
        self.sequence = sequence


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_CRC = _crc_table()


def crc32c(data):
    crc, table = 0xFFFFFFFF, _CRC
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def lp(data):
    return len(data).to_bytes(4, "little") + data


def derive(key, label, parts, size):
    return hashlib.blake2b(lp(label.encode()) + b"".join(map(lp, parts)), key=key, digest_size=size).digest()


def checksum(label, parts):
    return hashlib.blake2b(lp(label.encode()) + b"".join(map(lp, parts)), digest_size=32).digest()


def same(left, right):
    return hmac.compare_digest(left, right)


def decipher(key, ciphertext, associated):
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated, bytes(24), key)
    except CryptoError:
        return None


def signed_by(public_key, message, signature):
    """Whether the Ed25519 signature is right. libsodium refuses keys of small order and signatures that are not canonical."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    try:
        bindings.crypto_sign_open(signature + message, public_key)
        return True
    except CryptoError:
        return False


def base64_bytes(text, size=None):
    """Standard base64 with padding, in its one canonical spelling."""
    if not isinstance(text, str):
        raise Damage("base64 is not a text")
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise Damage("base64 is malformed") from None
    if base64.b64encode(data).decode() != text:
        raise Damage("base64 is not canonical")
    if size is not None and len(data) != size:
        raise Damage(f"base64 holds {len(data)} bytes, not {size}")
    return data


def decimal(text):
    """An unsigned 64-bit number without leading zeros."""
    if not re.fullmatch("0|[1-9][0-9]{0,19}", text, re.ASCII) or int(text) >= 1 << 64:
        raise Damage("a number is not a decimal of at most 64 bits without leading zeros")
    return int(text)


def utf8(data, what):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Damage(f"{what} is not UTF-8") from None


def json_value(text, what):
    """JSON without duplicate names, fractions and exotic constants."""

    def members(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise Damage(f"{what}: a name is there twice")
        return dict(pairs)

    def refuse(_):
        raise Damage(f"{what}: a number is no integer")

    try:
        return json.loads(text, object_pairs_hook=members, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Damage(f"{what} is not JSON") from None


def is_uint(value, bits=64):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << bits
