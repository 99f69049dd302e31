"""What a case's check.py reads: the output of its cmd, and the files and databases it left."""

import contextlib
import csv
import html.parser
import json
import os
import sqlite3
from pathlib import Path

PLACE = Path(os.environ["HB_E2E_OUTPUT"])
SOURCE = Path(os.environ["HB_E2E_SOURCE"])


def stdout():
    return (PLACE / "stdout").read_text()


def stderr():
    return (PLACE / "stderr").read_text()


def rows(database, query, *values):
    """The rows of a query, as mappings; the file is opened read-only."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def value(database, query, *values):
    """The one value of a query."""
    (row,) = rows(database, query, *values)
    (only,) = row.values()
    return only


def csv_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def json_file(path):
    return json.loads(Path(path).read_text())


def equal(actual, expected, what="value"):
    assert actual == expected, f"{what}: expected {expected!r}, got {actual!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in:\n{text}"


def lacks(text, part):
    assert part not in text, f"{part!r} is in:\n{text}"


class Page(html.parser.HTMLParser):
    """A document read strictly: tags must nest, and everything that could load something is kept."""

    VOID = {"meta", "br", "hr", "img", "link", "input", "col", "source"}
    LOADING = {"src", "href", "xlink:href", "action", "data", "poster", "srcset", "formaction"}

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.references, self.metas, self.text = [], [], [], [], ""
        self.feed(Path(path).read_text(encoding="utf-8"))
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [value for name, value in attrs if name in self.LOADING]
        assert not [name for name, _ in attrs if name.startswith("on")], f"an event handler in <{tag}>"
        if tag == "meta":
            self.metas.append(dict(attrs))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data):
        self.text += data
