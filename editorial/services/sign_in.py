"""Signing in and out: server-side sessions that can be listed and revoked, and throttling per account and address."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services import keys, passwords
from editorial.services.deps import Deps
from editorial.store import history, people
from editorial.store.base import reading
from editorial.store.people import Person, SignInAttempt, WebSession

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS = 5, 30  # failures within the window
KNOWN = "known-browser"
SEEN_EVERY = timedelta(minutes=5)  # how precisely the last use is kept; saves a write on every request


class SignInRefused(EditorialError):
    """Wrong address or password; which of them is not said."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The address or the password is wrong.")),
            hint=Message(N_("Check both; an administrator can set a new password.")),
            field="password",
        )


class TooManyTries(EditorialError):
    """Too many failures for this account or from this address."""

    http_status = 429

    def __init__(self) -> None:
        super().__init__(
            Message(N_("There were too many failed tries.")),
            hint=Message(N_("Wait %(count)s minutes, then try again."), {"count": WINDOW.seconds // 60}),
        )


def sign_in(
    deps: Deps, email: str, password: str, *, address: str, agent: str, known: str = "", instead_of: str = ""
) -> tuple[Person, str]:
    """Open a session; returns its person and the token for the cookie. Commits, also the failed try.

    The slow hashes run outside any transaction, so that a guesser cannot hold the database.

    Args:
        deps: the parts.
        email: as it was typed.
        password: as it was typed.
        address: the visitor's, for throttling.
        agent: the visitor's program.
        known: what `known_browser` gave this browser when somebody signed in with it; failures of strangers do not
            close the account to them.
        instead_of: the cookie this browser had; its session ends.
    """
    now, folded = deps.now(), email.strip().lower()[:254]
    with reading(deps.sessions) as session:
        person = people.find_person(session, folded)
        spared = person is not None and _knows(deps, person, known)
        _throttle(session, "" if spared else folded, address, now)
    right = passwords.verify(deps.config, person.password_hash if person else None, password)
    renewed = None
    if right and person is not None and passwords.needs_rehash(deps.config, person.password_hash or ""):
        renewed = passwords.hash_password(deps.config, password)
    with deps.sessions.begin() as session:
        welcome = right and person is not None and person.active
        session.add(SignInAttempt(email=folded, address=address, at=now, succeeded=welcome))
        people.sweep_attempts(session, now)
        if welcome and person is not None:
            own = session.get_one(Person, person.id)
            own.password_hash = renewed or own.password_hash
            return own, open_session(session, deps, own, address=address, agent=agent, instead_of=instead_of)[1]
    raise SignInRefused


def known_browser(deps: Deps, person: Person) -> str:
    """What a browser keeps to show that this person has signed in with it; worth nothing after a new password."""
    return keys.sign(deps.config, KNOWN, f"{person.id}:{person.password_hash}")


def _knows(deps: Deps, person: Person, known: str) -> bool:
    return keys.signed_by_us(deps.config, KNOWN, f"{person.id}:{person.password_hash}", known)


def open_session(
    session: Session, deps: Deps, person: Person, *, address: str, agent: str, instead_of: str = ""
) -> tuple[WebSession, str]:
    """A session for somebody who has just proved who they are; the one this browser had ends. The caller commits."""
    token, now = deps.token(), deps.now()
    before = people.live_session(session, passwords.hash_token(instead_of), now) if instead_of else None
    if before is not None:
        revoke(session, deps, before.person_id, before.id)
    opened = WebSession(
        token_hash=passwords.hash_token(token),
        person_id=person.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=deps.config.session_days),
        address=address[:45],
        agent=agent[:200],
    )
    session.add(opened)
    history.record(session, at=now, actor_id=person.id, action="person.signed_in", entity="person", entity_id=person.id)
    return opened, token


def find_session(deps: Deps, token: str) -> WebSession | None:
    """The live session behind a cookie; notes now and then that it was used."""
    now, token_hash = deps.now(), passwords.hash_token(token)
    with reading(deps.sessions) as session:
        found = people.live_session(session, token_hash, now)
    if found is not None and now - found.last_seen_at >= SEEN_EVERY:
        with deps.sessions.begin() as session:
            seen = session.get_one(WebSession, found.id)
            seen.last_seen_at, seen.expires_at = now, now + timedelta(days=deps.config.session_days)
    return found


def revoke(session: Session, deps: Deps, person_id: int, session_id: int) -> None:
    """End one of the person's own sessions. The caller commits."""
    found = session.get(WebSession, session_id)
    if found is None or found.person_id != person_id or found.revoked_at is not None:
        return
    found.revoked_at = deps.now()
    history.record(
        session, at=deps.now(), actor_id=person_id, action="session.revoked", entity="person", entity_id=person_id
    )


def _throttle(session: Session, email: str, address: str, now: datetime) -> None:
    """Refuse after too many failures; an empty `email` asks for the address alone."""
    since = now - WINDOW
    if email and people.failures_since(session, since, email=email) >= PER_ACCOUNT:
        raise TooManyTries
    if people.failures_since(session, since, address=address) >= PER_ADDRESS:
        raise TooManyTries
