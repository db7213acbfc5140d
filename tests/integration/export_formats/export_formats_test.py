#!/usr/bin/env python3
"""export_formats_test.py FORMAT WRITE_EXPORT MODULE: every cell of an exported file, as its readers find it."""
import os
import resource
import subprocess
import sys
import tempfile

import expected


def refuses(command, largest_file: int) -> bool:
    """Whether the command fails when no file may become larger; writes beyond fail as they do on a full disk."""
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        restore_signals=False,  # SIGXFSZ stays ignored
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)))
    return done.returncode != 0


def writer(program: str, module: str, folder: str, suffix: str):
    """write(argument...) makes an export and returns its bytes and sheets, or calls keep(path, sheets) when that is given; with
    largest_file it says whether the export was refused."""

    def write(*arguments, keep=None, largest_file=None):
        path = os.path.join(folder, "exported file." + suffix)
        wanted = os.path.join(folder, "expected.json")
        settings = list(arguments)
        if suffix == "xlsx":
            scratch = tempfile.mkdtemp(dir=folder, prefix="scratch ")
            settings.append("scratch=" + scratch)
        command = [program, module, path, wanted, *settings]
        if largest_file is not None:
            return refuses(command, largest_file)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if suffix == "xlsx":
            expected.same(os.listdir(scratch), [], "what is left in the scratch folder")
        sheets = expected.sheets_of(wanted) if os.path.getsize(wanted) else []
        if keep:
            keep(path, sheets)
            return None
        with open(path, "rb") as file:
            return file.read(), sheets

    return write


def main() -> int:
    suffix, program, module = sys.argv[1:]
    if suffix == "csv":
        from read_csv import check
    elif suffix == "json":
        from read_json import check
    elif suffix == "jsonl":
        from read_json import check_lines as check
    elif suffix == "html":
        from read_html import check
    else:
        from read_xlsx import check
    with tempfile.TemporaryDirectory(prefix="strongroom test ") as folder:
        check(writer(program, module, folder, suffix), module)
    print(f"{suffix}: every cell is as it was written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
