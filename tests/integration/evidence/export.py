"""Verifies an export of evidence: a folder with events, their proofs, a checkpoint and the log's key."""

import hashlib
import json
import re

from entry import Entry
from note import Checkpoint, log_key
from proof import Proof, check_inclusion, disclosed
from wire import Damage, base64_bytes, is_uint, json_value, utf8

_FILES = {"key", "checkpoint", "epoch.proof", "events.jsonl", "proofs.jsonl"}
_MEMBERS = {"format", "origin", "created_ms", "since_ms", "until_ms", "events", "files"}
_MOST_LINE = 8 << 20


def _manifest(folder):
    manifest = json_value(utf8((folder / "manifest.json").read_bytes(), "manifest.json"), "manifest.json")
    if not isinstance(manifest, dict) or set(manifest) != _MEMBERS:
        raise Damage("manifest.json has other members than the format names")
    numbers = [manifest[name] for name in ("created_ms", "since_ms", "until_ms", "events")]
    if (
        not all(map(is_uint, [manifest["format"], *numbers]))
        or manifest["format"] != 1
        or manifest["since_ms"] > manifest["until_ms"]
    ):
        raise Damage("manifest.json: the format or a number is malformed")
    if not isinstance(manifest["files"], dict) or set(manifest["files"]) != _FILES:
        raise Damage("manifest.json names other files than the format")
    for name, expected in manifest["files"].items():
        if not isinstance(expected, str) or not re.fullmatch("[0-9a-f]{64}", expected, re.ASCII):
            raise Damage("manifest.json: a hash is malformed")
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise Damage(f"{name} is not the file that the manifest describes")
    return manifest


def _lines(folder, name):
    with (folder / name).open("rb") as file:
        while line := file.readline(_MOST_LINE):
            if not line.endswith(b"\n"):
                raise Damage(f"{name}: a line is too long or has no end")
            value = json_value(utf8(line, name), name)
            if not isinstance(value, dict):
                raise Damage(f"{name}: a line is no object")
            yield value


class _Export:
    def __init__(self, folder, key):
        self.manifest = _manifest(folder)
        text = utf8((folder / "key").read_bytes(), "key")
        if not text.endswith("\n"):
            raise Damage("key: the line has no end")
        self.key = log_key(text[:-1])
        if key and (key.name, key.public) != (self.key.name, self.key.public):
            raise Damage("the export's key is not the given one")
        if self.manifest["origin"] != self.key.name:
            raise Damage("manifest.json: the origin is not that of the key")
        self.note = Checkpoint((folder / "checkpoint").read_bytes())
        proof = Proof((folder / "epoch.proof").read_bytes())
        proof.check(self.key)
        if proof.entry.data != proof.record.entry.data or proof.entry_key is not None:
            raise Damage("epoch.proof is not that of the epoch record")
        if proof.checkpoint.body != self.note.body:
            raise Damage("epoch.proof leads to another checkpoint")
        self.record = proof.record
        self.note.check_identity(self.key.log_id, self.key.public)
        self.note.check_epoch(self.record.number, self.record.key)
        self.count, self.before = 0, -1

    def check_line(self, event, line):
        if not {"seq", "entry", "proof", "entry_key"} <= set(line) <= {"seq", "entry", "proof", "entry_key", "r"}:
            raise Damage("proofs.jsonl: a line has other members than the format names")
        number = line["seq"]
        if not is_uint(number) or number <= self.before or not isinstance(line["proof"], list):
            raise Damage("proofs.jsonl: the numbers do not grow, or a proof is malformed")
        self.before = number
        try:
            entry = Entry(base64_bytes(line["entry"]))
            check_inclusion(entry, number, [base64_bytes(step, 32) for step in line["proof"]], self.note, self.record)
            r = base64_bytes(line["r"], 32) if "r" in line else None
            words = disclosed(entry, self.key.log_id, base64_bytes(line["entry_key"], 32), r)
            if json.dumps(words, sort_keys=True) != json.dumps(event, sort_keys=True):
                raise Damage("events.jsonl: a line does not say what the entry says")
            if not self.manifest["since_ms"] // 1000 <= entry.time <= self.manifest["until_ms"] // 1000 + 1:
                raise Damage("an event is not of the time that the manifest says")
        except Damage as damage:
            raise Damage(damage.problem, number) from None
        self.count += 1

    def check_lines(self, folder):
        events, proofs = _lines(folder, "events.jsonl"), _lines(folder, "proofs.jsonl")
        for event in events:
            line = next(proofs, None)
            if line is None:
                raise Damage("proofs.jsonl has fewer lines than events.jsonl")
            self.check_line(event, line)
        if next(proofs, None) is not None:
            raise Damage("proofs.jsonl has more lines than events.jsonl")
        if self.count != self.manifest["events"]:
            raise Damage("manifest.json: the number of events is not that of the lines")


def verify_export(folder, key=None):
    result = {"ok": False, "events": 0, "signed": 0, "sequence": None, "problem": None}
    try:
        export = _Export(folder, key)
        export.check_lines(folder)
    except Damage as damage:
        return result | {"problem": damage.problem, "sequence": damage.sequence}
    except OSError as error:
        return result | {"problem": f"{error.filename}: {error.strerror}"}
    return result | {"ok": True, "events": export.count, "signed": export.note.size}
