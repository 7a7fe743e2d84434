"""How the page came: its status, who answered, its size."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import CannotSay, Engine, Failure, Need, Param, Params, Severity, page_rule
from editorial.domain.messages import N_

HTTP_ERRORS = "https://developers.google.com/search/docs/crawling-indexing/http-network-errors"
DENIED = frozenset({401, 403, 407})
SAYING_NOTHING = DENIED | {408, 429}
"""Statuses below 500 that refuse us or ask for patience; they do not say that there is no page."""
MOST_SWELLING = 100  # bytes unpacked for one sent, as those count who fetch
PAUSED = N_("The server asked for a pause; it may be under maintenance.")
VENDORS = {
    "cloudflare": "Cloudflare",
    "aws-waf": "AWS WAF",
    "vercel": "Vercel",
    "siteground": "SiteGround",
    "imperva": "Imperva",
    "akamai": "Akamai",
    "datadome": "DataDome",
    "perimeterx": "PerimeterX",
    "sucuri": "Sucuri",
    "ddos-guard": "DDoS-Guard",
    "kasada": "Kasada",
    "anubis": "Anubis",
    "aliyun": "Alibaba Cloud WAF",
    "jiasule": "Jiasule",
    "safedog": "Safedog",
    "tencent": "Tencent Cloud WAF",
    "baota": "BT WAF",
}


def answered(page: PageFacts) -> bool:
    """There is an answer, whatever it is."""
    return not page.error and page.status > 0


def _spoke_itself(page: PageFacts) -> bool:
    """The page itself answered: no redirect led here (that has rules of its own), no bot check stood before it."""
    return answered(page) and not page.redirects and not page.challenge


@page_rule(
    version=1,
    category="responses",
    severity=Severity.ERROR,
    title=N_("Page does not exist"),
    says=N_("The page answers %(status)s."),
    why=N_("Links or a sitemap lead here, and readers meet an error. Search engines drop such a page from the index."),
    fix=N_("Restore the page, redirect it to its successor, or remove what leads to it."),
    source=HTTP_ERRORS,
    applies=_spoke_itself,
    needs=frozenset({Need.HEADERS}),
)
def response_4xx(page: PageFacts, _: Params) -> Iterator[Failure]:
    """410 says that the page was taken away on purpose: a notice. Refusals do not say that it is missing."""
    if 400 <= page.status < 500 and page.status not in SAYING_NOTHING:
        yield Failure("status", {"status": page.status}, (), Severity.NOTICE if page.status == 410 else None)


@page_rule(
    version=1,
    category="responses",
    severity=Severity.ERROR,
    title=N_("Server error"),
    says=N_("The server answers %(status)s."),
    why=N_("Readers see an error. Search engines crawl more slowly at first and drop the page if it lasts."),
    fix=N_("Look into the server's log at the time of the audit and mend what it names."),
    source=HTTP_ERRORS,
    applies=_spoke_itself,
    needs=frozenset({Need.HEADERS}),
)
def response_5xx(page: PageFacts, _: Params) -> Iterator[Failure]:
    """503 with Retry-After is how a server says that it is being worked on."""
    if page.status == 503 and any(name == "retry-after" for name, _ in page.headers):
        raise CannotSay(PAUSED)
    if 500 <= page.status < 600:
        yield Failure("status", {"status": page.status})


@page_rule(
    version=1,
    category="responses",
    severity=Severity.WARNING,
    title=N_("Page closed to us"),
    says=N_("We were not let in: %(who)s answered %(status)s."),
    why=N_("The page cannot be audited, and what stops us may stop search engines too. Its content is not judged."),
    fix=N_("If the page is public, let our crawler pass: its name stands in the settings of the site."),
    source=HTTP_ERRORS,
    applies=answered,
    needs=frozenset({Need.HEADERS}),
)
def response_access_denied(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A bot check counts whatever its status; a page behind a password is no broken page."""
    if page.challenge or page.status in DENIED:
        who = VENDORS.get(page.challenge) or next((value for name, value in page.headers if name == "server"), "")
        shown = (page.title[:200],) if page.title else ()
        yield Failure("denied", {"who": who[:60] or "HTTP", "status": page.status}, shown)


@page_rule(
    version=1,
    category="responses",
    severity=Severity.ERROR,
    title=N_("HTML too large"),
    says=N_("The HTML is %(kilobytes)s KB; Googlebot reads the first %(max_kb)s."),
    others={
        "near": N_("The HTML is %(kilobytes)s KB; Googlebot reads no more than %(max_kb)s, so do not let it grow."),
        "cut": N_(
            "The HTML is at least %(kilobytes)s KB, where we stopped reading; Googlebot reads the first %(max_kb)s."
        ),
        "bomb": N_(
            "The HTML unpacks to more than %(times)s times what is sent, like a bomb made to fill the memory of its"
            " readers: we stopped at %(kilobytes)s KB."
        ),
    },
    why=N_("What stands after that is not indexed: text, links, structured data."),
    fix=N_("Move inline images, styles and data into files of their own."),
    source="https://developers.google.com/search/docs/crawling-indexing/googlebot",
    applies=is_html_page,
    needs=frozenset({Need.HEADERS}),
    engines=frozenset({Engine.GOOGLE}),
    params={"warn_kb": Param(1000, at_least=200, at_most=10_000), "max_kb": Param(2000, at_least=500, at_most=15_000)},
)
def html_too_large(page: PageFacts, params: Params) -> Iterator[Failure]:
    """Uncompressed, with the headers. Judged on a page we cut short as well: it is too large in any case.

    What unpacks to a hundred times what was sent is meant to harm its readers, or packed by mistake.
    """
    kilobytes = (page.body_bytes + page.header_bytes) // 1000
    shown = {"kilobytes": kilobytes, "max_kb": params["max_kb"]}
    if page.swollen:
        yield Failure("size", {**shown, "case": "bomb", "times": MOST_SWELLING})
    elif kilobytes > params["max_kb"]:
        yield Failure("size", {**shown, "case": "cut"} if page.truncated else shown)
    elif kilobytes > params["warn_kb"]:
        yield Failure("size", {**shown, "case": "near"}, (), Severity.WARNING)
