"""A real daemon writes, a second implementation reads: read_rows_test.py STRONGROOMD STRONGROOM"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from open_store import KeyFile, RecoveryCode, Store
from read_rows import Rows

DAEMON, CLIENT = sys.argv[1], sys.argv[2]


def main():
    with tempfile.TemporaryDirectory(prefix="strongroom rows ") as folder:
        places = Path(folder)
        socket = places / "r" / "s"
        environment = {"HOME": folder, "STRONGROOM_SOCKET": str(socket), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        daemon = subprocess.Popen([DAEMON, "--data", str(places / "data"), "--state", str(places / "state"), "--log-level",
                                   "error"], env=environment)

        def run(*words, given=None):
            return subprocess.run([CLIENT, "--no-start", *words], input=given, env=environment, check=True,
                                  stdout=subprocess.PIPE).stdout

        while not socket.exists():
            if daemon.poll() is not None:
                sys.exit("the daemon did not start")
            os.sched_yield()
        try:
            code = [line.strip() for line in run("init").decode().splitlines() if line.startswith("    ")][0]
            expected = {}
            for path, value in {"a": b"top", "a/b": b"below", "Grüße/Schlüssel": "größer".encode(), "empty line": b"\n\n",
                                "big": os.urandom(200_000), "inline": os.urandom(3000)}.items():
                file = places / "value"
                file.write_bytes(value)
                run("secret", "set", path, "--from-file", str(file))
                expected[path] = {"value": value}
            for number in range(12):
                run("secret", "set", "many/versions", given=f"version {number + 1}".encode())
            expected["many/versions"] = {"value": b"version 12"}
            run("secret", "set", "a", "--field", "user", given=b"me")
            expected["a"] = {"user": b"me", "value": b"top"}
            for path in ("gone/for/good", "old/place/x", "old/place/y", "old/z"):
                run("secret", "set", path, given=path.encode())
            run("secret", "purge", "gone/for/good", "--yes")
            run("secret", "move", "old/place", "new", "--recursive")
            run("secret", "copy", "old/z", "z")
            expected.update({"new/x": {"value": b"old/place/x"}, "new/y": {"value": b"old/place/y"},
                             "old/z": {"value": b"old/z"}, "z": {"value": b"old/z"}})
            run("secret", "label", "z", "--add", "team:a", "--add", "äö")
            run("secret", "metadata", "z", "--set", "owner=me", "--set", "why=a test")
            run("secret", "policy", "z", "--versions-kept", "3")
            run("secret", "destroy", "many/versions", "--version", "5", "--yes")
        finally:
            daemon.terminate()
            daemon.wait(20)

        machine_id = bytes.fromhex(next((Path(file).read_text().strip() for file in ("/etc/machine-id", "/var/lib/dbus/machine-id")
                                         if Path(file).exists()), ""))
        key_file = KeyFile((places / "state" / "vault.key").read_bytes(), machine_id)
        for credential in (key_file, RecoveryCode(code)):
            rows = Rows(places / "data", Store(places / "data", credential))
            rows.check_identity()
            rows.check_accumulator()
            assert sorted(rows.paths()) == sorted(expected), sorted(rows.paths())
            for path, fields in expected.items():
                assert rows.values(path) == fields, path
            assert rows.values("many/versions", 3) == {"value": b"version 3"}
            head, _ = rows.head("many/versions")
            assert [version.number for version in head.versions] == list(range(3, 13))
            assert head.destroyed == (5,)
            head, _ = rows.head("z")
            assert head.labels == ["team:a", "äö"] and head.metadata == {"owner": "me", "why": "a test"}, head
            assert head.versions_kept == 3 and not head.check_required, head
        print("a second implementation read every secret, the listing, old versions and the accumulator")


if __name__ == "__main__":
    main()
