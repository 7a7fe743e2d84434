"""robots.txt: which line decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from editorial.domain.robots import MAX_BYTES, MAX_LINE, disallow_all, matches, parse, product_token

SITE = "https://example.com"


def decides(text: str | bytes, path: str, agent: str = "EditorialBot") -> tuple[bool, int | None]:
    verdict = parse(text.encode() if isinstance(text, str) else text).decide(agent, SITE + path)
    return verdict.allowed, verdict.line_number


def test_the_longest_pattern_decides_and_names_its_line():
    text = "User-agent: *\nDisallow: /shop\nAllow: /shop/open\n"

    assert decides(text, "/shop/open/1") == (True, 3)
    assert decides(text, "/shop/closed") == (False, 2)
    assert decides(text, "/") == (True, None)


def test_the_line_is_shown_as_it_was_written():
    verdict = parse(b"User-agent: *\nDISALLOW : /a  # keep out\n").decide("x", SITE + "/a")

    assert verdict.line_text == "DISALLOW : /a  # keep out"


def test_a_tie_allows_whatever_the_order():
    assert decides("User-agent: *\nDisallow: /a\nAllow: /a", "/a") == (True, 3)
    assert decides("User-agent: *\nAllow: /a\nDisallow: /a", "/a") == (True, 2)


def test_a_group_of_its_own_replaces_the_common_one():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: editorialbot\nDisallow: /a"

    assert decides(text, "/b") == (True, None)
    assert decides(text, "/b", "other") == (False, 2)


def test_groups_of_one_token_count_as_one():
    text = (
        "User-agent: EditorialBot\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: editorialBOT/2.0\nDisallow: /b"
    )

    assert [decides(text, path)[0] for path in ("/a", "/b", "/c")] == [False, False, True]


def test_a_token_is_no_prefix():
    assert decides("User-agent: Editorial\nDisallow: /", "/")[0]
    assert product_token("EditorialBot/1.0 (+https://example.com)") == "editorialbot"


def test_a_name_with_digits_counts_whole():
    text = "User-agent: 360Spider\nDisallow: /a\nUser-agent: MJ12bot\nDisallow: /b"

    assert [decides(text, path, "360Spider")[0] for path in ("/a", "/b")] == [False, True]
    assert [decides(text, path, "MJ12bot/v1.4")[0] for path in ("/a", "/b")] == [True, False]


def test_a_line_with_digits_is_for_the_letters_before_them_where_nobody_says_more():
    assert not decides("User-agent: Editorial2go\nDisallow: /", "/", "Editorial")[0]
    assert decides("User-agent: Editorial2go\nDisallow: /\nUser-agent: Editorial\nAllow: /", "/", "Editorial")[0]


def test_names_beyond_ascii_are_told_apart():
    text = "User-agent: Jäger\nDisallow: /"

    assert not decides(text, "/", "jäger/2")[0]
    assert decides(text, "/", "Jürgen")[0]


@pytest.mark.parametrize("agent", ["googlebot-news", "googlebot-image", "googlebot-video"])
def test_parts_of_google_obey_its_group_where_they_have_none(agent):
    assert not decides("User-agent: Googlebot\nDisallow: /\nUser-agent: *\nAllow: /", "/", agent)[0]
    assert decides(f"User-agent: Googlebot\nDisallow: /\nUser-agent: {agent}\nAllow: /", "/", agent)[0]


def test_a_delay_is_for_the_agents_before_it():
    robots = parse(b"User-agent: a\nCrawl-delay: 10\nUser-agent: b\nUser-agent: c\nCrawl-delay: 20\nDisallow: /x")

    assert [robots.crawl_delay(agent) for agent in "abc"] == [10, 20, 20]


def test_agents_in_a_row_share_the_lines_that_follow():
    text = "User-agent: a\nCrawl-delay: 2\nUser-agent: b\nDisallow: /x"

    assert not decides(text, "/x", "a")[0]
    assert not decides(text, "/x", "b")[0]


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish*", "/fishheads", True),
        ("/*.php", "/folder/file.php?x=1", True),
        ("/*.php$", "/file.php", True),
        ("/*.php$", "/file.php?x", False),
        ("/*.php$", "/a.php/b.php", True),
        ("/a*b*c", "/a1b2c3", True),
        ("/a*b*c", "/a1c2b", False),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("*", "/anything", True),
        ("/a$b", "/a$b", True),
        ("/a*$", "/abc", True),
        ("/ab*ab$", "/ab", False),
    ],
)
def test_stars_and_the_end_sign(pattern, path, covered):
    assert matches(pattern, path) is covered


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ("/a%3cd.html", "/a%3Cd.html"),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
        ("/path/file-with-a-%2a.html$", "/path/file-with-a-%2A.html"),
        ("/path/foo-%24", "/path/foo-$"),
        ("/path/foo-%24$", "/path/foo-%24"),
        ("/a<d", "/a%3Cd"),
        ("/a b", "/a%20b"),
        ("/{x}|y", "/%7Bx%7D|y"),
        ("/?q='x'", "/?q=%27x%27"),
    ],
)
def test_escapes_compare_as_the_standard_says(pattern, path):
    assert not decides(f"User-agent: *\nDisallow: {pattern}", path)[0]


@pytest.mark.parametrize(("pattern", "path"), [("/a-%2A.html", "/a-b.html"), ("/a-%24", "/a-"), ("/a%2Fb", "/a/b")])
def test_an_escaped_sign_is_not_special(pattern, path):
    assert decides(f"User-agent: *\nDisallow: {pattern}", path)[0]


@pytest.mark.parametrize(
    ("path", "agent", "allowed"),
    [
        ("/guide/", "googlebot", True),
        ("/guide/", "googlebot-news", True),
        ("/guide/index.html", "googlebot", True),
        ("/guide/other", "googlebot", False),
        ("/guide/", "bingbot", False),
    ],
)
def test_to_google_an_allowed_index_page_opens_its_folder(path, agent, allowed):
    assert decides("User-agent: *\nDisallow: /\nAllow: /guide/index.html", path, agent)[0] is allowed


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /a",
        b"User-agent: *\rDisallow: /a\r",
        b"User-agent: *\r\nDisallow: /a\r\n",
        b"useragent: *\ndissallow: /a",
        b"User Agent: *\nDisalow: /a",
        b"User-agent *\nDisallow /a",
        b"USER-AGENT: * \n  DISALLOW :  /a  # why",
        b"User-agent: *\nUnknown: x\n\n\nDisallow: /a",
        b"\xef\xbbUser-agent: *\nDisallow: /a",
        b"User-agents: *\nDisallowed: /a",
    ],
)
def test_spellings_that_are_forgiven(text):
    assert not decides(text, "/a")[0]


def test_an_empty_disallow_allows_everything():
    assert decides("User-agent: *\nDisallow:", "/a") == (True, 2)


def test_robots_txt_itself_is_always_allowed():
    assert decides("User-agent: *\nDisallow: /", "/robots.txt") == (True, None)


def test_what_follows_500_kib_is_ignored():
    robots = parse(b"User-agent: *\nDisallow: /a\n" + b"#" * MAX_BYTES + b"\nDisallow: /b\n")

    assert robots.cut
    assert robots.decide("x", SITE + "/b").allowed


def test_of_a_long_line_its_beginning_counts():
    path = "/" + "a" * (MAX_LINE - len("Disallow: /"))

    assert parse(f"User-agent: *\nDisallow: {path}/b".encode()).groups[0].lines[0].pattern == path


def test_sitemaps_and_delays_are_collected():
    robots = parse(b"Sitemap: https://example.com/s.xml\nUser-agent: *\nCrawl-delay: 2.5\nsite-map: /t.xml\n")

    assert robots.sitemaps == ("https://example.com/s.xml", "/t.xml")
    assert robots.crawl_delay("x") == 2.5


def test_a_delay_is_obeyed_up_to_half_a_minute():
    assert parse(b"User-agent: *\nCrawl-delay: 9000").crawl_delay("x") == 30


def test_lines_without_effect_are_kept_for_the_report():
    robots = parse(
        b"Disallow: /a\n<html>\nUser-agent: *\nContent-Signal: x\nDisallow /b\nevery\nDisalow: /c\nsyntax error"
    )

    assert [(each.number, each.kind) for each in robots.oddities] == [
        (1, "orphan"),
        (2, "syntax"),
        (5, "colon"),
        (6, "syntax"),
        (8, "syntax"),
    ]


def test_a_missing_colon_is_forgiven_before_one_in_the_value():
    assert parse(b"Sitemap https://example.com/s.xml").sitemaps == ("https://example.com/s.xml",)
    assert not decides("User-agent: *\nDisallow /a:b", "/a:b")[0]


def test_a_sentence_is_no_line():
    text = "User-agent: *\nDisallow: /a\nUser-agent must match: see below\nDisallow: /b"

    assert not decides(text, "/b")[0]


def test_an_unreachable_robots_txt_forbids_everything():
    assert not disallow_all().decide("x", SITE + "/").allowed


WORDS = st.sampled_from(["User-agent: *", "User-agent: a", "Disallow: ", "Allow: ", "Disallow: /", "", "# x"])
PATHS = st.text(alphabet="ab/*$.?", max_size=8)
LINES = st.lists(st.builds("{}{}".format, WORDS, PATHS.filter(lambda path: True)), max_size=12)


@given(st.binary(max_size=400))
def test_nothing_raises(content):
    parse(content).decide("a", SITE + "/")


@settings(max_examples=300)
@given(
    rules=st.lists(
        st.tuples(st.sampled_from(["Allow", "Disallow"]), st.text(alphabet="ab/*.", max_size=6)), min_size=1, max_size=8
    ),
    path=st.text(alphabet="ab/.", max_size=8),
)
def test_an_independent_reader_agrees(rules, path):
    """Protego is the oracle, on what it reads as the standard does."""
    text = "User-agent: *\n" + "\n".join(f"{word}: /{pattern}" for word, pattern in rules)

    assert decides(text, "/" + path)[0] == Protego.parse(text).can_fetch(f"{SITE}/{path}", "EditorialBot")
