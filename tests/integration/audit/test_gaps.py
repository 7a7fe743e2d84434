"""What an audit says of a site whose pages gave no answer."""

import socket
from http.server import BaseHTTPRequestHandler

from sqlalchemy import select

from editorial.services import audit_pages
from editorial.services.audit_output import judged_pages
from editorial.services.seeing import kept, saw_links
from editorial.services.stop_reasons import why_it_stopped
from editorial.services.structure import structure_of
from editorial.store.audit import Audit
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_address, links, page


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def plant(web: Web) -> None:
    """Four pages that answer, two that hang up, one that moved, and one that a sitemap alone names."""
    web.pages["/"] = page("Home", links("/a", "/b", "/x", "/y", "/old"))
    web.pages["/a"], web.pages["/b"], web.pages["/lost"] = page("A"), page("B"), page("Lost")
    web.pages["/x"] = web.pages["/y"] = Answer(act=hang_up)
    web.redirect("/old", "/a", 301)
    web.pages["/robots.txt"] = Answer(f"Sitemap: {web.url}/map.xml".encode(), headers={"Content-Type": "text/plain"})
    named = f"<urlset><url><loc>{web.url}/lost</loc></url></urlset>"
    web.pages["/map.xml"] = Answer(named.encode(), headers={"Content-Type": "application/xml"})


def test_pages_without_an_answer_keep_an_audit_from_speaking_of_the_whole_site(web: Web, desk: Sessions):
    plant(web)

    number = audit_address(desk, web.url + "/").id

    with desk() as session:
        audit = session.scalars(select(Audit).where(Audit.id == number)).one()
        sight, coverage, structure = kept(audit), audit_pages.coverage(session, audit), structure_of(session, audit)
        said = {o.rule: o.result.value for each in judged_pages(session, audit) for o in each.outcomes if o.failures}
        assert sight is not None
        assert (sight.known, sight.seen, sight.silent, audit.fetched, audit.known) == (6, 4, 2, 4, 6)
        assert (coverage.known - coverage.seen, coverage.unseen) == (2, 2)
        assert why_it_stopped(audit).params == {"count": 2, "known": 6}
        assert structure is not None
        assert (saw_links(audit), structure.complete) == (False, False)
        assert "page-orphan" not in said
