"""A person presses Tab: completion_test.py SHELL STRONGROOMD STRONGROOM

Starts the shell in a terminal of its own, loads the completion script, types, presses Tab, and has the shell echo the
line that came of it.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHELL, DAEMON, CLIENT = sys.argv[1:4]
SKIPPED = 77
PATIENCE_S = 20

START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
LOAD = {
    "bash": "PS1='$ '; source <(strongroom completion bash)",
    "zsh": "PROMPT='$ '; autoload -Uz compinit; compinit -D -u; source <(strongroom completion zsh)",
    "fish": "function fish_prompt; echo '$ '; end; strongroom completion fish | source",
}
# What is typed before Tab, and what the line is afterwards.
CASES = [
    ("strongroom sec", "strongroom secret"),
    ("strongroom secret und", "strongroom secret undelete"),
    ("strongroom secret get pr", "strongroom secret get prod/"),
    ("strongroom secret get prod/da", "strongroom secret get prod/database"),
    ("strongroom read strongroom://pr", "strongroom read strongroom://prod/"),
    ("strongroom read strongroom://prod/o", "strongroom read strongroom://prod/openai"),
    ("strongroom import --form", "strongroom import --format"),
    ("strongroom import --format doc", "strongroom import --format docker"),
    ("strongroom secret mv prod/openai st", "strongroom secret mv prod/openai staging/"),
    ("strongroom --json sec", "strongroom --json secret"),
    ("strongroom read odd/h", "strongroom read odd/h%23x"),
]


class Terminal:
    def __init__(self, words, environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], words, environment)
        self.seen = ""

    def send(self, text):
        os.write(self.fd, text.encode())

    def read_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                return
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            self.seen += data.decode(errors="replace")
            # Newer shells ask the terminal what it is and wait for the answer.
            if data.find(b"\x1b[c") >= 0 or data.find(b"\x1b[0c") >= 0:
                self.send("\x1b[?62;22c")

    def wait_for(self, pattern, since=0):
        end = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, plain(self.seen[since:]))):
            if time.monotonic() > end:
                sys.exit(f"{SHELL}: waited in vain for {pattern!r}; the terminal shows:\n{plain(self.seen[since:])}")
            self.read_for(0.05)
        return found

    def wait_until_quiet(self):
        while True:
            before = len(self.seen)
            self.read_for(0.4)
            if len(self.seen) == before:
                return


def plain(text):
    text = re.sub(r"\x1b\][^\x07\x1b]*(\x07|\x1b\\)", "", text)
    return re.sub(r"\x1b[\[(][0-9;?<>=]*[A-Za-z]|\x1b[=>]|\r|[^\x08]\x08", "", text)


def completed(terminal, typed, number):
    """What the shell made of the line. The line is echoed by the shell itself, after Tab."""
    terminal.send(typed + "\t")
    terminal.wait_until_quiet()
    since = len(terminal.seen)
    terminal.send(f"\x01echo line-{number}: \x05 :end\r")
    return terminal.wait_for(rf"(?m)^line-{number}: (.*?) +:end", since).group(1).strip()


def main():
    if not shutil.which(SHELL):
        print(f"{SHELL} is not installed: skipped")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="strongroom shell ") as folder:
        places = Path(folder)
        environment = {"HOME": folder, "STRONGROOM_SOCKET": str(places / "r" / "s"), "TERM": "xterm", "LANG": "C.UTF-8",
                       "STRONGROOM_AUTOSTART": "0", "COLUMNS": "200", "LINES": "50",
                       "PATH": f"{Path(CLIENT).parent}:/usr/local/bin:/usr/bin:/bin"}
        daemon = subprocess.Popen([DAEMON, "--data", str(places / "data"), "--state", str(places / "state"), "--log-level",
                                   "error"], env=environment)
        try:
            while not (places / "r" / "s").exists():
                if daemon.poll() is not None:
                    sys.exit("the daemon did not start")
                time.sleep(0.01)
            for path in ("prod/database", "prod/openai", "staging/key", "odd/h#x"):
                subprocess.run([CLIENT, "secret", "set", path], input=b"value", env=environment, check=True,
                               stdout=subprocess.DEVNULL)
            terminal = Terminal(START[SHELL], environment)
            terminal.wait_until_quiet()
            terminal.send(LOAD[SHELL] + "; echo loa''ded\r")
            terminal.wait_for(r"(?m)^loaded")
            terminal.wait_until_quiet()
            for number, (typed, expected) in enumerate(CASES):
                got = completed(terminal, typed, number)
                assert got == expected, f"{SHELL}: {typed!r} became {got!r}, not {expected!r}"
            os.close(terminal.fd)
        finally:
            daemon.terminate()
            daemon.wait(20)
    print(f"{SHELL}: {len(CASES)} lines were completed")


if __name__ == "__main__":
    main()
