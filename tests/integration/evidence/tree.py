"""The tree of RFC 6962, section 2.1: growing in memory of logarithmic size, and the checks of proofs."""

import hashlib

from wire import Damage

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(peaks):
    """The root of a tree that consists of these complete subtrees, largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


class Tree:
    """Keeps only the peaks."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf):
        """Adds a leaf; yields each complete subtree that it finishes as (height, index at that height, hash)."""
        node, height, index = leaf, 0, self.size
        yield height, index, node
        while index & 1:
            node = node_hash(self.peaks.pop(), node)
            height, index = height + 1, index >> 1
            yield height, index, node
        self.peaks.append(node)
        self.size += 1

    def root(self):
        return fold(self.peaks)


def root_from_inclusion(index, size, leaf, path):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2). Refuses a path of any other length."""
    if index >= size:
        raise Damage("inclusion proof: the index is not in the tree")
    node, number, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            raise Damage("inclusion proof: too long")
        if number & 1 or number == last:
            node = node_hash(step, node)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            node = node_hash(node, step)
        number, last = number >> 1, last >> 1
    if last != 0:
        raise Damage("inclusion proof: too short")
    return node
