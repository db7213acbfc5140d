#!/usr/bin/python3
"""Verifies a Strongroom audit log, a proof or an export.

Written from docs/audit-format.md alone: it shares no code with the daemon.

Needs python3-nacl. Prints one JSON object (or a sentence without --json); ends with 0 when all is good, 1 when not.
"""

import argparse
import json
import sys
from pathlib import Path

try:
    import nacl  # noqa: F401
except ImportError:
    sys.exit("verify_log.py needs the package python3-nacl (apt install python3-nacl)")

from export import verify_export
from log import verify_log
from note import log_key, witness_key
from proof import verify_proof
from wire import Damage


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    log = commands.add_parser("log", help="a log folder")
    log.add_argument("path", type=Path)
    log.add_argument("--against", type=Path, metavar="CHECKPOINT_FILE")
    log.add_argument("--witness", action="append", default=[], metavar="VKEY")
    proof = commands.add_parser("proof", help="a .tlog-proof file")
    proof.add_argument("path", type=Path)
    export = commands.add_parser("export", help="an export folder")
    export.add_argument("path", type=Path)
    for command, required in ((log, False), (proof, True), (export, False)):
        command.add_argument("--key", required=required, metavar="VKEY")
        command.add_argument("--json", action="store_true")
    return parser.parse_args()


def _verdict(arguments):
    try:
        key = log_key(arguments.key) if arguments.key else None
        if arguments.command == "proof":
            return verify_proof(arguments.path.read_bytes(), key)
        if arguments.command == "export":
            return verify_export(arguments.path, key)
        against = arguments.against.read_bytes() if arguments.against else None
        return verify_log(arguments.path, key, against, [witness_key(text) for text in arguments.witness])
    except Damage as damage:
        return {"ok": False, "entries": 0, "signed": 0, "sequence": None, "problem": damage.problem}
    except OSError as error:
        return {"ok": False, "entries": 0, "signed": 0, "sequence": None, "problem": f"{error.filename}: {error.strerror}"}


def main():
    arguments = _arguments()
    verdict = _verdict(arguments)
    if arguments.json:
        print(json.dumps(verdict))
    elif verdict["ok"]:
        count = f"{verdict['events']} events" if "events" in verdict else f"{verdict['entries']} entries"
        print(f"good: {count}, {verdict['signed']} entries signed")
    else:
        where = "" if verdict["sequence"] is None else f" at entry {verdict['sequence']}"
        print(f"not good{where}: {verdict['problem']}")
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
