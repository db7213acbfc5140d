#!/usr/bin/python3
"""Makes a good audit log of random shape, written from docs/audit-format.md alone. Shares no code with the verifier.

As a program: make_log.py FOLDER --seed N [--entries N] writes one log and prints the log's key and the witness's key.
"""

import argparse
import json
import random
import struct
from pathlib import Path

import spell
from made_log import MadeLog, Told
from nacl import bindings

_ACTIONS = (
    "secret.get",
    "secret.put",
    "secret.list",
    "vault.unlock",
    "vault.lock",
    "slot.add",
    "audit.archive",
    "frame.malformed",
)
_RESULTS = ("ok", "not_found", "permission_denied", "locked", "wrong_credential")


class Maker:
    """Writes entries one after the other, as a daemon would."""

    def __init__(self, seed, shape):
        self._random, self._shape = random.Random(seed), shape
        draw = self._random.randbytes
        opening_key, opening_secret = bindings.crypto_box_seed_keypair(draw(32))
        self.log = MadeLog(
            b"", draw(16), draw(32), opening_key, opening_secret, shape["segment_size"], witness_seed=draw(32)
        )
        self._time, self._boot_id = 1_700_000_000 + self._random.randrange(10**7), draw(16)
        self._nanoseconds = self._random.randrange(10**12)
        self._epoch, self._place, self._key_at, self._intents = 0, 0, 0, []
        self._chain, self._index = b"", 0

    # --- framing ---

    def _append(self, entry):
        log = self.log
        if self._place + spell.FRAME + len(entry) > log.segment_size or not log.starts:
            log.starts.append(len(log.entries))
            self._place = 40
        self._place += spell.FRAME + len(entry)
        log.entries.append(entry)
        log.forest.add(entry)

    def _head(self, kind, time=None):
        """The next entry's header; a key record comes first where one is due."""
        if kind != spell.KEY and len(self.log.entries) - self._key_at > 255:
            self.add_key()
        self._time = self._time if time is None else time
        return spell.header(kind, self._epoch, len(self.log.entries), self._time, self._boot_id)

    def _tick(self):
        step = self._random.choice((0, 0, 0, 1, 1, 2, 60))
        self._time += step
        self._nanoseconds += step * 10**9 + self._random.randrange(10**6)

    # --- the types ---

    def add_epoch(self):
        log = self.log
        if self._epoch and len(log.entries) - self._key_at > 255:
            self.add_key()
        closing = log.epoch_seeds.get(self._epoch)
        self._epoch += 1
        seed = log.epoch_seeds[self._epoch] = self._random.randbytes(32)
        size = len(log.entries)
        head = spell.header(spell.EPOCH, self._epoch, size, self._time, self._boot_id)
        keys = (spell.public_of(seed), spell.public_of(log.identity_seed), log.opening_key)
        log.log_id = log.log_id or spell.log_name(*keys, log.store_id)
        log.epoch_starts.append(size)
        self._append(
            spell.epoch_record(head, size, log.forest.root(size), keys, (log.log_id, log.store_id), closing, log.identity_seed)
        )

    def add_key(self):
        draw = self._random
        self._chain, self._index = draw.randbytes(32), 0
        known = draw.random() < 0.5
        pinned = (draw.randrange(1000), draw.randbytes(32), 3, draw.randrange(len(self.log.entries) + 1))
        generation, digest, header, intent = pinned if known else (spell.UNKNOWN, bytes(32), spell.UNKNOWN, spell.UNKNOWN)
        plain = self._chain + struct.pack("<Q", generation) + digest + struct.pack("<QQ", header, intent)
        box = bindings.crypto_box_seal(plain, self.log.opening_key)
        head = self._head(spell.KEY)
        self._key_at = len(self.log.entries)
        self._append(head + struct.pack("<Q", self.log.epoch_starts[-1]) + box)

    def add_event(self):
        self._tick()
        head, draw = self._head(spell.EVENT), self._random
        for _ in range(draw.choice((0, 0, 0, 0, 0, 1, 3)) + 1):
            keys = spell.derived(self._chain, "SRM/audit/entry/v1", [], 64)
            told = Told(keys[:32], keys[32:], self._body())
            index = self._index
            self._chain = spell.derived(self._chain, "SRM/audit/next/v1", [], 32)
            self._index += 1
        if draw.random() < 0.4:
            told.r, told.box = draw.randbytes(32), self._box(told.body)
        box = spell.padded(told.box) if told.box is not None else None
        entry = spell.event(self.log.log_id, head, index, told.entry_key, spell.padded(told.body), told.r, box)
        if told.r and draw.random() < 0.2:
            told.r = None
        sequence = len(self.log.entries)
        if told.body[2] == 1:
            self._intents.append(sequence)
        self.log.told[sequence] = told
        self._append(entry)

    def _body(self):
        draw = self._random
        phase = draw.choice((0, 0, 0, 0, 1, 2, 3))
        if phase >= 2 and not self._intents:
            phase = 0
        actor = draw.choice(("system", "uid:0", "uid:1000"))
        body = {
            1: draw.choice(_ACTIONS),
            2: phase,
            3: draw.choice((0, 0, 0, 1)),
            4: draw.choice(("owner", "state", "protocol", "limit", "system")),
            6: actor,
            7: "none" if actor == "system" else "peer",
            14: min(self._time * 10**9 + draw.randrange(10**9), (1 << 63) - 1),
            15: self._nanoseconds,
        }
        maybe = {
            8: draw.randrange(1 << 20),
            9: draw.randrange(1 << 17),
            10: draw.randrange(1 << 22),
            11: draw.choice(("s", "ssh", "über" * 8)),
            12: draw.randbytes(16 * draw.choice((1, 1, 1, 2, 9))),
            13: draw.choice((0, 23, 24, 1 << 33, (1 << 63) - 1)),
            16: draw.randrange(1 << 40),
            18: draw.randrange(2, 500),
            19: "slot " * draw.randrange(1, 30),
            20: draw.randbytes(32),
            21: 7,
        }
        body |= {key: value for key, value in maybe.items() if draw.random() < 0.4}
        if phase != 1:
            body[5] = draw.choice(_RESULTS)
        if phase >= 2:
            body[17] = draw.choice(self._intents)
        return body

    def _box(self, body):
        draw, box = self._random, {}
        if 12 in body:
            box[1] = [f"team/{draw.randrange(999)}/ключ" for _ in range(len(body[12]) // 16)]
        if draw.random() < 0.6:
            box[2] = "deploy " * draw.randrange(1, 70)
        if body[2] == 1:
            box[3] = draw.randbytes(32)
        return box

    def add_skip(self, kind):
        draw = self._random
        before, far = self._time, draw.choice((6, 3600, 365 * 86400))
        if len(self.log.entries) - self._key_at > 255:
            self.add_key()
        to = before - far if kind == 1 else before + far
        self._append(self._head(spell.SKIP, to) + struct.pack("<Bqq", kind, before, to))

    def add_restart(self):
        draw = self._random
        if draw.random() < 0.5:
            self._boot_id, self._nanoseconds = draw.randbytes(16), draw.randrange(10**10)
        self.add_key()
        if draw.random() < 0.8:
            self.add_skip(3 if draw.random() < 0.8 else 1)
        if draw.random() < 0.4:
            self._append(self._head(spell.RECOVERY) + struct.pack("<QQ", draw.randrange(1, 9999), draw.choice((0, 0, 1, 7))))

    def add_witness(self):
        head = self._head(spell.WITNESS)
        size = self._random.randrange(1, len(self.log.entries) + 1)
        self._append(head + self.log.checkpoint(size, cosigned_at=self._time).encode())

    # --- a whole log ---

    def make(self):
        shape, log, draw = self._shape, self.log, self._random
        self.add_epoch()
        self.add_key()
        while len(log.entries) < shape["entries"]:
            chance = draw.random()
            if chance < shape["epochs"]:
                self.add_epoch()
            elif chance < shape["epochs"] + shape["others"]:
                what = draw.choice(("restart", "lock", "back", "forward", "witness"))
                if what == "restart":
                    self.add_restart()
                elif what == "lock":
                    self.add_key()
                elif what in ("back", "forward"):
                    self.add_skip(1 if what == "back" else 2)
                elif shape["witness"]:
                    self.add_witness()
            else:
                self.add_event()
        del log.entries[shape["entries"] :]
        return self._finished()

    def _finished(self):
        """Signs, archives and tears as the shape says. What a witness has cosigned is no newer than the checkpoint."""
        log, draw, shape = self.log, self._random, self._shape
        count = len(log.entries)
        log.grown()
        log.starts = [start for start in log.starts if start < count]
        log.epoch_starts = [start for start in log.epoch_starts if start < count]
        log.told = {sequence: told for sequence, told in log.told.items() if sequence < count}
        log.wide, log.bare = (draw.random() < chance for chance in (0.5, 0.3))
        log.torn = torn(draw, shape)
        if not shape["signed"]:
            return log
        least = max([1] + [entry_size(entry) for entry in log.entries if entry[1] == spell.WITNESS])
        log.signed = count if draw.random() < 0.5 else draw.randrange(max(least, count * 2 // 3), count + 1)
        if shape["witness"]:
            log.cosigned = sorted({draw.randrange(1, log.signed + 1) for _ in range(draw.randrange(1, 17))} | {log.signed})[-16:]
        starts = [start for start in log.starts if 0 < start <= log.signed]
        if shape["archived"] and starts:
            log.archived = draw.choice(starts)
            log.left_over = [start for start in log.starts if 0 < start < log.archived and draw.random() < 0.5]
        return log


def entry_size(witness_record):
    """The size of the checkpoint that a witness record holds."""
    return int(witness_record[40:].split(b"\n")[1])


def torn(draw, shape):
    """What an unfinished write may leave: half of a frame, a frame with a wrong sum, or anything behind a sound length."""
    kind = draw.choice((0, 1, 2, 3)) if shape["torn"] else 0
    whole = bytearray(spell.frame(draw.randbytes(200)))
    if kind == 1:
        return bytes(whole[: draw.randrange(1, 240)])
    if kind == 2:
        whole[draw.randrange(40, 240)] ^= 1 << draw.randrange(8)
        return bytes(whole)
    if kind == 3:
        return struct.pack("<I", 300) + draw.randbytes(draw.randrange(4, 400))
    return b""


def random_shape(seed):
    draw = random.Random(f"shape {seed}")
    signed = draw.random() < 0.9
    return {
        "entries": draw.choice(
            (1, 2, 3, 17, 255, 256, 257, 512, draw.randrange(3, 200), draw.randrange(200, 1000), draw.randrange(1000, 3000))
        ),
        "segment_size": draw.choice((8192, 8192, 16384, 65536, 1 << 20)),
        "signed": signed,
        "epochs": draw.choice((0, 0.002, 0.02, 0.1)) if signed else 0,
        "others": draw.choice((0, 0.01, 0.1)),
        "witness": signed and draw.random() < 0.6,
        "archived": signed and draw.random() < 0.3,
        "torn": draw.random() < 0.5,
    }


def make(seed, **wishes):
    """A good log. `wishes` replace parts of the random shape."""
    return Maker(seed, random_shape(seed) | wishes).make()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--entries", type=int)
    arguments = parser.parse_args()
    log = make(arguments.seed, **({"entries": arguments.entries} if arguments.entries else {}))
    log.write(arguments.folder)
    print(json.dumps({"key": log.key, "witness": log.witness_key, "entries": len(log.entries), "signed": log.signed}))


if __name__ == "__main__":
    main()
