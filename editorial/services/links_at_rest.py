"""One-time links in the outbox: readable for as long as somebody may have to pass them on, and no longer.

A copy of the database, or an administrator who leafs through the outbox, must not find a link that still opens an
account. The text of a mail loses its link when the mail has left, and when the link has been used, revoked or run out.
"""

from editorial.domain.errors import EditorialError
from editorial.domain.mails import MailState, move, without_tokens
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.services.deps import Deps
from editorial.store import mail
from editorial.store.base import reading
from editorial.store.mail import OutgoingMail


class LinkGone(EditorialError):
    """The link in the mail opens nothing any more, so that sending it would help nobody."""

    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The link in this mail does not work any more.")),
            hint=Message(N_("Make a new one on the team page; that writes a new mail.")),
        )


def check_link(row: OutgoingMail) -> None:
    """Refuse to send a mail whose link is gone."""
    if link_gone(row):
        raise LinkGone


def link_gone(row: OutgoingMail) -> bool:
    """Whether this is a mail about a link that it does not hold any more."""
    return row.kind in mail.WITH_LINK and row.secret_until is None


def forget(row: OutgoingMail) -> None:
    """Take the link out of a mail; its other words stay. The caller commits."""
    if row.secret_until is not None:
        row.text, row.html, row.secret_until = without_tokens(row.text), without_tokens(row.html), None


def forget_links(deps: Deps) -> int:
    """Take the links out of all mails that have left or whose link opens nothing any more; returns how many.

    A mail that still waits is cancelled: it would lead its reader nowhere.
    """
    with reading(deps.sessions) as session:
        if not mail.secrets_to_forget(session, deps.now()):
            return 0
    with deps.sessions.begin() as session:
        rows = mail.secrets_to_forget(session, deps.now(), lock=True)
        for row in rows:
            forget(row)
            _cancel(row)
    return len(rows)


def _cancel(row: OutgoingMail) -> None:
    if row.state is MailState.WAITING:
        row.state, row.worker, row.lease_until = move(row.state, MailState.CANCELLED), None, None
        row.last_error = pack(LinkGone().says)
