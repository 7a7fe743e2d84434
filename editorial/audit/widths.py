"""How wide a text is on a results page: advance widths of Arial, in 1/1000 em.

Arial and Helvetica share their metrics; the numbers are those of the Helvetica AFM file. Han, kana and full-width forms
are one em, combining marks nothing; a letter with an accent is as wide as without, any other character 556.
"""

import unicodedata

_GROUPS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-`r",
    334: "{}",
    350: "•",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu–",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "—…",
    1015: "@",
}
_ADVANCE = {char: width for width, chars in _GROUPS.items() for char in chars}
OTHER = 556  # 1/1000 em


def pixel_width(text: str, size: int) -> int:
    """Width of a text set in Arial at `size` pixels, rounded."""
    return round(sum(map(_advance, text)) * size / 1000)


def width_units(text: str) -> int:
    """Full-width characters count two, combining marks none, others one."""
    return sum(0 if unicodedata.combining(char) else 2 if _is_wide(char) else 1 for char in text)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _advance(char: str) -> int:
    known = _ADVANCE.get(char)
    if known is not None:
        return known
    if unicodedata.combining(char):
        return 0
    if _is_wide(char):
        return 1000
    return _ADVANCE.get(unicodedata.normalize("NFD", char)[0], OTHER)
