"""Verifies a log folder by the rules of docs/audit-format.md, "Verifying a log"."""

import re

import segments
from entry import EPOCH, EVENT, KEY, SKIP, WITNESS, Entry, EpochRecord
from note import Checkpoint
from tiles import Tiles
from tree import EMPTY_ROOT, Tree, leaf_hash
from wire import Damage, base64_bytes, is_uint, json_value, utf8

_MOST_BETWEEN_KEYS = 255
_MOST_RECORDS = 64 << 20


class Archive:
    """archive.json: what stands for the entries that are no longer here."""

    def __init__(self, data):
        value = json_value(utf8(data, "archive.json"), "archive.json")
        if not isinstance(value, dict) or set(value) != {"size", "peaks", "epoch_records"}:
            raise Damage("archive.json has other members than the format names")
        self.size = value["size"]
        if not is_uint(self.size) or self.size == 0:
            raise Damage("archive.json: the size is malformed", 0)
        if not isinstance(value["peaks"], list) or not isinstance(value["epoch_records"], list):
            raise Damage("archive.json: the peaks or the epoch records are no list", 0)
        self.peaks = [base64_bytes(peak, 32) for peak in value["peaks"]]
        texts = value["epoch_records"]
        if sum(len(text) for text in texts if isinstance(text, str)) > _MOST_RECORDS:
            raise Damage("archive.json: more epoch records than a log may have", 0)
        records = [EpochRecord(Entry(base64_bytes(text))) for text in texts]
        numbers = [record.sequence for record in records]
        if numbers[:1] != [0] or numbers != sorted(set(numbers)) or numbers[-1] >= self.size:
            raise Damage("archive.json: the epoch records are not those from entry 0 up to the size", 0)
        self.records = dict(zip(numbers, records))


