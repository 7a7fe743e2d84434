"""Telling people what concerns them: once for each cause, in the app always, and by mail where they want it.

Every room calls `notify` in the transaction of the step itself, so that nothing is told which did not happen. When one
cause has told a person three things within an hour, the next ones stand in the app only, and one mail counts them
(planning.md 3c, R15).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.domain.errors import NotFound
from editorial.domain.mails import NOTICE, NOTICES
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack, unpack
from editorial.services import mail
from editorial.services.deps import Deps
from editorial.services.mail import Reader
from editorial.store import notices
from editorial.store.base import reading
from editorial.store.notices import Notice
from editorial.store.people import Person, workspace

log = structlog.get_logger()
WINDOW = timedelta(hours=1)
AT_ONCE = 3
"""Mails of one cause to one person within the window; what comes after them waits for the digest."""
KEPT = timedelta(days=90)
"""How long a notice that was read stays."""
IN_DIGEST = 10
"""Notices that a digest shows; the others it counts."""
LONGEST_QUOTE = 300  # characters
MOST_COUNTED = 100
"""The bell counts no further."""
PAGE = 50
WHY = N_("You receive this because it concerns you on the desk of %(team)s. You can stop such mails under “Account”.")


def notify(
    session: Session,
    deps: Deps,
    people: Iterable[Person],
    *,
    kind: str,
    dedupe_key: str,
    message: Message,
    link: str,
    actor: Person | None = None,
    cause: str = "",
    quote: str = "",
    by_mail: bool = True,
) -> list[Person]:
    """Tell each of these people one thing, once. The caller commits.

    Args:
        kind: short key of what this is about, such as `mention` or `job-first-failure`; at most 40 characters.
        dedupe_key: names the one thing that is told; a person who was told it before is left alone.
        link: path on this desk at which they see it, beginning with `/`.
        actor: who did it; nobody is told what they did themselves.
        cause: what many such notices may have in common, such as `channel:3`; empty: the kind.
        quote: what somebody wrote with it, in their own words.
        by_mail: False for what is not worth a mail.

    Returns:
        Those who are told it now for the first time.
    """
    told = []
    for person in sorted({one.id: one for one in people}.values(), key=lambda one: one.id):  # one order: no deadlock
        if not person.active or (actor is not None and actor.id == person.id):
            continue
        with session.no_autoflush:  # the caller's own rows are written when the caller is ready, with its own errors
            notice_id = _tell(
                session,
                deps,
                person,
                by_mail=by_mail,
                kind=kind,
                cause=cause or kind,
                dedupe_key=dedupe_key,
                message=pack(message),
                quote=shortened(quote),
                link=link,
            )
        if notice_id is not None:
            told.append(person)
    return told


def _tell(session: Session, deps: Deps, person: Person, *, by_mail: bool, **values: object) -> int | None:
    now, cause = deps.now(), str(values["cause"])
    wanted = by_mail and person.notice_mail
    many = wanted and notices.has_had(session, person.id, cause, now - WINDOW, AT_ONCE)
    digest_at = (notices.next_digest(session, person.id, cause) or now + WINDOW) if many else None
    notice_id = notices.add_notice(session, person_id=person.id, created_at=now, digest_at=digest_at, **values)
    if notice_id is not None and wanted and not many:
        notice = notices.get_notice(session, notice_id)
        if _write_mail(session, deps, person, notice) is not None:
            notices.mark_mailed(session, [notice_id])
    return notice_id


def shortened(quote: str) -> str:
    """The beginning of what somebody wrote, on one line."""
    line = " ".join(quote.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1].rstrip() + "…"


# -- mails --------------------------------------------------------------------------------------------------------


def _write_mail(session: Session, deps: Deps, person: Person, notice: Notice) -> int | None:
    to = Reader.of(person)
    composed = mail.compose(
        deps,
        NOTICE,
        to,
        reason=_why(session),
        says=unpack(notice.message),
        quote=notice.quote,
        url=deps.config.public_url + notice.link,
        team=_team(session),
    )
    return mail.put(session, deps, kind=NOTICE, dedupe_key=f"notice:{notice.id}", to=to, composed=composed)


def write_digests(deps: Deps) -> int:
    """Write the mails about what was held back and is still unread; returns how many. For the clock."""
    with reading(deps.sessions) as session:
        due = notices.due_digests(session, deps.now())
    written = 0
    for person_id, cause in due:
        with deps.sessions.begin() as session:
            written += _write_digest(session, deps, session.get_one(Person, person_id), cause)
    return written


def _write_digest(session: Session, deps: Deps, person: Person, cause: str) -> int:
    held = notices.take_held(session, person.id, cause)
    if not held or not person.active or not person.notice_mail:
        return 0
    to = Reader.of(person)
    shown = [{"says": unpack(one.message), "at": one.created_at, "quote": one.quote} for one in held[-IN_DIGEST:]]
    composed = mail.compose(
        deps,
        NOTICES,
        to,
        reason=_why(session),
        count=len(held),
        notices=shown,
        more=len(held) - len(shown),
        url=f"{deps.config.public_url}/notices",
        team=_team(session),
    )
    mail_id = mail.put(session, deps, kind=NOTICES, dedupe_key=f"notices:{held[0].id}", to=to, composed=composed)
    notices.mark_mailed(session, [one.id for one in held])
    log.info("notices.digest_written", person_id=person.id, cause=cause, count=len(held))
    return 1 if mail_id is not None else 0


def _why(session: Session) -> Message:
    return Message(WHY, {"team": _team(session)})


def _team(session: Session) -> str:
    found = workspace(session)
    return found.name if found else "Editorial"


# -- reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One notice as its reader sees it."""

    notice: Notice
    says: Message


