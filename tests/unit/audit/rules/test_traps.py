"""What rules are often wrong about: each page with the outcome it must have, in English and in Chinese."""

import pytest

from editorial.audit.engine import judge
from editorial.audit.rules import PAGE_RULES
from tests.unit.audit.pages import document, page

RULES = {rule.id: rule for rule in PAGE_RULES}
Headers = tuple[tuple[str, str], ...]


def demo(inner: str) -> str:
    """A lead form with a sound field, and these."""
    company = "<label for=c>Company</label><input id=c name=company>"
    return document(
        "<title>T</title>",
        f"<form action=/demo><h2>Request a demo</h2>{company}{inner}<button>Request a demo</button></form>",
    )


def chinese(inner: str) -> str:
    """The same in Chinese."""
    company = "<label for=c>公司名称</label><input id=c name=company>"
    return document(
        "<title>T</title>", f"<form action=/lianxi><h2>预约演示</h2>{company}{inner}<button>提交</button></form>"
    )


MAIL = "<label for=e>Mail</label><input id=e type=email name=email>"
LINKED = '<title>T</title><link rel="preload" href="{}">'
TRAPS: dict[str, list[tuple[str, str] | tuple[str, str, Headers]]] = {
    "title-missing": [
        ("fail", document("", "<svg><title>Icon</title></svg>")),
        ("fail", document("<svg><title>Icon</title></svg>")),
        ("fail", document("<title> &nbsp; </title>")),
        ("pass", document("<title><b>x</b></title>")),
        ("fail", document("<template><title>x</title></template>")),
        ("fail", document("<!-- <title>x</title> -->")),
        ("fail", document("<script>document.title='<title>x</title>'</script>")),
        ("pass", "<title>x"),
        ("fail", document("", "<math><title>x</title></math>")),
        ("pass", document("<TITLE>网关</TITLE>")),
        ("fail", document("<title></title><title>Second</title>")),
    ],
    "description-missing": [
        ("fail", document("<title>T</title><meta property='og:description' content='x'>")),
        ("pass", document("<title>T</title><meta NAME='Description' CONTENT='网关对比'>")),
        ("fail", document("<title>T</title><meta name=description content='  \n '>")),
        ("pass", document("<title>T</title>", "<meta name=description content='x'>")),
        ("fail", document("<title>T</title><meta name='twitter:description' content='x'>")),
        ("not-applicable", document("<title>T</title><meta name=robots content=noindex>")),
    ],
    "h1-missing": [
        ("pass", document("<title>T</title>", "<h1><img src=x alt='Logo'></h1>")),
        ("fail", document("<title>T</title>", "<h1><img src=x></h1>")),
        ("fail", document("<title>T</title>", "<h1> &nbsp;</h1>")),
        ("pass", document("<title>T</title>", "<header><h1>x</h1></header>")),
        ("fail", document("<title>T</title>", "<template><h1>x</h1></template>")),
        ("pass", document("<title>T</title>", "<h1 hidden>x</h1>")),
        ("pass", document("<title>T</title>", "<h1></h1><h1>网关</h1>")),
        ("fail", document("<title>T</title>", "<h1><script>x</script></h1>")),
        ("fail", document("<title>T</title>", "<h1><style>x{}</style></h1>")),
        ("pass", document("<title>T</title>", "<h1><noscript>x</noscript></h1>")),
        ("fail", document("<title>T</title>", "<h1><span aria-label='x'></span></h1>")),
        ("pass", document("<title>T</title>", "<h1><picture><source srcset=a><img src=b alt=Brand></picture></h1>")),
    ],
    "canonical-multiple": [
        (
            "fail",
            document(
                "<link rel=canonical href='/guides/start'><link rel=canonical href='https://example.com/guides/start'>"
            ),
        ),
        ("pass", document("<title>T</title><link rel=canonical href='/a'>", "<link rel=canonical href=/b>")),
        (
            "fail",
            document("<title>T</title><link rel=canonical href='/a'>"),
            (("Link", '<https://example.com/b>; rel="canonical"'),),
        ),
        ("pass", document("<title>T</title><link rel=canonical href='/a'>")),
        ("fail", document("<title>T</title><link rel='alternate canonical' href=/a><link rel=CANONICAL href=/b>")),
        (
            "fail",
            document("<base href=/x/><link rel=canonical href='a'><link rel=canonical href='https://example.com/x/a'>"),
        ),
        (
            "fail",
            document(
                "<title>T</title><noscript><link rel=canonical href='/a'></noscript><link rel=canonical href='/b'>"
            ),
        ),
        ("pass", document("<title>T</title><link rel=canonical href=''><link rel=canonical href='/b'>")),
        (
            "pass",
            document(
                "<title>T</title><template><link rel=canonical href='/a'></template><link rel=canonical href='/b'>"
            ),
        ),
        ("fail", document("<title>T</title>"), (("Link", '</a>; rel=canonical, </b>; rel="canonical"'),)),
        ("pass", document("<title>T</title><div><link rel=canonical href='/a'><link rel=canonical href='/b'>")),
    ],
    "noindex-page": [
        ("fail", document("<title>T</title>"), (("X-Robots-Tag", "noindex"),)),
        ("fail", document("<title>T</title>"), (("X-Robots-Tag", "googlebot: noindex"),)),
        ("fail", document("<title>T</title>"), (("X-Robots-Tag", "Baiduspider: noindex"),)),
        ("pass", document("<title>T</title>"), (("X-Robots-Tag", "otherbot: noindex"),)),
        ("pass", document("<title>T</title>"), (("X-Robots-Tag", "otherbot: noindex, googlebot: nofollow"),)),
        ("fail", document("<title>T</title>"), (("X-Robots-Tag", "nofollow"), ("X-Robots-Tag", "NoIndex"))),
        ("fail", document("<title>T</title>"), (("X-Robots-Tag", "NONE"),)),
        ("pass", document("<title>T</title>"), (("X-Robots-Tag", "max-snippet:-1, max-image-preview: large"),)),
        ("fail", document("<title>T</title><meta name=GOOGLEBOT content=' NOINDEX ,follow'>")),
        ("pass", document("<title>T</title><meta name=googlebot-news content=noindex>")),
        ("fail", document("<title>T</title>", "<meta name=robots content=noindex>")),
        (
            "fail",
            document("<title>T</title><meta name=robots content='unavailable_after: 2020-01-01'>"),
            (("Date", "Wed, 09 Dec 2026 02:00:00 GMT"),),
        ),
        (
            "pass",
            document(
                "<title>T</title><meta name=robots content='unavailable_after: Friday, 01-Jan-2027 00:00:00 GMT'>"
            ),
            (("Date", "Wed, 09 Dec 2026 02:00:00 GMT"),),
        ),
        (
            "fail",
            document("<title>T</title>"),
            (
                ("Date", "Wed, 09 Dec 2026 02:00:00 GMT"),
                ("X-Robots-Tag", "unavailable_after: 25 Jun 2010 15:00:00 GMT"),
            ),
        ),
        (
            "fail",
            document("<title>T</title>"),
            (
                ("Date", "Wed, 09 Dec 2026 02:00:00 GMT"),
                ("X-Robots-Tag", "googlebot: unavailable_after: 25 Jun 2010 15:00:00 GMT"),
            ),
        ),
        ("pass", document("<title>T</title><template><meta name=robots content=noindex></template>")),
        ("fail", document("<title>T</title><noscript><meta name=robots content=noindex></noscript>")),
        ("pass", document("<title>T</title><meta property=robots content=noindex>")),
    ],
    "img-alt-missing": [
        ("fail", document("<title>T</title>", "<img src=x>")),
        ("pass", document("<title>T</title>", "<img src=x alt>")),
        ("pass", document("<title>T</title>", "<img src=x alt=''>")),
        ("pass", document("<title>T</title>", "<img src=x role=presentation>")),
        ("pass", document("<title>T</title>", "<img src=x aria-hidden=true>")),
        ("pass", document("<title>T</title>", "<div aria-hidden=true><img src=x></div>")),
        ("pass", document("<title>T</title>", "<img src=x width=1 height=1>")),
        ("pass", document("<title>T</title>", "<img src=x width=1>")),
        ("pass", document("<title>T</title>", "<img src=x style='display:none'>")),
        ("not-applicable", document("<title>T</title>", "<noscript><img src=x></noscript>")),
        ("not-applicable", document("<title>T</title>", "<template><img src=x></template>")),
        ("not-applicable", document("<title>T</title>", "<svg><image href=x></svg>")),
        ("fail", document("<title>T</title>", "<img data-src=x>")),
        ("pass", document("<title>T</title>", "<IMG SRC=x ALT='图'>")),
        ("fail", document("<title>T</title>", "<img src=x aria-label=Logo>")),
        ("pass", document("<title>T</title>", "<img src=x role=none>")),
        ("pass", document("<title>T</title>", "<img src=x width=100% height=1px>")),
        ("pass", document("<title>T</title>", "<img src=x hidden>")),
    ],
    "html-lang-missing": [
        ("fail", "<!doctype html><html><head><title>T</title></head><body></body></html>"),
        ("fail", '<!doctype html><html lang=""><head><title>T</title></head><body></body></html>'),
        ("fail", '<!doctype html><html lang=" "><head><title>T</title></head><body></body></html>'),
        ("pass", "<!doctype html><html LANG=zh-Hans><head><title>T</title></head><body></body></html>"),
        ("fail", '<!doctype html><html xml:lang="en"><head><title>T</title></head><body></body></html>'),
        ("fail", "<!doctype html><title>x</title><body lang=en>"),
        ("pass", "<!doctype html><html><head></head><html lang=zh><body>"),
    ],
    "form-field-without-label": [
        ("fail", demo("<input type=email name=email>")),
        ("pass", demo("<label>Mail <input type=email name=email></label>")),
        ("pass", demo(MAIL)),
        ("fail", demo("<input id=e type=email name=email placeholder='E-mail'>")),
        ("pass", demo("<input type=email name=email aria-label=Mail>")),
        ("pass", demo("<span id=l>Mail</span><input type=email name=email aria-labelledby=l>")),
        ("fail", demo("<input type=email name=email aria-labelledby=nothing>")),
        ("pass", demo("<input type=email name=email title=Mail>")),
        ("fail", demo("<label for=e></label><input id=e type=email name=email>")),
        ("pass", demo("<label for=e><img src=x alt=Mail></label><input id=e type=email name=email>")),
        ("fail", demo("<label for=x>Mail<input id=e type=email name=email></label>")),
        (
            "pass",
            demo(MAIL + "<input type=hidden name=u><input class=hp><input hidden><input style='display: none'>"),
        ),
        (
            "fail",
            demo(MAIL + "<select name=size><option>1</select>"),
        ),
        (
            "fail",
            demo(MAIL + "<input type=checkbox name=agree> I agree"),
        ),
        ("fail", demo(MAIL + "<textarea name=m></textarea>")),
        (
            "pass",
            demo(MAIL + "<input type=submit value=Go><input type=image src=x>"),
        ),
        (
            "fail",
            demo(MAIL + "<fieldset><legend>Which</legend><input type=radio name=r value=1></fieldset>"),
        ),
        ("pass", demo("<label>Mail <b><input type=email name=email></b></label>")),
        ("fail", demo("<input type=email name=email aria-label='  '>")),
        ("fail", demo(MAIL + "<input type=text name=x disabled>")),
        (
            "fail",
            chinese("<input name=mobile placeholder='手机号'>"),
        ),
        (
            "pass",
            chinese("<label>手机号<input name=mobile></label>"),
        ),
        (
            "fail",
            chinese("<span>手机号</span><input name=mobile>"),
        ),
        (
            "fail",
            chinese("<input name=weixin placeholder='微信号'>"),
        ),
        ("not-applicable", document("<title>T</title>", "<form role=search><input name=q placeholder=Search></form>")),
        (
            "not-applicable",
            document("<title>T</title>", "<form><input name=q placeholder='搜索'><button>搜索</button></form>"),
        ),
        (
            "not-applicable",
            document(
                "<title>T</title>",
                "<form><input name=user placeholder=手机号><input type=password name=p><button>登录</button></form>",
            ),
        ),
        (
            "fail",
            document(
                "<title>T</title>",
                "<form><input type=email placeholder='Your e-mail'><button>Subscribe</button></form>",
            ),
        ),
        (
            "fail",
            document("<title>T</title>", "<form><input type=email placeholder='邮箱'><button>订阅</button></form>"),
        ),
        (
            "not-applicable",
            document(
                "<title>T</title>",
                "<form><input name=email><textarea name=comment></textarea><button>Post comment</button></form>",
            ),
        ),
        ("fail", document("<title>T</title>", "<form><input name=phone><button>免费试用</button></form>")),
        (
            "not-applicable",
            document("<title>T</title>", "<form><input name=coupon><input name=email><button>Checkout</button></form>"),
        ),
    ],
    "link-localhost-staging": [
        *(
            ("fail", document(LINKED.format(f"http://{host}/")))
            for host in ("localhost.", "100.64.0.1", "[::1]", "a.local")
        ),
        *(("pass", document(LINKED.format(f"http://{host}/"))) for host in ("8.8.8.8", "localhost.example.com", "a1")),
    ],
}
"""Outcome, page and headers, by rule."""


@pytest.mark.parametrize(
    ("rule", "outcome", "html", "headers"),
    [(rule, *trap[:2], trap[2] if len(trap) > 2 else ()) for rule, traps in TRAPS.items() for trap in traps],
)
def test_no_trap_catches_a_rule(rule, outcome, html, headers):
    found = judge(page(html, headers=headers), frozenset(), rules=[RULES[rule]])[0]

    assert found.result == outcome
