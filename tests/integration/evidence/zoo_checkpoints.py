"""Attacks on checkpoints: forged ones, forks, older ones put back, wrong cosignatures."""

import functools
import shutil

import spell
from make_log import make
from tamper import (
    NotHere,
    anywhere,
    at,
    at_note,
    attack,
    chosen,
    flipped,
    harmless,
    named,
    resign,
    rewrite_segments,
    rewrite_tiles,
)


def _parts(keys, size=None):
    """(body, identity line, epoch line) of a checkpoint."""
    body, _, lines = keys.checkpoint(size or keys.signed).partition("\n\n")
    return body + "\n", *lines.splitlines(keepends=True)


def _with_body(keys, body, name=None, epoch=None, identity=None):
    """A note over another body, rightly signed."""
    epoch = epoch or keys.epoch_of(keys.signed - 1)
    return spell.note(body, name or keys.origin, identity or keys.identity_seed, epoch, keys.epoch_seeds[epoch])


def _body(keys, size=None, root=None, origin=None, extension=""):
    size = size or keys.signed
    return f"{origin or keys.origin}\n{size}\n{spell.text64(root or keys.forest.root(keys.signed))}\n{extension}"


def _note_without(keys, which):
    parts = list(_parts(keys))
    del parts[which]
    return parts[0] + "\n" + "".join(parts[1:])


def _note_with(keys, *more, epoch_line=None):
    body, identity, epoch = _parts(keys)
    return body + "\n" + identity + (epoch_line or epoch) + "".join(more)


def _foreign_epoch_line(keys):
    """The epoch signature by a key of the attacker's."""
    body = _parts(keys)[0]
    return spell.signature_line(f"{keys.origin}/epoch/{keys.epoch_of(keys.signed - 1)}", bytes(range(32)), body)


def _other_epoch(keys):
    now = keys.epoch_of(keys.signed - 1)
    others = [epoch for epoch in keys.epoch_seeds if epoch != now]
    if not others:
        raise NotHere
    return others[-1]


def _spoilt_base64(text):
    """Another spelling of the identity signature: bits that base64 ignores are set."""
    line = text.split("\n")[4]
    assert line.endswith("=")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    place = len(line.rstrip("=")) - 1
    return text.replace(line, line[:place] + last[last.index(line[place]) ^ 1] + line[place + 1 :])


def _flip_in_line(keys, which):
    parts = list(_parts(keys))
    place = len(parts[which]) - 20
    parts[which] = parts[which][:place] + ("A" if parts[which][place] != "A" else "B") + parts[which][place + 1 :]
    return parts[0] + "\n" + parts[1] + parts[2]


_CHECKPOINTS = {
    "by_another_key": lambda k: _with_body(k, _body(k), identity=bytes(range(32))),
    "epoch_by_another_key": lambda k: _note_with(k, epoch_line=_foreign_epoch_line(k)),
    "identity_signature_alone": lambda k: _note_without(k, 2),
    "epoch_signature_alone": lambda k: _note_without(k, 1),
    "unsigned": lambda k: _body(k) + "\n",
    "origin_of_another_log": lambda k: _with_body(k, _body(k, origin=spell.origin(bytes(16))), name=spell.origin(bytes(16))),
    "origin_of_another_kind": lambda k: _with_body(k, _body(k, origin="example.com/log"), name="example.com/log"),
    "origin_in_capitals": lambda k: _with_body(k, _body(k, origin=k.origin.upper())),
    "extension_line": lambda k: _with_body(k, _body(k, extension="an extension\n")),
    "leading_zero": lambda k: _with_body(k, _body(k, size=f"0{k.signed}")),
    "plus_sign": lambda k: _with_body(k, _body(k, size=f"+{k.signed}")),
    "size_zero": lambda k: _with_body(k, _body(k, size="0")),
    "one_entry_more": lambda k: _with_body(k, _body(k, size=k.signed + 1)),
    "one_entry_less": lambda k: _with_body(k, _body(k, size=k.signed - 1)),
    "far_more_entries": lambda k: _with_body(k, _body(k, size=1 << 40)),
    "size_beyond_64_bits": lambda k: _with_body(k, _body(k, size=1 << 64)),
    "root_changed": lambda k: _with_body(k, _body(k, root=bytes(32))),
    "root_changed_unsigned": lambda k: _line_replaced(k.checkpoint(k.signed), 2, spell.text64(bytes(32))),
    "root_too_short": lambda k: _with_body(k, _body(k).replace(spell.text64(k.forest.root(k.signed)), spell.text64(bytes(31)))),
    "base64_spoilt": lambda k: _spoilt_base64(k.checkpoint(k.signed)),
    "identity_signature_flipped": lambda k: _flip_in_line(k, 1),
    "epoch_signature_flipped": lambda k: _flip_in_line(k, 2),
    "identity_signature_twice": lambda k: _note_with(k, _parts(k)[1]),
    "epoch_signature_twice": lambda k: _note_with(k, _parts(k)[2]),
    "signature_of_an_unknown_kind": lambda k: _note_with(k, spell.signature_line("example.com/x", bytes(32), _parts(k)[0])),
    "epoch_of_another_number": lambda k: _with_body(k, _body(k), epoch=_other_epoch(k)),
    "epoch_number_with_zero": lambda k: k.checkpoint(k.signed).replace("/epoch/", "/epoch/0"),
    "line_ends_of_windows": lambda k: k.checkpoint(k.signed).replace("\n", "\r\n"),
    "last_line_cut": lambda k: k.checkpoint(k.signed)[:-1],
    "text_behind": lambda k: k.checkpoint(k.signed) + "and more\n",
    "hyphen_for_dash": lambda k: k.checkpoint(k.signed).replace("—", "-"),
    "empty": lambda k: "",
}