@dataclass(frozen=True)
class Board:
    """A page of somebody's notices: what is unread first, then what was read; each newest first."""

    unread: tuple[Told, ...]
    read: tuple[Told, ...]
    older: str | None
    """Where the next page begins; None on the last one."""
    newest: int
    """Id of the newest notice of this page: what "all" means to somebody who looks at it."""


def board(session: Session, person_id: int, *, after: str = "") -> Board:
    """One page of a person's notices. `after` is `older` of the page before; what cannot be read is the first page."""
    state, _, number = after.partition("-")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
    unread: Sequence[Notice] = ()
    if state != "read":
        unread = notices.listed(session, person_id, read=False, before=place, limit=PAGE + 1)
        place = None
    if len(unread) > PAGE:
        unread = unread[:PAGE]
        return _board(unread, (), f"unread-{unread[-1].id}")
    room = PAGE - len(unread)
    read = notices.listed(session, person_id, read=True, before=place, limit=room + 1)
    if len(read) <= room:
        return _board(unread, read, None)
    read = read[:room]
    return _board(unread, read, f"read-{read[-1].id if read else 2**31 - 1}")


def _board(unread: Sequence[Notice], read: Sequence[Notice], older: str | None) -> Board:
    return Board(
        unread=tuple(Told(one, unpack(one.message)) for one in unread),
        read=tuple(Told(one, unpack(one.message)) for one in read),
        older=older,
        newest=max((one.id for one in (*unread, *read)), default=0),
    )


def unread_count(session: Session, person_id: int) -> int:
    """How many notices a person has not read, counted up to 100. One look into an index."""
    return notices.count_unread(session, person_id, at_most=MOST_COUNTED)


def read(session: Session, deps: Deps, person_id: int, notice_id: int) -> Notice:
    """Note that the person has read one of their notices, and return it. The caller commits.

    Raises:
        NotFound: it is not theirs, or it is gone.
    """
    notice = notices.find_notice(session, person_id, notice_id)
    if notice is None:
        raise NotFound(
            Message(N_("There is no such notice.")), hint=Message(N_("What was read is forgotten after 90 days."))
        )
    notices.mark_read(session, person_id, deps.now(), notice_id=notice_id)
    return notice


def read_all(session: Session, deps: Deps, person_id: int, *, up_to: int | None = None) -> int:
    """Note that the person has read everything, or what they saw of it. The caller commits. Returns how many."""
    return notices.mark_read(session, person_id, deps.now(), up_to=up_to)


def sweep(deps: Deps) -> int:
    """Forget what was read more than 90 days ago; returns how many notices. For the clock."""
    before = deps.now() - KEPT
    with reading(deps.sessions) as session:
        if not notices.any_read_before(session, before):
            return 0
    with deps.sessions.begin() as session:
        return notices.sweep(session, before)
