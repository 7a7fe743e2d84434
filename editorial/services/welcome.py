"""The first start: one link with a one-time token, one person, one workspace."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.names import clean_email, clean_name
from editorial.domain.people import Role
from editorial.domain.slots import zone_named
from editorial.services import passwords
from editorial.services.deps import Deps
from editorial.store import history
from editorial.store.base import reading
from editorial.store.people import Person, PersonRole, SetupToken, Workspace, find_person, workspace


class WelcomeClosed(EditorialError):
    """Set-up is done, or the token is not the one that was printed."""

    http_status = 403


@dataclass(frozen=True)
class FirstPerson:
    """What the welcome form asks for."""

    name: str
    email: str
    password: str
    language: Language
    zone: str
    team: str = ""


def invitation_link(deps: Deps) -> str | None:
    """The link to print at the start, with a fresh token; None once the workspace exists. Commits.

    Every start prints a new link, and the one before stops working: a log that leaked yesterday opens nothing today.
    """
    token = deps.token()
    with deps.sessions.begin() as session:
        if workspace(session) is not None:
            return None
        for old in session.scalars(select(SetupToken).where(SetupToken.used_at.is_(None))):
            session.delete(old)
        session.add(SetupToken(token_hash=passwords.hash_token(token), created_at=deps.now()))
    return f"{deps.config.public_url}/welcome?token={token}"


def check_token(session: Session, token: str) -> SetupToken:
    """The unused set-up token, or `WelcomeClosed`."""
    found = session.scalar(
        select(SetupToken).where(SetupToken.token_hash == passwords.hash_token(token), SetupToken.used_at.is_(None))
    )
    if workspace(session) is not None:
        raise WelcomeClosed(
            Message(N_("This desk is set up already.")), hint=Message(N_("Sign in with your e-mail address."))
        )
    if found is None:
        raise WelcomeClosed(
            Message(N_("This link does not open the set-up.")),
            hint=Message(N_("Use the link that was printed when the desk was last started.")),
        )
    return found


def faults(*, name: str, email: str, password: str, zone: str) -> list[EditorialError]:
    """Everything that is wrong with what somebody new says of themselves, so that a page can say it at once."""
    about = (" ".join(name.split()), email.strip().lower(), email.strip().lower().split("@", maxsplit=1)[0])
    checks: tuple[Callable[[], object], ...] = (
        lambda: clean_name(name),
        lambda: clean_email(email),
        lambda: passwords.check_strength(password, about=about),
        lambda: zone_named(zone),
    )
    found = []
    for check in checks:
        try:
            check()
        except EditorialError as error:
            found.append(error)
    return found


def set_up(deps: Deps, token: str, first: FirstPerson) -> Person:
    """Make the workspace and its first administrator. Commits; the slow hash runs outside the transaction."""
    with reading(deps.sessions) as session:
        check_token(session, token)
    name, email = clean_name(first.name), clean_email(first.email)
    zone = zone_named(first.zone)
    passwords.check_strength(first.password, about=(name, email, email.split("@", maxsplit=1)[0]))
    hashed = passwords.hash_password(deps.config, first.password)
    now, team = deps.now(), first.team.strip()[:120] or name

    person = Person(
        name=name,
        email=email,
        password_hash=hashed,
        language=first.language,
        zone=zone.key,
        created_at=now,
        grants=[PersonRole(role=Role.WORKSPACE_ADMIN)],
    )
    with deps.sessions.begin() as session:
        check_token(session, token).used_at = now  # somebody may have used it meanwhile
        if find_person(session, email) is not None:
            raise EditorialError(
                Message(N_("Somebody has this address already.")), hint=Message(N_("Use another one.")), field="email"
            )
        session.add_all([person, Workspace(id=1, name=team, language=first.language, zone=zone.key, created_at=now)])
        session.flush()
        history.record(
            session,
            at=now,
            actor_id=person.id,
            action="workspace.set_up",
            entity="workspace",
            entity_id=1,
            after={"zone": zone.key, "language": first.language.value},
        )
    return person
