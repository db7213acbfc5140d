"""Spreadsheets, by openpyxl and by LibreOffice."""
import csv
import datetime
import os
import re
import shutil
import subprocess
import tempfile
import zipfile

import openpyxl

from expected import AUTHOR, CREATED, SUBJECT, TITLE, Time, same

FIRST_DATE = datetime.datetime(1900, 3, 1)
MOST_ROWS = 1_048_576


def unescaped(text):
    """openpyxl leaves the escapes of ECMA-376 part 1, 22.9.2.19 as they are."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def is_date(cell) -> bool:
    return isinstance(cell, Time) and cell.moment() >= FIRST_DATE


def written(cell):
    """The value of the cell; None where there is none."""
    if cell == "":
        return None
    if isinstance(cell, Time):
        return cell.moment() if is_date(cell) else cell.iso()
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= 10**15:
        return str(cell)
    if isinstance(cell, float):
        return float(f"{cell:.16g}")
    return cell


def check_cell(found, cell, where: str) -> None:
    wanted = written(cell)
    value = unescaped(found.value) if isinstance(found.value, str) else found.value
    assert found.data_type != "f", where + ": a formula"
    if isinstance(wanted, float):
        assert found.data_type == "n" and float(value) == wanted, (where, value, wanted)
        return
    same(value, wanted, where)
    if isinstance(wanted, str):
        same(found.data_type, "s", where)
    if is_date(cell):
        same(found.number_format, "yyyy-mm-dd hh:mm:ss.000", where)


def sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", "_", title)[:31]


def check_openpyxl(path: str, sheets) -> None:
    book = openpyxl.load_workbook(path)
    same([book.properties.title, book.properties.subject, book.properties.creator], [TITLE, SUBJECT, AUTHOR], "properties")
    same(book.properties.created, CREATED.moment().replace(microsecond=0), "created")
    same(book.sheetnames, [sheet_name(sheet.title) for sheet in sheets], "names")
    for page, sheet in zip(book.worksheets, sheets):
        same(page.freeze_panes, "A2", "frozen panes")
        same(page.auto_filter.ref, f"A1:E{len(sheet.rows) + 1}", "filter")
        header, *rows = page.iter_rows(max_row=len(sheet.rows) + 1)
        same([cell.value for cell in header], [column.title for column in sheet.columns], "header")
        assert all(cell.font.b for cell in header)
        assert all(page.column_dimensions[cell.column_letter].width > 8 for cell in header)
        for number, (found, wanted) in enumerate(zip(rows, sheet.rows)):
            for cell, value in zip(found, wanted):
                check_cell(cell, value, f"{page.title}, row {number}")


def with_line_feeds(text: str) -> str:
    """LibreOffice makes LF of CR where it divides a text into lines, and only there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(found: str, cell) -> bool:
    """Whether LibreOffice shows the cell: numbers with what digits it shows."""
    wanted = written(cell)
    if wanted is None:
        return found == ""
    if isinstance(wanted, bool):
        return found == ("TRUE" if wanted else "FALSE")
    if isinstance(wanted, float):
        return abs(float(found) - wanted) <= 1e-14 * abs(wanted)
    if is_date(cell):
        return found == cell.people()
    return with_line_feeds(found) == with_line_feeds(str(wanted))


def check_libreoffice(path: str, sheets) -> None:
    office = shutil.which("soffice")
    if office is None:
        print("LibreOffice is not installed: skipped")
        return
    with tempfile.TemporaryDirectory(prefix="strongroom office ") as folder:
        profile = "file://" + folder.replace(" ", "%20") + "/profile"
        how = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        subprocess.run([office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", how, "--outdir", folder, path],
                       check=True, stdout=subprocess.DEVNULL, timeout=120)
        for sheet in sheets:
            stem = os.path.splitext(os.path.basename(path))[0]
            with open(os.path.join(folder, f"{stem}-{sheet_name(sheet.title)}.csv"), newline="", encoding="utf-8") as file:
                header, *rows = csv.reader(file)
            same(header, [column.title for column in sheet.columns], "header in LibreOffice")
            while len(rows) < len(sheet.rows):
                rows.append([""] * len(header))
            for number, (found, wanted) in enumerate(zip(rows, sheet.rows, strict=True)):
                for text, cell in zip(found, wanted, strict=True):
                    assert shown(text, cell), f"LibreOffice, row {number}: {ascii(text)[:200]} for {ascii(cell)[:200]}"


def check_full_sheet(write) -> None:
    """A sheet that is full goes on in another one with a header of its own."""
    count = MOST_ROWS + 10
    write(f"rows={count}", "columns=1", keep=lambda path, _: check_parts(path, count))


def check_parts(path: str, count: int) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        workbook = archive.read("xl/workbook.xml").decode()
        same(re.findall('<sheet name="([^"]*)"', workbook), ["Many", "Many 2"], "names")
        first = archive.read("xl/worksheets/sheet1.xml")
        second = archive.read("xl/worksheets/sheet2.xml")
    same([first.count(b"<row "), second.count(b"<row ")], [MOST_ROWS, count - (MOST_ROWS - 1) + 1], "rows")
    for part, last in ((first, MOST_ROWS), (second, count - (MOST_ROWS - 1) + 1)):
        assert b'<row r="1"' in part and b"<t>c0</t>" in part[:2000]
        assert f'<autoFilter ref="A1:A{last}"/>'.encode() in part
    assert f"<v>{MOST_ROWS - 1}</v>".encode() in second[:2000]


def check_full_disk(write) -> None:
    """No file that lacks rows is ever taken for whole: libxlsxwriter itself does not notice."""
    size = 0

    def measure(path, _):
        nonlocal size
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo("xl/worksheets/sheet1.xml").file_size

    write("rows=20000", keep=measure)
    assert not write("rows=20000", largest_file=size)
    for missing in (1, 10, 100, 300, 600, 1000, 4096, 5000, 100_000, size - 5000, size - 10):
        assert write("rows=20000", largest_file=size - missing), f"{missing} bytes are missing"


def check(write, module: str) -> None:
    def check_file(path, sheets):
        check_openpyxl(path, sheets)
        check_libreoffice(path, sheets)

    write(keep=check_file)
    check_full_sheet(write)
    check_full_disk(write)
