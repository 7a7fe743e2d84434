"""Puts what a crawl finds into the database, a batch a transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import and_, case, delete, select, update
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import Batch, FileRow, PageRow, Progress, UrlRow, unpacked
from editorial.audit.crawl.redirects import Hops, Settled
from editorial.audit.crawl.traps import LONGEST_KEPT
from editorial.audit.engine import fingerprint
from editorial.domain.urls import n2
from editorial.services import form_storage, page_shapes
from editorial.store import audit as store
from editorial.store import link_packs
from editorial.store.base import Sessions, reading
from editorial.store.crawls import AuditTrap, AuditValidator
from editorial.store.relations import denied

AT_ONCE = 500  # numbers in one statement, of which PostgreSQL takes 65,535
Report = Callable[[Progress], None]


class AuditSink:
    """The `Sink` of one audit. Pages, links and failures are written as they come; findings wait for the end."""

    def __init__(
        self,
        sessions: Sessions,
        audit_id: int,
        worker: str,
        now: Callable[[], datetime],
        report: Report | None = None,
        *,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sessions, self._audit_id, self._worker, self._now, self._report = sessions, audit_id, worker, now, report
        self._stopping = stopping

    def save(self, batch: Batch) -> None:
        """Write a batch in one transaction; what is there already stays as it is.

        A process that slept past its lease writes nothing: its numbers are no longer those of the audit.
        """
        audit = self._audit_id
        with self._sessions.begin() as session:
            if not store.is_held(session, audit, self._worker):
                return
            connection = session.connection()
            rows = [(audit, *url) for url in batch.urls]
            store.insert_rows(connection, store.AuditUrl, rows)
            for no, depth in batch.promoted:
                session.execute(
                    update(store.AuditUrl)
                    .where(store.AuditUrl.audit_id == audit, store.AuditUrl.no == no)
                    .values(wanted=True, internal=True, depth=depth)
                )
            store.insert_rows(connection, store.AuditPage, [_page(audit, page) for page in batch.pages])
            link_packs.save(connection, audit, batch.packs)
            store.insert_rows(connection, store.AuditLink, [(audit, *link) for link in batch.links])
            store.insert_rows(
                connection,
                store.AuditAlternate,
                [
                    (audit, page.no, position, code[:80], compare)
                    for page in batch.pages
                    for position, (code, compare) in enumerate(page.record.alternates)
                ],
            )
            store.insert_rows(
                connection,
                store.AuditForm,
                [
                    (audit, page.no, position, *form[:4], ",".join(form[4]))
                    for page in batch.pages
                    for position, form in enumerate(page.record.forms)
                ],
            )
            form_storage.save(connection, audit, batch.pages)
            page_shapes.save(connection, audit, batch.pages)
            store.insert_rows(
                connection, AuditValidator, [row for page in batch.pages if (row := _validator(audit, page))]
            )
            store.insert_rows(
                connection, store.AuditFailure, [row for page in batch.pages for row in _failures(audit, page)]
            )
            _save_files(session, audit, batch.files)
            _save_course(session, audit, batch)

    def beat(self, progress: Progress) -> bool:
        """Keep the lease, show the progress; False when somebody asked to stop, or this process is about to end."""
        if self._stopping():
            return False
        if self._report is not None:
            self._report(progress)
        with self._sessions.begin() as session:
            return store.heartbeat(
                session,
                self._audit_id,
                self._worker,
                self._now(),
                fetched=progress.fetched,
                known=progress.known,
            )


def _save_course(session: Session, audit: int, batch: Batch) -> None:
    """Write how the crawl goes and what it leaves out; what is left out later than it was queued waits no more."""
    for place in range(0, len(batch.demoted), AT_ONCE):
        left = store.AuditUrl.audit_id == audit, store.AuditUrl.no.in_(batch.demoted[place : place + AT_ONCE])
        session.execute(update(store.AuditUrl).where(*left).values(wanted=False))
    if batch.course is None:
        return
    session.execute(update(store.Audit).where(store.Audit.id == audit).values(course=batch.course))
    session.execute(delete(AuditTrap).where(AuditTrap.audit_id == audit))
    rows = [
        (audit, position, trap["kind"], trap["pattern"], trap["count"], *(*trap["examples"], "", "", "")[:3])
        for position, trap in enumerate(batch.course["traps"])
    ]
    store.insert_rows(session.connection(), AuditTrap, rows)


def _save_files(session: Session, audit: int, files: Sequence[FileRow]) -> None:
    """Write robots.txt and sitemaps; a resumed crawl reads them again, and the last reading counts."""
    connection = session.connection()
    for file in files:
        if file.no:
            for table in (store.AuditFile, store.AuditFileNote, store.AuditListed):
                session.execute(delete(table).where(table.audit_id == audit, table.no == file.no))
        session.add(
            store.AuditFile(
                audit_id=audit,
                kind=file.kind,
                url=file.url,
                status=file.status,
                error=file.error,
                content=file.content,
                no=file.no,
                listed=file.listed,
                challenged=file.challenged,
            )
        )
        notes = [(audit, file.no, position, *note) for position, note in enumerate(file.notes)]
        store.insert_rows(connection, store.AuditFileNote, notes)
        named = [(audit, file.no, position, target) for position, target in enumerate(file.names)]
        store.insert_rows(connection, store.AuditListed, named)
        alternates = [
            (audit, no, store.FROM_SITEMAP + position, code[:80], compare)
            for position, (no, code, compare) in enumerate(file.alternates)
        ]
        store.insert_rows(connection, store.AuditAlternate, alternates)


def _page(audit: int, page: PageRow) -> tuple[object, ...]:
    record = page.record
    return (
        audit,
        page.no,
        record.final_url,
        (n2(record.final_url) or record.final_url)[:LONGEST_KEPT],
        record.canonical_n2,
        record.status,
        record.error,
        record.truncated,
        record.elapsed_ms,
        record.body_bytes,
        record.media_type[:120],
        record.title,
        record.title_folded,
        record.language[:20],
        record.is_html,
        record.is_results_page,
        record.digest,
        record.words,
        record.description,
        record.description_folded,
        record.noindex,
        record.hops,
        record.moved,
        record.outcomes,
        page.facts,
    )


def _validator(audit: int, page: PageRow) -> tuple[object, ...] | None:
    record = page.record
    if not (record.etag or record.last_modified):
        return None
    return audit, page.no, record.etag, record.last_modified, record.wire_bytes, record.reused


def _failures(audit: int, page: PageRow) -> Iterator[tuple[object, ...]]:
    compare = n2(page.record.url) or page.record.url
    for rule, version, severity, key, params, evidence in page.record.failures:
        yield (
            audit,
            fingerprint(rule, compare, key),
            page.no,
            rule,
            version,
            severity,
            key,
            orjson.dumps(params).decode(),
            orjson.dumps(evidence).decode(),
        )


def interrupted(sessions: Sessions, audit_id: int) -> tuple[list[UrlRow], dict[int, Settled]]:
    """What an audit knew when its process was lost: addresses, and which pages have their answer."""
    url, page = store.AuditUrl, store.AuditPage
    with reading(sessions) as session:
        rows = session.execute(
            select(url.no, url.url, url.n2, url.internal, url.wanted, url.depth).where(url.audit_id == audit_id)
        )
        known = [UrlRow(*row) for row in rows]
        of_page = and_(url.audit_id == page.audit_id, url.no == page.no)
        stays = page.final_url == url.url  # its facts hold no hops; those of a whole site would not fit in memory
        pages = session.execute(
            select(
                page.no,
                url.url,
                page.final_url,
                page.status,
                page.error,
                page.digest,
                denied(audit_id),
                case((stays, None), else_=page.facts),
            )
            .join_from(page, url, of_page)
            .where(page.audit_id == audit_id)
        )
        done = {
            no: Settled(no, asked, final, status, error, _hops(facts), digest, challenged)
            for no, asked, final, status, error, digest, challenged, facts in pages.yield_per(1000)
        }
    texts = {settled.url: settled.digest for settled in done.values() if settled.digest}
    for no, settled in done.items():
        if settled.hops:  # what stands at its end was read as a page of its own
            done[no] = replace(settled, digest=texts.get(settled.final_url, ""))
    return known, done


def _hops(facts: bytes | None) -> Hops:
    return tuple((hop.url, hop.status, hop.location) for hop in unpacked(facts).redirects) if facts else ()


def forget(sessions: Sessions, audit_id: int) -> None:
    """Drop what an unfinished audit saw: its rules have changed since, so that it begins again."""
    with sessions.begin() as session:
        for table in (
            AuditValidator,
            AuditTrap,
            store.AuditFailure,
            store.AuditForm,
            *form_storage.TABLES,
            *page_shapes.TABLES,
            store.AuditAlternate,
            store.AuditLink,
            store.AuditLinkPack,
            store.AuditPage,
            store.AuditUrl,
            store.AuditFile,
            store.AuditFileNote,
            store.AuditListed,
            store.AuditPlace,
            store.AuditStructure,
        ):
            session.execute(delete(table).where(table.audit_id == audit_id))
