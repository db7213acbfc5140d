"""All hashes of an RFC 6962 tree, kept by height: what a log's writer needs to make roots, tiles and proofs."""

import hashlib


class Forest:
    def __init__(self, entries=()):
        self._rows = [[]]
        for entry in entries:
            self.add(entry)

    def __len__(self):
        return len(self._rows[0])

    def add(self, entry):
        self._rows[0].append(hashlib.sha256(b"\0" + entry).digest())
        height = 0
        while len(self._rows[height]) % 2 == 0:
            row = self._rows[height]
            if height + 1 == len(self._rows):
                self._rows.append([])
            self._rows[height + 1].append(hashlib.sha256(b"\1" + row[-2] + row[-1]).digest())
            height += 1

    def row(self, height):
        return self._rows[height] if height < len(self._rows) else []

    def subtree(self, start, end):
        """MTH(D[start:end]) as section 2.1 defines it, for a start that is a multiple of a large enough power of two."""
        size = end - start
        if size == 0:
            return hashlib.sha256().digest()
        if size & (size - 1) == 0 and start % size == 0:
            return self._rows[size.bit_length() - 1][start // size]
        split = 1 << (size - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + self.subtree(start, start + split) + self.subtree(start + split, end)).digest()

    def root(self, size):
        return self.subtree(0, size)

    def peaks(self, size):
        found, at = [], 0
        for height in reversed(range(64)):
            if size >> height & 1:
                found.append(self.subtree(at, at + (1 << height)))
                at += 1 << height
        return found

    def path(self, index, size):
        """PATH(index, D[0:size]) of section 2.1.1."""
        return self._path(index, 0, size)

    def _path(self, index, start, end):
        if end - start == 1:
            return []
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if index < split:
            return self._path(index, start, split) + [self.subtree(split, end)]
        return self._path(index, split, end) + [self.subtree(start, split)]
