"""Addresses: what goes over the wire, what is compared, what belongs to a site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.urls import SiteScope, host_of, in_scope, n1, n2, netloc_of, origin_of, path_of, scope_of

BASE = "https://example.com/a/b.html?q=1"


@pytest.mark.parametrize(
    ("written", "request_form"),
    [
        ("HTTP://Example.COM:80/a/../b", "http://example.com/b"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com?x", "https://example.com/?x"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        (" \t\nhttps://example.com/a\n/b ", "https://example.com/a/b"),
        ("https:\\\\example.com\\a", "https://example.com/a"),
        ("https:///example.com/a", "https://example.com/a"),
        ("https://münchen.de/ü?ü=ü#ü", "https://xn--mnchen-3ya.de/%C3%BC?%C3%BC=%C3%BC"),
        ("https://i❤.ws/", "https://xn--i-7iq.ws/"),
        ("https://xn--i-7iq.ws/", "https://xn--i-7iq.ws/"),
        ("https://日本.中国/路径", "https://xn--wgv71a.xn--fiqs8s/%E8%B7%AF%E5%BE%84"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/\ud800?\udfff", "https://example.com/%EF%BF%BD?%EF%BF%BD"),
        ("https://example.com/%7euser/%2F", "https://example.com/%7euser/%2F"),
        ("https://example.com/a;p=1/b", "https://example.com/a;p=1/b"),
        ("https://example.com/%2e%2E/b", "https://example.com/b"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
        ("http://[0:0::1]:8080/", "http://[::1]:8080/"),
        ("https://user:pass@example.com/", "https://user:pass@example.com/"),
        ("https://ex%61mple.com/", "https://example.com/"),
        ("http://a..b/", "http://a..b/"),  # no name that DNS could hold, and yet an address to every browser
        ("http://\u064a\u3002Example/", "http://xn--mhb.example/"),
        ("http://ab--c.ß/", "http://ab--c.xn--zca/"),
        (f"http://{'x' * 63}†/", f"http://xn--{'x' * 63}-6963b/"),
    ],
)
def test_an_absolute_address_is_read_as_a_browser_reads_it(written, request_form):
    assert n1(written) == request_form


@pytest.mark.parametrize(
    ("href", "request_form"),
    [
        ("c.html", "https://example.com/a/c.html"),
        ("../c", "https://example.com/c"),
        ("/c/d?e=f", "https://example.com/c/d?e=f"),
        ("//other.com/c", "https://other.com/c"),
        ("?x=2", "https://example.com/a/b.html?x=2"),
        ("#part", "https://example.com/a/b.html?q=1"),
        ("", "https://example.com/a/b.html?q=1"),
        ("./", "https://example.com/a/"),
        (".", "https://example.com/a/"),
        ("https:c", "https://example.com/a/c"),
        ("http:c", "http://c/"),
        ("c d", "https://example.com/a/c%20d"),
        ("/c//d", "https://example.com/c//d"),
        ("c.html#x?y", "https://example.com/a/c.html"),
        ("/路径", "https://example.com/%E8%B7%AF%E5%BE%84"),
    ],
)
def test_a_link_is_resolved_against_its_page(href, request_form):
    assert n1(href, BASE) == request_form


@pytest.mark.parametrize(
    "written",
    [
        "mailto:a@example.com",
        "javascript:void(0)",
        "tel:+49",
        "data:text/html,x",
        "weixin://dl/chat",
        "http://",
        "http://exa mple.com/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://256.1.1.1/",
        "http://xn--pokxncvks/",
        "http://xn--a/",
        "http://1\u064a.a/",
        "http://1.\u064a/",
        "http://\u200d.example/",
        "http://[::1/",
        "relative/without/base",
        "http://example.com/" + "a" * 9000,
    ],
)
def test_what_cannot_be_fetched_is_no_address(written):
    assert n1(written) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/%7Euser", "https://example.com/~user"),
        ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
        ("https://example.com/?b=2&a=1", "https://example.com/?a=1&b=2"),
        ("https://example.com/?utm_source=x&a=1&gclid=y", "https://example.com/?a=1"),
        ("https://example.com/?spm=1.2.3", "https://example.com/"),
        ("https://example.com/?", "https://example.com/"),
        ("https://example.com/x#part", "https://example.com/x"),
        ("https://example.com/?a[]=1|2", "https://example.com/?a%5B%5D=1%7c2"),
        ("https://example.com/a|b", "https://example.com/a%7Cb"),
        ("https://example.com.:8080/", "https://example.com:8080/"),
    ],
)
def test_two_spellings_of_a_page_compare_equal(one, other):
    assert n2(one) == n2(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/?a=1+2", "https://example.com/?a=1%202"),
        ("https://example.com/a;x", "https://example.com/a"),
        ("https://example.com/?a=1&a=2", "https://example.com/?a=2&a=1"),
        ("https://example.com/a", "https://example.com/a/"),
        ("http://example.com/", "https://example.com/"),
    ],
)
def test_two_pages_do_not_compare_equal(one, other):
    assert n2(one) != n2(other)


def test_a_site_has_dot_boundaries():
    site = SiteScope(frozenset({"example.com"}), subdomains=True)

    assert [in_scope(f"https://{host}/", site) for host in ("example.com", "a.example.com", "evilexample.com")] == [
        True,
        True,
        False,
    ]


def test_the_name_before_the_at_sign_is_no_host():
    assert not in_scope("https://example.com@evil.com/", scope_of("https://example.com/"))


def test_a_site_has_its_www_twin_and_no_other_subdomain():
    site = scope_of("https://www.example.com/")

    assert [in_scope(f"https://{host}/", site) for host in ("www.example.com", "example.com", "shop.example.com")] == [
        True,
        True,
        False,
    ]


def test_another_port_is_another_site():
    assert not in_scope("http://127.0.0.1:8001/", scope_of("http://127.0.0.1:8000/"))


def test_a_site_may_be_a_folder():
    site = scope_of("https://example.com/docs/", path_prefix="/docs/")

    assert in_scope("https://example.com/docs/a", site)
    assert not in_scope("https://example.com/docsy", site)


def test_the_parts_of_an_address():
    url = "https://u@[::1]:8080/a?b"

    assert (origin_of(url), netloc_of(url), host_of(url), path_of(url)) == (
        "https://u@[::1]:8080",
        "[::1]:8080",
        "::1",
        "/a?b",
    )


ADDRESSES = st.one_of(
    st.text(max_size=60),
    st.builds(
        "http://{}/{}".format,
        st.text(alphabet="abc.XYZ-0123:@[]%üß", max_size=20),
        st.text(alphabet="ab/.%2eEfF?&=;+#ü \\'\"", max_size=40),
    ),
    st.builds("/{}".format, st.text(alphabet="ab/.%2eEfF?&=;+#ü \\", max_size=40)),
)


@given(ADDRESSES)
def test_nothing_raises_and_the_request_form_of_a_request_form_is_itself(written):
    once = n1(written, BASE)

    assert once is None or n1(once) == once


@given(ADDRESSES)
def test_the_compare_form_of_a_compare_form_is_itself(written):
    once = n2(n1(written, BASE) or "")

    assert once is None or n2(once) == once


@given(ADDRESSES)
def test_an_address_is_ascii_without_fragment_or_space(written):
    url = n1(written, BASE)

    assert url is None or (
        url.isascii() and "#" not in url and " " not in url and url.startswith(("http://", "https://"))
    )


@given(st.text(alphabet="abc/.?=&_-~%", max_size=30))
def test_the_quick_way_and_the_whole_way_agree(href):
    """A tab sends an address down the whole way and is taken out there."""
    assert n1(href, BASE) == n1(href[:1] + "\t" + href[1:], BASE)


@pytest.mark.parametrize("typed", ["/" + "ü" * 3000, "b" * 5000])
def test_what_grows_too_long_is_no_address(typed):
    assert n1(typed, "https://example.com/" + "a" * 4000 + "/") is None
