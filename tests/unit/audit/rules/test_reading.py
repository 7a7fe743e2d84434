"""Encodings, error pages that answer 200, thin pages, short titles, https, phones."""

import pytest

from editorial.audit.facts import PageFacts
from editorial.audit.rule import Severity
from editorial.audit.rules.contents import is_article, soft_404, thin_content
from editorial.audit.rules.encodings import charset_missing, mojibake
from editorial.audit.rules.mobile import viewport_missing
from editorial.audit.rules.security import mixed_active, page_http
from editorial.audit.rules.titles import title_too_short
from tests.unit.audit.pages import URL, document, page

BARE = (("Content-Type", "text/html"),)


@pytest.mark.parametrize(
    ("html", "headers", "missing"),
    [
        (document(), BARE, True),
        (document('<meta charset="utf-8">'), BARE, False),
        (document('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'), BARE, False),
        (document(), (("Content-Type", "text/html; charset=UTF-8"),), False),
        (b"\xef\xbb\xbf" + document().encode(), BARE, False),
        (document(f"<!--{'x' * 1100}--><meta charset=utf-8>"), BARE, True),
        (document("<!--<meta charset=utf-8>-->"), BARE, True),
        (document("<meta charset=utf-8/>"), BARE, True),
        (document(), (("Content-Type", "text/html; charset=utf-7"),), True),
        (document("<meta charset=gbk>"), (("Content-Type", "text/html; charset=utf-7"),), False),
    ],
)
def test_an_encoding_is_declared_by_mark_header_or_meta(html, headers, missing):
    assert bool(list(charset_missing(page(html, headers=headers)))) is missing


def test_xhtml_is_utf_8_without_saying_so():
    facts = page(document(), headers=(("Content-Type", "application/xhtml+xml"),))

    assert not charset_missing.applies(facts)


TEXT = "A text about how bytes become letters, with many words. " * 40


@pytest.mark.parametrize(
    ("title", "body", "garbled"),
    [
        ("QualitÃ© et prix", "x", True),
        ("Donâ€™t wait", "x", True),
        ("ä¸\xadæ–‡ç½‘ç«™", "x", True),
        ("锟斤拷锟斤拷锟斤拷", "锟斤拷", True),
        ("网\ufffd\ufffd站", "x", True),
        ("Prices", "Câ€™est lâ€™Ã©tÃ©, Ã¨ve: dÃ©jÃ  tÃªte â€“ mÃ¨re.", True),
        ("How to fix Ã© in your pages", f"{TEXT} Ã© â€™", False),
        ("Encodings", f"{TEXT} Ã© Ã¨ Ã¼ â€™ â€œ", False),
        ("锟斤拷是怎么来的：一个编码的故事", "锟斤拷 " + "这是一篇讲字符编码的文章。" * 60, False),
        ("Unicode", f"{TEXT} U+FFFD is shown as \ufffd", False),
        ("Ação e não", "Informações: NÃO é proibido, às vezes à mão. Ângela e a Côte d’Azur.", False),
        ("Größe und Äpfel – Übersicht", "naïve café — “quotes”", False),
    ],
)
def test_garbled_text_is_told_from_text_about_it(title, body, garbled):
    assert bool(list(mojibake(page(document(f"<title>{title}</title>", body))))) is garbled


