"""Site rules are SQL: shown on both databases, over the relations they are promised."""

import pytest
from sqlalchemy import Boolean, Column, Engine, Integer, MetaData, String, Table, insert

from editorial.audit.gather.text import fold
from editorial.audit.rule import Failure
from editorial.audit.site_rule import failure_of
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.tables import AuditTables

SITE = "https://example.com"
RULES = {rule.id: rule for rule in SITE_RULES}


class Audit:
    """One small audit in tables of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.ids = engine, 0
        made = MetaData()
        self.page = Table(
            "shown_page",
            made,
            Column("id", Integer, primary_key=True),
            *(Column(name, String) for name in ("url", "final_url", "final_n2", "canonical_n2", "error", "title")),
            *(Column(name, String) for name in ("title_folded", "language")),
            Column("status", Integer),
            Column("is_html", Boolean),
            Column("is_results_page", Boolean),
        )
        self.link = Table(
            "shown_link",
            made,
            *(Column(name, Integer) for name in ("page_id", "position")),
            *(Column(name, String) for name in ("url", "n2", "text")),
            *(Column(name, Boolean) for name in ("internal", "nofollow")),
        )
        self.alias = Table("shown_alias", made, Column("n2", String), Column("page_id", Integer))
        self.alternate = Table(
            "shown_alternate", made, Column("page_id", Integer), Column("code", String), Column("n2", String)
        )
        made.create_all(engine)

    def add(self, table: Table, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(table).values(**values))

    def have(
        self,
        path: str,
        title: str = "",
        *,
        language: str = "en",
        status: int = 200,
        error: str | None = None,
        results: bool = True,
        final: str | None = None,
        host: str = SITE,
    ) -> int:
        """A page of the audit."""
        self.ids += 1
        url, answered = host + path, host + (final or path)
        found = status == 200 and error is None
        self.add(
            self.page,
            id=self.ids,
            url=url,
            final_url=answered,
            final_n2=answered,
            status=status,
            error=error,
            title=title,
            title_folded=fold(title),
            language=language,
            is_html=found,
            is_results_page=found and results,
        )
        for n2 in {url, answered}:
            self.add(self.alias, n2=n2, page_id=self.ids)
        return self.ids

    def links(self, page: int, path: str, *, internal: bool = True, text: str = "more") -> None:
        url = SITE + path
        self.add(self.link, page_id=page, position=0, url=url, n2=url, internal=internal, nofollow=False, text=text)

    def translates(self, page: int, code: str, path: str) -> None:
        self.add(self.alternate, page_id=page, code=code, n2=SITE + path)

    def found(self, rule: str) -> list[tuple[int, Failure]]:
        """Failures in the order of the pages."""
        tables = AuditTables(self.page, self.link, self.alias, self.alternate)
        with self.engine.connect() as connection:
            rows = connection.execute(RULES[rule](tables)).mappings()
            return sorted((failure_of(row) for row in rows), key=lambda row: (row[0], row[1].key))


@pytest.fixture
def audit(database: Engine) -> Audit:
    return Audit(database)


def pages_of(audit: Audit, rule: str) -> list[int]:
    return [page for page, _ in audit.found(rule)]


def test_pages_with_one_title_are_named_with_each_other(audit):
    audit.have("/a", "Gateways  compared")
    audit.have("/b", "GATEWAYS compared")
    audit.have("/c", "Something else")

    assert audit.found("title-duplicate") == [
        (1, Failure("title", {"count": 2}, ("Gateways  compared", f"{SITE}/b"))),
        (2, Failure("title", {"count": 2}, ("GATEWAYS compared", f"{SITE}/a"))),
    ]


def test_titles_are_compared_within_a_language(audit):
    audit.have("/a", "API")
    audit.have("/zh/a", "API", language="zh")

    assert pages_of(audit, "title-duplicate") == []


def test_pages_that_are_no_results_pages_share_no_title(audit):
    audit.have("/a", "Login")
    audit.have("/b", "Login", results=False)
    audit.have("/c", "", results=True)
    audit.have("/d", "", results=True)
    audit.have("/e", "Login", status=404)

    assert pages_of(audit, "title-duplicate") == []


def test_a_page_reached_twice_is_no_duplicate_of_itself(audit):
    audit.have("/old", "Gateways", final="/new")
    audit.have("/new", "Gateways")

    assert pages_of(audit, "title-duplicate") == []


def test_twins_by_http_and_https_are_another_rules_matter(audit):
    audit.have("/a", "Gateways")
    audit.have("/a", "Gateways", host="http://example.com")

    assert pages_of(audit, "title-duplicate") == []


def test_translations_that_name_each_other_may_share_a_title(audit):
    first, second = audit.have("/en-us", "Gateways"), audit.have("/en-gb", "Gateways")
    for page in (first, second):
        audit.translates(page, "en-US", "/en-us")
        audit.translates(page, "en-GB", "/en-gb")

    assert pages_of(audit, "title-duplicate") == []

    audit.have("/copy", "Gateways")

    assert pages_of(audit, "title-duplicate") == [1, 2, 3]


@pytest.mark.parametrize(
    ("status", "error", "broken"),
    [
        (404, None, True),
        (410, None, True),
        (500, None, True),
        (0, "dns", True),
        (200, None, False),
        (403, None, False),
        (429, None, False),
        (0, "timeout", False),
        (503, "challenge", False),
    ],
)
def test_a_link_is_broken_where_its_target_is_gone(audit, status, error, broken):
    start = audit.have("/")
    audit.have("/gone", status=status, error=error)
    audit.links(start, "/gone")

    assert bool(audit.found("link-broken-internal")) is broken


def test_a_broken_link_is_one_failure_a_target(audit):
    start = audit.have("/")
    audit.have("/gone", status=404)
    audit.links(start, "/gone", text="first")
    audit.links(start, "/gone", text="second")

    assert audit.found("link-broken-internal") == [
        (1, Failure(f"{SITE}/gone", {"target": f"{SITE}/gone", "status": 404}, (f"{SITE}/gone", "first")))
    ]


def test_a_link_through_a_redirect_to_nothing_is_broken(audit):
    start = audit.have("/")
    audit.have("/old", final="/gone", status=404)
    audit.links(start, "/old")

    assert pages_of(audit, "link-broken-internal") == [1]


def test_links_to_elsewhere_and_from_error_pages_do_not_count(audit):
    start, lost = audit.have("/"), audit.have("/gone", status=404)
    audit.links(start, "/gone", internal=False)
    audit.links(lost, "/gone")
    audit.links(start, "/never-fetched")

    assert audit.found("link-broken-internal") == []
