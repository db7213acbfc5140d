"""A log in memory, with the private keys it was made with, and how it is written to a folder, proved and exported."""

import copy
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

import spell
from forest import Forest


@dataclass
class Told:
    """What only the writer of an event knows."""

    entry_key: bytes
    mask: bytes
    body: dict
    r: bytes = None
    box: dict = None


@dataclass
class MadeLog:
    log_id: bytes
    store_id: bytes
    identity_seed: bytes
    opening_key: bytes
    opening_secret: bytes
    segment_size: int
    entries: list = field(default_factory=list)
    starts: list = field(default_factory=list)
    epoch_seeds: dict = field(default_factory=dict)
    epoch_starts: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    signed: int = None
    cosigned: list = field(default_factory=list)
    witness_name: str = "witness.example/w"
    witness_seed: bytes = b""
    archived: int = 0
    torn: bytes = b""
    wide: bool = False
    bare: bool = False
    left_over: list = field(default_factory=list)
    forest: Forest = field(default_factory=Forest)

    # --- what the log says of itself ---

    @property
    def origin(self):
        return spell.origin(self.log_id)

    @property
    def key(self):
        return spell.verifier_key(self.origin, self.identity_seed)

    @property
    def witness_key(self):
        return spell.verifier_key(self.witness_name, self.witness_seed, 4)

    def kind(self, sequence):
        return self.entries[sequence][1]

    def epoch_of(self, sequence):
        return struct.unpack_from("<I", self.entries[sequence], 4)[0]

    def record_of(self, size):
        """The number of the newest epoch record in a tree of this size."""
        return max(start for start in self.epoch_starts if start < size)

    def copied(self):
        """A log that may be changed without changing this one."""
        other = copy.copy(self)
        other.entries, other.starts, other.told = list(self.entries), list(self.starts), dict(self.told)
        other.epoch_seeds, other.epoch_starts = dict(self.epoch_seeds), list(self.epoch_starts)
        return other

    def grown(self):
        """Computes the tree anew from the entries."""
        self.forest = Forest(self.entries)
        return self

    # --- checkpoints ---

    def checkpoint(self, size, forest=None, epoch=None, cosigned_at=None):
        body = spell.note_body(self.log_id, size, (forest or self.forest).root(size))
        epoch = epoch or self.epoch_of(size - 1)
        text = spell.note(body, self.origin, self.identity_seed, epoch, self.epoch_seeds[epoch])
        if cosigned_at is not None:
            text += spell.cosignature_line(self.witness_name, self.witness_seed, body, cosigned_at)
        return text

    # --- the folder ---

    def write(self, folder):
        for name in ("segments", "tile", "cosigned"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.write_segments(folder)
        self.write_tiles(folder)
        self.write_notes(folder)
        self.write_beside(folder)

    def slot(self, sequence):
        """What stands in the slot of an entry's frame."""
        told = self.told.get(sequence)
        return bytes(a ^ b for a, b in zip(told.r, told.mask)) if told and told.r else bytes(32)

    def shown_starts(self):
        return [start for start in self.starts if start >= self.archived]

    def write_segments(self, folder, only=None):
        shown = self.shown_starts() + self.left_over
        for start, end in zip(self.starts, self.starts[1:] + [len(self.entries)]):
            if start in (shown if only is None else only):
                data = spell.segment_head(self.log_id, start)
                data += b"".join(spell.frame(self.entries[i], self.slot(i)) for i in range(start, end))
                if end == len(self.entries):
                    data += self.torn[: max(0, self.segment_size - len(data))]
                with (folder / "segments" / f"{start:016x}.log").open("wb") as file:
                    file.write(data)
                    file.truncate(max(self.segment_size, len(data)))

    def write_tiles(self, folder):
        """All full tiles of the signed tree; partial ones unless `bare`; when `wide` also those of what is not signed. What is
        archived can be read from the tiles in any case."""
        for level in range(8):
            row = self.forest.row(8 * level)
            covered = (len(self.entries) if self.wide else self.signed or 0) >> 8 * level
            for number in range(covered + 255 >> 8):
                hashes = row[256 * number : min(256 * number + 256, covered)]
                archived = (self.archived >> 8 * level) - 256 * number
                for width in {len(hashes), len(hashes) * 2 // 3, archived if len(hashes) < 256 else 0}:
                    if 0 < width <= len(hashes) and (width == 256 or not self.bare or width == archived):
                        self.write_tile(folder, level, number, hashes[:width])

    @staticmethod
    def write_tile(folder, level, number, hashes):
        path = folder / "tile" / spell.tile_name(level, number, len(hashes))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(hashes))

    def write_notes(self, folder):
        if self.signed is None:
            return
        (folder / "checkpoint").write_text(self.checkpoint(self.signed, cosigned_at=1800000000 if self.wide else None))
        for size in self.cosigned:
            (folder / "cosigned" / str(size)).write_text(self.checkpoint(size, cosigned_at=1700000000 + size))
        if self.archived:
            (folder / "archive.json").write_text(json.dumps(self.archive()))

    def archive(self):
        size = self.archived
        return {
            "size": size,
            "peaks": [spell.text64(peak) for peak in self.forest.peaks(size)],
            "epoch_records": [spell.text64(self.entries[start]) for start in self.epoch_starts if start < size],
        }

    def write_beside(self, folder):
        """What the daemon keeps and a verifier does not need."""
        for name, size in (("spare", 4096), ("reserve", 4096), ("index", 500), ("offsets", 8)):
            (folder / name).write_bytes(b"")
            os.truncate(folder / name, size)
        (folder / "checkpoint.new").write_text("half of a check")
        (folder / "epoch.key").write_bytes(os.urandom(84))

    # --- evidence ---

    def extra(self, sequence, size, disclose=False):
        record = self.record_of(size)
        extra = {1: self.entries[sequence], 2: self.entries[record], 3: self.forest.path(record, size)}
        if disclose:
            told = self.told[sequence]
            extra[4] = told.entry_key
            if told.r:
                extra[5] = told.r
        return extra

    def proof_text(self, sequence, size, extra):
        lines = ["c2sp.org/tlog-proof@v1", "extra " + spell.text64(spell.cbor(extra)), f"index {sequence}"]
        lines += map(spell.text64, self.forest.path(sequence, size))
        return "\n".join(lines) + "\n\n" + self.checkpoint(size)

    def proof(self, sequence, disclose=False, size=None):
        size = size or self.signed
        return self.proof_text(sequence, size, self.extra(sequence, size, disclose))

    def line(self, sequence):
        """An event as events.jsonl says it."""
        told, entry = self.told[sequence], self.entries[sequence]
        names = {
            1: "action",
            4: "rule",
            5: "result",
            6: "actor",
            7: "auth",
            8: "session",
            9: "uid",
            10: "pid",
            11: "client",
            13: "request",
            14: "time_ns",
            15: "boot_ns",
            16: "generation",
            17: "intent",
            18: "count",
            19: "detail",
        }
        line = {"seq": sequence, "time_s": struct.unpack_from("<q", entry, 16)[0], "epoch": self.epoch_of(sequence)}
        line |= {names[key]: value for key, value in told.body.items() if key in names}
        line["phase"] = ["single", "intent", "outcome", "recovered"][told.body[2]]
        line["decision"] = ["allowed", "denied"][told.body[3]]
        if 12 in told.body:
            line["objects"] = [told.body[12][at : at + 16].hex() for at in range(0, len(told.body[12]), 16)]
        if told.r and 1 in told.box:
            line["paths"] = told.box[1]
        if told.r and 2 in told.box:
            line["reason"] = told.box[2]
        return line

    def proof_line(self, sequence, size):
        told = self.told[sequence]
        line = {
            "seq": sequence,
            "entry": spell.text64(self.entries[sequence]),
            "proof": [spell.text64(step) for step in self.forest.path(sequence, size)],
            "entry_key": spell.text64(told.entry_key),
        }
        return line | ({"r": spell.text64(told.r)} if told.r else {})

    def export(self, folder, sequences, size=None):
        size = size or self.signed
        record = self.record_of(size)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "key").write_text(self.key + "\n")
        (folder / "checkpoint").write_text(self.checkpoint(size, cosigned_at=1800000000))
        (folder / "epoch.proof").write_text(self.proof_text(record, size, self.extra(record, size)))
        events = [self.line(sequence) for sequence in sequences]
        write_lines(folder / "events.jsonl", events)
        write_lines(folder / "proofs.jsonl", [self.proof_line(sequence, size) for sequence in sequences])
        times = [event["time_s"] * 1000 for event in events] or [0]
        write_manifest(
            folder,
            {
                "format": 1,
                "origin": self.origin,
                "created_ms": max(times) + 5000,
                "since_ms": min(times),
                "until_ms": max(times) + 999,
                "events": len(events),
            },
        )


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_manifest(folder, manifest):
    """With the hashes of the files as they are now."""
    names = ("key", "checkpoint", "epoch.proof", "events.jsonl", "proofs.jsonl")
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"files": files}, indent=1))
