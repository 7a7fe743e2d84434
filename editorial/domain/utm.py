"""Campaign parameters of a link: what tells, later, which campaign, channel, item and job brought a visitor.

Everything is lower-case ASCII: analytics systems take `Email` and `email` for two media, and write what is not ASCII in
as many ways as there are systems. Source: support.google.com/analytics/answer/10917952.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from urllib.parse import quote, unquote_plus

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1

NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_id")
"""In the order they stand in an address."""
LONGEST = 60  # characters of one value
_VALUE = re.compile(r"[a-z0-9._-]+")
_OTHERS = re.compile(r"[^a-z0-9._-]+")
_FRAGMENT = "!$&'()*+,;=:@/?%[]#^|{}"  # what may stay; the rest is escaped

Utm = Mapping[str, str]
"""Values by their names in the address (`utm_source`...); none of them empty, none without being said."""


class UtmRefused(EditorialError):
    """What was typed can't be the value of a campaign parameter."""


def checked(typed: str, *, field: str) -> str:
    """The value as it was typed, without space around it; empty stays empty, which means: made of the name.

    Raises:
        UtmRefused: with a value that would do.
    """
    value = typed.strip()
    if not value or (_VALUE.fullmatch(value) and len(value) <= LONGEST):
        return value
    if len(value) > LONGEST:
        says = Message(N_("A campaign parameter has at most %(most)s characters."), {"most": LONGEST})
    else:
        says = Message(N_("“%(value)s” cannot be a campaign parameter."), {"value": value})
    fitting = folded(value)
    hint = Message(N_("Use small letters a to z, digits, dots, hyphens and underscores."))
    if fitting:
        hint = Message(
            N_("Use small letters, digits, dots, hyphens and underscores, such as %(value)s."), {"value": fitting}
        )
    raise UtmRefused(says, hint=hint, field=field)


def folded(text: str) -> str:
    """The nearest value that can be one: `Spring Sale` gives `spring-sale`; empty where nothing is left of it.

    Of Chinese nothing is left: hand in its pinyin.
    """
    return _OTHERS.sub("-", text.lower())[:LONGEST].strip("-")


def made(*, source: str, medium: str, campaign: str, content: str, job_id: int | None) -> dict[str, str]:
    """The set of one job, in the order of `NAMES`; what is empty is left out."""
    values = (source, medium, campaign, content, str(job_id) if job_id is not None else "")
    return {name: fit for name, value in zip(NAMES, values, strict=True) if (fit := folded(value))}


def merged(url: str, utm: Utm) -> str:
    """The address with the set in its query, in request form; another set that stood there gives way as a whole.

    Every other parameter and the fragment stay. What is no http(s) address comes back as it was.
    """
    bare, hash_sign, fragment = url.partition("#")
    address = n1(bare) if bare.strip() else None
    if address is None or not utm:
        return url
    path, _, query = address.partition("?")
    kept = [field for field in query.split("&") if field and not _is_ours(field)]
    ours = [f"{name}={quote(utm[name], safe='')}" for name in NAMES if utm.get(name)]
    whole = f"{path}?{'&'.join([*kept, *ours])}" if kept or ours else path
    return f"{whole}#{quote(fragment, safe=_FRAGMENT, errors='replace')}" if hash_sign else whole


def alike(plans: Sequence[tuple[str, Utm]]) -> Iterator[Message]:
    """A warning for each two channels of a campaign whose visitors could not be told apart.

    Args:
        plans: name of the channel and its set, one a channel.
    """
    for (one, first), (two, second) in combinations(plans, 2):
        if one != two and _told_by(first) == _told_by(second):
            yield Message(
                N_("“%(one)s” and “%(two)s” carry the same campaign parameters; their visitors count as one."),
                {"one": one, "two": two},
            )


def _told_by(utm: Utm) -> tuple[str, ...]:
    return tuple(utm.get(name, "") for name in ("utm_campaign", "utm_source", "utm_medium", "utm_content"))


def _is_ours(field: str) -> bool:
    return unquote_plus(field.partition("=")[0]).lower() in NAMES
