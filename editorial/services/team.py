"""The team: who is on it, what each may do, how somebody joins and comes back in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.names import clean_email, clean_name
from editorial.domain.people import Permission, Role, permissions
from editorial.domain.slots import zone_named
from editorial.services import passwords
from editorial.services.deps import Deps
from editorial.store import api, history, links, people
from editorial.store.base import reading
from editorial.store.links import PersonLink, Purpose
from editorial.store.people import Person, PersonRole

INVITATION_DAYS, PASSWORD_HOURS = 7, 2
RESETS_PER_HOUR = 3  # links for one account that somebody may ask for without being signed in


class LinkClosed(EditorialError):
    """The link was used, revoked, has run out, or never was."""

    http_status = 403

    def __init__(self) -> None:
        super().__init__(
            Message(N_("This link does not work any more.")),
            hint=Message(N_("Links work once and for a limited time. Ask an administrator for a new one.")),
        )


@dataclass(frozen=True)
class Invitation:
    """What an administrator says of somebody who is to join."""

    name: str
    email: str
    roles: frozenset[Role]
    language: Language


@dataclass(frozen=True)
class Issued:
    """A fresh link. `url` is known only now: the table keeps a hash."""

    link: PersonLink
    url: str


def everybody(session: Session) -> list[Person]:
    """Everybody there is, active first, by name."""
    return list(session.scalars(select(Person).order_by(Person.active.desc(), Person.name, Person.id)))


def invite(session: Session, deps: Deps, actor: Person, invitation: Invitation) -> Issued:
    """Make an invitation link; an earlier one for the same address stops working. The caller commits."""
    email = clean_email(invitation.email)
    name = clean_name(invitation.name)
    _some_role(invitation.roles)
    if people.find_person(session, email) is not None:
        raise EditorialError(
            Message(N_("%(address)s is on the team already."), {"address": email}),
            hint=Message(N_("Change the roles in the list instead.")),
            field="email",
        )

    links.revoke_open(session, deps.now(), email=email, purpose=Purpose.INVITATION)
    issued = _issue(
        session,
        deps,
        actor,
        Purpose.INVITATION,
        timedelta(days=INVITATION_DAYS),
        email=email,
        name=name,
        language=invitation.language,
        roles=sorted(invitation.roles),
    )
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="person.invited",
        entity="person_link",
        entity_id=issued.link.id,
        after={"email": email, "roles": issued.link.roles},
    )
    return issued


def revoke(session: Session, deps: Deps, actor: Person, link_id: int) -> PersonLink:
    """End an invitation. The caller commits."""
    link = session.get(PersonLink, link_id)
    if link is None or link.purpose is not Purpose.INVITATION or link.used_at is not None:
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = deps.now()
        history.record(
            session,
            at=deps.now(),
            actor_id=actor.id,
            action="invitation.revoked",
            entity="person_link",
            entity_id=link.id,
        )
    return link


def opened(session: Session, token: str, purpose: Purpose, now: datetime) -> PersonLink:
    """The link behind a token, or `LinkClosed`."""
    link = links.find_open(session, passwords.hash_token(token), purpose, now)
    if link is None:
        raise LinkClosed
    return link


def join(deps: Deps, token: str, *, name: str, password: str, language: Language, zone: str) -> Person:
    """Take up an invitation. Commits; the slow hash runs outside the transaction."""
    now = deps.now()
    with reading(deps.sessions) as session:
        link = opened(session, token, Purpose.INVITATION, now)
    cleaned, chosen = clean_name(name), zone_named(zone)
    passwords.check_strength(password, about=(cleaned, link.email, link.email.split("@", maxsplit=1)[0]))
    hashed = passwords.hash_password(deps.config, password)

    person = Person(
        name=cleaned,
        email=link.email,
        password_hash=hashed,
        language=language,
        zone=chosen.key,
        created_at=now,
        grants=[PersonRole(role=Role(role)) for role in link.roles],
    )
    with deps.sessions.begin() as session:
        opened(session, token, Purpose.INVITATION, now).used_at = now  # somebody may have used it meanwhile
        if people.find_person(session, link.email) is not None:
            raise LinkClosed
        session.add(person)
        session.flush()
        history.record(
            session,
            at=now,
            actor_id=person.id,
            action="person.joined",
            entity="person",
            entity_id=person.id,
            after={"email": person.email, "roles": list(link.roles)},
        )
    return person


def change_roles(session: Session, deps: Deps, actor: Person, person_id: int, roles: frozenset[Role]) -> Person:
    """Say anew what somebody may do. The last administrator stays one; who no longer is one invites nobody, also by a
    link that is still open. The caller commits."""
    person = get(session, person_id)
    _some_role(roles)
    if Role.WORKSPACE_ADMIN not in roles:
        _not_the_last_administrator(session, person)
    before = sorted(person.roles)

    person.grants = [grant for grant in person.grants if grant.role in roles]
    person.grants += [PersonRole(role=role) for role in sorted(roles - {grant.role for grant in person.grants})]
    if Permission.MANAGE_WORKSPACE not in permissions(roles):
        _end_invitations_of(session, deps, actor, person)
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="person.roles_changed",
        entity="person",
        entity_id=person.id,
        before={"roles": before},
        after={"roles": sorted(roles)},
    )
    return person


def set_active(session: Session, deps: Deps, actor: Person, person_id: int, *, active: bool) -> Person:
    """Let somebody in or keep them out; their sign-ins end at once, their work stays. The caller commits."""
    person = get(session, person_id)
    if not active:
        if person.id == actor.id:
            raise EditorialError(
                Message(N_("You cannot switch your own account off.")), hint=Message(N_("Ask another administrator."))
            )
        _not_the_last_administrator(session, person)
    if person.active == active:
        return person

    person.active = active
    if not active:
        people.revoke_sessions(session, person.id, deps.now())
        api.revoke_tokens(session, person.id, deps.now())
        _end_invitations_of(session, deps, actor, person)
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="person.let_in" if active else "person.switched_off",
        entity="person",
        entity_id=person.id,
    )
    return person


def _end_invitations_of(session: Session, deps: Deps, actor: Person, author: Person) -> None:
    for link_id in links.revoke_invitations_of(session, deps.now(), author.id):
        history.record(
            session,
            at=deps.now(),
            actor_id=actor.id,
            action="invitation.revoked",
            entity="person_link",
            entity_id=link_id,
        )


def password_link(session: Session, deps: Deps, person: Person, actor: Person | None) -> Issued:
    """A link with which somebody sets a new password; the one before stops working. The caller commits."""
    links.revoke_open(session, deps.now(), email=person.email, purpose=Purpose.PASSWORD)
    issued = _issue(
        session,
        deps,
        actor,
        Purpose.PASSWORD,
        timedelta(hours=PASSWORD_HOURS),
        email=person.email,
        name=person.name,
        language=person.language,
        roles=[],
        person_id=person.id,
    )
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id if actor else None,
        action="person.password_link_made",
        entity="person",
        entity_id=person.id,
    )
    return issued


def forgotten(session: Session, deps: Deps, email: str) -> Issued | None:
    """A password link for whoever has that address; None where there is nobody, or too many were asked for.

    Nobody learns which of the three it was: see `forgotten.py`. The caller commits.
    """
    person = people.find_person(session, email)
    if person is None or not person.active:
        return None
    since = deps.now() - timedelta(hours=1)
    recent = select(PersonLink.id).where(
        PersonLink.person_id == person.id, PersonLink.created_by.is_(None), PersonLink.created_at >= since
    )
    if len(session.scalars(recent).all()) >= RESETS_PER_HOUR:
        return None
    return password_link(session, deps, person, None)


def set_password(deps: Deps, token: str, password: str) -> Person:
    """Set a new password by link; every sign-in of the person ends. Commits; the slow hash runs outside."""
    now = deps.now()
    with reading(deps.sessions) as session:
        _, person = _password_link(session, token, now)
    passwords.check_strength(password, about=(person.name, person.email))
    hashed = passwords.hash_password(deps.config, password)

    with deps.sessions.begin() as session:
        link, person = _password_link(session, token, now)  # somebody may have used it meanwhile
        link.used_at, person.password_hash = now, hashed
        people.revoke_sessions(session, person.id, now)
        history.record(
            session, at=now, actor_id=person.id, action="person.password_changed", entity="person", entity_id=person.id
        )
    return person


def _password_link(session: Session, token: str, now: datetime) -> tuple[PersonLink, Person]:
    link = opened(session, token, Purpose.PASSWORD, now)
    if link.person is None or not link.person.active:
        raise LinkClosed
    return link, link.person


def _issue(
    session: Session,
    deps: Deps,
    actor: Person | None,
    purpose: Purpose,
    lasts: timedelta,
    *,
    email: str,
    name: str,
    language: Language,
    roles: list[Role],
    person_id: int | None = None,
) -> Issued:
    token, now = deps.token(), deps.now()
    link = PersonLink(
        token_hash=passwords.hash_token(token),
        purpose=purpose,
        email=email,
        name=name,
        language=language,
        roles=[role.value for role in roles],
        person_id=person_id,
        created_by=actor.id if actor else None,
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(link)
    session.flush()
    path = {Purpose.INVITATION: "invitation", Purpose.PASSWORD: "password"}[purpose]
    return Issued(link=link, url=f"{deps.config.public_url}/{path}?token={token}")


def get(session: Session, person_id: int) -> Person:
    """The person, or `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


def _some_role(roles: frozenset[Role]) -> None:
    if not roles:
        raise EditorialError(
            Message(N_("No role is chosen.")),
            hint=Message(N_("Tick at least one; a viewer may look at everything.")),
            field="roles",
        )


def _not_the_last_administrator(session: Session, person: Person) -> None:
    """Refuse to lose the last one. Of two who take the right from each other at once, the second sees what the first
    did: both hold every administrator first, in one order, and look then."""
    people.lock_administrators(session)
    others = (
        select(PersonRole.person_id)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.WORKSPACE_ADMIN, Person.active, Person.id != person.id)
        .limit(1)
    )
    if Role.WORKSPACE_ADMIN in person.roles and session.scalar(others) is None:
        raise EditorialError(
            Message(N_("%(name)s is the last administrator."), {"name": person.name}),
            hint=Message(N_("Make somebody else an administrator first.")),
            field="roles",
        )
