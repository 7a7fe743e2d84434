"""Sentences for people, not yet in anyone's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "collect, do not translate"
    """Mark a sentence for the catalogue and return it unchanged."""
    return text


@dataclass(frozen=True)
class Message:
    """A sentence and what stands in it. The edge (page, mail, command line) translates it for its reader.

    `id` is the English sentence with `%(name)s` places, marked with `N_()`. Values of `params` may be text, numbers,
    dates, times, aware datetimes or further messages; the edge writes each as its reader's language does.
    """

    id: str
    params: Mapping[str, object] = field(default_factory=dict)
