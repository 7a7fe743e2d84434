"""What a person reads when something went wrong below a page."""

from sqlalchemy.orm import Session

from editorial.domain.people import Permission
from editorial.services.deps import Deps
from editorial.store.people import Person
from editorial.web.context import deps as parts
from editorial.web.guard import requires
from tests.web import add_person, add_workspace, application, visitor


def save_twice_at_once() -> str:
    """A save that meets another one between its look and its write."""
    with parts().sessions() as session:
        mei = session.get_one(Person, 1)
        _other_hand(session)
        mei.name = "Mei"
        session.commit()
    return "saved"


def _other_hand(session: Session) -> None:
    session.connection().exec_driver_sql("UPDATE person SET version = version + 1")


def test_who_saves_a_moment_too_late_is_told_so(deps: Deps) -> None:
    add_workspace(deps)
    app = application(deps, alone=True)
    app.add_url_rule("/twice", view_func=requires(Permission.PUBLIC)(save_twice_at_once))
    guest = visitor(app, deps, add_person(deps))

    assert "Somebody else saved this a moment before you." in guest.get("/twice", status=409)
