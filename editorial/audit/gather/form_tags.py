"""The tags of forms and their controls as they stand in the source, where the tree no longer tells them."""

from collections.abc import Iterator

import turbohtml

from editorial.audit.gather.controls import CONTROLS
from editorial.audit.gather.text import collapse

Signature = tuple[str, tuple[tuple[str, str], ...]]


def start_tags(html: str) -> int:
    """How many form tags the source seems to have; too many costs a reading of the source, too few its order."""
    return sum(map(html.count, ("<form", "<FORM", "<Form")))


def signature(tag: str, attributes: dict[str, str]) -> Signature:
    """Alike for the source and the tree, which keeps a class as a list and forgets its spaces."""
    return tag, tuple(sorted((name, collapse(value)) for name, value in attributes.items()))


def source_tags(html: str) -> Iterator[tuple[str, bool, dict[str, str]]]:
    """Start and end tags of forms and controls as written: name, whether closing, attributes.

    What stands in comments, scripts and styles is left out; noscript and templates are read.
    """
    documents = [turbohtml.tokenize(html)]
    while documents:
        for token in documents[-1]:
            kind, tag = int(token.type), token.tag
            if kind == 1 and tag == "noscript" and len(documents) == 1:
                inner = next(documents[-1], None)
                if inner is not None and int(inner.type) == 0 and "<" in (inner.data or ""):
                    documents.append(turbohtml.tokenize(inner.data or ""))
                    break
            elif kind == 1 and (tag == "form" or tag in CONTROLS):
                yield tag, False, {name: value or "" for name, value in reversed(token.attrs or [])}
            elif kind == 2 and tag == "form":
                yield tag, True, {}
        else:
            documents.pop()
