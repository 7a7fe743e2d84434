"""Signing in and out: server-side sessions that can be listed and revoked, and throttling per account and address."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services import passwords
from editorial.services.deps import Deps
from editorial.store import history, people
from editorial.store.people import Person, SignInAttempt, WebSession

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS = 5, 30  # failures within the window
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


def sign_in(deps: Deps, email: str, password: str, *, address: str, agent: str) -> tuple[WebSession, str]:
    """Open a session; returns its row and the token for the cookie. Commits, also the failed try.

    The slow hash runs outside any transaction, so that a guesser cannot hold the database.
    """
    now, folded = deps.now(), email.strip().lower()[:254]
    with deps.sessions() as session:
        _throttle(session, folded, address, now)
        person = people.find_person(session, folded)
    right = passwords.verify(deps.config, person.password_hash if person else None, password)
    with deps.sessions.begin() as session:
        welcome = right and person is not None and person.active
        session.add(SignInAttempt(email=folded, address=address, at=now, succeeded=welcome))
        people.sweep_attempts(session, now)
        if welcome and person is not None:
            return _open(session, deps, person.id, password, address=address, agent=agent)
    raise SignInRefused


def open_session(session: Session, deps: Deps, person: Person, *, address: str, agent: str) -> tuple[WebSession, str]:
    """A session for somebody who has just proved who they are. The caller commits."""
    token, now = deps.token(), deps.now()
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
    with deps.sessions(bind=deps.sessions.kw["bind"].execution_options(write=False)) as session:
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


def _open(
    session: Session, deps: Deps, person_id: int, password: str, *, address: str, agent: str
) -> tuple[WebSession, str]:
    person = session.get_one(Person, person_id)
    if person.password_hash and passwords.needs_rehash(deps.config, person.password_hash):
        person.password_hash = passwords.hash_password(deps.config, password)
    return open_session(session, deps, person, address=address, agent=agent)


def _throttle(session: Session, email: str, address: str, now: datetime) -> None:
    since = now - WINDOW
    if people.failures_since(session, since, email=email) >= PER_ACCOUNT:
        raise TooManyTries
    if people.failures_since(session, since, address=address) >= PER_ADDRESS:
        raise TooManyTries
