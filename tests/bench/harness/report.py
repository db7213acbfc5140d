"""The table on the screen and the results as JSON."""
import json
import os
import platform
import subprocess

from harness import kept
from harness.gates import GATES, NOTES


def machine(folder):
    def first(path, key):
        with open(path, encoding="utf-8") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith(key)), "")

    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=False).stdout.strip()
    return {"cpu": first("/proc/cpuinfo", "model name"), "cpus": os.cpu_count(),
            "memory_mib": int(first("/proc/meminfo", "MemTotal").split()[0]) // 1024, "kernel": platform.release(),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""), "file_system": kind}


def _rows(samples):
    for gate in GATES:
        value = samples.ratio(gate.ours, gate.base) if gate.base else samples.median(gate.ours)
        row = {"what": gate.what, "against": gate.against, "gate": gate.gate, "stretch": gate.stretch,
               "at_most": gate.at_most, "value": value, "sample": gate.ours, "base": gate.base, "ours": samples.median(gate.ours),
               "theirs": samples.median(gate.base) if gate.base else None}
        if value is None:
            row["verdict"] = "not measured"
        elif gate.gate is None:
            row["verdict"] = ""
        elif not gate.passes(value, gate.gate):
            row["verdict"] = "short"
        else:
            row["verdict"] = "pass+" if gate.stretch is not None and gate.passes(value, gate.stretch) else "pass"
        yield row


def _number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _compared(last, here, row, samples):
    found = kept.compare(last, here, row, samples)
    if found is None:
        return "-", "-"
    change = "-" if found["change"] is None else f"{found['change']:+.0f}% {found['mark']}".strip()
    return _number(found["kept"]), change


def show(samples, missing, here):
    """`here`: the machine."""
    last = kept.read()
    rows = list(_rows(samples))
    head = ("what", "ours", "against", "theirs", "gate", "stretch", "measured", "", "kept", "change")
    lines = [head]
    for row in rows:
        sign = "<=" if row["at_most"] else ">="
        lines.append((row["what"], _number(row["ours"]), row["against"], _number(row["theirs"]),
                      "-" if row["gate"] is None else f"{sign} {_number(row['gate'])}", _number(row["stretch"]), _number(row["value"]), row["verdict"],
                      *_compared(last, here, row, samples)))
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    print("pass+: the stretch as well")
    if last is None:
        print("no run is kept yet; --keep keeps this one")
    else:
        what = "our figure"
        if not kept.same_machine(last, here):
            what = f"the ratio, because it is another machine ({last['machine']['cpu']})"
        print(f"kept: the run of {last['date']} at a load of {last['load_average'][0]:.1f}; compared: {what}; "
              "marked where the spreads of both runs do not touch")
    print()
    for name, text in NOTES:
        if name in samples.values:
            print(f"{text}: {_number(samples.median(name))}")
    for sentence in missing:
        print(f"left out: {sentence}")
    return rows


def write(path, samples, rows, missing, here, rounds, load):
    document = {"machine": here, "rounds": rounds, "load_average": load,
                "gates": rows, "samples": samples.values, "left_out": missing}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
