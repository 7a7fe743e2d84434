"""Which pages of a site are made alike, and which say the same."""

from typing import Annotated

from flask import Blueprint
from pydantic import Field

from editorial.domain.people import Permission
from editorial.services import similar_pages, template_pages
from editorial.store import content
from editorial.store.base import reading
from editorial.web.api.contract import Asked, Shown, operation
from editorial.web.context import deps, say

bp = Blueprint("page_kinds", __name__)


class RuleOfTemplate(Shown):
    """A rule with open findings on several pages of a template."""

    rule: str
    count: int


class TemplateShown(Shown):
    """Pages of one layout, at addresses of one pattern."""

    key: str
    """As findings have it; the same from one audit to the next."""
    name: str
    example: str
    """Address of one of its pages."""
    pages: int
    words: int | None
    """The median of their main texts; null where none is for search engines to show."""
    open: int
    """Findings that are open on its pages."""
    rules: list[RuleOfTemplate]


class TemplatesShown(Shown):
    """The templates that the last audit told apart, the largest first."""

    audit_id: int | None
    total: int
    templates: list[TemplateShown]


class SimilarAsked(Asked):
    """Which groups."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """How many to pass over."""


class SimilarPage(Shown):
    """A page and the one it is most like."""

    no: int
    url: str
    title: str
    words: int
    percent: int
    other: str


class SimilarGroup(Shown):
    """Pages with the same text, or nearly; the one to keep first, as it seems."""

    exact: bool
    count: int
    pages: list[SimilarPage]
    """The first of them."""


class SimilarShown(Shown):
    """One page of groups: copies first, then near copies, the largest first."""

    audit_id: int | None
    total: int
    groups: list[SimilarGroup]
    next: int | None


@bp.get("/sites/<int:site_id>/templates")
@operation(Permission.READ, "List the page templates of a site, with what is open on their pages.", TemplatesShown)
def template_list(site_id: int) -> TemplatesShown:
    """As the last audit told them apart."""
    with reading(deps().sessions) as session:
        content.get_site(session, site_id)
        found = template_pages.overview(session, site_id)
        return TemplatesShown(
            audit_id=found.audit.id if found.audit is not None else None,
            total=found.total,
            templates=[TemplateShown(**template_pages.facts(one, say)) for one in found.shown],
        )


@bp.get("/sites/<int:site_id>/similar")
@operation(Permission.READ, "List groups of pages with the same text, or nearly.", SimilarShown, query=SimilarAsked)
def similar_list(site_id: int, query: SimilarAsked) -> SimilarShown:
    """As the last audit found them."""
    with reading(deps().sessions) as session:
        content.get_site(session, site_id)
        found = similar_pages.groups_of(session, site_id, query.after)
        return SimilarShown(
            audit_id=found.audit.id if found.audit is not None else None,
            total=found.total,
            groups=[
                SimilarGroup(
                    exact=group.exact,
                    count=group.pages,
                    pages=[SimilarPage.model_validate(member, from_attributes=True) for member in group.members],
                )
                for group in found.groups
            ],
            next=found.following,
        )
