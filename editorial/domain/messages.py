"""Sentences for people, not yet in anyone's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "collect, do not translate"
    """Mark a sentence for the catalogue and return it unchanged."""
    return text


def NP_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802
    """Mark a sentence that counts something, in both numbers, for the catalogue."""
    return singular, plural


@dataclass(frozen=True)
class Message:
    """A sentence and what stands in it. The edge (page, mail, command line) translates it for its reader.

    `id` is the English sentence with `%(name)s` places, marked with `N_()`. Values of `params` may be text, numbers,
    dates, times, aware datetimes or further messages; the edge writes each as its reader's language does.
    """

    id: str
    params: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""

    @classmethod
    def counted(cls, numbers: tuple[str, str], count: int, **params: object) -> "Message":
        """A sentence about `count` things: `Message.counted(NP_("%(count)s page", "%(count)s pages"), 3)`."""
        return cls(numbers[0], {"count": count, **params}, plural=numbers[1])
