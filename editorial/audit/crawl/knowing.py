"""What is known of a page from elsewhere, as it goes to a worker program and back."""

from collections.abc import Sequence
from typing import Any

from editorial.audit.facts import FormSeen, Known, Nowhere

NOTHING_KNOWN = Known()


def known_row(known: Known) -> list[Any] | None:
    """What is known of a page as it goes to a worker program; None where nothing is."""
    if known == NOTHING_KNOWN:
        return None
    forms = None if known.forms_before is None else [list(form) for form in known.forms_before]
    nowhere = None if known.nowhere is None else list(known.nowhere)
    return [known.published, known.in_sitemap, known.indexable_before, known.utility, forms, nowhere]


def known_from(row: Sequence[Any] | None) -> Known:
    """What `known_row` made, read again."""
    if row is None:
        return NOTHING_KNOWN
    published, in_sitemap, indexable_before, utility, forms, nowhere = row
    before = None if forms is None else tuple(seen_from(form) for form in forms)
    return Known(published, in_sitemap, indexable_before, utility, before, Nowhere(*nowhere) if nowhere else None)


def seen_from(row: Sequence[Any]) -> FormSeen:
    """A remembered form from its row: lists as tuples."""
    key, shown, kind, action, meanings = row
    return FormSeen(key, shown, kind, action, tuple(meanings))
