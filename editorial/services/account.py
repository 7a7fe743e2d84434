"""A person's own profile and password."""

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.names import clean_name
from editorial.services import passwords
from editorial.services.deps import Deps
from editorial.store import history, people
from editorial.store.base import reading
from editorial.store.people import Person

THEMES = ("system", "light", "dark")


def change_profile(
    session: Session,
    deps: Deps,
    person_id: int,
    *,
    name: str,
    language: Language,
    zone: str,
    theme: str,
    weekly_mail: bool,
    notice_mail: bool,
) -> Person:
    """Save name, language, zone, theme and which mails are wanted. The caller commits."""
    cleaned = clean_name(name)
    if theme not in THEMES:
        raise EditorialError(
            Message(N_("There is no such theme.")), hint=Message(N_("Choose one from the list.")), field="theme"
        )
    person = session.get_one(Person, person_id)
    before = _profile(person)

    person.name, person.language, person.zone, person.theme = cleaned, language, zone, theme
    person.weekly_mail, person.notice_mail = weekly_mail, notice_mail
    history.record(
        session,
        at=deps.now(),
        actor_id=person_id,
        action="person.changed",
        entity="person",
        entity_id=person_id,
        before=before,
        after=_profile(person),
    )
    return person


def change_password(deps: Deps, person_id: int, *, old: str, new: str, keep: int) -> Person:
    """Set a new password and end every other sign-in. Commits; the slow hashes run outside the transaction."""
    with reading(deps.sessions) as session:
        person = session.get_one(Person, person_id)
    if not passwords.verify(deps.config, person.password_hash, old):
        raise EditorialError(
            Message(N_("The present password is wrong.")),
            hint=Message(N_("Type the one you signed in with.")),
            field="old_password",
        )
    passwords.check_strength(new, about=(person.name, person.email))
    hashed = passwords.hash_password(deps.config, new)
    with deps.sessions.begin() as session:
        person = session.get_one(Person, person_id)
        person.password_hash = hashed
        people.revoke_sessions(session, person_id, deps.now(), keep=keep)
        history.record(
            session,
            at=deps.now(),
            actor_id=person_id,
            action="person.password_changed",
            entity="person",
            entity_id=person_id,
        )
    return person


def _profile(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "language": person.language.value,
        "zone": person.zone,
        "theme": person.theme,
        "weekly_mail": person.weekly_mail,
        "notice_mail": person.notice_mail,
    }
