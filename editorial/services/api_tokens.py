"""Tokens of people's programs: made once and shown once, each revocable alone, never worth more than their person."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.people import Scope
from editorial.services import passwords
from editorial.services.deps import Deps
from editorial.services.sign_in import PER_ADDRESS, SEEN_EVERY, WINDOW, TooManyTries
from editorial.store import api, history, people
from editorial.store.api import ApiToken
from editorial.store.base import reading
from editorial.store.people import Person, SignInAttempt

log = structlog.get_logger()
MARK = "edt_"
"""How every token begins, so that scanners of repositories and logs know one when they see it."""
SHOWN = 12  # characters of a token that stay visible
LONGEST_LIFE = 365  # days
MOST = 50  # live tokens of one person
_ELSEWHERE = "api "
"""Failures with tokens are counted apart: a forgotten script must not close the sign-in of its whole office."""


class TokenRefused(EditorialError):
    """No token, or one that opens nothing (any more); which of these is not said."""

    http_status = 401

    def __init__(self) -> None:
        super().__init__(
            Message(N_("This address asks for a token that is valid.")),
            hint=Message(N_("Make one on your account page and send it as “Authorization: Bearer edt_…”.")),
        )


@dataclass(frozen=True)
class Made:
    """A fresh token. `secret` is shown this once."""

    token: ApiToken
    secret: str


def make(session: Session, deps: Deps, actor: Person, *, name: str, scope: Scope, days: int | None) -> Made:
    """Make a token for oneself. The caller commits, and shows the secret once.

    Args:
        name: what its maker calls it.
        days: how long it lives, up to a year; None: until it is revoked.

    Raises:
        EditorialError: the name or the days cannot be used, or there are too many; `field` says which.
    """
    words = " ".join(name.split())
    if not words or len(words) > 80:
        raise EditorialError(
            Message(N_("A token needs a name of up to %(most)s characters."), {"most": 80}),
            hint=Message(N_("Name the program that will use it.")),
            field="token_name",
        )
    if days is not None and not 1 <= days <= LONGEST_LIFE:
        raise EditorialError(
            Message(N_("A token lives between 1 and %(most)s days."), {"most": LONGEST_LIFE}),
            hint=Message(N_("Choose one from the list.")),
            field="token_days",
        )
    if len(api.tokens_of(session, actor.id)) >= MOST:
        raise EditorialError(
            Message(N_("You have %(most)s tokens already."), {"most": MOST}),
            hint=Message(N_("Revoke one that is not used any more.")),
            field="token_name",
        )
    now, secret = deps.now(), MARK + deps.token()

    token = ApiToken(
        person_id=actor.id,
        name=words,
        prefix=secret[:SHOWN],
        token_hash=passwords.hash_token(secret),
        scope=scope,
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    session.add(token)
    session.flush()
    _record(session, deps, actor, "token.made", token)
    return Made(token, secret)


def revoke(session: Session, deps: Deps, actor: Person, token_id: int) -> None:
    """End one of one's own tokens at once. The caller commits."""
    token = session.get(ApiToken, token_id)
    if token is None or token.person_id != actor.id or token.revoked_at is not None:
        return
    token.revoked_at = deps.now()
    _record(session, deps, actor, "token.revoked", token)


def person_behind(deps: Deps, secret: str, *, address: str) -> ApiToken:
    """The live token that a program shows, with its person; notes now and then that it was used. Commits.

    A token that is valid is let in whatever others at its address tried; it cannot be guessed, so nothing is gained by
    keeping it out. What is thrown back is counted, and after too many tries not even looked up in detail any more.

    Raises:
        TokenRefused: it opens nothing. TooManyTries: and neither did many others from this address.
    """
    now = deps.now()
    with reading(deps.sessions) as session:
        found = api.live_token(session, passwords.hash_token(secret), now) if secret.startswith(MARK) else None
        failures = people.failures_since(session, now - WINDOW, address=_place(address)) if found is None else 0
    if failures >= PER_ADDRESS:
        raise TooManyTries
    if found is None:
        with deps.sessions.begin() as session:
            session.add(SignInAttempt(email="", address=_place(address), at=now, succeeded=False))
            people.sweep_attempts(session, now)
        log.info("token.refused", address=address)
        raise TokenRefused
    if found.last_used_at is None or now - found.last_used_at >= SEEN_EVERY:
        with deps.sessions.begin() as session:
            session.get_one(ApiToken, found.id).last_used_at = now
    return found


def _place(address: str) -> str:
    return (_ELSEWHERE + address)[:45]


def _record(session: Session, deps: Deps, actor: Person, action: str, token: ApiToken) -> None:
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action=action,
        entity="person",
        entity_id=actor.id,
        after={"token": token.name, "prefix": token.prefix, "scope": token.scope.value},
    )
