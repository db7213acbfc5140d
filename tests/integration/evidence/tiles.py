"""Tiles: what lies in tile/ is compared with the tree, hash by hash."""

import os
import re

from tree import complete_root, peak_heights
from wire import Damage

_WIDTH = 256


def _index_path(number):
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts)


class Tiles:
    def __init__(self, folder, archived, peaks):
        self._folder, self._archived = folder / "tile", archived
        self._open, self.missing = {}, None
        heights = peak_heights(archived)
        for level in range(8):
            width = archived >> 8 * level & 255
            group = [peak for height, peak in zip(heights, peaks) if height // 8 == level]
            if width:
                self._check_half_archived(level, archived >> 8 * level + 8, width, group)
            for number in range(archived >> 8 * level + 8):
                if _WIDTH not in self._load(level, number):
                    raise Damage(f"a full tile of level {level} is missing", number << 8 * level + 8)

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

    def _check_half_archived(self, level, number, width, peaks):
        """A tile whose first hashes are of archived entries: they have to lead to the archived peaks."""
        found = self._load(level, number)
        where = number << 8 * level + 8
        if max(found, default=0) < width:
            raise Damage(f"a tile of level {level} with archived entries is missing", where)
        widest = found[max(found)]
        row = [widest[at : at + 32] for at in range(0, 32 * width, 32)]
        if complete_root(row) != peaks:
            raise Damage(f"a tile of level {level} does not lead to the archived tree", where)
        for data in found.values():
            size = min(len(data), 32 * width)
            if data[:size] != widest[:size]:
                raise Damage(f"tiles of level {level} and the same number disagree", where)

    def archived_leaf(self, sequence):
        """The hash of an archived entry. That its tile leads to the peaks is checked with all others."""
        found = self._load(0, sequence >> 8)
        place = 32 * (sequence & 255)
        return found[max(found)][place : place + 32]

    def take(self, level, index, value, signed):
        """The tree has finished the subtree `index` of this level. `signed` is the size that the checkpoint claims."""
        number, place = index // _WIDTH, index % _WIDTH
        if level not in self._open or self._open[level][0] != number:
            self._open[level] = (number, self._load(level, number))
        found = self._open[level][1]
        for width, data in found.items():
            if place < width and data[32 * place : 32 * place + 32] != value:
                raise Damage(f"a hash in a tile of level {level} is not that of the tree", index << 8 * level)
        if place == _WIDTH - 1:
            if _WIDTH not in found and signed is not None and (index + 1) << 8 * level <= signed:
                self.missing = self.missing or Damage(f"a full tile of level {level} is missing", number << 8 * level + 8)
            del self._open[level]

    def check_rest(self, entries):
        """Looks at all tiles there are: none goes beyond the log, and archived ones lead to their parents."""
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
        if (number + 1) << 8 * level + 8 <= self._archived and width == _WIDTH:
            self._check_archived(level, number)

    def _check_archived(self, level, number):
        found = self._load(level, number)
        data = found[_WIDTH]
        if any(not data.startswith(partial) for partial in found.values()):
            raise Damage(f"tiles of level {level} and the same number disagree", number << 8 * level + 8)
        root = complete_root([data[at : at + 32] for at in range(0, len(data), 32)])[0]
        place = number % _WIDTH
        for width, parent in self._load(level + 1, number // _WIDTH).items():
            if place < width and parent[32 * place : 32 * place + 32] != root:
                raise Damage(f"an archived tile of level {level} does not lead to the one above", number << 8 * level + 8)
