"""Makes one ciphertext that XChaCha20-Poly1305 accepts under two keys: the cipher alone does not bind a message to its key.

Poly1305 is a polynomial over 2^130 - 5, evaluated at a secret point that either key gives. One free block of the ciphertext is
solved for so that both polynomials end in the same tag.
"""

import struct

from nacl import bindings

_PRIME = (1 << 130) - 5


def _rotate(value, by):
    return (value << by | value >> 32 - by) & 0xFFFFFFFF


def _quarter(x, a, b, c, d):
    x[a] = x[a] + x[b] & 0xFFFFFFFF
    x[d] = _rotate(x[d] ^ x[a], 16)
    x[c] = x[c] + x[d] & 0xFFFFFFFF
    x[b] = _rotate(x[b] ^ x[c], 12)
    x[a] = x[a] + x[b] & 0xFFFFFFFF
    x[d] = _rotate(x[d] ^ x[a], 8)
    x[c] = x[c] + x[d] & 0xFFFFFFFF
    x[b] = _rotate(x[b] ^ x[c], 7)


def _rounds(state):
    x = list(state)
    for _ in range(10):
        for column in range(4):
            _quarter(x, column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            _quarter(x, column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return x


def _block_zero(key):
    """The first 64 bytes of XChaCha20's stream for a nonce of 24 zeros; Poly1305's key is their first half."""
    constants = struct.unpack("<4I", b"expand 32-byte k")
    x = _rounds([*constants, *struct.unpack("<8I", key), 0, 0, 0, 0])
    sub_key = x[:4] + x[12:]
    state = [*constants, *sub_key, 0, 0, 0, 0]
    return struct.pack("<16I", *(a + b & 0xFFFFFFFF for a, b in zip(_rounds(state), state)))


def _padded16(data):
    return data + bytes(-len(data) % 16)


class _Tag:
    def __init__(self, key, blocks, free):
        one_time = _block_zero(key)
        self.r = int.from_bytes(one_time[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
        self.s = int.from_bytes(one_time[16:32], "little")
        self.weight = pow(self.r, len(blocks) - free, _PRIME)
        self.rest = 0
        for place, block in enumerate(blocks):
            number = 0 if place == free else int.from_bytes(block, "little") | 1 << 128
            self.rest = (self.rest + number) * self.r % _PRIME

    def of(self, number):
        return (self.rest + number * self.weight) % _PRIME + self.s & (1 << 128) - 1


def ciphertext_for(first, second, associated, stream_text, free):
    """`stream_text` with its block number `free` replaced, and a tag that is right under both keys. None: try other keys."""
    length = struct.pack("<QQ", len(associated), len(stream_text))
    whole = _padded16(associated) + _padded16(stream_text) + length
    blocks = [whole[at : at + 16] for at in range(0, len(whole), 16)]
    place = len(_padded16(associated)) // 16 + free
    one, two = _Tag(first, blocks, place), _Tag(second, blocks, place)
    inverse = pow(one.weight - two.weight, -1, _PRIME)
    for carry in range(-4, 5):
        number = (two.rest - one.rest + two.s - one.s + carry * (1 << 128)) * inverse % _PRIME
        if number >> 128 == 1 and one.of(number) == two.of(number):
            block = (number & (1 << 128) - 1).to_bytes(16, "little")
            text = stream_text[: 16 * free] + block + stream_text[16 * free + 16 :]
            return text + one.of(number).to_bytes(16, "little")
    return None


def opens(key, ciphertext, associated):
    return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated, bytes(24), key)
