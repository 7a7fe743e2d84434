"""Sending what lies in the outbox, and what a person may do about it.

The order is that of distribution jobs: claim, commit; Message-ID and `sending`, commit; network; the result in a write
of its own. A lost answer is shown and never sent again by itself.
"""

from collections.abc import Callable
from datetime import datetime
from email.errors import MessageError
from email.utils import parseaddr
from urllib.parse import urlsplit

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.mime import Letter, as_bytes, domain_of, wire_address
from editorial.adapters.smtp import NAMELESS, SmtpServer, Unreachable
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import NotSent, Refused, Unclear
from editorial.domain.mails import NEWS, NOTICE, NOTICES, TRIES, WEEKLY, MailState, move, retry_delay
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.services import links_at_rest
from editorial.services.deps import Deps
from editorial.store import history, mail
from editorial.store.base import reading
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person

log = structlog.get_logger()


def server_of(deps: Deps) -> SmtpServer | None:
    """The SMTP server of the settings; None before one is set up: mails then wait in the outbox screen."""
    config = deps.config
    if not config.smtp_host:
        return None
    own_name = urlsplit(config.public_url).hostname or ""
    named = "." in own_name and not own_name.replace(".", "").isdigit()
    return SmtpServer(
        host=config.smtp_host,
        port=config.smtp_port,
        security=config.smtp_security,
        user=config.smtp_user,
        password=config.smtp_password.get_secret_value(),
        hello=own_name if named else NAMELESS,
    )


