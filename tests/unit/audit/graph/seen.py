"""Pages of a small site as the link graph takes them."""

from editorial.audit.graph.places import PageSeen

SITE = "https://example.com"


def seen(no: int, path: str = "", **said: object) -> PageSeen:
    """A page that search engines show, but for what is said of it; `final` and `canonical` are paths."""
    address = SITE + (path or f"/{no}")
    final, canonical = said.pop("final", None), said.pop("canonical", None)
    usual = PageSeen(
        no=no,
        n2=address,
        final_n2=SITE + str(final) if final else address,
        canonical_n2=SITE + str(canonical) if canonical else None,
        status=200,
        error=None,
        hops=int(final is not None),
        is_html=final is None,
        shown=final is None and (canonical is None or SITE + str(canonical) == address),
        noindex=False,
    )
    return usual._replace(**said)  # type: ignore[arg-type]
