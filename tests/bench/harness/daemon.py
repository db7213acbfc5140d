"""The real daemon in folders of its own."""
import glob
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from harness.tools import rate, results


class Daemon:
    def __init__(self, build, work, name, flags=(), environment=None):
        """`environment`: what the daemon has besides HOME and PATH, such as the bus of a keyring."""
        self.flags = list(flags)
        self.environment = dict(environment or {})
        self.build = build
        self.folder = os.path.join(work, name)
        os.makedirs(self.folder, mode=0o700)
        # A socket's path has at most 107 bytes, which a deep checkout exceeds.
        self.socket_folder = tempfile.TemporaryDirectory(prefix="sr-bench-")
        self.socket = os.path.join(self.socket_folder.name, "s")
        self.process = None
        self.items = 0

    def command(self):
        return [os.path.join(self.build, "bin/strongroomd"), "--data", os.path.join(self.folder, "data"), "--state",
                os.path.join(self.folder, "state"), "--socket", self.socket, "--log-level", "warning", *self.flags]

    @property
    def load_program(self):
        return os.path.join(self.build, "bench/bench_load")

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        environment = {**self.environment, "HOME": self.folder, "PATH": os.environ["PATH"]}
        self.process = subprocess.Popen(self.command(), env=environment)
        for _ in range(6000):
            if os.path.exists(self.socket):
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise RuntimeError("the daemon did not start")

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.process = None

    def close(self):
        self.stop()
        self.socket_folder.cleanup()

    def fill(self, items):
        """Seconds that it took."""
        self.items = items
        return results([self.load_program, "fill", self.socket, str(items)])["seconds"][0]

    def fill_large(self, items):
        results([self.load_program, "fill-large", self.socket, str(items)])

    def database(self):
        return glob.glob(os.path.join(self.folder, "data/**/store.db"), recursive=True)[0]

    def remove_replaced(self):
        """What restores have put aside."""
        for folder in glob.glob(os.path.join(self.folder, "*.before-*")):
            shutil.rmtree(folder)

    def load(self, kind, seconds, amount=1):
        """Secrets a second. `amount`: clients, or the depth of what is sent at once."""
        return rate([self.load_program, kind, self.socket, self.items, seconds, amount])

    def times(self, seconds):
        """Microseconds of single gets."""
        return results([self.load_program, "get-times", self.socket, str(self.items), str(seconds), "1"])

    def first(self, count):
        return rate([self.load_program, "first", self.socket, self.items, 1, count])

    def row_sizes(self):
        """Median bytes of a head, of a version and of the accumulator, as they lie in the database."""
        database = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True)
        sizes = []
        for condition in ("collection = 1", "collection = 2", "key = CAST('accumulator' AS BLOB)"):
            rows = database.execute(f"SELECT length(value) FROM rows WHERE {condition} ORDER BY 1").fetchall()
            sizes.append(rows[len(rows) // 2][0])
        database.close()
        return sizes

    def drop_caches(self):
        """Stops, takes the database's pages out of the system's cache, starts again."""
        self.stop()
        os.sync()
        for path in glob.glob(os.path.join(self.folder, "data/**/*"), recursive=True):
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self.start()
