"""Who acts on the command line: a person of the desk, whose rights apply and whom the history names."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, permissions
from editorial.domain.slots import shown_in
from editorial.services.deps import Deps
from editorial.store import content, people
from editorial.store.content import Site
from editorial.store.people import Person


def actor(session: Session, email: str, permission: Permission) -> Person:
    """The person with this address, if they may do this."""
    found = person_named(session, email, hint=Message(N_("Say with --as who decides.")))
    if permission not in permissions(found.roles):
        raise EditorialError(
            Message(N_("The roles of %(name)s do not allow this."), {"name": found.name}),
            hint=Message(N_("Name somebody who may.")),
        )
    return found


def person_named(session: Session, email: str, *, hint: Message) -> Person:
    """Somebody who can sign in with this address."""
    found = people.find_person(session, email)
    if found is None or not found.active:
        raise EditorialError(
            Message(N_("Nobody with the address “%(email)s” can sign in."), {"email": email}), hint=hint
        )
    return found


def the_site(session: Session, number: int | None) -> Site:
    """The site with this number; without one the only site of the desk."""
    if number is not None and (found := session.get(Site, number)) is not None:
        return found
    sites = content.active_sites(session)
    if number is None and len(sites) == 1:
        return sites[0]
    named = ", ".join(f"{one.id} {one.name}" for one in sites)
    if number is not None and sites:
        raise NotFound(
            Message(N_("No site has the number %(number)s."), {"number": str(number)}),
            hint=Message(N_("There are: %(sites)s."), {"sites": named}),
        )
    raise EditorialError(
        Message(N_("Which site? There are: %(sites)s."), {"sites": named})
        if sites
        else Message(N_("There is no site yet.")),
        hint=Message(N_("Say its number with --site.")) if sites else Message(N_("Add one on the desk.")),
    )


def today(session: Session, deps: Deps) -> date:
    """The day it is where the team works."""
    workspace = people.workspace(session)
    return shown_in(deps.now(), ZoneInfo(workspace.zone if workspace is not None else "UTC")).date()
