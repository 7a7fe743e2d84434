"""What servers may send, in pieces that parsers stumble over, and what must hold for all of it.

The quick tests put few pieces together; `tests/acceptance/test_fuzz.py` puts together many, large ones, for as long as
it is given.
"""

import json
from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import strategies as st

from editorial.audit.alone import judge_stored
from editorial.audit.crawl.files import robots_notes
from editorial.audit.crawl.sitemaps import MAX_ENTRIES, read_sitemap
from editorial.audit.crawl.url_list import read_list
from editorial.audit.facts import Response
from editorial.audit.gather import charset
from editorial.audit.report import page_json
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import Stored
from editorial.domain.messages import Message
from editorial.domain.robots import parse, product_token
from editorial.domain.urls import MAX_LENGTH, host_of, n1, n2, netloc_of, origin_of, path_of
from tests.hostile_pieces import ADDRESSES, ATTRIBUTES, CHARSETS, HEADERS, JSON, ROBOTS, SAID, SITEMAP, TAGS, TEXT

ORIGIN = "https://example.com"
URL = f"{ORIGIN}/guides/start"


def _pieces(words: list[str], many: int, largest: int) -> st.SearchStrategy[bytes]:
    """Up to `many` pieces, each repeated up to `largest` times."""
    one = st.sampled_from([word.encode("utf-8", "surrogatepass") for word in words]) | st.binary(max_size=6)
    repeated = st.tuples(one, st.just(1) | st.integers(1, largest)).map(lambda pair: pair[0] * pair[1])
    return st.lists(repeated, max_size=many).map(b"".join)


def _markup() -> list[str]:
    addressed = [attribute.replace("{}", address) for attribute in ATTRIBUTES for address in ADDRESSES[:40:8]]
    opened = [f"<{tag} {addressed[place * 7 % len(addressed)]}>" for place, tag in enumerate(TAGS * 3)]
    return [
        *opened,
        *(f"</{tag}>" for tag in TAGS),
        *(f"<{tag}" for tag in TAGS[::3]),
        *addressed,
        *TEXT,
        *JSON,
        ">",
        "<",
    ]


def documents(many: int = 30, largest: int = 3) -> st.SearchStrategy[bytes]:
    """Web pages of a kind."""
    return _pieces(_markup(), many, largest)


def headers(largest: int = 3) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Header lines of an answer."""
    value = _pieces([*SAID, *ADDRESSES, *TEXT], 4, largest).map(lambda raw: raw.decode("utf-8", "replace"))
    kind = st.sampled_from(CHARSETS).map(lambda name: ("Content-Type", f"text/html; charset={name}"))
    return st.lists(kind | st.tuples(st.sampled_from(HEADERS), value), max_size=4)


def robots_files(many: int = 30, largest: int = 3) -> st.SearchStrategy[bytes]:
    """Files that stand at /robots.txt."""
    return _pieces([*ROBOTS, *ADDRESSES, *TEXT], many, largest)


def sitemap_files(many: int = 30, largest: int = 3) -> st.SearchStrategy[bytes]:
    """Files that a sitemap's address may answer with."""
    return _pieces([*SITEMAP, *ADDRESSES, *TEXT], many, largest)


def addresses(many: int = 6, largest: int = 3) -> st.SearchStrategy[str]:
    """What stands in an href."""
    return _pieces([*ADDRESSES, *TEXT], many, largest).map(lambda raw: raw.decode("utf-8", "replace")) | st.text(
        max_size=40
    )


# -- what must hold --------------------------------------------------------------------------------------------------


def english(message: Message) -> str:
    """The sentence as it stands in the source."""
    return message.id % message.params if message.params else message.id


def check_page(said: list[tuple[str, str]], body: bytes, status: int = 200) -> None:
    """A page is read, judged by every rule and printed; no rule raises."""
    raised: list[tuple[str, Exception]] = []
    response = Response(URL, URL, status, tuple(said), body)
    page = judge_stored(Stored("x", response, parse(body[:200])), lambda rule, error: raised.append((rule, error)))
    assert not raised, raised
    shown: dict[str, Any] = orjson.loads(page_json(page, BY_ID, english, every_outcome=True, facts=True))
    assert json.dumps(shown)


def check_charset(kind: str, body: bytes) -> None:
    """Text comes out, and the same text for the same bytes."""
    text, found = charset.decode(body, kind)
    assert isinstance(text, str)
    assert charset.decode(body, kind) == (text, found)
    text.encode("utf-8", "strict")  # no half surrogates: nothing could store them


def check_robots(content: bytes) -> None:
    """A file is read, tells what is odd, and decides."""
    robots = parse(content)
    robots_notes(ORIGIN, content, robots)
    for agent in ("EditorialBot", "Googlebot", "", content[:20].decode("latin-1")):
        assert product_token(agent) == product_token(product_token(agent))
        assert robots.decide(agent, f"{ORIGIN}/robots.txt").allowed
        for path in ("/", "/a/b.php?x=1", "/%E4%B8%AD", "/" + "ab" * 100):
            assert robots.decide(agent, ORIGIN + path) == robots.decide(agent, ORIGIN + path)
        delay = robots.crawl_delay(agent)
        assert delay is None or 0 <= delay <= 30


def check_sitemap(content: bytes) -> None:
    """A file is read, and what it names can be fetched."""
    for nested in (False, True):
        read = read_sitemap(content, nested=nested)
        assert len(read.entries) <= MAX_ENTRIES
        assert all(n1(entry.url) == entry.url for entry in read.entries)
        assert not (nested and read.is_index and read.entries)
    assert all(n1(address) == address for address in read_list(content).addresses)


def check_address(typed: str) -> None:
    """Both forms are their own form, and nothing in them could be read as something else."""
    for base in (None, URL, "http://例子.测试/a/b?c", "http://[::1]:8080/x/"):
        request = n1(typed, n1(base) if base else None)
        if request is None:
            continue
        assert n1(request) == request, request
        compare = n2(request)
        assert compare is not None
        assert compare == n2(typed if base is None else request), (request, compare)
        assert n2(compare) == compare or len(compare) > MAX_LENGTH, (request, compare)
        assert request.isascii()
        assert not set(' \t\r\n<>"') & set(request), request
        assert "\\" not in request.partition("?")[0]
        assert origin_of(request) + path_of(request) == request
        assert host_of(request)
        assert not set("/?#@\\% ") & set(netloc_of(request))


CHECKS: dict[str, tuple[Callable[..., None], Callable[..., tuple[st.SearchStrategy[Any], ...]]]] = {
    "page": (check_page, lambda many, largest: (headers(largest), documents(many, largest))),
    "charset": (
        check_charset,
        lambda many, largest: (
            st.sampled_from([f"text/html; charset={c}" for c in CHARSETS]),
            documents(many, largest),
        ),
    ),
    "robots": (check_robots, lambda many, largest: (robots_files(many, largest),)),
    "sitemap": (check_sitemap, lambda many, largest: (sitemap_files(many, largest),)),
    "address": (check_address, lambda many, largest: (addresses(min(many, 8), largest),)),
}
"""What must hold, and what to try it with: so many pieces, each repeated so often."""
