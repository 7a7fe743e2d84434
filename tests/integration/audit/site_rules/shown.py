"""A small audit in a database, over the relations that site rules are promised."""

from sqlalchemy import Boolean, Column, Engine, Integer, MetaData, String, Table, insert, select, update

from editorial.audit.crawl.files import robots_notes
from editorial.audit.crawl.moves import move_of
from editorial.audit.crawl.sitemaps import read_sitemap
from editorial.audit.gather.text import fold
from editorial.audit.graph.places import PageSeen
from editorial.audit.graph.standing import Known, work_out
from editorial.audit.rule import Failure
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
        self.important: set[int] = set()
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
            *(Column(name, Boolean) for name in ("noindex", "truncated", "denied")),
            *(Column(name, Integer) for name in ("depth", "via", "canonical_steps", "canonical_end")),
            *(Column(name, Boolean) for name in ("named", "listed", "important")),
        )
        self.link = Table(
            "shown_link",
            made,
            *(Column(name, Integer) for name in ("page_id", "position", "target_id")),
            *(Column(name, String) for name in ("url", "n2", "text")),
            *(Column(name, Boolean) for name in ("internal", "nofollow")),
        )
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
        self.external = Table(
            "shown_external",
            made,
            *(Column(name, Integer) for name in ("page_id", "failures")),
            *(Column(name, String) for name in ("url", "n2", "text", "state", "answer")),
        )
        self.alike = Table(
            "shown_alike",
            made,
            *(Column(name, Integer) for name in ("page_id", "percent", "pages")),
            *(Column(name, String) for name in ("main_url", "other_url")),
            Column("exact", Boolean),
        )
        self.trap = Table(
            "shown_trap",
            made,
            Column("count", Integer),
            *(Column(name, String) for name in ("kind", "pattern", "first", "second", "third")),
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
        denied: bool = False,
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
            denied=denied,
        )
        self.numbers[url] = self.ids
        return self.ids

    def links(self, page: int, path: str, *, internal: bool = True, text: str = "more") -> None:
        url = SITE + path
        values = {"url": url, "n2": url, "internal": internal, "nofollow": False, "text": text}
        self.add(self.link, page_id=page, position=0, target_id=self.numbers.get(url, 0), **values)

    def leads_out(
        self, page: int, url: str, state: str | None = "works", answer: str = "200", failures: int = 0
    ) -> None:
        """A link to another site, and what is known of its target."""
        values = {"url": url, "n2": url, "text": "source", "state": state, "answer": answer, "failures": failures}
        self.add(self.external, page_id=page, **values)

    def translates(self, page: int, code: str, path: str, *, in_page: bool = True) -> None:
        self.add(self.alternate, page_id=page, code=code, n2=SITE + path, in_page=in_page)

    def is_like(self, page: int, other: int, percent: int, *, exact: bool = False, pages: int = 2) -> None:
        """The text of a page is nearly that of another, which is the one to keep."""
        url = next(url for url, number in self.numbers.items() if number == other)
        values = {"exact": exact, "percent": percent, "pages": pages, "main_url": url, "other_url": url}
        self.add(self.alike, page_id=page, **values)

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

    def measure(self) -> None:
        """Work out the link graph, as the end of an audit does."""
        page, link, alternate = self.page.c, self.link.c, self.alternate.c
        names = ("id", "n2", "final_n2", "canonical_n2", "status", "error", "hops", "is_html", "is_results_page")
        with self.engine.begin() as connection:
            pages = [
                PageSeen._make(row) for row in connection.execute(select(*(page[name] for name in names), page.noindex))
            ]
            inside = connection.execute(select(link.page_id, link.target_id, link.n2).where(link.internal)).all()
            unseen = {address: 1000 + place for place, (_, target, address) in enumerate(inside) if not target}
            named = connection.execute(select(alternate.page_id, alternate.n2).where(alternate.in_page)).all()
            known = Known(
                start=connection.scalar(select(page.id).where(page.is_start)) or 0,
                listed=set(connection.scalars(select(self.listed.c.target_id))),
                important=self.important,
                translations=[(no, address) for no, address in named],
            )
            links = [(no, target or unseen[address], False, True) for no, target, address in inside]
            for each in work_out(pages, [(no, address) for address, no in unseen.items()], links, known).standings:
                values = {name: value for name, value in each._asdict().items() if name in self.page.c}
                connection.execute(update(self.page).where(page.id == each.no).values(values))

    def tables(self) -> AuditTables:
        names = ("page", "link", "alternate", "file", "note", "listed", "form", "external", "alike", "trap")
        return AuditTables(**{name: getattr(self, name) for name in names})

    def subjects(self, rule: str) -> dict[int, bool]:
        """Pages or files the rule applies to, and whether their silence says nothing."""
        self.measure()
        with self.engine.connect() as connection:
            return {row.id: bool(row.unsure) for row in connection.execute(RULES[rule].subjects(self.tables()))}

    def found(self, rule: str) -> list[tuple[int, Failure]]:
        """Failures in the order of the pages."""
        self.measure()
        with self.engine.connect() as connection:
            rows = connection.execute(RULES[rule](self.tables())).mappings()
            return sorted((failure_of(row) for row in rows), key=lambda row: (row[0], row[1].key))


def pages_of(audit: Audit, rule: str) -> list[int]:
    """The pages that fail a rule."""
    return [page for page, _ in audit.found(rule)]
