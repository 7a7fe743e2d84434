"""Sitemaps in every form that sites use, and what is told of their faults."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.audit.crawl.sitemaps import Form, read_sitemap

A, B = "https://example.com/a", "https://example.com/b"


def urlset(inner: str, head: str = "") -> bytes:
    return f'{head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'.encode()


def url(address: str, more: str = "") -> str:
    return f"<url><loc>{address}</loc>{more}</url>"


@pytest.mark.parametrize(
    ("content", "form", "named"),
    [
        (urlset(url(A) + url(B)), Form.URLS, [A, B]),
        (urlset(url(f"\n  {A}  \n")), Form.URLS, [A]),
        (urlset(url("https://example.com/?a&amp;b&#61;c")), Form.URLS, ["https://example.com/?a&b=c"]),
        (urlset(url(f"<![CDATA[{A}?x&y]]>")), Form.URLS, [f"{A}?x&y"]),
        (urlset(f"<!-- {url(B)} -->" + url(A)), Form.URLS, [A]),
        (urlset(f"<loc>{A}</loc>"), Form.URLS, [A]),
        (f"<s:urlset xmlns:s='x'><s:url><s:loc>{A}</s:loc></s:url></s:urlset>".encode(), Form.URLS, [A]),
        (f"\n\n<?xml version='1.0'?><urlset>{url(A)}</urlset>".encode(), Form.URLS, [A]),
        (f"<URLSET>{url(A).upper().replace(A.upper(), A)}</URLSET>".encode(), Form.URLS, [A]),
        (urlset(url("https://例え.jp/ä")), Form.URLS, ["https://xn--r8jz45g.jp/%C3%A4"]),
        (f"<sitemapindex><sitemap><loc>{A}</loc></sitemap></sitemapindex>".encode(), Form.INDEX, [A]),
        (f"<rss><channel><link>{B}</link><item><link>{A}</link></item></channel></rss>".encode(), Form.RSS, [A]),
        (f"<r:RDF xmlns:r='x'><item><link>{A}</link></item></r:RDF>".encode(), Form.RSS, [A]),
        (f"<feed><link href='{B}'/><entry><link rel='self' href='{B}'/><link href='{A}'/></entry></feed>".encode(),
         Form.ATOM, [A]),
        (f"{A}\r\n\r\n{B}\n".encode(), Form.TEXT, [A, B]),
        (f"\ufeff{A}\n".encode(), Form.TEXT, [A]),
        (urlset(url(A)).decode().encode("utf-16"), Form.URLS, [A]),
        (urlset(url("https://example.com/中"), '<?xml version="1.0" encoding="gb2312"?>').decode().encode("gb18030"),
         Form.URLS, ["https://example.com/%E4%B8%AD"]),
        (urlset(url(A)).decode().encode("utf-16-le"), Form.URLS, [A]),
        (urlset(url(A), '<?xml version="1.0" encoding="utf-16"?>'), Form.URLS, [A]),
        ("\ufeff\n\ufeff".encode() + urlset(url(A)), Form.URLS, [A]),
        (urlset(url(f"<url><![CDATA[{A}]]></url>") + url(B)), Form.URLS, [A, B]),
        (f"<rss><item><guid>{A}</guid></item><item><guid isPermaLink='true'>{B}</guid></item></rss>".encode(),
         Form.RSS, [A, B]),
        (f"<rss><item><guid>{A}</guid><link>{B}</link></item></rss>".encode(), Form.RSS, [B]),
        (gzip.compress(urlset(url(A))), Form.URLS, [A]),
        (gzip.compress(gzip.compress(urlset(url(A)))), Form.URLS, [A]),
    ],
    ids=["urls", "space around", "references", "cdata", "what is commented out", "loc without its url", "a prefix",
         "lines before the declaration", "capitals", "other scripts", "index", "rss 2", "rss 1", "atom", "a list",
         "a list with a mark", "utf-16", "gb2312", "utf-16 without a mark", "utf-8 that says utf-16",
         "marks and lines before it", "an address within markup", "a guid that is an address", "link before guid",
         "packed", "packed twice"],
)  # fmt: skip
def test_a_sitemap_names_its_addresses(content: bytes, form: Form, named: list[str]) -> None:
    read = read_sitemap(content)

    assert (read.form, [entry.url for entry in read.entries], read.notes) == (form, named, ())


@pytest.mark.parametrize(
    ("content", "notes", "named"),
    [
        (b"", [("empty", 0)], 0),
        (b"<urlset/>", [("empty", 0)], 0),
        (b"<!doctype html><title>Hello</title>", [("html", 1)], 0),
        (b"Nothing of the kind", [("unreadable", 1)], 0),
        (b"<catalog><book/></catalog>", [("unreadable", 1)], 0),
        (b"\x1f\x8bbroken", [("gzip", 0)], 0),
        (gzip.compress(urlset(url(A) * 100))[:-20], [("gzip", 0), ("malformed", 1)], None),
        (urlset("\n" + url(A) + "\n<url><loc>" + B), [("malformed", 3)], None),
        (urlset("\n" + url(f"{A}?x&y")), [("malformed", 2)], 1),
        (urlset("\n" + url("/relative") + url(A)), [("loc", 2)], 1),
        (urlset("\n<url></url>" + url(A)), [("loc-missing", 2)], 1),
        (urlset(url(f"{A}?{'x' * 2048}")), [("loc-long", 1)], 1),
        (urlset(url(A, "<lastmod>yesterday</lastmod>")), [("lastmod", 1)], 1),
        (urlset(url(A, "<changefreq>often</changefreq><priority>5</priority>")), [("changefreq", 1), ("priority", 1)],
         1),
        (f"{A}\nwww.example.com\n".encode(), [("loc", 2)], 1),
        (b"<urlset><url><loc>https://example.com/\xff</loc></url></urlset>", [("encoding", 0)], 1),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset><url><loc>https://example.com/&a;</loc></url></urlset>",
         [("entities", 1)], 0),
        (urlset("<x>" * 200 + "</x>" * 200 + url(A)), [("malformed", 1)], 0),
    ],
    ids=["nothing", "no address", "a page", "a text", "other XML", "broken packing", "cut packing", "cut XML",
         "a bare ampersand", "a relative address", "no loc", "a long address", "a date that is none",
         "words and numbers that are none", "a line that is none", "bytes that are none", "entities of its own",
         "elements in elements in elements"],
)  # fmt: skip
def test_faults_are_told_with_their_line(content: bytes, notes: list[tuple[str, int]], named: int | None) -> None:
    read = read_sitemap(content)

    assert [(note.kind, note.line) for note in read.notes] == notes
    assert named is None or len(read.entries) == named


@pytest.mark.parametrize("date", ["2026", "2026-11", "2026-11-22", "2026-11-22T10:00+08:00", "2026-11-22T10:00:00.5Z"])
def test_dates_of_the_protocol_are_none_of_its_faults(date: str) -> None:
    assert read_sitemap(urlset(url(A, f"<lastmod>{date}</lastmod>"))).notes == ()


def test_what_is_said_of_an_address_is_kept() -> None:
    more = (
        "<lastmod>2026-11-22</lastmod><changefreq>daily</changefreq><priority>0.5</priority>"
        "<image:image><image:loc>/i.png</image:loc></image:image>"
        "<xhtml:link rel='alternate' hreflang='de' href='https://example.com/de'/>"
        "<video:video><video:loc>https://example.com/v</video:loc></video:video>"
    )
    (entry,) = read_sitemap(urlset(url(A, more))).entries

    assert entry == (
        A,
        (("de", "https://example.com/de"),),
        ("https://example.com/i.png",),
        "2026-11-22",
        "daily",
        "0.5",
        "",
    )


def test_an_index_in_an_index_is_not_followed() -> None:
    content = b"<sitemapindex><sitemap><loc>https://example.com/s.xml</loc></sitemap></sitemapindex>"
    read = read_sitemap(content, nested=True)

    assert (read.entries, [note.kind for note in read.notes]) == ((), ["nested"])


def test_a_sitemap_counts_no_more_entries_than_its_standard_allows() -> None:
    read = read_sitemap(urlset("".join(url(f"https://example.com/{place}") for place in range(50_010))))

    assert (len(read.entries), [note.kind for note in read.notes]) == (50_000, ["entries"])


@pytest.mark.parametrize("content", [b"<url>" * 50_000, b"<urlset>" + b"<loc>" * 50_000, b"<urlset>" + b"&" * 100_000])
@pytest.mark.timeout(10)  # searching for ends again and again took forty seconds
def test_a_sitemap_of_tags_that_never_close_costs_what_its_length_costs(content: bytes) -> None:
    assert read_sitemap(content).entries == ()


def test_entities_are_never_expanded() -> None:
    declared = "<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
    )
    read = read_sitemap(f"<!DOCTYPE urlset [{declared}]><urlset>{url('https://example.com/&j;')}</urlset>".encode())

    assert (read.entries, [note.kind for note in read.notes]) == ((), ["entities"])


@given(st.binary(max_size=300) | st.text(alphabet="<>&;/urlsetoc \n\"'=x:![]-", max_size=200).map(str.encode))
def test_no_sitemap_raises(content: bytes) -> None:
    read_sitemap(content)
    read_sitemap(b"<urlset><url><loc>" + content)


def test_an_address_that_was_written_otherwise_is_kept_as_written() -> None:
    for content in (urlset(url(" HTTP://Example.com ") + url(A)), f" HTTP://Example.com\n{A}".encode()):
        entries = read_sitemap(content).entries

        assert [(entry.url, entry.loc) for entry in entries] == [("http://example.com/", "HTTP://Example.com"), (A, "")]


def test_a_guid_that_is_no_address_is_none() -> None:
    read = read_sitemap(f"<rss><item><guid isPermaLink='false'>{A}</guid></item></rss>".encode())

    assert ([note.kind for note in read.notes], read.entries) == (["loc-missing"], ())


def test_an_address_that_was_read_whole_counts_where_the_file_was_cut() -> None:
    whole = read_sitemap(urlset(url(A) + url(B)).partition(b"</url></urlset>")[0])
    cut = read_sitemap(urlset(url(A) + url(B)).partition(b"b</loc></url></urlset>")[0])

    assert [entry.url for entry in whole.entries] == [A, B]
    assert [entry.url for entry in cut.entries] == [A]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<rss><item><link>{a}</link><pubDate>Thu, 05 Jan 2017 12:34:50 GMT</pubDate></item></rss>",
         "Thu, 05 Jan 2017 12:34:50 GMT"),
        ("<feed><entry><link href='{a}'/><updated>2003-12-13T18:30Z</updated></entry></feed>", "2003-12-13T18:30Z"),
        ("<feed><entry><link href='{a}'/><modified>2003-12-13</modified></entry></feed>", "2003-12-13"),
    ],
)  # fmt: skip
def test_feeds_date_their_entries(content: str, said: str) -> None:
    assert [entry.lastmod for entry in read_sitemap(content.format(a=A).encode()).entries] == [said]


@pytest.mark.parametrize("name", ["hex", "zip", "bz2", "rot13", "idna", "punycode", "undefined"])
def test_a_codec_that_is_no_encoding_is_none(name):
    content = f'<?xml version="1.0" encoding="{name}"?><urlset><url><loc>https://example.com/</loc></url></urlset>'

    assert [entry.url for entry in read_sitemap(content.encode()).entries] == ["https://example.com/"]
