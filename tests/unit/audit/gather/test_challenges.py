"""Bot checks and firewalls that answer instead of a page, and pages that only look like them."""

import pytest

from tests.unit.audit.pages import document, page

CHECK = document("<title>Just a moment...</title>", "<script>window._cf_chl_opt={}</script><p>Enable JavaScript</p>")
WORDS = "<p>" + "A long guide about gateways. " * 60 + "</p>"


@pytest.mark.parametrize(
    ("html", "status", "headers", "vendor"),
    [
        (CHECK, 403, (), "cloudflare"),
        (CHECK, 503, (), "cloudflare"),
        (CHECK, 200, (), "cloudflare"),
        (document("<title>x</title>"), 403, (("cf-mitigated", "challenge"),), "cloudflare"),
        (document("<title>x</title>"), 202, (("X-Amzn-WAF-Action", "captcha"),), "aws-waf"),
        (
            document("<title>Access Denied</title>", "Reference #18 https://errors.edgesuite.net/18"),
            403,
            (),
            "akamai",
        ),
        (document("<title>Pardon Our Interruption...</title>", "x"), 403, (), "other"),
        (document("<title>安全验证</title>", "<script src=https://g.geetest.com/x.js></script>"), 200, (), "other"),
        (
            document("<title>您的访问被拦截</title>", "<img src=//errors.aliyun.com/405.png>请求被阻断"),
            405,
            (),
            "aliyun",
        ),
        (document("", "<script src='/_Incapsula_Resource?x'></script>"), 403, (), "imperva"),
        (document("", "<script src='/_Incapsula_Resource?x'></script>"), 200, (), "imperva"),
        (document("<title>Just a moment...</title>", "<p>Please wait.</p>"), 200, (), "other"),
        (document("<title>DDoS-Guard</title>", "<h1>Checking your browser</h1>"), 200, (), "other"),
        (document("<title>百度安全验证</title>", "<p>请稍候</p>"), 200, (), "other"),
    ],
)
def test_a_protection_is_told_from_the_page(html, status, headers, vendor):
    assert page(html, status=status, headers=headers).challenge == vendor


@pytest.mark.parametrize(
    ("html", "status"),
    [
        (document("<title>Just a moment: how bot checks work</title>", WORDS + "_cf_chl_opt"), 200),
        (document("<title>Prices</title>", WORDS + "<script src=/cdn-cgi/challenge-platform/h/b.js></script>"), 200),
        (document("<title>Prices</title>", "<script src=/cdn-cgi/challenge-platform/h/b.js></script>Soon"), 200),
        (document("<title>Prices</title>", "<script src='/_Incapsula_Resource?x'></script><div id=app></div>"), 200),
        (document("<title>Just a moment...</title>", WORDS), 200),
        (document("<title>Contact</title>", "<form>Verify you are human<p class=g-recaptcha></p></form>"), 200),
        (document("<title>Access denied</title>", "You may not read this page."), 200),
        (document("<title>Sign in</title>", "Please sign in."), 401),
        (document("<title>Forbidden</title>", "nginx"), 403),
        (document("<title>Down for maintenance</title>", "We are back soon."), 503),
        (document("<title>Not found</title>", WORDS), 404),
    ],
)
def test_a_page_that_speaks_of_protection_is_a_page(html, status):
    assert page(html, status=status).challenge == ""


def test_a_policy_that_upgrades_is_read_from_meta_and_header():
    head = '<meta http-equiv="Content-Security-Policy" content="default-src https:; upgrade-insecure-requests">'

    assert page(document(head)).upgrades_insecure
    assert page(document(), headers=(("Content-Security-Policy", "Upgrade-Insecure-Requests"),)).upgrades_insecure
    assert not page(document()).upgrades_insecure


def test_scripts_that_run_are_counted():
    scripts = '<script>a()</script><script type=module>b()</script><script type="application/ld+json">{}</script>'

    assert page(document("", scripts + '<script src="/c.js"></script>')).inline_scripts == 2
