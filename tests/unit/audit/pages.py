"""Pages for tests: facts made by really gathering a piece of HTML."""

from dataclasses import replace

from editorial.audit.facts import Known, PageFacts, Response
from editorial.audit.gather import gather

URL = "https://example.com/guides/start"


def answer(
    html: str | bytes, url: str = URL, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """A response as a server would give it."""
    body = html.encode() if isinstance(html, str) else html
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", "text/html; charset=utf-8"), *headers)
    return Response(url, url, status, headers, body)


def page(
    html: str | bytes,
    url: str = URL,
    *,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    known: Known | None = None,
) -> PageFacts:
    """The facts of a piece of HTML."""
    facts = gather(answer(html, url, status=status, headers=headers))
    return replace(facts, known=known) if known else facts


def document(head: str = "", body: str = "", attributes: str = ' lang="en"') -> str:
    """A sound page with these parts."""
    return f"<!doctype html><html{attributes}><head>{head}</head><body>{body}</body></html>"
