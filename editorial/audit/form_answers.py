"""What the answers of an address say about a form that is sent there. Nothing is ever sent; see docs/decisions.

HEAD comes first. Only where it says "not there" or "broken" is OPTIONS asked, because an address that takes POST alone
may deny that it is there to everything else (Express, Rails and Fastify do), and OPTIONS is where a router tells.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

GONE_STATUSES = frozenset({404, 410})
KEPT_OUT = frozenset({401, 403, 407, 408, 421, 425, 429})  # says nothing of what stands behind
NO_SUCH_METHOD = frozenset({405, 501})
NO_ANSWER_BEHIND = frozenset({502, 503, 504})
CHALLENGES = ("cf-mitigated", "x-datadome", "x-sucuri-block", "x-amzn-waf-action")
_FILE = re.compile(r"\.(?:php\d?|phtml|aspx?|ashx|jsp|do|cgi|pl|py|cfm|html?)$", re.IGNORECASE)


class Verdict(StrEnum):
    """What is known of an address that forms are sent to."""

    ALIVE = "alive"
    GONE = "gone"
    DOWN = "down"
    TLS = "tls"
    NO_HOST = "no-host"
    UNKNOWN = "unknown"


DEAD = frozenset({Verdict.GONE, Verdict.DOWN, Verdict.TLS, Verdict.NO_HOST})


@dataclass(frozen=True)
class Heard:
    """One answer without its body. `headers` have lower-case names. `error` is None, `dns`, `tls`, `tls-chain` (whose
    issuer we do not know; browsers may find it), or any other reason why there is no answer; `status` is then 0."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    error: str | None = None

    @property
    def challenged(self) -> bool:
        """A bot check or firewall answered."""
        return any(name in self.headers for name in CHALLENGES)

    @property
    def takes_post(self) -> bool:
        """Its Allow header names POST."""
        return "POST" in {method.strip().upper() for method in self.headers.get("allow", "").split(",")}


@dataclass(frozen=True)
class Judged:
    """A verdict; `certain` where no reading of the answers leaves the form alive. `answer` is what people are told."""

    verdict: Verdict
    certain: bool
    answer: str


def needs_options(head: Heard, address: str) -> bool:
    """Whether HEAD leaves a question that OPTIONS may settle."""
    if head.error is not None or head.challenged:
        return False
    if head.status == 404:
        return not is_file(address)
    return head.status >= 500 and head.status not in NO_SUCH_METHOD


def judged(head: Heard, options: Heard | None, address: str, *, by_get: bool) -> Judged:
    """What the answers say.

    Args:
        options: the answer to OPTIONS, where it was asked.
        by_get: whether a form sends there by GET; HEAD then is as good as sending it.
    """
    verdict, certain = _verdict(head, options, address, by_get=by_get)
    shown = {Verdict.TLS: "TLS", Verdict.NO_HOST: "DNS"}.get(verdict, str(head.status or head.error or ""))
    return Judged(verdict, certain, shown[:40])


def is_file(address: str) -> bool:
    """An address that names a file: what is not there for HEAD is not there for POST."""
    return _FILE.search(address.partition("?")[0]) is not None


def _verdict(head: Heard, options: Heard | None, address: str, *, by_get: bool) -> tuple[Verdict, bool]:
    if head.error is not None:
        return _without_answer(head.error)
    if head.challenged or head.status in KEPT_OUT or not head.status:
        return Verdict.UNKNOWN, False
    if head.status == 410:
        return Verdict.GONE, True
    if head.status == 404:
        return (Verdict.GONE, True) if is_file(address) else _after_404(options, by_get=by_get)
    if head.status >= 500 and head.status not in NO_SUCH_METHOD:
        return _after_5xx(head, options)
    return Verdict.ALIVE, True


def _without_answer(error: str) -> tuple[Verdict, bool]:
    if error in ("tls", "tls-chain"):
        return Verdict.TLS, error == "tls"
    return (Verdict.NO_HOST, False) if error == "dns" else (Verdict.UNKNOWN, False)


def _after_404(options: Heard | None, *, by_get: bool) -> tuple[Verdict, bool]:
    if options is None or options.error is not None or options.challenged or options.status in KEPT_OUT:
        return Verdict.UNKNOWN, False
    if options.status in GONE_STATUSES:
        return Verdict.GONE, by_get
    if options.status in NO_SUCH_METHOD and not options.takes_post:
        return Verdict.GONE, by_get  # a file server refuses OPTIONS before it looks (nginx); HEAD is all we know
    return (Verdict.UNKNOWN, False) if options.status >= 500 else (Verdict.ALIVE, False)


def _after_5xx(head: Heard, options: Heard | None) -> tuple[Verdict, bool]:
    """A program that only knows POST may fall over anything else with 500; a gateway without its program says 502."""
    if options is not None and options.error is None and not options.challenged:
        if options.status < 400 or options.status in NO_SUCH_METHOD:
            return Verdict.ALIVE, False
        waits = "retry-after" in head.headers or "retry-after" in options.headers
        if {head.status, options.status} <= NO_ANSWER_BEHIND and not waits:
            return Verdict.DOWN, False
    return Verdict.UNKNOWN, False
