"""What a site rule sees of one audit: three relations in the database, passed in by whoever owns the tables.

Each relation holds one audit only (a subquery or a view with the audit's id in its condition). Addresses named `n2` are
in compare form.

`page`, one row a page fetched or tried:
    id, url (N1, asked for), n2, final_url (N1), final_n2, canonical_n2 (of its one valid canonical, else null),
    status (0 without an answer), error (null or the code of `Response.error`), truncated, hops (redirects on the way),
    moved (what they change, `crawl.moves.move_of`), title and description (as written), title_folded and
    description_folded (`gather.text.fold` of them), language (`facts.language`), digest (of the main text), noindex
    (for one engine at least), is_html (`predicates.is_html_page`), is_results_page (`predicates.is_results_page`),
    is_text_page (that, with text enough to compare), is_start (the crawl began there), denied (a bot check or a refusal
    answered, whatever its status: it says nothing of the page); and where it stands in the link graph (`audit.graph`),
    all null where that was not worked out: depth (clicks from the start, null where no followed link leads there), via
    (id of the page before it on a shortest way), named (another page leads to it, or it is the start), listed (a
    sitemap names it, or another spelling of it), important (the plan puts it first), canonical_steps (canonicals to
    the end of their chain, -1 where there is none), canonical_end (id of the page there).
`link`, one row a target a page links to (`a` or `area` with an http(s) address):
    page_id, position (0 for the first of the page), target_id (of the page at that address, if it was fetched),
    url (N1), n2, internal, nofollow, text.
`alternate`, one row an hreflang entry with a valid address, of the page or of a sitemap that names the page:
    page_id, code, n2, in_page.
`file`, one row a robots.txt or sitemap that was fetched or tried; ids are of one row of numbers with those of pages:
    id, kind (`robots`, `sitemap`), url (N1), status, error, challenged, listed (false for a sitemap that nobody names,
    and for a robots.txt that leads to another origin's).
`note`, one row something odd about a file (`crawl.files.Note`):
    file_id, position, kind, subject, line, text.
`form`, one row a lead form of a page that sends to an address which can be asked about:
    page_id, mark (keys of findings about the form begin with it), address (N1), verdict (`form_answers.Verdict`, null
    where nobody asked), certain, answer (as people are told).
`external`, one row a link of a page that leads out of the site, where the site wants to know about them:
    page_id, url (N1), n2, text, state (`external.LinkState`, null where the target was never heard of), answer (as
    `external.Heard.answer`), failures (days on which the target was not there).
`alike`, one row a page whose main text stands on others too (`audit.alike`), and one more if it does so word for word:
    page_id, exact, percent (of the text of both, what they share), pages (of the group), main_url (of the page to
    keep, as it seems), other_url (of the page most like it; of copies the one to keep, or the next).
`trap`, one row a pattern of addresses that the crawl left out (`crawl.traps`):
    kind, pattern, count (of addresses), first, second, third (examples, empty where there are fewer).
`listed`, one row an address of the site that a sitemap names:
    file_id, target_id (of the page at that address, if it was fetched).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, literal, not_, select


@dataclass(frozen=True)
class AuditTables:
    """The relations of one audit. See the module for their columns."""

    page: FromClause
    link: FromClause
    alternate: FromClause
    file: FromClause
    note: FromClause
    listed: FromClause
    form: FromClause
    external: FromClause
    alike: FromClause
    trap: FromClause

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

        A page that we cut short shares nothing: what it holds is not known. Twins that differ in http and https alone,
        or that were reached twice, count once; translations that name each other by hreflang do not count. `among` is
        the condition's column. Columns: `page_id`, `key` (as given: it stays when the shared text changes),
        `param_count` (pages of the group), `evidence` (the column `shown`) and `evidence_other` (the address of another
        page of the group).
        """
        page = self.page
        shared = page.c[column]
        groups = (
            select(
                shared.label("shared"),
                page.c.language.label("language"),
                func.count(_twin(page).distinct()).label("count"),
                func.min(page.c.final_url).label("low"),
                func.max(page.c.final_url).label("high"),
            )
            .where(page.c[among], not_(page.c.truncated), shared != "")
            .group_by(shared, page.c.language)
            .having(func.count(_twin(page).distinct()) >= at_least)
            .subquery()
        )
        named = self._named_alike(column, among).subquery()
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
            .outerjoin(named, named.c.id == page.c.id)
            .where(page.c[among], not_(page.c.truncated), groups.c.count - 1 > func.coalesce(named.c.count, 0))
        )

    def _named_alike(self, column: str, among: str) -> Select[Any]:
        """Of each page, how many others share `column` and language with it that it names by hreflang."""
        page, alternate = self.page, self.alternate
        other = page.alias("other")
        return (
            select(page.c.id, func.count(_twin(other).distinct()).label("count"))
            .join_from(page, alternate, alternate.c.page_id == page.c.id)
            .join(other, other.c.final_n2 == alternate.c.n2)
            .where(
                page.c[among],
                other.c[among],
                not_(other.c.truncated),
                other.c[column] == page.c[column],
                other.c.language == page.c.language,
                _twin(other) != _twin(page),
            )
            .group_by(page.c.id)
        )


def _twin(page: FromClause) -> ColumnElement[str]:
    """One spelling for the http and https of a page."""
    return func.replace(page.c.final_n2, "http://", "https://")
