#!/usr/bin/env python3
"""Reads every #include of the tree and fails on an arrow that is not in the table of docs/architecture.md.

The table below is that table. EXCEPTIONS starts empty and may only shrink.
"""
import os
import re
import sys

ROOT = os.path.abspath(sys.argv[1])

# room -> rooms it may include (itself is always allowed)
CAPABILITY = {"base", "protocol", "evidence", "vault", "store", "audit", "access"}
ALLOWED = {
    "base": set(),
    "protocol": {"base"},
    "age": {"base"},
    "backup": {"base", "evidence", "age"},
    "client": {"base", "protocol"},
    "evidence": {"base", "protocol"},
    "abi": set(),
    "plugin": {"abi", "base"},
    "plugin_tests": {"abi", "plugin", "base"},
    "daemon/platform": {"base"},
    "daemon/log": {"base"},
    "daemon/vault": {"base"},
    "daemon/store": {"base", "vault"},
    "daemon/audit": {"base", "protocol", "evidence", "vault", "store", "platform"},
    "daemon/access": {"base", "protocol", "vault", "store"},
    "daemon/lifecycle": CAPABILITY,
    "daemon/secrets": CAPABILITY,
    "daemon/exports": CAPABILITY | {"platform", "age"},
    "daemon/backups": {"base", "protocol", "evidence", "age", "backup", "vault", "store", "platform"},
    "daemon/monitoring": CAPABILITY,
    "daemon/ipc": {"base", "protocol", "evidence", "access", "audit", "platform"},
    "daemon/plugin_seam": {"base", "abi", "plugin", "platform"},
    "daemon/plugin_host": {"base", "protocol", "abi", "plugin", "store", "platform", "plugin_seam", "exports", "monitoring"},
    "daemon/runner": {"base", "abi", "plugin", "platform", "plugin_seam"},
    "daemon/plugin_check": {"base", "protocol", "plugin_tests", "platform", "plugin_host", "runner"},
    "daemon/app": {"base", "protocol", "evidence", "abi", "vault", "store", "audit", "access", "platform", "log",
                   "lifecycle", "secrets", "exports", "backups", "monitoring", "ipc", "plugin_host", "age", "backup"},
    "daemon/main": {"app"},
    "plugins": {"abi", "plugin", "base"},
    "client/cli": {"client", "protocol", "evidence", "age", "backup", "base"},
    "client/keychain": {"base", "protocol"},
    "client/witness": {"evidence", "protocol", "base"},
}

# third-party header prefix -> rooms that may include it
THIRD_PARTY = {
    "boost/asio": {"daemon/ipc"},
    "boost/dll": {"daemon/plugin_host", "daemon/runner", "daemon/app"},
    "boost/interprocess": {"daemon/app", "daemon/plugin_seam"},
    "seccomp.h": {"daemon/runner"},
    "boost/json": {"protocol"},
    "boost/crc": {"evidence"},
    "boost/": {"daemon/ipc", "daemon/plugin_host", "daemon/plugin_seam", "daemon/app", "protocol", "daemon/runner"},
    "xlsxwriter.h": {"plugins/exporter/xlsx"},
    "sqlite3.h": {"plugins/storage/sqlite"},
    "spdlog/": {"daemon/log"},
    "sodium": {"base", "age", "evidence", "daemon/vault", "daemon/audit", "daemon/plugin_host", "daemon/exports"},
    "toml++/": {"daemon/app"},
    "minizip/": {"client/cli"},
    "expat.h": {"client/cli"},
    "CLI/": {"client/cli", "client/witness"},
    "Poco/": {"client/witness"},
    "utf8proc.h": {"daemon/secrets"},
    "libsecret/": {"client/keychain"},
    "openssl/": set(),
    "gtest/": set(),
}

# Headers that outsiders may include show no third-party type at all.
PUBLIC = "sdk/include/"
EXCEPTIONS: set[tuple[str, str]] = set()

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


def room_of(path: str) -> str | None:
    parts = path.split("/")
    if path.startswith("sdk/include/strongroom/"):
        return parts[3]
    if path.startswith("sdk/src/"):
        return parts[2]
    if path.startswith("daemon/"):
        return "daemon/main" if len(parts) == 2 else "daemon/" + parts[1]
    if path.startswith("plugins/"):
        return "/".join(parts[:3])
    if path.startswith("client/"):
        return "client/" + parts[1]
    return None


def target_of(include: str) -> str | None:
    """The room an include of ours leads to, as the table names it; None for what is not ours."""
    parts = include.split("/")
    if include.startswith("strongroom/"):
        return parts[1]
    if include.startswith("daemon/"):
        return parts[1]
    if include.startswith("plugins/"):
        return "/".join(parts[:3])
    if include.startswith(("client/cli", "client/keychain", "client/witness")):
        return "/".join(parts[:2])
    return None


def rules_for(room: str) -> set[str]:
    return ALLOWED["plugins"] if room.startswith("plugins/") else ALLOWED[room]


def check(path: str, text: str) -> list[str]:
    room = room_of(path)
    if room is None:
        return []
    problems = []
    if room not in ALLOWED and not room.startswith("plugins/"):
        return [f"{path}: the folder {room} is not in the table"]
    own = room.split("/")[-1] if room.startswith("daemon/") else room
    for include in INCLUDE.findall(text):
        target = target_of(include)
        if target is not None and target != own and target not in rules_for(room) and (room, target) not in EXCEPTIONS:
            problems.append(f"{path}: {room} may not include {target} ({include})")
        for prefix, rooms in THIRD_PARTY.items():
            if not include.startswith(prefix):
                continue
            if path.startswith(PUBLIC):
                problems.append(f"{path}: a public header may not include {include}")
            elif room not in rooms:
                problems.append(f"{path}: {room} may not include {include}")
            break
    return problems


def main() -> int:
    problems, files = [], 0
    for top in ("sdk/include", "sdk/src", "daemon", "plugins", "client"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if not name.endswith((".h", ".c", ".cpp", ".hpp")):
                    continue
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                files += 1
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    problems += check(path, file.read())
    with open(os.path.join(ROOT, "daemon/main.cpp"), encoding="utf-8") as file:
        if len(file.readlines()) >= 60:
            problems.append("daemon/main.cpp: has 60 lines or more")
    # A check that cannot fail is none: a forbidden arrow must be seen.
    if not check("daemon/secrets/x.cpp", '#include "daemon/lifecycle/y.h"\n') or not check(
            "sdk/include/strongroom/base/x.h", "#include <boost/json.hpp>\n"):
        problems.append("check_includes.py itself does not see a forbidden include")
    print("\n".join(problems) if problems else f"{files} files, every include is in the table")
    return 1 if problems or files < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
