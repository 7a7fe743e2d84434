"""What a site rule sees of one audit: three relations in the database, passed in by whoever owns the tables.

Each relation holds one audit only (a subquery or a view with the audit's id in its condition). Addresses named `n2` are
in compare form.

`page`, one row a page fetched or tried:
    id, url (N1, asked for), final_url (N1), final_n2, canonical_n2 (of its one valid canonical, else null),
    status (0 without an answer), error (null or the code of `Response.error`), title (as written), title_folded
    (`gather.text.fold` of it), language (`facts.language`), is_html (`predicates.is_html_page`), is_results_page
    (`predicates.is_results_page`).
`link`, one row a link of a page (`a` or `area` with an http(s) address):
    page_id, position (0 for the first of the page), url (N1), n2, internal, nofollow, text.
`alias`, one row an address under which a page is known (N2 of the requested, every hop and the final address):
    n2, page_id.
`alternate`, one row an hreflang entry with a valid address:
    page_id, code, n2.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, func, literal, or_, select


@dataclass(frozen=True)
class AuditTables:
    """The relations of one audit. See the module for their columns."""

    page: FromClause
    link: FromClause
    alias: FromClause
    alternate: FromClause

    @property
    def is_results_page(self) -> ColumnElement[bool]:
        """Pages that may stand on a results page: titles and descriptions are judged on them alone."""
        return and_(self.page.c.is_results_page)

    @property
    def is_html(self) -> ColumnElement[bool]:
        """Pages that answered 200 with HTML, read whole."""
        return and_(self.page.c.is_html)

    def groups_of(
        self, column: str, *, key: str, shown: str, among: str = "is_results_page", at_least: int = 2
    ) -> Select[Any]:
        """Pages that share `column` and their language with others, one row a page.

        Twins that differ in http and https alone, or that were reached twice, count once; translations that name each
        other by hreflang do not count. `among` is the condition's column. Columns: `page_id`, `key` (as given: it
        stays when the shared text changes), `param_count` (pages of the group), `evidence` (the column `shown`) and
        `evidence_other` (the address of another page of the group).
        """
        page = self.page
        shared = page.c[column]
        twin = func.replace(page.c.final_n2, "http://", "https://")
        groups = (
            select(
                shared.label("shared"),
                page.c.language.label("language"),
                func.count(twin.distinct()).label("count"),
                func.min(page.c.final_url).label("low"),
                func.max(page.c.final_url).label("high"),
            )
            .where(page.c[among], shared != "")
            .group_by(shared, page.c.language)
            .having(func.count(twin.distinct()) >= at_least)
            .subquery()
        )
        other = case((groups.c.low == page.c.final_url, groups.c.high), else_=groups.c.low)
        return (
            select(
                page.c.id.label("page_id"),
                literal(key).label("key"),
                groups.c.count.label("param_count"),
                func.substr(page.c[shown], 1, 200).label("evidence"),
                other.label("evidence_other"),
            )
            .join_from(page, groups, and_(shared == groups.c.shared, page.c.language == groups.c.language))
            .where(page.c[among], self._not_only_translations(column, among))
        )

    def _not_only_translations(self, column: str, among: str) -> ColumnElement[bool]:
        """A page without hreflang, or one that shares its text with a page it does not name there."""
        page, alternate = self.page, self.alternate
        other = page.alias("other")
        named = exists().where(alternate.c.page_id == page.c.id, alternate.c.n2 == other.c.final_n2)
        stranger = exists().where(
            other.c[column] == page.c[column],
            other.c.language == page.c.language,
            other.c.id != page.c.id,
            other.c[among],
            ~named,
        )
        return or_(~exists().where(alternate.c.page_id == page.c.id), stranger)