def send_due(deps: Deps, server: SmtpServer | None = None, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send every mail whose time has come, one by one, until `stopping`; returns how many a server took."""
    server = server or server_of(deps)
    with reading(deps.sessions) as session:
        if not mail.anything_to_do(session, deps.now()):
            return 0
    _reap(deps)
    if server is None:
        return 0
    sent = 0
    while not stopping():
        with deps.sessions.begin() as session:
            mail_id = mail.claim_one(session, deps.now(), deps.worker)
        if mail_id is None:
            return sent
        try:
            sent += send_one(deps, server, mail_id)
        except Unreachable:  # the next tick tries again; the other mails need not each wait for the same time-out
            return sent
    return sent


def send_one(deps: Deps, server: SmtpServer, mail_id: int) -> bool:
    """Send one claimed mail and write down what became of it; True if the server took it.

    Raises:
        Unreachable: the server did not let us in; written down as well.
    """
    with deps.sessions.begin() as session:
        row = _begin(session, deps, mail_id)
    if row is None:
        return False
    try:
        sender = wire_address(parseaddr(deps.config.mail_from)[1])
        receipt = server.deliver(sender, wire_address(row.address), _bytes(deps, row))
    except Refused as no:
        _record(deps, row, MailState.REFUSED, no.says)
    except Unreachable as later:
        _record(deps, row, MailState.WAITING, later.says, retry_after=later.retry_after)
        raise
    except NotSent as later:
        if row.attempts % TRIES:
            _record(deps, row, MailState.WAITING, later.says, retry_after=later.retry_after)
        else:
            says = Message(N_("We gave up after %(tries)s tries. %(reason)s"), {"tries": TRIES, "reason": later.says})
            _record(deps, row, MailState.REFUSED, says)
    except Unclear as lost:
        _record(deps, row, MailState.UNKNOWN, lost.says)
    else:
        with deps.sessions.begin() as session:
            if mail.record_result(session, row.id, MailState.SENT, sent_at=deps.now(), last_error=None):
                links_at_rest.forget(mail.lock_mail(session, row.id))
        log.info("mail.sent", mail_id=row.id, kind=row.kind, receipt=receipt.external_id)
        return True
    return False


def _begin(session: Session, deps: Deps, mail_id: int) -> OutgoingMail | None:
    row = mail.lock_mail(session, mail_id)
    reader = session.get(Person, row.person_id) if row.person_id else None
    if (reason := _pointless(session, row, reader, deps.now())) is not None:
        row.state, row.worker, row.lease_until = move(row.state, MailState.CANCELLED), None, None
        row.last_error = pack(reason)
        return None
    message_id = f"<mail-{mail_id}.{deps.token()[-24:]}@{domain_of(deps.config.mail_from)}>"
    return mail.begin_sending(session, mail_id, now=deps.now(), worker=deps.worker, message_id=message_id)


def _pointless(session: Session, row: OutgoingMail, reader: Person | None, now: datetime) -> Message | None:
    """Why a mail should not leave any more, if it should not."""
    if reader is None or row.kind not in {WEEKLY, NOTICE, NOTICES}:
        return None
    wanted = mail.wants_weekly(session, reader, row.site_id) if row.kind == WEEKLY else reader.notice_mail
    if not (reader.active and wanted):
        return Message(N_("The reader does not want this mail any more."))
    untouched = row.next_try_at == row.created_at  # nobody tried it, and nobody asked for it by hand
    if row.kind != WEEKLY and untouched and now - row.created_at > NEWS:
        return Message(N_("It waited so long for a mail server that it is no news. The notice stands in the app."))
    return None


def _record(
    deps: Deps, row: OutgoingMail, state: MailState, reason: Message, *, retry_after: float | None = None
) -> None:
    values = {"last_error": pack(reason)}
    if state is MailState.WAITING:
        values["next_try_at"] = deps.now() + retry_delay(row.attempts, retry_after)  # type: ignore[assignment]
    with deps.sessions.begin() as session:
        mail.record_result(session, row.id, state, **values)
    log.warning("mail.not_sent", mail_id=row.id, kind=row.kind, state=state.value, attempt=row.attempts)


def _reap(deps: Deps) -> None:
    reason = Message(N_("The desk stopped while it was sending this mail. It may have arrived."))
    with deps.sessions.begin() as session:
        lost = mail.reap(session, deps.now(), pack(reason))
    if lost:
        log.warning("mail.sender_lost", count=lost)


def _bytes(deps: Deps, row: OutgoingMail) -> bytes:
    letter = Letter(
        sender=deps.config.mail_from,
        name=row.name,
        address=row.address,
        subject=row.subject,
        text=row.text,
        html=row.html,
        language=row.language.tag,
        message_id=row.message_id or "",
        date=deps.now(),
        headers=row.headers,
    )
    try:
        return as_bytes(letter)
    except (ValueError, MessageError) as error:
        log.exception("mail.malformed", mail_id=row.id)
        raise Refused(
            Message(N_("The mail could not be put together.")),
            hint=Message(N_("Tell whoever runs this desk to look into its log.")),
        ) from error


# -- what a person does -------------------------------------------------------------------------------------------

_ACTIONS = {
    MailState.WAITING: "mail.requeued",
    MailState.SENT: "mail.handled",
    MailState.CANCELLED: "mail.cancelled",
}


class NoServer(EditorialError):
    """Nothing can be sent before SMTP is set up."""

    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            Message(N_("No mail server is set up yet.")),
            hint=Message(N_("Set EDITORIAL_SMTP_HOST and start the desk again; the mail waits here.")),
        )


def send_again(session: Session, deps: Deps, mail_id: int, actor_id: int) -> OutgoingMail:
    """Put a mail that waits, was refused, cancelled or is unknown in line, to go out now. The caller commits.

    The Message-ID stays: a reader who did get the first one can see that both are the same mail.
    """
    if server_of(deps) is None:
        raise NoServer
    row = mail.lock_mail(session, mail_id)
    links_at_rest.check_link(row)
    _step(session, deps, row, MailState.WAITING, actor_id)
    row.next_try_at = deps.now()
    return row


def mark_sent(session: Session, deps: Deps, mail_id: int, actor_id: int) -> OutgoingMail:
    """Note that the mail reached its reader: it was passed on by hand, or an unknown one did arrive. Caller commits."""
    row = mail.lock_mail(session, mail_id)
    _step(session, deps, row, MailState.SENT, actor_id)
    row.sent_at, row.handled_by, row.last_error = deps.now(), actor_id, None
    links_at_rest.forget(row)
    return row


def cancel(session: Session, deps: Deps, mail_id: int, actor_id: int) -> OutgoingMail:
    """Take a mail that has not left out of the line. The caller commits."""
    row = mail.lock_mail(session, mail_id)
    _step(session, deps, row, MailState.CANCELLED, actor_id)
    return row


def _step(session: Session, deps: Deps, row: OutgoingMail, to: MailState, actor_id: int) -> None:
    before = row.state
    if before is MailState.WAITING and row.lease_until is not None and row.lease_until > deps.now():
        raise EditorialError(
            Message(N_("This mail is being sent at this moment.")), hint=Message(N_("Look again in a minute."))
        )
    row.state = move(before, to)
    row.worker = row.lease_until = None
    history.record(
        session,
        at=deps.now(),
        actor_id=actor_id,
        action=_ACTIONS[to],
        entity="mail",
        entity_id=row.id,
        before={"state": before.value},
        after={"state": to.value},
    )
