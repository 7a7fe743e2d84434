"""The mails that bring somebody onto the desk or back to it."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.messages import N_, Message
from editorial.services import mail
from editorial.services.deps import Deps
from editorial.services.mail import Reader
from editorial.services.team import Issued
from editorial.store import people
from editorial.store.people import Person


def send_invitation(session: Session, deps: Deps, issued: Issued, author: Person) -> None:
    """Write the invitation into the outbox. The caller commits."""
    link = issued.link
    to = Reader(link.name, link.email, link.language, ZoneInfo(author.zone))
    composed = mail.compose(
        deps,
        "invitation",
        to,
        reason=Message(N_("You receive this mail because %(name)s invited you."), {"name": author.name}),
        url=issued.url,
        author=author.name,
        team=_team(session),
        expires=link.expires_at,
    )
    mail.put(
        session,
        deps,
        kind="invitation",
        dedupe_key=f"link:{link.id}",
        to=to,
        composed=composed,
        secret_until=link.expires_at,
    )


def send_password_link(session: Session, deps: Deps, issued: Issued) -> None:
    """Write the link to a new password into the outbox. The caller commits."""
    person = issued.link.person or session.get_one(Person, issued.link.person_id)
    to = Reader.of(person)
    composed = mail.compose(
        deps,
        "new_password",
        to,
        reason=Message(N_("You receive this mail because a new password was asked for your account.")),
        url=issued.url,
        team=_team(session),
        expires=issued.link.expires_at,
    )
    mail.put(
        session,
        deps,
        kind="new_password",
        dedupe_key=f"link:{issued.link.id}",
        to=to,
        composed=composed,
        secret_until=issued.link.expires_at,
    )


def _team(session: Session) -> str:
    found = people.workspace(session)
    return found.name if found else "Editorial"
