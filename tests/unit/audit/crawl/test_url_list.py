"""Lists of addresses, as people have them."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.audit.crawl import url_list
from editorial.audit.crawl.url_list import BadLine, read_list

A, B = "https://example.com/a", "https://example.org/b"


@pytest.mark.parametrize(
    "content",
    [
        f"{A}\n{B}\n",
        f"\ufeff{A}\r\n\r\n  {B}  ",
        f"# what to look at\n{A}\n{B}\n{A}\n",
        f"URL\n{A}\n{B}\n",
        f'Address,Status Code,Title\n{A},200,"One, two"\n{B},404,x\n',
        f"Clicks;Page;https\n3;{A};yes\n2;{B};no\n",
        f"排名靠前的网页\t点击次数\n{A}\t3\n{B}\t2\n",
        f'"{A}","a title\nof two lines"\n"{B}",""\n',
        f"Seite\tKlicks\n{A}\t1\n{B}\t2\n",
    ],
)
def test_the_addresses_are_found(content):
    assert read_list(content.encode()) == ((A, B), (), False)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("gbk"),
        lambda text: gzip.compress(text.encode()),
    ],
)
def test_it_is_read_however_it_was_saved(encode):
    assert read_list(encode(f"网址,标题\n{A},中文\n{B},标题\n")).addresses == (A, B)


def test_the_column_of_the_heading_counts():
    assert read_list(f"Canonical,URL\nhttps://example.net/,{A}\n".encode()).addresses == (A,)


def test_a_comma_in_an_address_is_part_of_it():
    assert read_list(b"https://example.com/a,b\n").addresses == ("https://example.com/a,b",)


def test_without_a_heading_a_table_is_known_by_its_name():
    assert read_list(f"{A},200\n{B},404\n".encode(), table=True).addresses == (A, B)


def test_bad_lines_are_told_and_cost_the_others_nothing():
    content = f"{A}\nexample.com/no-scheme\n\n/path\n{B}\nhttp://\nmailto:me@example.com\n"

    assert read_list(content.encode()) == (
        (A, B),
        (
            BadLine(2, "example.com/no-scheme"),
            BadLine(4, "/path"),
            BadLine(6, "http://"),
            BadLine(7, "mailto:me@example.com"),
        ),
        False,
    )


def test_a_row_without_address_is_told_by_its_cells():
    assert read_list(f"URL,Clicks\n{A},1\n,5\n".encode()).bad == (BadLine(3, "5"),)


def test_a_quote_that_never_ends_costs_no_line():
    found = read_list(f'URL,Title\n{A},"open\n{B},x\n'.encode())

    assert found.addresses == (A, B)


def test_what_is_packed_and_broken_is_told():
    packed = gzip.compress(f"{A}\n{B}\n".encode())

    assert read_list(packed[:-12]).cut
    assert read_list(b"\x1f\x8bnonsense") == ((), (), True)


@settings(max_examples=30)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode), table=st.booleans())
def test_anything_is_read(content, table):
    found = read_list(content, table=table)

    assert len(found.bad) <= len(content) + 1


def test_of_a_list_with_too_many_lines_or_cells_the_first_are_read(monkeypatch):
    monkeypatch.setattr(url_list, "MOST_LINES", 3)
    monkeypatch.setattr(url_list, "LONGEST_LINE", 30)

    many = read_list(b"http://a.example/1\n" + b"a\n" * 9)
    wide = read_list(b"http://a.example/1" + b"," * 50, table=True)

    assert (len(many.addresses), len(many.bad), many.cut) == (1, 2, True)
    assert (len(wide.addresses), wide.cut) == (1, True)
    assert not read_list(b"http://a.example/1\n" * 2).cut
