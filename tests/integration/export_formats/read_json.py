"""JSON and JSON lines, by Python's json module; JSON by node or jq as well."""
import json
import shutil
import subprocess

from expected import AUTHOR, CREATED, SUBJECT, TITLE, Time, same


def written(cell):
    return cell.iso() if isinstance(cell, Time) else cell


def object_of(pairs):
    names = [name for name, _ in pairs]
    same(len(set(names)), len(names), "members of one name")
    return dict(pairs)


def check_row(found, sheet, number: int) -> None:
    same(list(found), [column.name for column in sheet.columns], f"members of row {number}")
    for name, wanted in zip(found, sheet.rows[number]):
        same(found[name], written(wanted), f"row {number}, {name}")


def second_opinion(data: bytes) -> None:
    if shutil.which("node"):
        script = "const t = require('fs').readFileSync(0, 'utf8'); console.log(JSON.stringify(JSON.parse(t)))"
        command = ["node", "-e", script]
    elif shutil.which("jq"):
        command = ["jq", "-c", "."]
    else:
        print("no second parser is installed: skipped")
        return
    again = json.loads(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout)
    first = json.loads(data)
    for mine, theirs in zip(first["sheets"], again["sheets"], strict=True):
        for row, other in zip(mine["rows"], theirs["rows"], strict=True):
            for name, value in row.items():
                # They hold every number as a real.
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    assert float(value) == float(other[name]), (name, value, other[name])
                else:
                    same(other[name], value, name)


def check(write, module: str) -> None:
    data, sheets = write()
    document = json.loads(data, object_pairs_hook=object_of)
    same(list(document), ["title", "subject", "author", "created", "sheets"], "members")
    same([document[name] for name in list(document)[:4]], [TITLE, SUBJECT, AUTHOR, CREATED.iso()], "document")
    same(len(document["sheets"]), len(sheets), "sheets")
    for found, sheet in zip(document["sheets"], sheets):
        same([found["name"], found["title"]], [sheet.name, sheet.title], "sheet")
        same(found["columns"], [{"name": c.name, "title": c.title, "type": c.type} for c in sheet.columns], "columns")
        same(len(found["rows"]), len(sheet.rows), "rows")
        for number, row in enumerate(found["rows"]):
            check_row(row, sheet, number)
    for separator in ("\u2028", "\u2029"):
        assert separator not in data.decode()
    second_opinion(data)


def check_lines(write, module: str) -> None:
    for setting, named in (("auto", (False, True)), ("always", (True, True)), ("never", (False, False))):
        data, sheets = write(f"sheet_member={setting}")
        lines = data.decode().split("\n")
        same(lines.pop(), "", "the end")
        same(len(lines), sum(len(sheet.rows) for sheet in sheets), "lines")
        rows = iter(json.loads(line, object_pairs_hook=object_of) for line in lines)
        for sheet, has_name in zip(sheets, named):
            for number in range(len(sheet.rows)):
                row = next(rows)
                if has_name:
                    same(list(row)[0], "sheet", "first member")
                    same(row.pop("sheet"), sheet.name, "sheet")
                check_row(row, sheet, number)
