"""Measure a page's main text: words in any script, characters, what it is written in, and a digest."""

import re
from hashlib import blake2b

from editorial.audit.facts import NO_TEXT, MainText, Script

OPENING = 400  # characters kept
SAMPLE = 4_000  # characters looked at to tell the script

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_EACH = re.compile("[\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]\S*")


def collapse(text: str) -> str:
    """White space of any kind to single spaces, none at the ends."""
    return " ".join(text.split())


def script_of(text: str) -> Script:
    """The dominant script of a text; empty without letters."""
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return ""
    joined = "".join(letters)
    kana = len(_KANA.findall(joined)) / len(letters)
    if kana >= 0.05:
        return "ja"
    if len(_HAN.findall(joined)) / len(letters) >= 0.30:
        return "zh"
    latin = sum(char.isascii() or "\u00c0" <= char <= "\u024f" or "\u1e00" <= char <= "\u1eff" for char in letters)
    return "latin" if latin * 2 >= len(letters) else "other"


def measure(text: str) -> MainText:
    """The measures of a text whose blocks are separated by white space."""
    tokens = text.split()
    if not tokens:
        return NO_TEXT
    flat = " ".join(tokens)
    if flat.isascii():
        words, han, script = len(_WORD.findall(flat)), 0, script_of(flat[:SAMPLE])
    else:
        spaced, each = _EACH.subn(" ", flat)
        words, han = each + len(_WORD.findall(spaced)), len(_HAN.findall(flat))
        script = script_of(flat[:: max(1, len(flat) // SAMPLE)])
    digest = blake2b(flat.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return MainText(words, len(flat) - len(tokens) + 1, han, script, digest, flat[:OPENING])
