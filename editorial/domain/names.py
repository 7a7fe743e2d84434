"""Names and addresses of people, teams and sites, as they were typed: cleaned, or refused."""

import re

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message

_EMAIL = re.compile(r"[^@\s<>,;:\"\x00-\x1f\x7f]{1,64}@[^@\s<>,;:\"\x00-\x1f\x7f]{1,189}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the reading direction: a name with them passes for another in a list."""


def clean_email(address: str) -> str:
    """The address in lower case, or a refusal that says how one looks."""
    folded = address.strip().lower()
    if not _EMAIL.fullmatch(folded):
        raise EditorialError(
            Message(N_("“%(address)s” is not an e-mail address."), {"address": address.strip()[:80]}),
            hint=Message(N_("It looks like name@company.com.")),
            field="email",
        )
    return folded


def clean_name(name: str, *, field: str = "name") -> str:
    """The name without surrounding space and without characters that nobody sees, or a refusal."""
    cleaned = " ".join(_UNSEEN.sub("", " ".join(name.split())).split())
    if not cleaned or len(cleaned) > 120:
        raise EditorialError(
            Message(N_("A name is missing.")) if not cleaned else Message(N_("The name is too long.")),
            hint=Message(N_("Write between 1 and 120 characters.")),
            field=field,
        )
    return cleaned
