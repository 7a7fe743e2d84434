"""Measure a page's main text: words in any script, characters, what it is written in, and a digest."""

import re
import unicodedata
from hashlib import blake2b

from editorial.audit.facts import NO_TEXT, MainText, Script
from editorial.audit.gather.signature import sketch_of

OPENING = 400  # characters kept
SAMPLE = 2_000  # characters looked at to tell the script

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_EACH = re.compile("[\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NO_LETTER = re.compile(r"[\W\d_]+")
_MARKS = "·«»©®×|，。、；：？！（）《》〈〉【】「」『』～￥"
# U+2000 to U+2BFF without superscripts and numbers in circles, and emoji: found by their first byte, as patterns of
# characters are ten times as slow
_SYMBOLS = re.compile(rb"\xe2(?:[\x80\x86-\x90\x94-\xaf][\x80-\xbf]|\x82[\xa0-\xbf]|\x84\xa2)(?:\xef\xb8\x8f)?")
_EMOJI = re.compile(rb"\xf0\x9f[\x80-\xbf]{2}(?:\xef\xb8\x8f)?")
_WORD_BYTES = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum())
_DROPPED = bytes(byte for byte in range(0x80) if not chr(byte).isalnum() and byte != 0x20)
# In UTF-8 a Han or kana character begins with one of E3 to E9, EF or F0; without such a byte there is none to look for.
_NO_LEAD_OF_EACH = bytes(byte for byte in range(256) if not (0xE3 <= byte <= 0xE9 or byte in (0xEF, 0xF0)))
_FOLD = bytes.maketrans(_WORD_BYTES, b"a" * len(_WORD_BYTES))


def collapse(text: str) -> str:
    """White space of any kind to single spaces, none at the ends."""
    return " ".join(text.split())


def readable(text: str) -> str:
    """The text with its white space collapsed; empty where nothing of it can be seen, as of a zero-width space."""
    text = collapse(text)
    return text if any(char.isprintable() and char != " " for char in text) else ""


def fold(text: str) -> str:
    """A title or description for comparing: NFKC, case-folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def script_of(text: str) -> Script:
    """The dominant script of a text; empty without letters."""
    if text.isascii():
        return "latin" if text.upper() != text.lower() else ""
    joined = _NO_LETTER.sub("", text)
    letters = len(joined)
    if not letters:
        return ""
    if joined.isascii():
        return "latin"
    kana = len(_KANA.findall(joined)) / letters
    if kana >= 0.05:
        return "ja"
    if len(_HAN.findall(joined)) / letters >= 0.30:
        return "zh"
    latin = sum(char.isascii() or "\u00c0" <= char <= "\u024f" or "\u1e00" <= char <= "\u1eff" for char in joined)
    return "latin" if latin * 2 >= letters else "other"


def count_words(flat: str) -> tuple[int, int]:
    """Words of a text, and how many of them are a Han character.

    A word is a run between spaces that holds a letter or digit, or one Han or kana character. Counted on bytes that are
    folded to letters and spaces: ten times as quick as a pattern, on every page of a site.
    """
    each = han = 0
    if not flat.isascii():
        if flat.encode("utf-8", "replace").translate(None, _NO_LEAD_OF_EACH):
            han = len(_HAN.findall(flat))
            flat, each = _EACH.subn(" ", flat)
        for mark in _MARKS:
            if mark in flat:
                flat = flat.replace(mark, "")
    raw = flat.encode("utf-8", "replace")
    if b"\xe2" in raw:
        raw = _SYMBOLS.sub(b"", raw)
    if b"\xf0\x9f" in raw:
        raw = _EMOJI.sub(b"", raw)
    folded = raw.translate(_FOLD, _DROPPED)
    return each + folded.count(b" a") + folded.startswith(b"a"), han


def measure(text: str) -> MainText:
    """The measures of a text whose blocks are separated by white space."""
    tokens = text.split()
    if not tokens:
        return NO_TEXT
    flat = " ".join(tokens)
    words, han = count_words(flat)
    script = script_of(flat[:: max(1, len(flat) // SAMPLE)])
    folded = flat.lower().encode("utf-8", "surrogatepass")
    digest = blake2b(folded, digest_size=8).hexdigest()
    sketch = sketch_of(folded, words=words, by_character=script in ("zh", "ja"))
    return MainText(words, len(flat) - len(tokens) + 1, han, script, digest, flat[:OPENING], sketch)
