"""How the bytes of a page become text."""

import re
from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Failure, Need, Params, Severity, page_rule
from editorial.domain.messages import N_

ENCODING = "https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding"
FEW = 5  # broken places that may be examples in a text about encodings
REPLACED_SHARE = 0.005  # of the text
CHARACTERS_A_PLACE = 300  # of main text; a text about encodings names broken ones less often than that

_LATIN = r"[\u00c2-\u00c5][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]|\u00e2\u20ac"
_TWICE = rf"(?:{_LATIN}|[\u00e3-\u00e9][\u0080-\u00bf\u0152-\u2122]{{2}})"
_IN_A_WORD = re.compile(rf"[A-Za-z]{_TWICE}|{_TWICE}[a-z]|(?:{_TWICE}){{3}}")
_FILLER = re.compile("(?:锟斤拷|烫烫|屯屯)+")
_HAN = re.compile("[\u4e00-\u9fff]")


@page_rule(
    version=1,
    category="encoding",
    severity=Severity.WARNING,
    title=N_("Encoding not declared"),
    says=N_("Neither the header nor the first 1024 bytes of the page say how its text is encoded."),
    why=N_(
        "Browsers and search engines then guess. Accents and Chinese characters come out as noise if they guess wrong."
    ),
    fix=N_('Put <meta charset="utf-8"> first into the head, or send "charset=utf-8" in the Content-Type header.'),
    source=ENCODING,
    applies=lambda page: is_html_page(page) and page.media_type == "text/html",
    needs=frozenset({Need.BODY, Need.HEADERS}),
)
def charset_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A byte-order mark declares it too, a label that no browser knows does not.

    XHTML is XML, whose encoding is UTF-8 unless it says otherwise.
    """
    found = page.charset
    if found.source in ("detected", "default"):
        yield Failure("charset", {}, tuple(f'charset="{label}"' for label in (found.header, found.meta) if label))


@page_rule(
    version=1,
    category="encoding",
    severity=Severity.ERROR,
    title=N_("Garbled text"),
    says=N_("The text of the page is garbled: %(places)s places were read in the wrong encoding."),
    why=N_("People cannot read it, and search engines index the noise."),
    fix=N_("Save and send the page as UTF-8, and declare that; look for a step that converts it twice."),
    source=ENCODING,
    applies=is_html_page,
)
def mojibake(page: PageFacts, _: Params) -> Iterator[Failure]:
    """By share, not by number: a text about encodings shows broken characters as well, but here and there."""
    shown = [text for text in (page.title, page.description, *(h.text for h in page.headings[:3])) if _is_garbled(text)]
    replaced, garbled = page.charset.replaced, page.charset.garbled
    length = max(page.text.characters, 1)
    much = replaced >= FEW and replaced > REPLACED_SHARE * length
    twice = garbled >= FEW and garbled * CHARACTERS_A_PLACE > length
    in_title = bool(shown) and (replaced or garbled) and (_is_garbled(page.title) or replaced + garbled >= FEW)
    if much or twice or in_title:
        yield Failure("text", {"places": replaced + garbled}, tuple(text[:200] for text in shown[:3]) or _opening(page))


def _opening(page: PageFacts) -> tuple[str, ...]:
    return (page.text.opening[:200],) if page.text.opening else ()


def _is_garbled(text: str) -> bool:
    """True for a line that cannot be meant so: broken within a word, or mostly filler."""
    if "\ufffd" in text or _IN_A_WORD.search(text):
        return True
    filler = sum(map(len, _FILLER.findall(text)))
    return filler > 0 and filler * 2 >= len(_HAN.findall(text))
