"""A request that comes twice is done once: its answer is written with what it did, and given again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services.deps import Deps
from editorial.store import api
from editorial.store.api import KeptAnswer
from editorial.store.base import reading

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255  # characters


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a body of plain JSON values. `again`: it is the answer to an earlier request."""

    status: int
    body: dict[str, Any]
    again: bool = False


class KeyReused(EditorialError):
    """The key belongs to another request."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("This Idempotency-Key was sent with another request.")),
            hint=Message(N_("Take a fresh key for each thing to be done, and the same one only to ask again.")),
            field="Idempotency-Key",
        )


def once(deps: Deps, person_id: int, key: str, request: str, act: Callable[[Session], Answer]) -> Answer:
    """Do what is asked in one transaction, unless a request with this key did it before. Commits.

    The key is written first. Of two requests at the same moment the second waits for the first on the unique key
    (on SQLite for the write lock) and then gives the first one's answer. What is refused leaves no key behind: nothing
    was done, so the same request may be sent again.

    Args:
        deps: the parts.
        person_id: whose request it is; keys of others do not matter.
        key: as the program sent it; empty: nothing is kept.
        request: what the request says: method, address and body.
        act: does it and says what is to be answered.

    Raises:
        KeyReused: another request had this key. Whatever `act` raises.
    """
    if not key:
        with deps.sessions.begin() as session:
            return act(session)
    if len(key) > LONGEST_KEY:
        raise EditorialError(
            Message(N_("The Idempotency-Key is longer than %(most)s characters."), {"most": LONGEST_KEY}),
            hint=Message(N_("A UUID is enough.")),
            field="Idempotency-Key",
        )
    hashed, said = _hash(key), _hash(request)
    try:
        with deps.sessions.begin() as session:
            api.forget_answers(session, deps.now() - KEPT_FOR)
            if (before := api.kept_answer(session, person_id, hashed)) is not None:
                return _again(before, said)
            kept = _keep(session, KeptAnswer(person_id=person_id, key=hashed, request_hash=said, created_at=deps.now()))
            answer = act(session)
            kept.status, kept.body = answer.status, answer.body
            return answer
    except _Overtaken:
        with reading(deps.sessions) as session:
            winner = api.kept_answer(session, person_id, hashed)
            if winner is None:  # it was dropped between the two looks: nobody waits for a whole day here
                raise
            return _again(winner, said)


class _Overtaken(Exception):
    """The other request with the same key was faster, and has committed."""


def _keep(session: Session, kept: KeptAnswer) -> KeptAnswer:
    session.add(kept)
    try:
        session.flush()
    except IntegrityError as error:
        raise _Overtaken from error
    return kept


def _again(kept: KeptAnswer, said: str) -> Answer:
    if kept.request_hash != said:
        raise KeyReused
    return Answer(kept.status, kept.body or {}, again=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
