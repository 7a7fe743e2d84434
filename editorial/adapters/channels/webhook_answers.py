"""What a receiver's answer means for a job: taken, refused, proven not taken, or nobody knows."""

from datetime import datetime
from typing import NoReturn

import orjson

from editorial.adapters.channels.webhook_trace import without_values
from editorial.adapters.post import Answer
from editorial.domain.http_dates import retry_after
from editorial.domain.jobs import Gone, NotSent, Receipt, Refused, Trace, Unclear
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import one_line
from editorial.domain.urls import n1

_SAID = 200  # characters of an answer that a person reads
_URL = 2000  # characters
_LONGEST_WAIT = 7 * 24 * 3600  # seconds; a receiver that asks for more is not believed
_UNTAKEN = frozenset({408, 425, 429})  # by their definition the request was not acted on


def outcome(
    answer: Answer, trace: Trace, *, host: str, webhook_id: str, url: str | None, makes_page: bool, now: datetime
) -> Receipt:
    """The receipt of a delivery that was taken.

    Raises:
        Gone: 410. Refused: other 4xx, a redirect, a private address. NotSent: no connection; 408, 425, 429; 503 that
            names a time. Unclear: no answer, or one that says neither yes nor no.
    """
    status = answer.status
    if not status:
        raise unreached(answer.fault or "", host, trace) if not answer.began else _lost(answer.fault, host, trace)
    if 200 <= status < 300:
        return _receipt(answer, trace, webhook_id, url, makes_page)
    wait = _wait(answer.header("retry-after"), now)
    if status in _UNTAKEN or (status == 503 and wait is not None):
        later = N_("%(host)s asks us to come later (status %(status)s).")
        raise NotSent(Message(later, {"host": host, "status": status}), retry_after=wait, trace=trace)
    if 300 <= status < 500:
        _refuse(answer, trace, host)
    says = N_("%(host)s answered with status %(status)s, which does not tell whether it took the delivery.")
    raise Unclear(Message(says, {"host": host, "status": status}), trace=trace)


def unreached(fault: str, host: str, trace: Trace | None) -> Refused | NotSent:
    """No connection came about, so nothing was sent."""
    where = {"host": host}
    if fault in _CLOSED:
        refused = Refused(Message(_CLOSED[fault][0], where), hint=Message(_CLOSED[fault][1]), field="url")
        refused.trace = trace
        return refused
    return NotSent(Message(_UNREACHED.get(fault, _UNREACHED["connect"]), where), trace=trace)


_CLOSED = {
    "address": (
        N_("%(host)s lies inside a private network."),
        N_("An administrator can open that network with EDITORIAL_ALLOW_PRIVATE."),
    ),
    "port": (
        N_("The port of %(host)s belongs to another service than the web."),
        N_("Give the receiver a port that browsers open, such as 443."),
    ),
    "plain": (
        N_("%(host)s would get everything unencrypted."),
        N_("Use https; http is for private networks only."),
    ),
}
_UNREACHED = {
    "dns": N_("No machine is known by the name %(host)s."),
    "connect": N_("%(host)s refuses the connection."),
    "timeout": N_("%(host)s did not answer in time."),
    "tls": N_("%(host)s does not speak https at this address."),
    "certificate": N_("The certificate of %(host)s is not trusted, or is for another name or time."),
}


def _lost(fault: str | None, host: str, trace: Trace) -> Unclear:
    if fault == "timeout":
        says = N_("%(host)s was given the delivery and did not answer in time.")
    else:
        says = N_("%(host)s was given the delivery and hung up without an answer.")
    return Unclear(Message(says, {"host": host}), trace=trace)


def _receipt(answer: Answer, trace: Trace, webhook_id: str, url: str | None, makes_page: bool) -> Receipt:
    said = _json(answer)
    evidence = {"webhook-id": webhook_id, "status": str(answer.status)}
    if isinstance(said.get("id"), str | int):
        evidence["id"] = one_line(str(said["id"]))[:_SAID]
    named = said.get("url")
    made = n1(named) if isinstance(named, str) and "://" in named else None
    if made is not None and len(made) <= _URL:
        evidence["url"] = made
    else:
        made = None
    return Receipt(webhook_id, url=(made or url) if makes_page else None, evidence=evidence, trace=trace)


def _refuse(answer: Answer, trace: Trace, host: str) -> NoReturn:
    values: dict[str, str | int] = {"host": host, "status": answer.status}
    if answer.status == 410:
        refused: Refused = Gone(
            Message(N_("%(host)s says that this address takes no deliveries any more."), values),
            hint=Message(N_("Switch the channel off, or give it the new address.")),
            field="url",
        )
    elif answer.status < 400:
        where = n1(answer.header("location"))
        refused = Refused(
            Message(N_("%(host)s wants the delivery elsewhere: %(to)s"), values | {"to": _shown(where)}),
            hint=Message(N_("Deliveries follow no redirect. Write the new address into the settings, if it is right.")),
            field="url",
        )
    else:
        said = trace.answer.get("body", "")
        plain = one_line(said)[:_SAID] or "—"
        refused = Refused(
            Message(N_("%(host)s refused the delivery (status %(status)s): %(said)s"), values | {"said": plain}),
            hint=Message(N_("Look at the receiver's log, mend the cause there, then send it again.")),
        )
    refused.trace = trace
    raise refused


def _shown(address: str | None) -> str:
    return without_values(address)[:_SAID] if address else "—"


def _json(answer: Answer) -> dict[str, object]:
    try:
        said = orjson.loads(answer.body) if answer.body and not answer.cut else {}
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _wait(value: str, now: datetime) -> float | None:
    """Seconds that the other side asks for; None where it says nothing."""
    seconds = retry_after(value, now)
    return min(seconds, float(_LONGEST_WAIT)) if seconds is not None else None
