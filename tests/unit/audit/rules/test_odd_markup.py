"""Markup that rules about links, images, structured data and languages meet and are often wrong about."""

import pytest

from editorial.audit.engine import judge
from editorial.audit.rules import PAGE_RULES
from tests.unit.audit.pages import document, page

RULES = {rule.id: rule for rule in PAGE_RULES}

BODIES: dict[str, dict[str, tuple[str, ...]]] = {
    "link-uncrawlable": {
        "fail": (
            "<a href='javascript:void(0)'>x</a>",
            "<a href=' JavaScript:go()'>x</a>",
            "<a href='java&#10;script:go()'>x</a>",
            "<a href='#' onclick='go()'>x</a>",
            "<a href=' # ' onclick='go()'>x</a>",
            "<a onclick='go()'>x</a>",
            "<a routerLink='products/category'>x</a>",
            "<a [routerLink]=\"['/x']\">x</a>",
            "<a :href='item.url'>x</a>",
            "<a x-on:click='go()'>x</a>",
            "<a ui-sref=x>x</a>",
        ),
        "pass": (
            "<a href='#'>x</a>",
            "<a href='#top' onclick='go()'>x</a>",
            "<a id=x>x</a>",
            "<a>x</a>",
            "<a href='' onclick='go()'>x</a>",
            "<a href='mailto:a@b.example' onclick='window.open(1)'>x</a>",
            "<a href=/x onclick='window.open(this.href)'>x</a>",
            "<a role=button href='javascript:void(0)'>x</a>",
            "<svg><a xlink:href=/x><text>x</text></a></svg>",
        ),
        "not-applicable": ("<template><a href='javascript:go()'>x</a></template>", "<span onclick='go()'>x</span>"),
    },
    "link-localhost-staging": {
        "fail": (
            "<a href='http://0x7f.1/'>x</a>",
            "<a href='http://2130706433/'>x</a>",
            "<a href='http://[::ffff:10.0.0.1]/'>x</a>",
            "<a href='http://shop.test/'>x</a>",
            "<script src=//localhost:35729/livereload.js></script>",
            "<img src=x alt='' srcset='/a 1x, http://localhost/x.png 2x'>",
            "<picture><source srcset='http://192.168.0.2/x.webp'><img src=x alt=''></picture>",
        ),
        "pass": (
            "<pre>http://localhost:8000/</pre>",
            "<a href='mailto:a@localhost'>x</a>",
            "<a href='/x?u=http://localhost/'>x</a>",
            "<a href='http://172.32.0.1/'>x</a>",
            "<a href='http://test.example.com/'>x</a>",
            "<img src=x alt='' srcset='https://example.com/a.png 1x, https://cdn.example.org/b.png 2x'>",
        ),
    },
    "img-alt-missing": {
        "fail": (
            "<image src=x>",
            "<picture><source srcset=b><img src=x></picture>",
            "<img src=x role=img>",
            "<img src=x aria-hidden=false>",
            "<img src=x width=2 height=2>",
            "<img src=x style='max-width:1px'>",
        ),
        "pass": (
            "<img src=x role='none presentation'>",
            "<img src=x style='width: 1px; height: 1px'>",
            "<div hidden><p><img src=x></div>",
            "<div style='display:none'><img src=x></div>",
        ),
        "not-applicable": ("<input type=image src=x>", "<!-- <img src=x> -->"),
    },
    "jsonld-invalid": {
        "fail": tuple(
            f"<script type='application/ld+json'>{block}</script>"
            for block in (
                "",
                "{&quot;a&quot;:1}",
                '{"a":1};',
                '{"a":1,}',
                '{"a":NaN}',
                '{"a":01}',
                '{"a":"x\ty"}',
                '{"a":"it\\\'s"}',
                '{"a":1}{"b":2}',
                '{"a":1 // no\n}',
                '{"a":"</script>"}',
                "{“a”:1}",
                '{"a":\u00a01}',
            )
        ),
        "pass": (
            *(
                f"<script type='application/ld+json'>{block}</script>"
                for block in (
                    "\ufeff{}",
                    "<!--\n{}\n-->",
                    "//<![CDATA[\n{}\n//]]>",
                    "/*<![CDATA[*/{}/*]]>*/",
                    '{"a":"<\\/script>"}',
                    '{"a":"\\ud800"}',
                    '{"a":1e999}',
                    '{"a":' + "9" * 5000 + "}",
                    '{"a":"\u2028\x7f"}',
                    "[]",
                )
            ),
            "<SCRIPT TYPE=' Application/LD+JSON; charset=utf-8 '>{}</SCRIPT>",
        ),
        "not-applicable": (
            "<script type='application/json'>{bad</script>",
            "<template><script type='application/ld+json'>{bad</script></template>",
        ),
    },
}
HEADS: dict[str, dict[str, tuple[str, ...]]] = {
    "link-localhost-staging": {
        "fail": (
            "<base href='http://localhost/'><link rel=stylesheet href=x>",
            "<link rel=alternate hreflang=de href='http://10.0.0.1/de'>",
            "<meta property='og:image' content='http://localhost/x.png'>",
        ),
        "pass": ("<meta property='og:title' content='http://localhost/'>",),
    },
    "viewport-missing": {
        "fail": (
            "<meta name=viewport content='width=devicewidth'>",
            "<meta name=viewport content='width:device-width'>",
            "<meta name=viewport content='width=1024, initial-scale=1'>",
            "<meta name=viewport content='min-width=device-width'>",
            "<meta property=viewport content='width=device-width'>",
            "<template><meta name=viewport content='width=device-width'></template>",
        ),
        "pass": (
            "<META NAME=ViewPort CONTENT='WIDTH = DEVICE-WIDTH;'>",
            "<meta name=viewport content='initial-scale=1 width=device-width'>",
            "<meta name=viewport content='width=980'><meta name=viewport content='width=device-width'>",
        ),
    },
    "hreflang-invalid-code": {
        "fail": tuple(
            f"<link rel=alternate hreflang='{code}' href=/x>"
            for code in (
                *("en-UK", "en_GB", "us", "cn", "jp", "eng", "zh-ZZ", "zh-CN-Hans", "es-419", "en-", "x_default"),
                *(" x-default", "en de", "en-GB-US", "Hans"),
            )
        ),
        "pass": (
            *(
                f"<link rel='nofollow ALTERNATE' hreflang={code} href=/x>"
                for code in ("EN-gb", "zh-Hant-hk", "zh-Hans-CN", "X-Default", "kr", "be", "sr-Latn-RS", "ff-Adlm")
            ),
        ),
        "not-applicable": (
            "<link rel=alternate type=application/rss+xml href=/feed>",
            "<link rel=stylesheet hreflang=xx href=/x>",
            "<template><link rel=alternate hreflang=xx href=/x></template>",
        ),
    },
}
BODIES["hreflang-invalid-code"] = {"not-applicable": ("<p>x<link rel=alternate hreflang=xx href=/x>",)}
CASES = [
    *((rule, result, "", body) for rule, found in BODIES.items() for result, each in found.items() for body in each),
    *((rule, result, head, "") for rule, found in HEADS.items() for result, each in found.items() for head in each),
]


@pytest.mark.parametrize(
    ("rule", "outcome", "head", "body"),
    CASES,
    ids=[f"{rule} {outcome} {(head or body)[:80]!a}" for rule, outcome, head, body in CASES],
)
def test_odd_markup_is_judged_as_browsers_and_search_engines_read_it(rule, outcome, head, body):
    found = judge(page(document(f"<title>T</title>{head}", body)), frozenset(), rules=[RULES[rule]])[0]

    assert found.result == outcome