def test_chinese_in_gbk_that_says_utf_8_is_garbled():
    html = document("<title>内容日历</title>", "内容团队的排期与发布工具。" * 20).encode("gb18030")

    assert list(mojibake(page(html)))


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("404", "<h1>404</h1>"),
        ("Page not found | Acme", ""),
        ("Acme", "<h1>Oops! The page you are looking for does not exist.</h1><a href=/>Home</a>"),
        ("页面不存在 - 公司", ""),
        ("公司", "<p>抱歉，您访问的页面不存在，返回首页</p>"),
        ("Acme", "<p>Sorry, this page isn't available.</p>"),
        ("找不到页面", "x"),
        ("404: This page could not be found.", ""),
        ("Error 404 (Not Found)!!1", "<p>The requested URL was not found on this server.</p>"),
        ("Acme", "<h1>404 - Not found</h1>"),
        ("百度-您访问的页面不存在！", ""),
        ("商城", "<h1>该商品已下架</h1><p>去看看其他商品</p>"),
        ("提示信息 - 论坛", "<p>抱歉，您指定的页面不存在</p>"),
        (
            "Page not found – Acme",
            "<h1>Page not found</h1><p>It may have been removed.</p>" + "<p>Popular: gateways</p>" * 30,
        ),
    ],
)
def test_a_page_says_that_it_does_not_exist(title, body):
    assert list(soft_404(page(document(f"<title>{title}</title>", body))))


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("How to fix 404 errors", "<h1>How to fix 404 errors</h1>" + "Look for the link. " * 60),
        ("404 Not Found: what it means", "A short entry."),
        ("Glossary", "<h1>404 Not Found</h1>" + "<p>The status says that a server has nothing to send.</p>" * 20),
        (
            "HTTP 404 Not Found - Statuses",
            "<h1>404 Not Found</h1><p>The 404 Not Found status says that the server cannot find what was asked for. "
            "It does not say whether that is so for good. Links that lead there are called dead; readers come to them "
            "from old bookmarks and from other sites.</p><p>If a page is missing for good, answer 410.</p>"
            + "Text. "
            * 40,
        ),
        ("404 页面设计指南", "如何设计一个好用的 404 页面"),
        ("商品不存在怎么办_帮助中心", "<h1>下单时提示商品不存在怎么办？</h1>" + "请先刷新页面，再检查商品。" * 20),
        ("404不锈钢管价格", "<h1>404不锈钢管</h1><p>欢迎询价。</p>"),
        ("Gateways", "No results for this filter. Try another."),
        ("Room 404", "Our meeting room."),
        ("Shell", "<div id=root></div><script src=/app.js></script>"),
        ("Product", "<p>Some fine gateways. This offer has been removed or moved to another page.</p>" + "Word. " * 60),
    ],
)
def test_a_page_about_errors_is_none(title, body):
    assert not list(soft_404(page(document(f"<title>{title}</title>", body))))


def words(count: int) -> str:
    return "<p>" + "word " * count + "</p>"


def thin(body: str, head: str = "", url: str = URL) -> list[Severity | None] | None:
    """The severities of what is found, or None where the rule does not apply."""
    facts: PageFacts = page(document(f"<title>T</title>{head}", body), url)
    return [failure.severity for failure in thin_content(facts)] if thin_content.applies(facts) else None


ARTICLE = '<script type="application/ld+json">{"@type": "BlogPosting"}</script>'


@pytest.mark.parametrize(
    ("body", "head", "found"),
    [
        (words(199), ARTICLE, [None]),
        (words(200), ARTICLE, []),
        (words(99), "", [Severity.NOTICE]),
        (words(100), "", []),
        ("内容" * 199, ARTICLE, [None]),
        ("内容" * 200, ARTICLE, []),
        ("内容" * 100, "", []),
        (words(3) + f"<nav>{words(300)}</nav><footer>{words(300)}</footer>", "", [Severity.NOTICE]),
        (words(3) + f"<script>{words(300)}</script><noscript>{words(300)}</noscript>", "", None),
        (words(30) + '<video src="/v.mp4"></video>', "", None),
        (words(30) + '<iframe src="https://www.youtube.com/embed/x"></iframe>', "", None),
        (words(30) + "<form><input name=user><input type=password><button>Log in</button></form>", "", None),
        (words(30) + "<form><input type=email><textarea></textarea><button>Contact us</button></form>", "", None),
        (words(30) + "<form role=search><input name=q></form>", "", [Severity.NOTICE]),
        (words(30) + "<form><input type=email><button>Subscribe</button></form>", ARTICLE, [None]),
        ("<div id=app></div><script src=/app.js></script>", "", None),
        ("<h1>Page not found</h1>", "", None),
        (words(30), '<meta name="robots" content="noindex">', None),
    ],
)
def test_a_page_is_thin_by_its_own_text_and_for_its_kind(body, head, found):
    assert thin(body, head) == found


@pytest.mark.parametrize(
    ("url", "article"),
    [
        ("https://example.com/blog/gateways", True),
        ("https://example.com/zh/xinwen/2026/1.html", True),
        ("https://example.com/blog/", False),
        ("https://example.com/products/gateway", False),
    ],
)
def test_a_folder_tells_an_article(url, article):
    assert is_article(page(document(), url)) is article


