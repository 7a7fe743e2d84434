"""Site rules are SQL: shown on both databases, over the relations they are promised."""

import pytest
from sqlalchemy import Boolean, Column, Engine, Integer, MetaData, String, Table, insert

from editorial.audit.crawl.files import robots_notes
from editorial.audit.crawl.records import move_of
from editorial.audit.crawl.sitemaps import read_sitemap
from editorial.audit.gather.text import fold
from editorial.audit.rule import Failure, Need, Severity
from editorial.audit.site_rule import failure_of
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.tables import AuditTables
from editorial.domain.robots import parse

SITE = "https://example.com"
RULES = {rule.id: rule for rule in SITE_RULES}


class Audit:
    """One small audit in tables of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.ids = engine, 0
        self.numbers: dict[str, int] = {}
        made = MetaData()
        self.page = Table(
            "shown_page",
            made,
            Column("id", Integer, primary_key=True),
            *(
                Column(name, String)
                for name in ("url", "n2", "final_url", "final_n2", "canonical_n2", "error", "title")
            ),
            *(Column(name, String) for name in ("title_folded", "language", "digest", "description", "moved")),
            *(Column(name, String) for name in ("description_folded",)),
            *(Column(name, Integer) for name in ("status", "hops")),
            *(Column(name, Boolean) for name in ("is_html", "is_results_page", "is_text_page", "is_start")),
            *(Column(name, Boolean) for name in ("noindex", "truncated")),
        )
        self.link = Table(
            "shown_link",
            made,
            *(Column(name, Integer) for name in ("page_id", "position", "target_id")),
            *(Column(name, String) for name in ("url", "n2", "text")),
            *(Column(name, Boolean) for name in ("internal", "nofollow")),
        )
        self.alias = Table("shown_alias", made, Column("n2", String), Column("page_id", Integer))
        self.alternate = Table(
            "shown_alternate",
            made,
            Column("page_id", Integer),
            *(Column(name, String) for name in ("code", "n2")),
            Column("in_page", Boolean),
        )
        self.file = Table(
            "shown_file",
            made,
            *(Column(name, Integer) for name in ("id", "status")),
            *(Column(name, String) for name in ("kind", "url", "error")),
            *(Column(name, Boolean) for name in ("listed", "challenged")),
        )
        self.note = Table(
            "shown_note",
            made,
            *(Column(name, Integer) for name in ("file_id", "position", "line")),
            *(Column(name, String) for name in ("kind", "subject", "text")),
        )
        self.listed = Table("shown_listed", made, Column("file_id", Integer), Column("target_id", Integer))
        self.form = Table(
            "shown_form",
            made,
            Column("page_id", Integer),
            *(Column(name, String) for name in ("mark", "address", "verdict", "answer")),
            Column("certain", Boolean),
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
        canonical: str | None = None,
        description: str = "",
        digest: str | None = None,
        noindex: bool = False,
        start: bool = False,
        hops: int | None = None,
        truncated: bool = False,
    ) -> int:
        """A page of the audit."""
        self.ids += 1
        url = host + path
        answered = final if final and final.startswith("http") else host + (final or path)
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
            is_html=found and final is None,
            is_results_page=found and final is None and results,
            n2=url,
            canonical_n2=SITE + canonical if canonical else None,
            description=description,
            description_folded=fold(description),
            digest=digest or "",
            is_text_page=found and results and digest is not None,
            noindex=noindex,
            is_start=start,
            hops=hops if hops is not None else int(final is not None),
            moved=move_of(url, answered) if final is not None else "",
            truncated=truncated,
        )
        self.numbers[url] = self.ids
        for n2 in {url, answered}:
            self.add(self.alias, n2=n2, page_id=self.ids)
        return self.ids

    def links(self, page: int, path: str, *, internal: bool = True, text: str = "more") -> None:
        url = SITE + path
        values = {"url": url, "n2": url, "internal": internal, "nofollow": False, "text": text}
        self.add(self.link, page_id=page, position=0, target_id=self.numbers.get(url, 0), **values)

    def translates(self, page: int, code: str, path: str, *, in_page: bool = True) -> None:
        self.add(self.alternate, page_id=page, code=code, n2=SITE + path, in_page=in_page)

    def has_file(
        self, path: str, content: bytes | None = b"", status: int = 200, error: str | None = None, **said: bool
    ) -> int:
        """A robots.txt or sitemap of the audit, read as the crawl reads it."""
        self.ids += 1
        kind = "robots" if path == "/robots.txt" else "sitemap"
        values = {"listed": True, "challenged": False} | said
        self.add(self.file, id=self.ids, kind=kind, url=SITE + path, status=status, error=error, **values)
        if status == 200 and error is None and content is not None:
            notes = robots_notes(SITE, content, parse(content)) if kind == "robots" else read_sitemap(content).notes
            for position, note in enumerate(notes):
                self.add(self.note, file_id=self.ids, position=position, **note._asdict())
        return self.ids

    def lists(self, file: int, *pages: int) -> None:
        """The sitemap names these pages."""
        for page in pages:
            self.add(self.listed, file_id=file, target_id=page)

    def tables(self) -> AuditTables:
        names = ("page", "link", "alias", "alternate", "file", "note", "listed", "form")
        return AuditTables(**{name: getattr(self, name) for name in names})

    def subjects(self, rule: str) -> dict[int, bool]:
        """Pages or files the rule applies to, and whether their silence says nothing."""
        with self.engine.connect() as connection:
            return {row.id: bool(row.unsure) for row in connection.execute(RULES[rule].subjects(self.tables()))}

    def found(self, rule: str) -> list[tuple[int, Failure]]:
        """Failures in the order of the pages."""
        with self.engine.connect() as connection:
            rows = connection.execute(RULES[rule](self.tables())).mappings()
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


# -- canonicals --------------------------------------------------------------------------------------------------


def test_a_canonical_that_redirects_is_named_with_where_it_leads(audit):
    audit.have("/a", canonical="/old")
    audit.have("/old", final="/new")
    audit.have("/new", canonical="/new")

    ((page, failure),) = audit.found("canonical-to-redirect")

    assert (page, failure.params["target"], failure.params["final"]) == (1, f"{SITE}/old", f"{SITE}/new")


@pytest.mark.parametrize(
    ("status", "error", "fails"),
    [
        (404, None, True),
        (503, None, True),
        (0, "dns", True),
        (403, None, False),
        (429, None, False),
        (0, "timeout", False),
        (200, None, False),
    ],
)
def test_a_canonical_to_an_error_is_one_where_the_error_is_certain(audit, status, error, fails):
    audit.have("/a", canonical="/gone")
    audit.have("/gone", status=status, error=error)

    assert bool(audit.found("canonical-to-error")) is fails


def test_a_canonical_through_a_redirect_to_nothing_is_an_error_and_no_redirect(audit):
    audit.have("/a", canonical="/old")
    audit.have("/old", final="/gone", status=404)

    assert pages_of(audit, "canonical-to-error") == [1]
    assert pages_of(audit, "canonical-to-redirect") == []


def test_a_canonical_to_a_noindex_page_is_an_error(audit):
    audit.have("/a", canonical="/hidden")
    audit.have("/hidden", noindex=True)

    assert pages_of(audit, "canonical-to-noindex") == [1]


def test_a_noindex_page_may_name_another(audit):
    audit.have("/a", canonical="/hidden", noindex=True)
    audit.have("/hidden", noindex=True)

    assert pages_of(audit, "canonical-to-noindex") == []


CANONICALS = ("canonical-to-redirect", "canonical-to-error", "canonical-to-noindex")


@pytest.mark.parametrize("rule", CANONICALS)
def test_a_page_that_names_itself_or_a_sound_page_passes(audit, rule):
    audit.have("/a", canonical="/a", noindex=True)
    audit.have("/b", canonical="/a2")
    audit.have("/a2")

    assert audit.found(rule) == []
    assert audit.subjects(rule) == {1: False, 2: False}


@pytest.mark.parametrize("rule", CANONICALS)
def test_of_a_canonical_that_was_not_fetched_nothing_is_known(audit, rule):
    audit.have("/a", canonical="/elsewhere")
    audit.have("/b", canonical="/refused")
    audit.have("/refused", status=403)
    audit.have("/c")

    assert audit.found(rule) == []
    assert audit.subjects(rule) == {1: True, 2: True}


# -- copies ------------------------------------------------------------------------------------------------------


def test_pages_with_one_description_are_named(audit):
    audit.have("/a", description="All about  gateways.")
    audit.have("/b", description="ALL ABOUT gateways.")
    audit.have("/c", description="Something else.")

    assert pages_of(audit, "description-duplicate") == [1, 2]


def test_empty_descriptions_other_languages_and_hidden_pages_share_none(audit):
    audit.have("/a", description="API")
    audit.have("/zh/a", description="API", language="zh")
    audit.have("/login", description="API", results=False)
    audit.have("/b")
    audit.have("/c")

    assert pages_of(audit, "description-duplicate") == []


def test_pages_with_one_text_are_copies(audit):
    audit.have("/a", "First", digest="same")
    audit.have("/b", "Second", digest="same")
    audit.have("/c", "Third", digest="other")

    assert pages_of(audit, "content-exact-duplicate") == [1, 2]


def test_short_hidden_and_translated_texts_are_no_copies(audit):
    audit.have("/short", digest=None)
    audit.have("/short2", digest=None)
    audit.have("/a", digest="same", results=False)
    first, second = audit.have("/en-us", digest="same"), audit.have("/en-gb", digest="same")
    for page in (first, second):
        audit.translates(page, "en-US", "/en-us")
        audit.translates(page, "en-GB", "/en-gb")

    assert pages_of(audit, "content-exact-duplicate") == []


@pytest.mark.parametrize("rule", ["title-duplicate", "description-duplicate", "content-exact-duplicate", "page-orphan"])
def test_the_silence_of_half_a_crawl_says_nothing(rule):
    assert Need.CRAWL in RULES[rule].needs | RULES[rule].silence_needs


# -- links -------------------------------------------------------------------------------------------------------


def test_a_link_to_a_redirect_is_a_notice_and_to_several_a_warning(audit):
    audit.have("/", start=True)
    audit.have("/old", final="/new")
    audit.have("/older", final="/new", hops=2)
    audit.links(1, "/old")
    audit.links(1, "/older")

    found = [(failure.params["target"], failure.severity) for _, failure in audit.found("link-to-redirect")]

    assert found == [(f"{SITE}/old", Severity.NOTICE), (f"{SITE}/older", Severity.WARNING)]


def test_a_link_to_a_page_to_elsewhere_or_to_a_lost_redirect_is_none_to_a_redirect(audit):
    audit.have("/", start=True)
    audit.have("/a")
    audit.have("/old", final="/gone", status=404)
    audit.have("/loop", final="/loop2", status=0, error="redirect-loop")
    audit.have("/partner", final="/x")
    audit.links(1, "/a")
    audit.links(1, "/old")
    audit.links(1, "/loop")
    audit.links(1, "/partner", internal=False)

    assert audit.found("link-to-redirect") == []


def test_a_move_that_the_whole_site_makes_is_told_once_where_the_crawl_began(audit):
    audit.have("/", start=True)
    for number in range(3):
        page = audit.have(f"/page{number}")
        audit.have(f"/slash{number}", final=f"/slash{number}/")
        audit.links(page, f"/slash{number}")
    http = audit.have("/b", host="http://example.com", final=f"{SITE}/b")
    audit.add(
        audit.link,
        page_id=2,
        position=1,
        target_id=http,
        url="http://example.com/b",
        n2="http://example.com/b",
        internal=True,
        nofollow=False,
        text="b",
    )

    assert [(page, failure.key) for page, failure in audit.found("link-to-redirect")] == [
        (1, f"http://example.com {SITE}"),
        (1, "slash"),
    ]


def test_a_page_that_nobody_links_to_is_an_orphan(audit):
    start = audit.have("/", start=True)
    audit.have("/a")
    audit.have("/lost")
    audit.links(start, "/a")

    assert pages_of(audit, "page-orphan") == [3]


def test_a_link_to_itself_and_one_from_an_error_page_find_no_page(audit):
    audit.have("/", start=True)
    lost = audit.have("/lost")
    audit.links(lost, "/lost")
    gone = audit.have("/gone", status=404)
    audit.links(gone, "/lost")

    assert pages_of(audit, "page-orphan") == [2]


def test_a_page_behind_a_redirect_a_canonical_a_slash_or_another_language_is_no_orphan(audit):
    start = audit.have("/", start=True)
    audit.have("/old", final="/new")
    audit.have("/new")
    audit.have("/copy", canonical="/main", results=False)
    audit.have("/main")
    audit.have("/folder")
    audit.have("/folder/")
    audit.have("/zh/")
    audit.have("/hidden", results=False)
    for path in ("/old", "/copy", "/folder"):
        audit.links(start, path)
    audit.translates(start, "zh", "/zh/")

    assert pages_of(audit, "page-orphan") == []


def test_a_sitemap_that_names_a_translation_is_no_link(audit):
    start = audit.have("/", start=True)
    audit.have("/zh/")
    audit.translates(start, "zh", "/zh/", in_page=False)

    assert pages_of(audit, "page-orphan") == [2]


# -- translations ------------------------------------------------------------------------------------------------


def test_a_translation_that_does_not_name_back_is_an_error(audit):
    audit.have("/en")
    audit.have("/zh")
    audit.translates(1, "en", "/en")
    audit.translates(1, "zh", "/zh")

    ((page, failure),) = audit.found("hreflang-no-return")

    assert (page, failure.key, failure.params) == (1, f"{SITE}/zh", {"target": f"{SITE}/zh", "code": "zh"})


@pytest.mark.parametrize("in_page", [True, False])
def test_translations_that_name_each_other_in_page_or_sitemap_pass(audit, in_page):
    audit.have("/en")
    audit.have("/zh")
    audit.translates(1, "zh", "/zh")
    audit.translates(2, "en", "/en", in_page=in_page)

    assert audit.found("hreflang-no-return") == []
    assert audit.subjects("hreflang-no-return") == {1: False, 2: False}


def test_translations_that_name_each_other_through_redirects_pass(audit):
    audit.have("/en")
    audit.have("/zh-old", final="/zh")
    audit.have("/zh")
    audit.have("/en-old", final="/en")
    audit.translates(1, "zh", "/zh-old")
    audit.translates(3, "en", "/en-old")

    assert audit.found("hreflang-no-return") == []


@pytest.mark.parametrize(
    "other", [{"status": 404}, {"status": 0, "error": "timeout"}, {"status": 403}, {"truncated": True}]
)
def test_only_a_translation_that_was_read_whole_can_fail_to_name_back(audit, other):
    audit.have("/en")
    audit.have("/zh", **other)
    audit.translates(1, "zh", "/zh")

    assert audit.found("hreflang-no-return") == []


def test_a_translation_that_was_not_fetched_leaves_the_answer_open(audit):
    audit.have("/en")
    audit.translates(1, "de", "/de")

    assert audit.found("hreflang-no-return") == []
    assert audit.subjects("hreflang-no-return") == {1: True}


@pytest.mark.parametrize("own", [{"canonical": "/en"}, {"noindex": True}])
def test_pages_out_of_the_index_belong_to_no_group(audit, own):
    audit.have("/en?sort=x", **own)
    audit.have("/zh")
    audit.translates(1, "zh", "/zh")

    assert audit.found("hreflang-no-return") == []


# -- sitemaps ----------------------------------------------------------------------------------------------------

URLSET = b"<?xml version='1.0'?><urlset><url><loc>https://example.com/a</loc></url></urlset>"


@pytest.mark.parametrize(
    ("content", "status", "fails"),
    [
        (URLSET, 200, False),
        (b"\xef\xbb\xbf\n" + URLSET, 200, False),
        (b"https://example.com/a\n", 200, False),
        (b"", 404, True),
        (b"", 500, True),
        (b"", 403, False),
        (b"<!doctype html><html><body>Home</body></html>", 200, True),
        (b"\x1f\x8b broken", 200, True),
    ],
)
def test_a_sitemap_that_is_named_must_be_one(audit, content, status, fails):
    audit.has_file("/map.xml", content, status)

    assert bool(audit.found("sitemap-http-error")) is fails


def test_a_sitemap_that_nobody_names_may_be_missing(audit):
    audit.has_file("/sitemap.xml", b"", 404, listed=False)

    assert audit.found("sitemap-http-error") == []
    assert audit.subjects("sitemap-http-error") == {}


@pytest.mark.parametrize("said", [{"status": 403}, {"error": "timeout", "status": 0}, {"challenged": True}])
def test_a_refused_sitemap_says_nothing(audit, said):
    audit.has_file("/map.xml", b"", **said)

    assert audit.found("sitemap-http-error") == []
    assert audit.subjects("sitemap-http-error") == {1: True}


def test_a_page_of_a_sitemap_that_is_gone_is_a_warning_while_few_are(audit):
    file = audit.has_file("/map.xml")
    for number in range(11):
        audit.lists(file, audit.have(f"/{number}", status=404 if number == 5 else 200))

    ((page, failure),) = audit.found("sitemap-url-non200")

    assert (page, failure.params, failure.severity) == (7, {"status": 404}, Severity.WARNING)


def test_from_a_tenth_on_pages_that_are_gone_are_an_error(audit):
    file = audit.has_file("/map.xml")
    for number in range(10):
        audit.lists(file, audit.have(f"/{number}", status=404 if number == 5 else 200))

    assert [failure.severity for _, failure in audit.found("sitemap-url-non200")] == [Severity.ERROR]


def test_refused_moved_and_unlisted_pages_are_not_gone(audit):
    file = audit.has_file("/map.xml")
    audit.have("/unlisted", status=404)
    audit.lists(file, audit.have("/403", status=403), audit.have("/old", final="/new"), audit.have("/new"))

    assert audit.found("sitemap-url-non200") == []
    assert audit.subjects("sitemap-url-non200") == {3: True, 4: False, 5: False}


# -- robots.txt --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"User-agent: *\nDisallow: /", {"googlebot": "error", "bingbot": "error", "baiduspider": "error"}),
        (b"User-agent: Baiduspider\nDisallow: /", {"baiduspider": "warning"}),
        (b"User-agent: Googlebot\nDisallow: /", {"googlebot": "error"}),
        (
            b"User-agent: *\nDisallow: /\nUser-agent: Googlebot\nAllow: /",
            {"bingbot": "warning", "baiduspider": "warning"},
        ),
        (b"User-agent: *\nDisallow: /\nAllow: /$", {}),
        (b"User-agent: *\nDisallow: /$", {}),
        (b"User-agent: *\nDisallow: /\nAllow: /", {}),
        (b"User-agent: *\nDisallow: /private", {}),
        (b"User-agent: *\nDisallow:", {}),
    ],
)
def test_robots_txt_closes_the_site_by_the_group_of_each_engine(audit, content, found):
    audit.has_file("/robots.txt", content)

    assert {failure.key: failure.severity for _, failure in audit.found("robots-blocks-all")} == found


@pytest.mark.parametrize(
    ("status", "error", "fails", "unsure"),
    [
        (500, None, True, False),
        (503, None, True, False),
        (0, "timeout", True, False),
        (200, None, False, False),
        (401, None, False, False),
        (403, None, False, False),
        (404, None, False, False),
        (429, None, False, True),
        (0, "connect", False, True),
        (302, "redirects", False, False),
    ],
)
def test_robots_txt_that_cannot_be_read_closes_the_site(audit, status, error, fails, unsure):
    audit.has_file("/robots.txt", b"", status, error)

    assert bool(audit.found("robots-5xx")) is fails
    assert audit.subjects("robots-5xx") == {1: unsure}


def test_a_bot_check_in_place_of_robots_txt_says_nothing(audit):
    audit.has_file("/robots.txt", b"", 503, challenged=True)

    assert audit.found("robots-5xx") == []
    assert audit.subjects("robots-5xx") == {1: True}


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"User-agent: *\nDisallow: /a\nthis is no line at all", [3]),
        (b"Disallow: /a\nUser-agent: *\nDisallow: /b", [1]),
        (b"User-agent: *\nDisallow: private", [2]),
        (b"User-agent: *\nDisallow: /a$/b", [2]),
        (b"<!DOCTYPE html>\n<html><head></head></html>", [1]),
        ("User-agent: *\nDisallow: /a".encode("utf-16"), [1]),
        (b"User-agent: *\nDisallow: /a\n" + b"# much\n" * 80_000, [73_141]),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", []),
        (b"User-agent: *\nContent-Signal: search=yes\nLicense: https://example.com/l\nHost: x", []),
        (b"user agent: *\r\ndissallow /a # forgiven\r\nDisallow: /*.pdf$\r\nAllow: *\r\nDisallow:", []),
        (b"# a comment\n\nSitemap: https://example.com/s.xml\nCrawl-delay: 5", []),
    ],
)
def test_lines_of_robots_txt_that_nobody_heeds_are_told(audit, content, lines):
    audit.has_file("/robots.txt", content)

    assert [failure.params["line"] for _, failure in audit.found("robots-syntax")] == lines


def test_a_robots_txt_that_is_another_origins_is_judged_there(audit):
    audit.has_file("/robots.txt", b"User-agent: *\nDisallow: /", listed=False)

    assert audit.found("robots-blocks-all") == []
    assert audit.subjects("robots-blocks-all") == {}


def test_a_robots_txt_that_is_not_there_has_no_defect(audit):
    audit.has_file("/robots.txt", b"", 404)

    assert audit.subjects("robots-syntax") == audit.subjects("robots-blocks-all") == {1: False}


@pytest.mark.parametrize(
    ("verdict", "certain", "fails", "unsure"),
    [
        ("alive", True, [], False),
        ("gone", True, [Severity.BLOCKER], False),
        ("gone", False, [Severity.WARNING], False),
        ("down", False, [Severity.WARNING], False),
        ("tls", True, [Severity.BLOCKER], False),
        ("no-host", False, [Severity.WARNING], False),
        ("unknown", False, [], True),
        (None, None, [], True),
    ],
)
def test_a_form_sends_to_a_dead_address_where_the_answers_say_so(audit, verdict, certain, fails, unsure):
    page = audit.have("/demo")
    values = {"mark": "f", "address": f"{SITE}/lead", "verdict": verdict, "certain": certain, "answer": "404"}
    audit.add(audit.form, page_id=page, **values)

    found = audit.found("form-endpoint-dead")

    assert [failure.severity for _, failure in found] == fails
    assert audit.subjects("form-endpoint-dead") == {page: unsure}


def test_a_page_whose_forms_send_to_nobody_we_ask_has_no_address(audit):
    audit.have("/demo")

    assert audit.subjects("form-endpoint-dead") == {}
