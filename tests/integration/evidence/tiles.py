"""Tiles: what lies in tile/ is compared with the tree, hash by hash."""

import os
import re

from wire import Damage

_WIDTH = 256


def _index_path(number):
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts)


class Tiles:
    def __init__(self, folder):
        self._folder = folder / "tile"
        self._open, self.missing = {}, None

    def _read(self, path, level, number, width):
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if len(data) != 32 * width:
            raise Damage(f"tile {path.relative_to(self._folder)} has not the size of its width", number << 8 * level + 8)
        return data

    def _load(self, level, number):
        """All tiles of this number: the full one and the partial ones, as {width: bytes}."""
        path = self._folder / str(level) / _index_path(number)
        found = {_WIDTH: self._read(path, level, number, _WIDTH)}
        partial = path.parent / (path.name + ".p")
        for name in os.listdir(partial) if partial.is_dir() else ():
            if re.fullmatch("[1-9][0-9]{0,2}", name, re.ASCII) and int(name) < _WIDTH:
                found[int(name)] = self._read(partial / name, level, number, int(name))
        return {width: data for width, data in found.items() if data is not None}

    def _at(self, level, number):
        if level not in self._open or self._open[level][0] != number:
            self._open[level] = (number, self._load(level, number))
        return self._open[level][1]

    def leaf(self, sequence):
        """The hash of an entry that is archived. `take` then compares it with all tiles that hold it."""
        number, place = sequence // _WIDTH, sequence % _WIDTH
        found = self._at(0, number)
        widest = found[max(found)] if found else b""
        if len(widest) < 32 * place + 32:
            raise Damage("a tile of archived entries is missing", sequence)
        return widest[32 * place : 32 * place + 32]

    def take(self, level, index, value, signed):
        """The tree has finished the subtree `index` of this level. `signed` is the size that the checkpoint claims."""
        number, place = index // _WIDTH, index % _WIDTH
        found = self._at(level, number)
        for width, data in found.items():
            if place < width and data[32 * place : 32 * place + 32] != value:
                raise Damage(f"a hash in a tile of level {level} is not that of the tree", index << 8 * level)
        if place == _WIDTH - 1:
            if _WIDTH not in found and signed is not None and (index + 1) << 8 * level <= signed:
                self.missing = self.missing or Damage(f"a full tile of level {level} is missing", number << 8 * level + 8)
            del self._open[level]

    def check_rest(self, entries):
        """Looks at all tiles there are: none goes beyond the log."""
        for level in range(64):
            top = self._folder / str(level)
            for folder, _, names in os.walk(top):
                for name in names:
                    self._check_one(level, os.path.relpath(os.path.join(folder, name), top), entries)

    def _check_one(self, level, name, entries):
        match = re.fullmatch("((?:x[0-9]{3}/)*[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?", name, re.ASCII)
        if not match:
            return
        number, width = int(match[1].replace("x", "").replace("/", "")), int(match[2] or _WIDTH)
        if _index_path(number) != match[1] or width > _WIDTH or (match[2] and width == _WIDTH):
            return
        if (number * _WIDTH + width) << 8 * level > entries:
            raise Damage(f"tile {level}/{name} holds hashes of entries that are not there", entries)
