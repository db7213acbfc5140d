"""How what a log consists of is spelled: the writer's side of docs/audit-format.md.

Shares no code with the verifier beside it.
"""

import base64
import hashlib
import struct

from nacl import bindings

EVENT, KEY, EPOCH, SKIP, RECOVERY, WITNESS = 1, 2, 3, 4, 5, 6
UNKNOWN = (1 << 64) - 1


def cbor(value):
    if isinstance(value, int):
        return _cbor_head(0, value) if value >= 0 else _cbor_head(1, -1 - value)
    if isinstance(value, bytes):
        return _cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return _cbor_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _cbor_head(4, len(value)) + b"".join(map(cbor, value))
    spelled = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return _cbor_head(5, len(spelled)) + b"".join(key + item for key, item in spelled)


def _cbor_head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << 8 * size)
    return bytes([major << 5 | 23 + size.bit_length()]) + argument.to_bytes(size, "big")


def _reversed_remainders():
    remainders = [0] * 256
    remainders[128], step = 0x82F63B78, 64
    remainder = 0x82F63B78
    while step:
        remainder = remainder >> 1 ^ (0x82F63B78 if remainder & 1 else 0)
        remainders[step], step = remainder, step >> 1
    for number in range(256):
        if number & (number - 1):
            low = number & -number
            remainders[number] = remainders[low] ^ remainders[number ^ low]
    return remainders


_REMAINDERS = _reversed_remainders()


# What stands before an entry in a segment.
FRAME = 40


def castagnoli(data):
    state = ~0 & 0xFFFFFFFF
    for byte in data:
        state = state >> 8 ^ _REMAINDERS[state & 255 ^ byte]
    return ~state & 0xFFFFFFFF


def frame(entry, slot=bytes(32)):
    length = struct.pack("<I", len(entry))
    return length + struct.pack("<I", castagnoli(length + entry)) + slot + entry


def segment_head(log_id, first):
    return b"SRMAUDIT" + struct.pack("<HHI", 1, 0, 0) + log_id + struct.pack("<Q", first)


def header(kind, epoch, sequence, time, boot_id):
    return struct.pack("<BBHIQq", 1, kind, 0, epoch, sequence, time) + boot_id


def prefixed(data):
    return struct.pack("<I", len(data)) + data


def derived(key, label, parts, size):
    state = hashlib.blake2b(key=key, digest_size=size)
    for part in [label.encode(), *parts]:
        state.update(prefixed(part))
    return state.digest()


def log_name(epoch_key, identity_key, opening_key, store_id):
    """The log id that follows from what entry 0 says."""
    state = hashlib.blake2b(digest_size=32)
    for part in (b"SRM/audit/log/v1", epoch_key, identity_key, opening_key, store_id):
        state.update(prefixed(part))
    return state.digest()[:16]


def padded(value):
    spelled = prefixed(cbor(value))
    return spelled + bytes(-len(spelled) % 64)


def sealed(key, label, log_id, public, plain):
    """(commitment, ciphertext) of a padded map under an entry key or an r."""
    associated = prefixed(log_id) + prefixed(public)
    both = derived(key, label, [associated], 64)
    cipher = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, associated, bytes(24), both[:32])
    return both[32:], cipher


def event(log_id, head, index, entry_key, body, r=None, box=None):
    """An event's bytes; `body` and `box` are padded plaintexts."""
    public = head + struct.pack("<III", index, len(body) + 16, len(box) + 16 if box else 0)
    commitment, cipher = sealed(entry_key, "SRM/audit/event/v1", log_id, public, body)
    entry = public + commitment + cipher
    if box:
        entry += b"".join(sealed(r, "SRM/audit/box/v1", log_id, public, box))
    return entry


def public_of(seed):
    return bindings.crypto_sign_seed_keypair(seed)[0]


def signature(seed, message):
    return bindings.crypto_sign(message, bindings.crypto_sign_seed_keypair(seed)[1])[:64]


def epoch_record(head, size, root, keys, ids, closing_seed, identity_seed):
    """`keys` are the new epoch's, the identity's and the opening public key, `ids` the log's and the store's."""
    epoch = struct.unpack_from("<I", head, 4)[0]
    told = head + struct.pack("<IQ", epoch - 1, size) + root + b"".join(keys) + b"".join(ids)
    message = prefixed(b"SRM/audit/epoch/v1") + told
    return told + (signature(closing_seed, message) if closing_seed else bytes(64)) + signature(identity_seed, message)


def text64(data):
    return base64.b64encode(data).decode()


def key_hash(name, kind, public):
    return hashlib.sha256(name.encode() + bytes([10, kind]) + public).digest()[:4]


def verifier_key(name, seed, kind=1):
    public = public_of(seed)
    return f"{name}+{key_hash(name, kind, public).hex()}+{text64(bytes([kind]) + public)}"


def signature_line(name, seed, body):
    return f"— {name} {text64(key_hash(name, 1, public_of(seed)) + signature(seed, body.encode()))}\n"


def cosignature_line(name, seed, body, time):
    signed = signature(seed, f"cosignature/v1\ntime {time}\n{body}".encode())
    return f"— {name} {text64(key_hash(name, 4, public_of(seed)) + struct.pack('>Q', time) + signed)}\n"


def origin(log_id):
    return "io.strongroom/log/" + log_id.hex()


def note_body(log_id, size, root, extension=""):
    return f"{origin(log_id)}\n{size}\n{text64(root)}\n{extension}"


def note(body, name, identity_seed, epoch, epoch_seed):
    return f"{body}\n" + signature_line(name, identity_seed, body) + signature_line(f"{name}/epoch/{epoch}", epoch_seed, body)


def tile_name(level, number, width=256):
    digits = f"{number:03d}"
    digits = "0" * (-len(digits) % 3) + digits
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = f"{level}/" + "/".join(["x" + part for part in parts[:-1]] + parts[-1:])
    return path if width == 256 else f"{path}.p/{width}"
