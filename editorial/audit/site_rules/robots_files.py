"""robots.txt of each origin: findings stand at the address of the file."""

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, literal, not_, or_, select

from editorial.audit.predicates import ENGINE_NAMES
from editorial.audit.rule import Severity
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

ROBOTS = "https://developers.google.com/crawling/docs/robots-txt/robots-txt-spec"
RFC = "https://www.rfc-editor.org/rfc/rfc9309.html"

TOO_MANY = 429
SILENT = ("timeout", "reset")  # a server that is there and does not answer; without a connection the whole host is away
GRAVE = ("html", "encoding", "size")  # the file or its end is lost, not a line


def _is_robots(audit: AuditTables) -> ColumnElement[bool]:
    return and_(audit.file.c.kind == "robots", audit.file.c.listed)


def _was_not_read(audit: AuditTables) -> ColumnElement[bool]:
    file = audit.file
    return or_(
        file.c.error.is_not(None) & (file.c.error != "redirects"),
        file.c.status >= 500,
        file.c.status == TOO_MANY,
        file.c.challenged,
    )


def _may_have_been_refused(audit: AuditTables) -> ColumnElement[bool]:
    file = audit.file
    away = file.c.error.is_not(None) & file.c.error.not_in(("redirects", *SILENT))
    return or_(away, file.c.status == TOO_MANY, file.c.challenged)


_about_robots = partial(
    site_rule, version=1, category="robots", applies=_is_robots, silence_needs=frozenset(), about="file"
)


@_about_robots(
    severity=Severity.ERROR,
    title=N_("robots.txt closes the site"),
    says=N_("robots.txt keeps %(engine)s from the whole site."),
    why=N_("The engine reads no page any more, and the site vanishes from its results."),
    fix=N_("Take the line out of the group that speaks to this engine, or narrow it to the folders it is meant for."),
    source=ROBOTS,
    unsure=_was_not_read,
)
def robots_blocks_all(audit: AuditTables) -> Select[Any]:
    """By the group that speaks to each engine; closed to all is an error, to one that is not Google a warning."""
    file, note = audit.file, audit.note
    google = note.alias("google")
    also_google = exists().where(
        google.c.file_id == note.c.file_id, google.c.kind == "blocks", google.c.subject == "googlebot"
    )
    names = {engine.agent: name for engine, name in ENGINE_NAMES.items()}
    return (
        select(
            note.c.file_id.label("page_id"),
            note.c.subject.label("key"),
            case(names, value=note.c.subject, else_=note.c.subject).label("param_engine"),
            note.c.text.label("evidence"),
            case((also_google, literal("error")), else_=literal("warning")).label("severity"),
        )
        .join_from(note, file, file.c.id == note.c.file_id)
        .where(_is_robots(audit), note.c.kind == "blocks")
    )


@_about_robots(
    severity=Severity.ERROR,
    title=N_("robots.txt cannot be read"),
    says=N_("robots.txt cannot be fetched: the server says %(answer)s."),
    why=N_("Search engines then take the whole site as closed to them."),
    fix=N_("Let the server answer 200 with the file, or 404 if there is none."),
    source=RFC,
    unsure=_may_have_been_refused,
)
def robots_5xx(audit: AuditTables) -> Select[Any]:
    """5xx, or no answer on an open connection. 4xx closes nothing, and 429 says only that we asked often."""
    file = audit.file
    failed = or_(and_(file.c.error.is_(None), file.c.status >= 500), file.c.error.in_(SILENT))
    return select(
        file.c.id.label("page_id"),
        literal("robots").label("key"),
        func.coalesce(file.c.error, cast(file.c.status, String)).label("param_answer"),
        file.c.url.label("evidence"),
    ).where(_is_robots(audit), failed, not_(file.c.challenged))


@_about_robots(
    severity=Severity.NOTICE,
    title=N_("Line of robots.txt without effect"),
    says=N_("Search engines do not heed line %(line)s of robots.txt, or not all of them."),
    why=N_("What the line was written for does not happen, and nobody is told."),
    fix=N_(
        "Write field, colon and value; name a user agent before the rules; begin paths with / or *, with $ at the end"
        " only; send the file as plain text in UTF-8 and keep it under 500 KiB."
    ),
    source=RFC,
    unsure=_was_not_read,
)
def robots_syntax(audit: AuditTables) -> Select[Any]:
    """Unknown fields are legal, and so is a UTF-8 byte order mark. An HTML page is no robots.txt.

    A missing colon is forgiven by Google alone.
    """
    file, note = audit.file, audit.note
    grave = func.max(case((note.c.kind.in_(GRAVE), 1), else_=0)) == 1
    return (
        select(
            note.c.file_id.label("page_id"),
            (note.c.kind + literal(" ") + note.c.text).label("key"),
            func.min(note.c.line).label("param_line"),
            note.c.text.label("evidence"),
            case((grave, literal("warning")), else_=literal("notice")).label("severity"),
        )
        .join_from(note, file, file.c.id == note.c.file_id)
        .where(_is_robots(audit), note.c.kind != "blocks")
        .group_by(note.c.file_id, note.c.kind, note.c.text)
    )
