"""Links to other sites: their targets, what they answered, and asking again."""

from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint, Response
from pydantic import Field
from sqlalchemy.orm import Session

from editorial.domain.external import LinkState
from editorial.domain.people import Permission
from editorial.services import external_pages
from editorial.services.external_pages import Line, Wanted
from editorial.store import content
from editorial.store.base import reading
from editorial.web.api.contract import Asked, Given, Shown, done_once, operation
from editorial.web.api.items import Limit
from editorial.web.context import deps, person, say

bp = Blueprint("external_links", __name__)


class Target(Shown):
    """An address outside a site that its pages link to."""

    id: int
    url: str
    state: LinkState
    answer: str
    """The status, or a word for why there is none; empty before anybody asked."""
    says: str
    """The same as a person reads it."""
    pages: int
    """How many pages of the site link to it, by its last audit."""
    redirects: int
    final_url: str | None
    """Where redirects led; null where there are none."""
    asked_at: datetime | None
    failing_since: datetime | None
    """Since when it is not there."""
    due_at: datetime
    """When it is asked next."""


class Targets(Shown):
    """One page of targets, the worst first, then those that most pages link to."""

    targets: list[Target]
    total: int
    next: str | None


class LinkingPage(Shown):
    """A page that links to a target."""

    url: str
    text: str
    """The words of the link."""
    finding_id: int | None
    """The open finding about it."""


class TargetFull(Target):
    """A target with the pages that link to it, the first 200 by address."""

    linked_from: list[LinkingPage]


class TargetsAsked(Asked):
    """Which targets; what is left out asks nothing."""

    state: LinkState | None = None
    text: Annotated[str, Field(max_length=200)] = ""
    after: Annotated[str, Field(max_length=40)] = ""
    limit: Limit = 50


class AskWish(Given):
    """No more has to be said."""


@bp.get("/sites/<int:site_id>/external-links")
@operation(
    Permission.READ, "List what a site links to outside, by target, the worst first.", Targets, query=TargetsAsked
)
def target_list(site_id: int, query: TargetsAsked) -> Targets:
    """One page of targets."""
    wanted = Wanted(site_id, query.state, query.text.replace("\x00", ""), query.after)
    with reading(deps().sessions) as session:
        content.get_site(session, site_id)
        found = external_pages.listing(session, wanted, size=query.limit)
    return Targets(targets=[Target(**_facts(line)) for line in found.lines], total=found.total, next=found.next)


@bp.get("/sites/<int:site_id>/external-links/<int:target_id>")
@operation(Permission.READ, "Read what a target outside answered, and who links to it.", TargetFull)
def target_one(site_id: int, target_id: int) -> TargetFull:
    """One target."""
    with reading(deps().sessions) as session:
        return _full(session, site_id, target_id)


@bp.post("/sites/<int:site_id>/external-links/<int:target_id>/ask")
@operation(
    Permission.MANAGE_AUDITS,
    "Have a target asked again before its week is over.",
    TargetFull,
    body=AskWish,
    keyed=True,
)
def target_asked(site_id: int, target_id: int, body: AskWish) -> Response:
    """Within a minute, at the pace of its host."""

    def act(session: Session) -> TargetFull:
        content.get_site(session, site_id)
        external_pages.ask_again(session, deps(), person().id, site_id, target_id)
        return _full(session, site_id, target_id)

    return done_once(act)


def _full(session: Session, site_id: int, target_id: int) -> TargetFull:
    line = external_pages.target_of(session, site_id, target_id)
    pages = external_pages.pages_of(session, site_id, target_id)
    return TargetFull(
        **_facts(line),
        linked_from=[LinkingPage(url=page.url, text=page.text, finding_id=page.finding_id) for page in pages],
    )


def _facts(line: Line) -> dict[str, Any]:
    return external_pages.facts(line, say)
