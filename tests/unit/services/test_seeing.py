"""How much of a site an audit saw, and what may be said of it."""

import pytest

from editorial.audit.crawl.records import StopReason
from editorial.services.seeing import Group, Sight, saw_all, saw_links, why_no_links
from editorial.services.stop_reasons import why_it_stopped
from editorial.store.audit import SIGHT, Audit


def ended(sight: Sight, **course: object) -> Audit:
    counts = {SIGHT: sight._asdict()}
    return Audit(stop_reason=StopReason.COMPLETE, stop_detail="", fetched=4, known=9, counts=counts, course=course)


def said(sight: Sight) -> str:
    message = why_it_stopped(ended(sight))
    return message.id % dict(message.params)


@pytest.mark.parametrize(
    ("sight", "says"),
    [
        (Sight(9, 9), "Every page was seen."),
        (Sight(9, 4, silent=5, lost=5), "Every address was asked; 5 of 9 gave no answer."),
        (Sight(9, 4, refused=5), "Every address was asked; 5 of 9 were refused or met an error of the server."),
        (Sight(9, 4, closed=5), "Every page that robots.txt leaves open was seen; it closes 5 of 9."),
        (
            Sight(9, 4, silent=2, closed=3),
            "Every address that may be asked was asked; 5 of 9 gave no page that can be read.",
        ),
    ],
)
def test_the_end_of_an_audit_is_told_by_what_answered(sight: Sight, says: str):
    assert said(sight) == says


def test_what_robots_txt_closes_leaves_an_audit_with_all_it_might_see():
    assert saw_all(ended(Sight(9, 4, closed=5)))
    assert not saw_all(ended(Sight(9, 4, silent=5)))


@pytest.mark.parametrize(("lost", "known", "gaps"), [(0, 0, False), (4, 100, False), (5, 100, True), (1, 9, True)])
def test_five_in_a_hundred_without_an_answer_are_too_many_to_speak_of_links(lost: int, known: int, gaps: bool):
    audit = ended(Sight(known, known - lost, silent=lost, lost=lost))

    assert (saw_links(audit), why_no_links(audit) is None) == (not gaps, not gaps)


def test_what_a_trap_hides_is_not_known_either():
    assert not saw_links(ended(Sight(9, 9), hides=True))


@pytest.mark.parametrize(
    ("group", "seen", "lost"),
    [
        (Group(None, 200, denied=False, pages=1), True, False),
        (Group(None, 404, denied=False, pages=1), True, False),
        (Group(None, 403, denied=False, pages=1), False, False),
        (Group(None, 403, denied=True, pages=1), False, True),
        (Group(None, 200, denied=True, pages=1), False, True),
        (Group(None, 503, denied=False, pages=1), False, True),
        (Group("reset", 0, denied=False, pages=1), False, True),
        (Group("robots", 0, denied=False, pages=1), False, False),
    ],
)
def test_a_page_is_seen_where_the_site_itself_answered(group: Group, seen: bool, lost: bool):
    assert (group.seen, group.lost) == (seen, lost)
