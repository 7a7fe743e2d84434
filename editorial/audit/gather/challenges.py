"""Did a bot check or firewall answer instead of the page? Told by headers of its own, by its title, by what it loads.

A mark in the body alone proves nothing: Cloudflare puts a script of its challenge platform into sound pages too, and
people write articles about these pages. So marks count where the status refuses, or where there is hardly any text.
A title that nobody gives a page of their own needs no mark, if there is hardly any text.
Source: the vendors' documentation: Cloudflare `cf-mitigated`, AWS `x-amzn-waf-action`, Vercel `x-vercel-mitigated`.
"""

import re
from collections.abc import Iterable

from editorial.audit.facts import PageFacts
from editorial.audit.lexicon import one_of

REFUSING = frozenset({202, 401, 403, 405, 406, 407, 412, 418, 429, 468, 503, 512, 521, 567})
THIN = 120  # words; a page that was let through has more
BARE = 40  # words; what a bot check says
LOOKED_AT = 60_000  # characters of the source; challenges are short

SILENT = ("imperva", "datadome", "aws-waf", "aliyun", "jiasule", "kasada")
"""Protections whose checks may be a script and nothing else."""
_HEADERS = {
    "cf-mitigated": ("challenge", "cloudflare"),
    "x-amzn-waf-action": ("", "aws-waf"),
    "x-vercel-mitigated": ("", "vercel"),
    "sg-captcha": ("challenge", "siteground"),
}
_MARKS = {
    "cloudflare": ("_cf_chl_opt", "/cdn-cgi/challenge-platform/h/", "cf-browser-verification", "cf-error-details"),
    "imperva": ("_incapsula_resource", "incapsula incident id"),
    "akamai": ("errors.edgesuite.net", "/_sec/cp_challenge/", "sec-if-cpt-container"),
    "datadome": ("captcha-delivery.com",),
    "perimeterx": ("px-captcha", "_pxappid"),
    "aws-waf": ("awswafcookiedomainlist", ".token.awswaf.com"),
    "sucuri": ("sucuri website firewall", "sucuri_cloudproxy_js"),
    "ddos-guard": ("ddos-guard.net", "/.well-known/ddos-guard/"),
    "aliyun": ("acw_sc__v2", "errors.aliyun.com", "block_message", "cdn.dingxiang-inc.com"),
    "jiasule": ("__jsl_clearance", "jsluid"),
    "safedog": ("safedog", "安全狗"),
    "tencent": ("waf.tencent", "captcha.gtimg.com", "turing.captcha.qcloud.com"),
    "baota": ("宝塔网站防火墙", "btwaf", "堡塔云waf"),
    "kasada": ("/149e9513-01fa-4fb0-aad4-566afd725d1b/", "ips.js?kp_uidz"),
    "anubis": ("/.within.website/x/cmd/anubis/",),
    "other": ("g-recaptcha", "h-captcha", "cf-turnstile", "geetest.com"),
}
_OWN_TITLE = re.compile(
    one_of(r"""
        just a moment(?:\.{3}|…)|attention required! \| cloudflare|please wait(?:\.{3}|…)? \| cloudflare
        ddos-guard|vercel security checkpoint|robot challenge screen|pardon our interruption(?:\.{3}|…)?
        (?:checking|verifying) (?:that you are human|your browser).{0,60}|making sure you(?:'|’)re not a bot!?
        百度安全验证|人机(?:身份)?验证|正在(?:检测|验证|检查)(?:您的)?浏览器.{0,20}
    """),
    re.IGNORECASE,
)
_TITLE = re.compile(
    one_of(r"""
        just a moment(?:\.{3}|…)?|attention required!? \| cloudflare
        please wait(?:\.{3}|…)? \| cloudflare|(?:checking|verifying) (?:your|that you|you) .{0,60}
        ddos-guard|access denied|you have been blocked|pardon our interruption(?:\.{3}|…)?
        (?:robot|bot) (?:challenge|check)(?: screen)?|are you (?:a robot|human)\??
        human verification|security (?:check|checkpoint|verification)(?: required)?
        vercel security checkpoint|one moment, please(?:\.{3}|…)?
        making sure you(?:'|’)re not a bot!?|captcha(?: challenge| required)?
        request (?:rejected|blocked)|sucuri website firewall.{0,60}
        (?:web ?site|web application) firewall.{0,30}
        (?:请完成)?安全(?:验证|检查|检测)(?:中)?(?:\.{3}|…)?|人机(?:身份)?验证|滑动验证(?:页面)?
        (?:访问)?验证(?:码|中)?|访问(?:被拒绝|被阻断|受限|异常)|网站防火墙
        (?:您的)?(?:访问|请求)(?:已)?被(?:拦截|阻断|拒绝)|百度安全验证|正在(?:检测|验证|检查).{0,20}
    """),
    re.IGNORECASE,
)
_SAYS = re.compile(
    one_of(r"""
        (?:verify|verifying|confirm|prove) (?:that )?you(?: are|'re|’re) (?:a |not a )?(?:human|robot|bot)
        enable javascript and cookies to continue|unusual traffic from your (?:computer )?network
        (?:complete|solve) the (?:captcha|security check)
        checking (?:if the site connection|your browser)|请(?:完成|进行|拖动)[^。]{0,10}验证
        您的(?:访问|请求)[^。]{0,12}(?:拦截|阻断|威胁|异常)
    """),
    re.IGNORECASE,
)


def challenge_of(page: PageFacts, html: str) -> str:
    """The name of the protection that answered, `other` for one without a name, empty where the page did.

    Args:
        page: its facts so far; `challenge` holds what the headers said.
        html: its source.
    """
    if page.challenge:
        return page.challenge
    refused, thin = page.status in REFUSING, page.text.words < THIN
    if not (refused or thin):
        return ""
    title = page.title.strip(" -–|·")
    titled = thin and _TITLE.fullmatch(title) is not None
    if page.text.words < BARE and _OWN_TITLE.fullmatch(title):
        return _marked(html[:LOOKED_AT].lower()) or "other"
    says = titled or (thin and _SAYS.search(page.text.opening) is not None)
    if not (refused or says):
        return "" if page.title or page.text.words else _silent(html[:LOOKED_AT].lower())
    mark = _marked(html[:LOOKED_AT].lower())
    if refused:
        return mark or ("other" if says and page.status != 401 else "")
    return mark if titled or mark != "other" else ""  # a contact form has a captcha too


def by_headers(headers: Iterable[tuple[str, str]]) -> str:
    """The protection that names itself in the headers, or empty."""
    for name, value in headers:
        wanted, vendor = _HEADERS.get(name.lower(), ("", ""))
        if vendor and wanted in value.lower():
            return vendor
    return ""


def _silent(html: str) -> str:
    """Of a page that shows nothing at all, not even a title: whose script it is made of, if it is a protection's."""
    return next((vendor for vendor in SILENT if any(mark in html for mark in _MARKS[vendor])), "")


def _marked(html: str) -> str:
    return next((vendor for vendor, marks in _MARKS.items() if any(mark in html for mark in marks)), "")
