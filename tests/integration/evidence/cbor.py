"""Deterministic CBOR (RFC 8949, section 4.2.1), read strictly: what is not the only spelling of its value is refused."""

from wire import Damage, utf8

_MOST_DEPTH = 4


def decode(data):
    """The value that `data` spells, all of it."""
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise Damage("CBOR: bytes follow the value")
    return value


def _head(data, at):
    if at >= len(data):
        raise Damage("CBOR: cut off")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        return major, info, at
    if info > 27:
        raise Damage("CBOR: indefinite or reserved length")
    size = 1 << (info - 24)
    if at + size > len(data):
        raise Damage("CBOR: cut off")
    argument = int.from_bytes(data[at : at + size], "big")
    if argument < (24, 1 << 8, 1 << 16, 1 << 32)[info - 24]:
        raise Damage("CBOR: an integer or length is not the shortest")
    return major, argument, at + size


def _item(data, at, depth):
    if depth > _MOST_DEPTH:
        raise Damage("CBOR: nested too deep")
    major, argument, at = _head(data, at)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        if argument > len(data) - at:
            raise Damage("CBOR: cut off")
        raw = bytes(data[at : at + argument])
        return (raw if major == 2 else utf8(raw, "CBOR: a text")), at + argument
    if major == 4:
        items = []
        for _ in range(argument):
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == 5:
        return _map(data, at, argument, depth)
    raise Damage("CBOR: a tag, float or simple value")


def _map(data, at, count, depth):
    entries, before = {}, b""
    for _ in range(count):
        start = at
        key, at = _item(data, at, depth + 1)
        if not isinstance(key, int):
            raise Damage("CBOR: a map key is no integer")
        spelled = bytes(data[start:at])
        if spelled <= before:
            raise Damage("CBOR: map keys do not ascend")
        before = spelled
        entries[key], at = _item(data, at, depth + 1)
    return entries, at
