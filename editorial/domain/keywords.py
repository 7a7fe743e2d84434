"""Search queries that items are written for: when two of them are the same, and what a searcher wants."""

import re
import unicodedata
from enum import StrEnum

from editorial.domain.messages import N_, Message


class Intent(StrEnum):
    """What somebody who types the query wants."""

    INFORMATIONAL = "informational"
    COMMERCIAL = "commercial"
    TRANSACTIONAL = "transactional"
    NAVIGATIONAL = "navigational"

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return INTENT_LABELS[self]


INTENT_LABELS = {
    Intent.INFORMATIONAL: Message(N_("wants to understand")),
    Intent.COMMERCIAL: Message(N_("compares offers")),
    Intent.TRANSACTIONAL: Message(N_("wants to buy or try")),
    Intent.NAVIGATIONAL: Message(N_("looks for a brand or a page")),
}


class Decision(StrEnum):
    """What a team does about two items after one query and intent."""

    NEW = "new"
    REFRESH = "refresh"
    MERGE = "merge"
    DIFFERENTIATE = "differentiate"

    @property
    def label(self) -> Message:
        """The words a person chooses."""
        return DECISION_LABELS[self]


DECISION_LABELS = {
    Decision.NEW: Message(N_("A new page all the same")),
    Decision.REFRESH: Message(N_("This refreshes the other one")),
    Decision.MERGE: Message(N_("The two will be merged")),
    Decision.DIFFERENTIATE: Message(N_("The two will be told apart")),
}
LONGEST_QUERY = 200  # characters
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}]) +| +(?=[{_HAN}])")
_INNER = frozenset("+#")
"""Signs that tell queries apart (C++, C#); every other sign is typed or left out at will."""


def normalised(query: str) -> str:
    """The form in which equal queries are equal: `  CNC－Maschine! ` and `cnc maschine` give `cnc maschine`.

    Compatibility forms are folded (NFKC: full-width letters, ligatures), then case, punctuation and white space.
    Beside a Chinese character no space counts: `轴承 温度`, `轴承温度` and `轴承，温度` are one query. Empty where
    nothing of it is a letter, a digit or one of `+#`.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", query).casefold())
    letters = "".join(sign if sign in _INNER or _counts(sign) else " " for sign in folded if sign not in "'’")
    return _BESIDE_HAN.sub("", " ".join(letters.split()))[:LONGEST_QUERY]


def _counts(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNM"