class Log:
    """One verification. `run` says what was found."""

    def __init__(self, folder, key=None, against=None, witnesses=()):
        self._folder, self._key, self._witnesses = folder, key, witnesses
        self._against_data = against
        self._tree, self._torn = Tree(), 0
        self._archive = self._checkpoint = self._tiles = None
        self._wanted, self._known = set(), {}
        self._record, self._log_id, self._time = None, None, None
        self._key_at, self._key_index = 0, None
        self._has_witness_record, self._witnessed = False, {}

    def run(self):
        problem = sequence = None
        try:
            self._begin()
            if self._archive:
                self._read_archived()
            self._read_segments()
            self._end()
        except Damage as damage:
            problem, sequence = damage.problem, damage.sequence
        except OSError as error:
            problem = f"{error.filename}: {error.strerror}"
        signed = self._checkpoint.size if self._checkpoint and problem is None else 0
        return {
            "ok": problem is None,
            "entries": self._tree.size,
            "signed": signed,
            "sequence": sequence,
            "problem": problem,
            "torn": self._torn,
        }

    # --- before the entries ---

    def _read(self, name):
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def _begin(self):
        if (data := self._read("archive.json")) is not None:
            self._archive = Archive(data)
        self._late, self._notes = [], []
        self._collect("checkpoint", self._read("checkpoint"))
        cosigned = self._folder / "cosigned"
        for path in sorted(cosigned.iterdir()) if cosigned.is_dir() else ():
            if re.fullmatch("[1-9][0-9]*", path.name, re.ASCII):
                self._collect("cosigned", path.read_bytes(), int(path.name))
        self._collect("against", self._against_data)
        self._tiles = Tiles(self._folder)

    def _collect(self, kind, data, size=None):
        """Parses a checkpoint; what is wrong with it is reported behind all that is wrong with entries."""
        if data is None:
            return
        try:
            note = Checkpoint(data)
            if size is not None and note.size != size:
                raise Damage("a cosigned checkpoint is not of the size that its name says", size)
            if kind == "cosigned" and not note.cosignatures:
                raise Damage("a cosigned checkpoint has no cosignature", size - 1)
        except Damage as damage:
            self._late.append(Damage(f"{kind}: {damage.problem}", damage.sequence))
            return
        if kind == "checkpoint":
            self._checkpoint = note
        self._notes.append((kind, note))
        self._wanted.add(note.size)

    # --- entries ---

    def _read_archived(self):
        """The tree of what is archived, from its tiles: the epoch records stand in it as if they had just been read."""
        records = self._archive.records
        while self._tree.size < self._archive.size:
            number = self._tree.size
            leaf, record = self._tiles.leaf(number), records.get(number)
            if record is not None:
                if leaf != leaf_hash(record.entry.data):
                    raise Damage("an archived epoch record is not in the tree at its number", number)
                try:
                    self._follow_epoch(record)
                except Damage as damage:
                    raise Damage(damage.problem, number) from None
            self._grow(leaf)
        if self._tree.peaks != self._archive.peaks:
            raise Damage("archive.json: the tiles do not lead to the peaks")
        self._key_at, self._key_index = self._archive.size - 1, -1

    def _read_segments(self):
        folder = self._folder / "segments"
        numbers = [number for number in segments.listed(folder) if number >= self._tree.size]
        if not numbers or numbers[0] != self._tree.size:
            raise Damage("the first segment is missing", self._tree.size)
        for text in segments.witness_texts(folder, numbers):
            try:
                self._wanted.add(Checkpoint(text).size)
            except Damage:
                pass
        for first, following in zip(numbers, numbers[1:] + [None]):
            if first != self._tree.size:
                raise Damage("entries between two segments are missing", self._tree.size)
            with segments.path_of(folder, first).open("rb") as file:
                self._read_segment(file, first, following)

    def _read_segment(self, file, first, following):
        log_id = segments.log_id_of(file, first)
        if self._log_id not in (None, log_id) or self._key and self._key.log_id != log_id:
            raise Damage("a segment is of another log", first)
        self._log_id = log_id
        place = segments.HEAD
        while following is None or self._tree.size < following:
            data = segments.next_entry(file)
            if data is None:
                break
            self._take(data)
            place += segments.FRAME + len(data)
        behind = segments.used_behind(file, place)
        if following is None:
            self._torn = behind
            if self._checkpoint and self._tree.size < self._checkpoint.size:
                raise Damage("the log is damaged or ends before the size of its checkpoint", self._tree.size)
        elif self._tree.size < following:
            raise Damage("an entry is missing or damaged", self._tree.size)
        elif behind:
            raise Damage("something lies behind the last entry of a finished segment", following)

    def _take(self, data):
        number = self._tree.size
        try:
            entry = Entry(data)
            self._follow(entry, number)
        except Damage as damage:
            raise Damage(damage.problem, number) from None
        self._grow(leaf_hash(data))

    def _grow(self, leaf):
        signed = self._checkpoint.size if self._checkpoint else None
        for height, index, value in self._tree.append(leaf):
            if height % 8 == 0:
                self._tiles.take(height // 8, index, value, signed)
        if self._tree.size in self._wanted:
            self._known[self._tree.size] = (self._tree.root(), self._record)
            self._check_notes(self._tree.size)

    def _follow(self, entry, number):
        """How an entry has to fit to those before it."""
        if entry.sequence != number:
            raise Damage("an entry has another sequence number than its place")
        self._follow_time(entry)
        if entry.type == EPOCH:
            self._follow_epoch(EpochRecord(entry))
        elif self._record is None:
            raise Damage("the first entry is no epoch record")
        elif entry.epoch != self._record.number:
            raise Damage("an entry is not of the epoch of the newest epoch record")
        if entry.type == KEY:
            if entry.epoch_record != self._record.sequence:
                raise Damage("a key record does not name the newest epoch record")
            self._key_at, self._key_index = number, -1
        elif number - self._key_at > _MOST_BETWEEN_KEYS:
            raise Damage("more than 255 entries without a key record")
        if entry.type == EVENT:
            if self._key_index is None or entry.key_index <= self._key_index:
                raise Damage("an event has no chain, or its key index does not grow")
            self._key_index = entry.key_index
        elif entry.type == WITNESS:
            self._follow_witness(Checkpoint(entry.data[40:]), number)

    def _follow_time(self, entry):
        before, self._time = self._time, entry.time
        if entry.type != SKIP:
            if before is not None and entry.time < before:
                raise Damage("the time goes back without a skip record")
            return
        if entry.to != entry.time or before is not None and entry.since < before:
            raise Damage("a skip record's times are not those of its place")
        if entry.kind == 1:
            good = entry.to < entry.since
        elif entry.kind == 2:
            good = entry.to - entry.since > 5
        else:
            good = entry.since <= entry.to and before in (None, entry.since)
        if not good:
            raise Damage("a skip record's times do not fit its kind")

    def _follow_epoch(self, record):
        before = self._record
        if record.number != (before.number + 1 if before else 1):
            raise Damage("an epoch's number is not one more than the one before")
        if record.root != self._tree.root():
            raise Damage("an epoch record's root is not that of the tree before it")
        if before is None:
            if record.sequence != 0 or record.root != EMPTY_ROOT or any(record.closing_signature):
                raise Damage("the first epoch record is not as entry 0 has to be")
            record.check_log_id()
        else:
            constant = (record.log_id, record.store_id, record.identity) == (before.log_id, before.store_id, before.identity)
            if not constant:
                raise Damage("an epoch record changes the log id, the store id or the identity key")
            record.check_closing(before.key)
        record.check_identity()
        self._adopt(record)

    def _adopt(self, record):
        if self._log_id not in (None, record.log_id):
            raise Damage("an epoch record is of another log")
        if self._key and (self._key.log_id, self._key.public) != (record.log_id, record.identity):
            raise Damage("the log's identity is not the one of the given key")
        self._record, self._log_id = record, record.log_id

    def _follow_witness(self, note, number):
        if note.size > number:
            raise Damage("a witness record's checkpoint covers the record itself")
        if not note.cosignatures:
            raise Damage("a witness record's checkpoint has no cosignature")
        self._has_witness_record = True
        self._check_note(note, "a witness record's")
        self._notes.append(("witness record", note))

    # --- checkpoints ---

    def _check_notes(self, size):
        for kind, note in self._notes:
            if note.size == size and kind != "witness record":
                try:
                    self._check_note(note, kind)
                except Damage as damage:
                    raise Damage(f"{kind}: {damage.problem}", size - 1) from None

    def _check_note(self, note, whose):
        note.check_identity(self._log_id, self._record.identity)
        if note.size in self._known:
            root, record = self._known[note.size]
            if root != note.root:
                raise Damage(f"{whose} root is not that of the tree at its size")
            note.check_epoch(record.number, record.key)
        for witness in self._witnesses:
            if note.cosigned_by(witness):
                self._witnessed[witness.name] = max(note.size, self._witnessed.get(witness.name, 0))

    def _end(self):
        entries = self._tree.size
        for kind, note in self._notes:
            if note.size > entries:
                raise Damage(f"{kind}: covers more entries than there are", entries)
            if self._checkpoint and kind in ("cosigned", "witness record") and note.size > self._checkpoint.size:
                raise Damage(f"{kind}: is newer than the newest checkpoint", self._checkpoint.size)
        if self._tiles.missing:
            raise self._tiles.missing
        self._tiles.check_rest(entries)
        if self._late:
            raise self._late[0]
        later = self._record and self._record.number > 1
        if self._checkpoint is None and (later or self._has_witness_record or self._archive or self._notes):
            raise Damage("there is no checkpoint, although the log was signed")
        if self._archive and self._checkpoint.size < self._archive.size:
            raise Damage("the checkpoint is older than what is archived")
        for witness in self._witnesses:
            if witness.name not in self._witnessed:
                raise Damage(f"{witness.name} has cosigned nothing")


def verify_log(folder, key=None, against=None, witnesses=()):
    return Log(folder, key, against, witnesses).run()
