#!/usr/bin/python3
"""Takes the command lines of `strongroom audit verify...` and hands them to verify_log.py.

Lets run_zoo.py --other be tried without our program.
"""

import subprocess
import sys
from pathlib import Path

_COMMANDS = {"verify": "log", "verify-proof": "proof", "verify-export": "export"}

arguments = [argument for argument in sys.argv[3:] if argument != "--folder"]
script = Path(__file__).with_name("verify_log.py")
sys.exit(subprocess.run([sys.executable, "-B", script, _COMMANDS[sys.argv[2]], *arguments], check=False).returncode)
