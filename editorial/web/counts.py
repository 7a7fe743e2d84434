"""Numbers that stand on every page, asked once a page and only where somebody is signed in."""

from collections.abc import Callable

from flask import g
from sqlalchemy.orm import Session

from editorial.store.base import reading
from editorial.web.context import deps, found_person


def once_a_page(name: str, count: Callable[[Session, int], int]) -> int:
    """What `count` says of the person who is signed in; 0 for a guest and on a page that tells of an error.

    Args:
        name: under which the page remembers the number.
        count: given a session and the person's id.
    """
    somebody = found_person()
    if somebody is None or g.get("broken"):
        return 0
    if name not in g:
        with reading(deps().sessions) as session:
            setattr(g, name, count(session, somebody.id))
    number: int = g.get(name)
    return number
