"""The way back in for somebody who forgot the password, without telling anybody who is on the team.

The page only writes down the address that was typed, whoever's it is: the same one row, and nothing that takes longer
for an address we know. The clock then makes the link and its mail.
"""

from sqlalchemy.orm import Session

from editorial.services import team, team_mail
from editorial.services.deps import Deps
from editorial.store import links
from editorial.store.base import reading
from editorial.store.links import PasswordRequest


def ask(session: Session, deps: Deps, email: str) -> None:
    """Note that a new password is wished for the account with that address. The caller commits."""
    session.add(PasswordRequest(email=email.strip().lower()[:254], asked_at=deps.now()))


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
