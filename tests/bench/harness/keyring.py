"""gnome-keyring on a session bus of its own, unlocked and encrypted, with a known number of items."""
import os
import shutil
import subprocess
import time

from harness.tools import Missing, rate, results

PASSWORD = "benchpassword"


def check_installed(build):
    for program in ("dbus-daemon", "gnome-keyring-daemon", "secret-tool"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")
    if not os.path.exists(os.path.join(build, "bench/keyring_client")):
        raise Missing("libsecret's headers are not installed")


def _write_text_keyring(path, items):
    """A keyring without a password is text. Storing the items one by one would take time quadratic in their number."""
    with open(path, "w", encoding="ascii") as file:
        file.write("[keyring]\ndisplay-name=bench\nctime=0\nmtime=0\nlock-on-idle=false\nlock-after=false\n")
        for i in range(items):
            n = i + 1
            file.write(f"[{n}]\nitem-type=0\ndisplay-name=item {i}\nsecret={'s' * 256}\nmtime=0\nctime=0\n\n")
            for k, (name, value) in enumerate((("service", "bench"), ("id", i), ("xdg:schema", "org.example.Bench"))):
                file.write(f"[{n}:attribute{k}]\nname={name}\ntype=string\nvalue={value}\n\n")


class Keyring:
    """`collection`: "bench", or "login", which a restarted daemon opens with its password."""

    def __init__(self, build, work, items, collection="bench"):
        self.client = os.path.join(build, "bench/keyring_client")
        self.items = items
        self.home = os.path.join(work, f"keyring-{collection}-{items}")
        keyrings = os.path.join(self.home, "data/keyrings")
        os.makedirs(keyrings)
        os.makedirs(os.path.join(self.home, "run"), mode=0o700)
        if items:
            _write_text_keyring(os.path.join(keyrings, f"{collection}.keyring"), items)
        with open(os.path.join(keyrings, "default"), "w", encoding="ascii") as file:
            file.write(collection)
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.environment = {"HOME": self.home, "XDG_DATA_HOME": os.path.join(self.home, "data"),
                            "XDG_RUNTIME_DIR": os.path.join(self.home, "run"), "PATH": os.environ["PATH"],
                            "DBUS_SESSION_BUS_ADDRESS": self.bus.stdout.readline().strip()}
        self.daemon = self._start()
        if items:
            self._ask("get", items, 0.05)
            self._ask("password", f"/org/freedesktop/secrets/collection/{collection}", PASSWORD)

    @property
    def pid(self):
        return self.daemon.pid

    def _ask(self, *words):
        return results([self.client] + [str(word) for word in words], self.environment)

    def _start(self):
        # A text keyring needs no password; the one given here makes the login keyring of an empty home.
        daemon = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                                  env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        daemon.stdin.write(b"" if os.path.exists(os.path.join(self.home, "data/keyrings/login.keyring")) else
                           PASSWORD.encode())
        daemon.stdin.close()
        question = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
                    "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]
        for _ in range(1200):
            answer = subprocess.run(question, env=self.environment, capture_output=True, text=True, check=False)
            if "true" in answer.stdout:
                return daemon
            time.sleep(0.05)
        raise Missing("gnome-keyring does not start here")

    def get(self, seconds):
        return rate([self.client, "get", self.items, seconds], self.environment)

    def put(self, count, seconds):
        return rate([self.client, "put", self.items, count, seconds], self.environment)

    def first_lookup_ms(self):
        """A new process that looks one item up and ends."""
        start = time.monotonic()
        self._ask("get", self.items, 0)
        return (time.monotonic() - start) * 1e3

    def restart(self):
        """Milliseconds from the start of the daemon to its first answer and to the first secret."""
        self._end()
        found = self._ask("start", PASSWORD)
        return found["answer_ms"][0], found["secret_ms"][0]

    def _end(self):
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait(30)
            self.daemon = None

    def close(self):
        self._end()
        self.bus.terminate()
        self.bus.wait(30)
