"""By what a published text is known on its page."""

import re

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from editorial.adapters.markdown import to_html
from editorial.store import content
from editorial.store.content import ItemRevision
from editorial.store.distribution import DistributionJob

_SHORTEST = 8
"""Characters: less of it could stand on any page."""
_LONGEST = 80
_PLAIN = re.compile(r"[\w ]+")
"""Generators of sites change quotes, dashes and dots, never letters."""


def signs_of(session: Session, job: DistributionJob, live_hash: str | None) -> tuple[str, ...]:
    """What proves that the job's text is on its page; one of them is enough.

    The key that some sites show, and the title; of a correction with the same title words that the page did not have
    before. One that only takes words away has none of its own, and the title has to do.

    Args:
        session: reads revisions.
        job: with its item.
        live_hash: of the text that the page had before; None where there was none.
    """
    item = job.item
    if live_hash in {None, job.content_hash}:
        return job.idem_key, item.title
    before = content.find_revision(session, item.id, live_hash or "")
    after = content.find_revision(session, item.id, job.content_hash)
    if before is None or after is None:
        return job.idem_key, item.title
    if before.title != after.title and after.title not in before.title:
        return job.idem_key, after.title
    words = new_words(_text(before), _text(after))
    return job.idem_key, words or after.title


def new_words(before: str, after: str) -> str:
    """The longest run of letters, digits and spaces in a line of `after` that `before` does not have; "" without one.

    At most 80 characters of it: sites wrap long lines.
    """
    runs = (run.strip() for line in after.splitlines() for run in _PLAIN.findall(line))
    fresh = (run for run in runs if len(run) >= _SHORTEST and run not in before)
    longest = max(fresh, key=len, default="")
    pieces = (
        longest[start : start + _LONGEST].strip() for start in range(0, max(len(longest) - _SHORTEST, 1), _LONGEST)
    )
    return next((piece for piece in pieces if piece and piece not in before), "")


def _text(revision: ItemRevision) -> str:
    """The pieces of text between the tags, one a line."""
    return BeautifulSoup(to_html(revision.body), "html.parser").get_text("\n")
