"""CSV, by Python's csv module. Types are not in the file: each cell is compared as the text that it has to be."""
import csv
import io
import unicodedata

from expected import Time, same


def looks_like_formula(text: str) -> bool:
    for character in text:
        if character in "=+-@\t\r＝＋－＠":
            return True
        if character != "\x85" and unicodedata.category(character) not in ("Zs", "Zl", "Zp", "Cf") and ord(character) > 0x20:
            return character == "\x7f" and looks_like_formula(text[text.index(character) + 1:])
    return False


def written(cell, neutralise: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Time):
        return cell.iso()
    if isinstance(cell, str):
        return "'" + cell if neutralise and looks_like_formula(cell) else cell
    return repr(cell)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def check_rows(rows, sheet, neutralise: bool) -> None:
    same(len(rows), len(sheet.rows), "rows")
    for number, (found, wanted) in enumerate(zip(rows, sheet.rows)):
        same(len(found), len(wanted), f"cells of row {number}")
        for text, cell in zip(found, wanted):
            if isinstance(cell, float):
                same(float(text), cell, f"row {number}")
                assert "." in text or "e" in text, text
            else:
                same(text, written(cell, neutralise), f"row {number}")


def check(write, module: str) -> None:
    data, (sheet,) = write("one-sheet")
    assert data.count(b"\r\n") >= len(sheet.rows) and data.endswith(b"\r\n") and not data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data)
    same(rows[0], [column.name for column in sheet.columns], "header")
    check_rows(rows[1:], sheet, True)
    dangerous = [row[0] for row in rows if looks_like_formula(row[0])]
    same(dangerous, [], "texts that a spreadsheet would run")

    data, (sheet,) = write("one-sheet", "neutralise=false", "header=titles", "bom=true")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data[3:])
    same(rows[0], [column.title for column in sheet.columns], "titles")
    check_rows(rows[1:], sheet, False)

    data, (sheet,) = write("one-sheet", "header=none")
    check_rows(rows_of(data), sheet, True)
