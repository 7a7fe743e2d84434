"""The last part of an item's address, made from its title."""

import re

from pypinyin import lazy_pinyin
from slugify import slugify
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.store import content

LONGEST = 80  # characters; longer ones are cut off in results pages and chats
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class SlugRefused(EditorialError):
    """The address part that was typed cannot be used."""


def from_title(title: str) -> str:
    """`一次停机多少钱` gives `yi-ci-ting-ji-duo-shao-qian`, `What a CFO asks` gives `what-a-cfo-asks`.

    At most 80 characters, cut between words; `item` where nothing of the title can be written in an address.
    """
    return from_name(title, longest=LONGEST) or "item"


def from_name(name: str, *, longest: int) -> str:
    """What an address can hold of a name: small letters, digits and hyphens, Chinese as pinyin; may be empty."""
    return slugify(" ".join(lazy_pinyin(name)), max_length=longest, word_boundary=True, save_order=True)


def free_slug(session: Session, *, title: str, site_id: int | None, item_id: int | None = None) -> str:
    """A slug for a title that no other item of the site has: the plain one, or with the first free number."""
    plain = from_title(title)
    taken = content.slugs_like(session, site_id, plain, besides=item_id)
    if plain not in taken:
        return plain
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{plain}-{n}") not in taken)


def checked_slug(session: Session, typed: str, *, title: str, site_id: int | None, item_id: int | None = None) -> str:
    """What was typed, if it can stand in an address and nobody has it; a free one from the title if nothing was typed.

    Raises:
        SlugRefused: with a slug that would do.
    """
    typed = typed.strip()
    if not typed:
        return free_slug(session, title=title, site_id=site_id, item_id=item_id)
    if not _SLUG.fullmatch(typed) or len(typed) > LONGEST:
        raise SlugRefused(
            Message(N_("“%(slug)s” cannot stand in an address."), {"slug": typed[:LONGEST]}),
            hint=Message(N_("Use small letters, digits and hyphens, such as %(slug)s."), {"slug": from_title(typed)}),
            field="slug",
        )
    taken = content.slugs_like(session, site_id, typed, besides=item_id)
    if typed in taken:
        free = next(slug for n in range(2, len(taken) + 3) if (slug := f"{typed}-{n}") not in taken)
        raise SlugRefused(
            Message(N_("Another item of this site has the address “%(slug)s”."), {"slug": typed}),
            hint=Message(N_("%(slug)s is free."), {"slug": free}),
            field="slug",
        )
    return typed
