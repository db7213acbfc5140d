"""What write_export put into a table, as Python's own values."""
import dataclasses
import datetime
import json


@dataclasses.dataclass(frozen=True)
class Time:
    ms: int

    def moment(self) -> datetime.datetime:
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=self.ms)

    def iso(self) -> str:
        return f"{self.people()[:10]}T{self.people()[11:]}Z"

    def people(self) -> str:
        at = self.moment()
        return f"{at.year:04}-{at.month:02}-{at.day:02} {at:%H:%M:%S}.{at.microsecond // 1000:03}"


@dataclasses.dataclass(frozen=True)
class Column:
    name: str
    title: str
    type: str


@dataclasses.dataclass
class Sheet:
    name: str
    title: str
    columns: list[Column]
    rows: list[list[object]]


def value_of(written):
    if not isinstance(written, dict):
        return written
    (kind, value), = written.items()
    if kind == "text":
        return bytes.fromhex(value).decode()
    return float.fromhex(value) if kind == "real" else Time(value)


def sheets_of(path: str) -> list[Sheet]:
    with open(path, encoding="ascii") as file:
        written = json.load(file)
    return [
        Sheet(sheet["name"], sheet["title"],
              [Column(bytes.fromhex(name).decode(), bytes.fromhex(title).decode(), kind)
               for name, title, kind in sheet["columns"]],
              [[value_of(cell) for cell in row] for row in sheet["rows"]])
        for sheet in written
    ]


TITLE = 'Audit <log> & "more"'
SUBJECT = "since 2026-11-01, action secret.get"
AUTHOR = "Zoë \U0001F511"
CREATED = Time(1_795_766_400_123)


def same(found, wanted, where: str) -> None:
    """Fails unless both are the same value of the same type."""
    if type(found) is not type(wanted) or repr(found) != repr(wanted):
        raise AssertionError(f"{where}: found {ascii(found)[:200]}, wanted {ascii(wanted)[:200]}")