@pytest.mark.parametrize(
    ("title", "url", "short"),
    [
        ("Gateways", URL, True),
        ("Gateways for factories compared", URL, False),
        ("内容日历", URL, True),
        ("内容日历与发布排期", URL, False),
        ("内容日历怎么做", URL, True),
        ("콘텐츠 캘린더 소개", URL, False),
        ("콘텐츠 소개", URL, True),
        ("Acme", "https://example.com/", False),
        ("Acme", "https://example.com/index.html?x=1", False),
        ("艾克米", "https://example.com/zh-CN/", False),
        ("Acme", "https://example.com/about/", True),
    ],
)
def test_a_title_is_short_by_its_width_and_the_home_page_may(title, url, short):
    facts = page(document(f"<title>{title}</title>"), url)

    assert (title_too_short.applies(facts) and bool(list(title_too_short(facts)))) is short


@pytest.mark.parametrize(
    ("url", "applies", "fails"),
    [
        ("http://example.com/a", True, True),
        ("https://example.com/a", True, False),
        ("http://localhost:8000/a", False, True),
        ("http://192.168.1.4/a", False, True),
        ("http://wiki.acme.internal/", False, True),
    ],
)
def test_hosts_of_our_own_may_do_without_https(url, applies, fails):
    facts = page(document("<title>T</title>"), url)

    assert page_http.applies(facts) is applies
    assert bool(list(page_http(facts))) is fails


UPGRADE = '<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">'


@pytest.mark.parametrize(
    ("name", "blocked"), [("Content-Security-Policy", 0), ("Content-Security-Policy-Report-Only", 1)]
)
def test_any_of_several_policies_may_upgrade(name, blocked):
    headers = (("Content-Security-Policy", "default-src 'self'"), (name, "Upgrade-Insecure-Requests;"))

    facts = page(document('<script src="http://cdn.example.net/a.js"></script>'), headers=headers)

    assert len(list(mixed_active(facts))) == blocked


@pytest.mark.parametrize(
    ("html", "blocked"),
    [
        ('<script src="http://cdn.example.net/a.js"></script>', 1),
        ('<link rel="stylesheet" href="http://cdn.example.net/a.css">', 1),
        ('<iframe src="http://cdn.example.net/"></iframe>', 1),
        ('<script src="http://x.example/a.js"></script><script src="http://x.example/a.js"></script>', 1),
        ('<img src="http://cdn.example.net/a.png"><video src="http://cdn.example.net/a.mp4"></video>', 0),
        ('<script src="//cdn.example.net/a.js"></script><script src="/a.js"></script>', 0),
        ('<script src="http://localhost:3000/a.js"></script><script src="http://127.0.0.1/a.js"></script>', 0),
        ('<a href="http://cdn.example.net/">x</a><link rel="canonical" href="http://example.com/">', 0),
        (UPGRADE + '<script src="http://cdn.example.net/a.js"></script>', 0),
        ('<base href="http://example.com/"><script src="a.js"></script>', 1),
        ('<script type="a1-text/javascript" src=" \nHTTP://cdn.example.net/a.js"></script>', 1),
        ('<script type="text/plain" src="http://cdn.example.net/a.js"></script>', 0),
        ('<script type="application/json" src="http://cdn.example.net/a.json"></script>', 0),
        ('<link rel="alternate stylesheet" href="http://cdn.example.net/a.css"><embed src="http://x.example/a">', 2),
        ('<link rel="preconnect" href="http://x.example"><link rel="pingback" href="http://x.example">', 0),
        ('<template><script src="http://cdn.example.net/a.js"></script></template>', 0),
        ('<iframe data-src="http://x.example/"></iframe><iframe srcdoc="x"></iframe>', 0),
    ],
)
def test_browsers_block_what_runs_and_came_without_https(html, blocked):
    assert len(list(mixed_active(page(document(html))))) == blocked


@pytest.mark.parametrize(
    ("head", "missing"),
    [
        ("", True),
        ('<meta name="viewport" content="width=device-width">', False),
        ('<META NAME="Viewport" CONTENT="Initial-Scale=1.0, WIDTH = Device-Width">', False),
        ('<meta name="viewport" content="width=device-width;initial-scale=1">', False),
        ('<meta name="viewport" content="initial-scale=1">', False),
        ('<meta name="viewport" content="width=1024">', True),
        ('<meta name="viewport" content="width=1024, initial-scale=1">', True),
        ('<meta name="viewport" content="">', True),
        ('<meta name="viewport" content="width=1200"><meta name="viewport" content="width=device-width">', False),
    ],
)
def test_a_page_adapts_to_the_screen(head, missing):
    assert bool(list(viewport_missing(page(document(head))))) is missing
