"""The findings of a week put together by rule, as the weekly mail shows them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from editorial.audit.templates import pattern_in
from editorial.domain.messages import Message
from editorial.services.weekly_mail import SPOTS, Group, Spot

TEMPLATES = 3  # named of one rule
OF_ONE_TEMPLATE = 5  # pages that one template makes and that are told as one thing to repair


class Found(NamedTuple):
    """A finding, as far as the mail tells it."""

    rule: str
    title: Message
    severity: str
    spot: Spot
    returned: bool = False
    regressed: bool = False
    """Whether it was well before, or is on a page of ours: such findings are told before all others."""
    template: str = ""
    """Key of the template that makes the page, where that is known."""


def group(rows: Iterable[Found], *, ranks: Sequence[str]) -> tuple[Group, ...]:
    """Put findings together by rule: regressions first, then the worst severity, then the most frequent."""
    found: dict[str, list[Found]] = {}
    for row in rows:
        found.setdefault(row.rule, []).append(row)
    regressed = {rule for rule, members in found.items() if any(one.regressed for one in members)}
    groups = [_of_one_rule(rule, members, ranks) for rule, members in found.items()]
    return tuple(
        sorted(
            groups,
            key=lambda one: (one.rule not in regressed, ranks.index(one.severity), -one.count, one.title.id),
        )
    )


def _of_one_rule(rule: str, members: Sequence[Found], ranks: Sequence[str]) -> Group:
    places: dict[str, Spot] = {}
    for one in sorted(members, key=lambda one: not one.regressed):
        places.setdefault(one.spot.url, one.spot)
    return Group(
        title=members[0].title,
        severity=min((one.severity for one in members), key=ranks.index),
        count=len(members),
        spots=tuple(places.values())[:SPOTS],
        owners=tuple(dict.fromkeys(one.spot.owner for one in members if one.spot.owner)),
        returned=sum(one.returned for one in members),
        rule=rule,
        addresses=len(places),
        templates=_templates(members),
    )


def _templates(members: Sequence[Found]) -> tuple[tuple[str, int], ...]:
    """What is mended once: templates that make many of the pages."""
    pages = Counter(key for _, key in {(one.spot.url, one.template) for one in members} if key)
    most = sorted(pages.items(), key=lambda each: (-each[1], each[0]))[:TEMPLATES]
    return tuple((pattern_in(key), count) for key, count in most if count >= OF_ONE_TEMPLATE)