def _line_replaced(text, line, new):
    lines = text.split("\n")
    lines[line] = new
    return "\n".join(lines)


def _forged(folder, keys, make_note):
    (folder / "checkpoint").write_bytes(make_note(keys).encode())
    size = len(keys.entries)
    found = at_note(keys.signed)
    return type(found)(found.first - 1, max(found.last, size), True)


for _name, _make in _CHECKPOINTS.items():
    named(f"checkpoint_{_name}", functools.partial(_forged, make_note=_make))


@attack
def checkpoint_deleted(folder, keys):
    if len(keys.epoch_starts) < 2 and not keys.cosigned:
        raise NotHere
    (folder / "checkpoint").unlink()
    return anywhere(keys)


@attack
def checkpoint_older_than_a_cosigned_one(folder, keys):
    if not keys.cosigned or keys.cosigned[-1] <= max(1, keys.archived):
        raise NotHere
    (folder / "checkpoint").write_text(keys.checkpoint(max(1, keys.archived)))
    return anywhere(keys)


@attack
def checkpoint_older_than_the_archive(folder, keys):
    if keys.archived < 2:
        raise NotHere
    shutil.rmtree(folder / "cosigned")
    (folder / "checkpoint").write_text(keys.checkpoint(keys.archived - 1))
    return anywhere(keys)


@harmless
def one_at_hand_lies_within_the_archive(folder, keys):
    """The tiles of what is archived tell that it is right."""
    if keys.archived < 3:
        raise NotHere
    (folder.parent / "against").write_text(keys.checkpoint(keys.archived - 1))
    return "against"


@attack
def one_at_hand_lies_within_the_archive_and_is_a_fork(folder, keys):
    if keys.archived < 3:
        raise NotHere
    log, size = keys.copied(), keys.archived - 1
    log.entries[1] = flipped(log.entries[1], 60)
    (folder.parent / "against").write_text(log.grown().checkpoint(size))
    return at_note(size, against="against")


@attack
def cosigned_one_within_the_archive_is_a_fork(folder, keys):
    if keys.archived < 3:
        raise NotHere
    log, size = keys.copied(), keys.archived - 1
    log.entries[1] = flipped(log.entries[1], 60)
    (folder / "cosigned" / str(size)).write_text(log.grown().checkpoint(size, cosigned_at=7))
    return at_note(size)


@attack
def witness_has_cosigned_nothing(folder, keys):
    """Who asks for a witness must hear when there is no word of it."""
    if keys.cosigned:
        raise NotHere
    return anywhere(keys, witness=True)


def _fork_root(keys):
    """The root of a log that differs in one entry, rightly computed."""
    log = keys.copied()
    log.entries[keys.archived] = flipped(log.entries[keys.archived], 30)
    return log.grown().forest.root(keys.signed)


@attack
def fork_beside_the_checkpoint(folder, keys):
    """Two checkpoints of the same size, both rightly signed and cosigned."""
    body = _body(keys, root=_fork_root(keys))
    text = _with_body(keys, body) + spell.cosignature_line(keys.witness_name, keys.witness_seed, body, 7)
    (folder / "cosigned" / str(keys.signed)).write_text(text)
    return at_note(keys.signed)


@attack
def fork_of_the_one_at_hand(folder, keys):
    (folder.parent / "against").write_text(_with_body(keys, _body(keys, root=_fork_root(keys))))
    return at_note(keys.signed, against="against")


@attack
def cut_back_to_an_older_checkpoint(folder, keys):
    """All of it put back to how it was: only who holds the newer checkpoint can tell."""
    log = keys.copied()
    log.signed = chosen(keys, "back", lambda i: i > keys.archived)
    log.entries, log.cosigned = log.entries[: log.signed], []
    log.starts = [start for start in log.starts if start < log.signed]
    rewrite_segments(folder, log)
    rewrite_tiles(folder, log)
    resign(folder, log)
    (folder.parent / "against").write_text(keys.checkpoint(keys.signed))
    return at(log.signed, against="against")


@attack
def one_at_hand_is_of_another_log(folder, keys):
    other = make(1, entries=20, signed=True, archived=False)
    (folder.parent / "against").write_text(other.checkpoint(min(other.signed, keys.signed)))
    return anywhere(keys, against="against")


@attack
def one_at_hand_is_forged(folder, keys):
    (folder.parent / "against").write_text(_flip_in_line(keys, 1))
    return at_note(keys.signed, against="against")


@attack
def cosignature_wrong(folder, keys):
    body = _body(keys)
    line = spell.cosignature_line(keys.witness_name, keys.witness_seed, body.replace("\n", "\n\n"), 1800000000)
    (folder / "checkpoint").write_text(_with_body(keys, body) + line)
    return at_note(keys.signed, witness=True)


@attack
def cosigned_file_of_another_size(folder, keys):
    if not keys.cosigned:
        raise NotHere
    size = keys.cosigned[0]
    (folder / "cosigned" / str(size)).rename(folder / "cosigned" / str(size + 1))
    return anywhere(keys)


@attack
def cosigned_file_without_cosignature(folder, keys):
    size = keys.cosigned[0] if keys.cosigned else keys.signed
    (folder / "cosigned" / str(size)).write_text(keys.checkpoint(size))
    return anywhere(keys)


@attack
def cosigned_file_beyond_the_log(folder, keys):
    body = _body(keys, size=len(keys.entries) + 5)
    text = _with_body(keys, body) + spell.cosignature_line(keys.witness_name, keys.witness_seed, body, 7)
    (folder / "cosigned" / str(len(keys.entries) + 5)).write_text(text)
    return anywhere(keys)
