"""What was said between us and a receiver, without anything that is secret: for the page of a job."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from editorial.adapters.post import Answer
from editorial.domain.jobs import Trace

KEPT = 2048  # bytes of a body
_HIDDEN = "…"
_SECRET_HEADERS = frozenset({"webhook-signature", "set-cookie", "authorization", "www-authenticate"})
_HEADERS = 30  # of an answer
_VALUE = 300  # characters of a header
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_VALUE_OF = re.compile(r"=[^&]*")
_WORTH_HIDING = 6  # characters; a shorter value of a parameter stands in many a text by chance


def asked(url: str, headers: Mapping[str, str], body: bytes) -> Trace:
    """What we send."""
    shown = {name: _HIDDEN if name in _SECRET_HEADERS else value for name, value in headers.items()}
    return Trace(request={"method": "POST", "address": without_values(url)} | shown | {"body": beginning(body)})


def answered(trace: Trace, answer: Answer, url: str, secrets: Iterable[str]) -> Trace:
    """What came back, added; whatever of our secrets the other side repeats is taken out."""
    if not answer.status:
        return replace(trace, answer={"fault": answer.fault or ""})
    hidden = [*secrets, *(value for _, value in parse_qsl(urlsplit(url).query) if len(value) >= _WORTH_HIDING)]
    heard = {
        name: _HIDDEN if name in _SECRET_HEADERS else without(value, hidden)[:_VALUE]
        for name, value in answer.headers[:_HEADERS]
    }
    heard |= {"body": beginning(answer.body, hidden)}
    return replace(trace, answer={"status": str(answer.status)} | heard, status=answer.status)


def without_values(url: str) -> str:
    """An address whose parameters have lost their values, and which names no user."""
    parts = urlsplit(url)
    query = _VALUE_OF.sub(f"={_HIDDEN}", parts.query) if "=" in parts.query else _HIDDEN if parts.query else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def without(text: str, hidden: Iterable[str]) -> str:
    """Text without the secrets in it, and without what is no text."""
    text = _NOT_TEXT.sub("", text)  # first: it could part a secret
    for secret in hidden:
        text = text.replace(secret, _HIDDEN) if secret else text
    return text


def beginning(body: bytes, hidden: Iterable[str] = ()) -> str:
    """The first two kilobytes as text; the rest is counted. What is hidden goes first: cut, it would not be known."""
    text = without(body.decode(errors="ignore"), hidden).encode()[:KEPT].decode(errors="ignore")
    return text if len(body) <= KEPT else f"{text}{_HIDDEN} ({len(body)} B)"
