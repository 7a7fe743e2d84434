"""The JSON API under /api/v1: the same services as the pages, for programs that show a token."""

from flask import Blueprint

from editorial.web.api import (
    audits,
    desk,
    document,
    external_links,
    items,
    jobs,
    page_kinds,
    plans,
    sites,
    structure,
    tasks,
)

bp = Blueprint("api", __name__)
bp.register_blueprint(document.bp)
ROOMS = (
    items.bp,
    plans.bp,
    jobs.bp,
    sites.bp,
    audits.bp,
    structure.bp,
    page_kinds.bp,
    external_links.bp,
    tasks.bp,
    desk.bp,
)
for room in ROOMS:
    bp.register_blueprint(room, url_prefix="/api/v1")
EXEMPT = (document.bp, *ROOMS)
"""No cookie opens anything here, so nobody's browser can be made to ask in their name: no form token is needed."""
