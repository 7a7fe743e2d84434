"""The way back in for somebody who forgot the password, without telling anybody who is on the team.

The page only writes down the address that was typed, whoever's it is: the same one row, and nothing that takes longer
for an address we know. The clock then makes the link and its mail.
"""

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services import team, team_mail
from editorial.services.deps import Deps
from editorial.services.sign_in import WINDOW
from editorial.store import links, people
from editorial.store.base import reading
from editorial.store.links import PasswordRequest
from editorial.store.people import SignInAttempt

WISHES = 10  # of one visitor's address within the window of signing in
_WISHES = "reset "
"""How the address of a wish begins among the failed tries."""


class TooManyWishes(EditorialError):
    """One visitor asks and asks, for whatever accounts."""

    http_status = 429

    def __init__(self) -> None:
        super().__init__(
            Message(N_("From here a link was asked for too often.")),
            hint=Message(N_("Wait %(count)s minutes, then try again."), {"count": WINDOW.seconds // 60}),
        )


def ask(session: Session, deps: Deps, email: str, *, address: str) -> None:
    """Note that a new password is wished for the account with that e-mail address. The caller commits.

    Args:
        address: the visitor's. Wishes are counted with the failed tries of signing in, but apart: who forgot a
            password closes the sign-in to nobody.

    Raises:
        TooManyWishes: from this visitor's address.
    """
    now, place = deps.now(), (_WISHES + address)[:45]
    if people.failures_since(session, now - WINDOW, address=place) >= WISHES:
        raise TooManyWishes

    session.add(SignInAttempt(email="", address=place, at=now, succeeded=False))
    people.sweep_attempts(session, now)
    session.add(PasswordRequest(email=email.strip().lower()[:254], asked_at=now))


def answer_requests(deps: Deps) -> int:
    """Make and mail a link for every wish whose address is somebody's; returns how many were mailed."""
    with reading(deps.sessions) as session:
        if not links.anybody_asked(session):
            return 0
    mailed = 0
    while (answered := _answer_one(deps)) is not None:
        mailed += answered
    return mailed


def _answer_one(deps: Deps) -> bool | None:
    """Whether the oldest wish led to a mail; None where none is left."""
    with deps.sessions.begin() as session:
        request = links.take_password_request(session)
        if request is None:
            return None
        issued = team.forgotten(session, deps, request.email)
        if issued is not None:
            team_mail.send_password_link(session, deps, issued)
        session.delete(request)
    return issued is not None
