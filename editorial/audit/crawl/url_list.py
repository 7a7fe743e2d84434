"""Lists of addresses as people have them: one a line, or a column of a table that a spreadsheet or a tool wrote (CSV).

A table is known by the file's name, by its first row, by tabs or by quotes; its column by the heading, and without a
known one by what stands in it: the first address of each row counts.
"""

import csv
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from editorial.domain.urls import n1

MOST_BYTES = 50 * 1024 * 1024  # unpacked; as of a sitemap
MOST_LINES = 500_000  # ten times what a sitemap may name; packed, millions of them are a file of some kilobytes
LONGEST_LINE = 100_000  # characters
MOST_LINES_OF_A_CELL = 20
MARK = "#"  # begins a comment, unless it is all of a cell
HEADINGS = frozenset(
    {
        *("url", "urls", "address", "addresses", "page", "pages", "link", "links", "loc", "location", "landing page"),
        *("page url", "url address", "full url", "source url", "top pages", "canonical url", "final url"),
        *(
            "网址",
            "链接",
            "地址",
            "页面",
            "网页",
            "完整网址",
            "页面地址",
            "页面网址",
            "着陆页",
            "排名靠前的网页",
            "热门网页",
        ),
    }
)
"""Of columns that hold addresses, in exports of crawlers, search consoles and analytics; in lower case."""


class BadLine(NamedTuple):
    """A line that holds no address that can be fetched. `text` is at most 200 characters of it."""

    line: int
    text: str


class UrlList(NamedTuple):
    """What a list holds: its addresses (N1), each once, in their order."""

    addresses: tuple[str, ...]
    bad: tuple[BadLine, ...]
    cut: bool = False
    """Whether it was longer than is read, or packed and broken."""


def read_list(content: bytes, *, table: bool = False) -> UrlList:
    """Read a list. Never fails.

    Args:
        content: its bytes, packed with gzip or not.
        table: whether its name says that it is a table.
    """
    content, cut = unpacked(content)
    lines = _text(content).replace("\r\n", "\n").replace("\r", "\n").split("\n", MOST_LINES)
    cut = cut or len(lines) > MOST_LINES or max(map(len, lines)) > LONGEST_LINE
    shown = enumerate((line[:LONGEST_LINE] for line in lines[:MOST_LINES]), start=1)
    rows = [(number, line) for number, line in shown if line.strip() and not _is_remark(line)]
    if not rows:
        return UrlList((), (), cut)
    cells = _table(rows) if table or _looks_like_a_table(rows) else ((number, [line]) for number, line in rows)
    found: dict[str, None] = {}
    bad: list[BadLine] = []
    column: int | None = None
    for place, (number, row) in enumerate(cells):
        if place == 0 and (len(row) > 1 or _is_heading(row[0])) and not any(map(_address, row)):
            column = next((at for at, cell in enumerate(row) if _is_heading(cell)), None)
            continue
        address = _of_row(row, column)
        if address is None:
            bad.append(BadLine(number, ", ".join(cell.strip() for cell in row if cell.strip())[:200]))
        else:
            found[address] = None
    return UrlList(tuple(found), tuple(bad), cut)


def unpacked(content: bytes) -> tuple[bytes, bool]:
    """The bytes, unpacked if gzip packed them, at most `MOST_BYTES`; and whether something is missing."""
    if content[:2] != b"\x1f\x8b":
        return content[:MOST_BYTES], len(content) > MOST_BYTES
    unpacking, found, whole = zlib.decompressobj(31), b"", False
    try:
        found = unpacking.decompress(content, MOST_BYTES + 1)
        whole = unpacking.eof
    except zlib.error:
        pass
    return found[:MOST_BYTES], not whole or len(found) > MOST_BYTES


def _text(content: bytes) -> str:
    """By its mark, else UTF-8, else what Chinese spreadsheets write."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith(MARK)


def _is_heading(cell: str) -> bool:
    return cell.strip().lower() in HEADINGS


def _looks_like_a_table(rows: list[tuple[int, str]]) -> bool:
    first = rows[0][1]
    if "\t" in first or first.lstrip().startswith('"'):
        return True
    cells = first.split(_delimiter(first))
    return len(cells) > 1 and not any(map(_address, cells)) and any(map(_is_heading, cells))


def _delimiter(line: str) -> str:
    return max("\t,;", key=line.count)


def _table(rows: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row, by the number of its first line. A cell in quotes may go on over some lines."""
    delimiter = _delimiter(rows[0][1])
    place = 0
    while place < len(rows):
        number, line = rows[place]
        end = place + 1
        if line.count('"') % 2:
            whole = [line]
            for ahead in range(place + 1, min(place + MOST_LINES_OF_A_CELL, len(rows))):
                whole.append(rows[ahead][1])
                if rows[ahead][1].count('"') % 2:
                    line, end = "\n".join(whole), ahead + 1
                    break
        yield number, _cells(line, delimiter)
        place = end


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [line])
    except csv.Error:  # a cell beyond the library's limit
        return [line]


def _of_row(row: list[str], column: int | None) -> str | None:
    if column is not None:
        return _address(row[column]) if column < len(row) else None
    return next(filter(None, map(_address, row)), None)


def _address(cell: str) -> str | None:
    text = cell.strip()
    return n1(text) if text[:8].lower().startswith(("http://", "https://")) else None
