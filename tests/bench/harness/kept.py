"""The last kept run: what a later one is compared with. Never a reason to fail."""
import datetime
import json
import os

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "kept.json")


def _spread(values):
    return {"low": min(values), "high": max(values)} if values else None


def key_of(row):
    return f"{row['what']} / {row['against']}"


def keep(machine, rounds, load, rows, samples):
    kept = {}
    for row in rows:
        if row["value"] is None:
            continue
        kept[key_of(row)] = {"ours": row["ours"], "ours_spread": _spread(samples.values[row["sample"]]),
                             "ratio": row["value"] if row["theirs"] is not None else None,
                             "ratio_spread": _spread(samples.ratios(row["sample"], row["base"])),
                             "theirs": row["theirs"], "verdict": row["verdict"]}
    document = {"machine": machine, "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
                "rounds": rounds, "load_average": load, "figures": kept}
    with open(PATH, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


def read():
    try:
        with open(PATH, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def same_machine(kept, machine):
    return all(kept["machine"].get(key) == machine.get(key) for key in ("cpu", "cpus"))


def compare(kept, machine, row, samples):
    """The kept figure, the change in percent and a mark, for one row; None where nothing can be compared.

    On another machine only ratios mean something. A change is marked when the spreads of both runs do not touch.
    """
    if kept is None or row["value"] is None or key_of(row) not in kept["figures"]:
        return None
    old = kept["figures"][key_of(row)]
    kind = "ours" if same_machine(kept, machine) else "ratio"
    now = row["ours"] if kind == "ours" else (row["value"] if row["theirs"] is not None else None)
    values = samples.values[row["sample"]] if kind == "ours" else samples.ratios(row["sample"], row["base"])
    if now is None or old[kind] is None:
        return None
    change = (now - old[kind]) / old[kind] * 100 if old[kind] else None
    spread, before = _spread(values), old[f"{kind}_spread"]
    mark = ""
    if spread and before and (spread["low"] > before["high"] or spread["high"] < before["low"]):
        lower_is_better = row["at_most"]
        mark = "better" if (now < old[kind]) == lower_is_better else "WORSE"
    return {"kind": kind, "kept": old[kind], "change": change, "mark": mark}
