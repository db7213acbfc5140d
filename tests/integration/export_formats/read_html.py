"""HTML, by Python's html.parser: every cell, and nothing that runs or loads."""
import html.parser

from expected import AUTHOR, CREATED, SUBJECT, TITLE, Time, same

VOID = {"meta"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "h1", "table", "caption", "thead", "tbody", "tr", "th", "td",
           "time", "footer", "dl", "dt", "dd"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.tables = []
        self.words = {}
        self.text = ""
        self.times = []
        self.policy = None

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, f"an element {tag}"
        attributes = dict(attrs)
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "href", "style")], attrs
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "table":
            self.tables.append({"rows": []})
        if tag == "tr":
            self.tables[-1]["rows"].append([])
        if tag == "time":
            self.times.append(attributes["datetime"])
        elif tag != "time":
            self.text = ""
        if tag in ("td", "th"):
            self.numeric = attributes.get("class") == "n"
            self.times = []

    def handle_endtag(self, tag):
        same(self.open.pop(), tag, "the element that ends")
        if tag in ("td", "th"):
            time = self.times[0] if self.times else None
            self.tables[-1]["rows"][-1].append((tag, self.text, self.numeric, time))
        elif tag == "caption":
            self.tables[-1]["caption"] = self.text
        elif tag == "dd":
            self.words[self.term] = self.text
        elif tag == "dt":
            self.term = self.text
        elif tag in ("title", "h1"):
            self.words[tag] = self.text

    def handle_data(self, data):
        self.text += data


def check_cell(found, wanted, where: str) -> None:
    tag, text, numeric, time = found
    same(tag, "td", where)
    is_number = isinstance(wanted, (int, float)) and not isinstance(wanted, bool)
    same(numeric, is_number, where + ", alignment")
    same(time, wanted.iso() if isinstance(wanted, Time) else None, where + ", datetime")
    if wanted is None:
        same(text, "", where)
    elif isinstance(wanted, bool):
        same(text, "true" if wanted else "false", where)
    elif isinstance(wanted, Time):
        same(text, wanted.people(), where)
    elif isinstance(wanted, float):
        same(float(text), wanted, where)
    else:
        same(text, str(wanted), where)


def check(write, module: str) -> None:
    data, sheets = write()
    text = data.decode()
    assert "\r" not in text and "<script" not in text and text.startswith("<!DOCTYPE html>")
    page = Page()
    page.feed(text)
    page.close()
    same(page.open, [], "elements that do not end")
    assert page.policy.startswith("default-src 'none'; style-src 'unsafe-inline'"), page.policy
    same([page.words["title"], page.words["h1"]], [TITLE, TITLE], "title")
    same([page.words["Subject"], page.words["Exported by"]], [SUBJECT, AUTHOR], "footer")
    assert page.words["Exported at"].startswith(CREATED.people())
    same(page.words["Rows"], str(sum(len(sheet.rows) for sheet in sheets)), "number of rows")
    same(len(page.tables), len(sheets), "tables")
    for table, sheet in zip(page.tables, sheets):
        same(table["caption"], sheet.title, "caption")
        header, *rows = table["rows"]
        same([cell[1] for cell in header], [column.title for column in sheet.columns], "header")
        same(len(rows), len(sheet.rows), "rows")
        for number, (found, wanted) in enumerate(zip(rows, sheet.rows)):
            same(len(found), len(wanted), f"cells of row {number}")
            for cell, value in zip(found, wanted):
                check_cell(cell, value, f"row {number}")
