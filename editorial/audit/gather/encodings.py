"""The labels of encodings and the encodings they stand for.

Source: encoding.spec.whatwg.org, "Names and labels". Names are in lower case; what the standard calls GBK goes by
`gb18030`, whose decoder it uses.
"""

import codecs
import re
from functools import lru_cache

REPLACEMENT = "replacement"
"""Encodings that are refused because they hide markup: their text is one U+FFFD."""
USER_DEFINED = "x-user-defined"

_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "ibm866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso-8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso-8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso-8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso-8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
    "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso-8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 "
    "iso_8859-7 iso_8859-7:1987 sun_eu_greek",
    "iso-8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 "
    "iso_8859-8 iso_8859-8:1988 visual",
    "iso-8859-8-i": "csiso88598i iso-8859-8-i logical",
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "macintosh": "csmacintosh mac macintosh x-mac-roman",
    "windows-874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "windows-1250": "cp1250 windows-1250 x-cp1250",
    "windows-1251": "cp1251 windows-1251 x-cp1251",
    "windows-1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 "
    "iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "windows-1253": "cp1253 windows-1253 x-cp1253",
    "windows-1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 "
    "latin5 windows-1254 x-cp1254",
    "windows-1255": "cp1255 windows-1255 x-cp1255",
    "windows-1256": "cp1256 windows-1256 x-cp1256",
    "windows-1257": "cp1257 windows-1257 x-cp1257",
    "windows-1258": "cp1258 windows-1258 x-cp1258",
    "x-mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb18030 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk",
    "big5": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "shift_jis": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "euc-kr": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
    "windows-949",
    REPLACEMENT: "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement",
    "utf-16be": "unicodefffe utf-16be",
    "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
    USER_DEFINED: "x-user-defined",
}
_NAMES = {label: name for name, labels in _LABELS.items() for label in labels.split()}
# Codecs that read what browsers read, where Python's codec of the encoding's own name reads less.
_CODECS = {
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
    "ibm866": "cp866",
    "iso-8859-8-i": "iso-8859-8",
    "iso-2022-jp": "iso2022_jp_ext",
}
_SINGLE = frozenset(name for name in _LABELS if name.startswith("windows-")) | {"koi8-u"}
"""Encodings of one byte a character whose table is not quite Python's."""
_OTHER_BYTES = {"koi8-u": {0xAE: "ў", 0xBE: "Ў"}, "windows-1255": {0xCA: "\u05ba"}}
# Characters that browsers read where Python's codec reads others: the full-width ones of Windows; what GB 18030 had in
# private use before 2022; and bytes of Shift_JIS that mean nothing.
_OTHER_CHARACTERS: dict[str, dict[int, int]] = {
    "big5": {
        0x2022: 0x2027, 0xFF64: 0xFE51, 0x203E: 0xAF, 0x223C: 0xFF5E, 0x2641: 0x2295, 0x2609: 0x2299, 0xA5: 0xFFE5,
        0xA2: 0xFFE0, 0xA3: 0xFFE1,
    },
    "euc-jp": {0x301C: 0xFF5E, 0x2016: 0x2225, 0x2212: 0xFF0D, 0xA2: 0xFFE0, 0xA3: 0xFFE1, 0xAC: 0xFFE2},
    "shift_jis": dict.fromkeys(range(0xF8F0, 0xF8F4), 0xFFFD),
    "iso-2022-jp": dict.fromkeys((0x0E, 0x0F, 0x1B), 0xFFFD),
    "gb18030": {
        0xE5E5: 0x3000, 0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15,
        0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19, 0xE7C7: 0x1E3F, 0xE81E: 0x9FB4, 0xE826: 0x9FB5,
        0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB,
    },
}  # fmt: skip
_PRIVATE = re.compile("[\ue5e5\ue78d-\ue864]")
_LENIENT = "browser"
"""Our handler of bytes that cannot be decoded."""


def normal_label(label: str) -> str:
    """The encoding browsers use for a label, or empty for a label they do not know."""
    return _NAMES.get(label.strip("\t\n\f\r ").lower(), "")


def read(body: bytes, name: str) -> str:
    """The text of bytes in a named encoding, as browsers read it; what cannot be decoded becomes U+FFFD."""
    if name in _SINGLE:
        return _single(body, name)
    if name == REPLACEMENT:
        return "\ufffd" if body else ""
    if name == USER_DEFINED:
        return body.decode("latin-1").translate({byte: 0xF700 + byte for byte in range(0x80, 0x100)})
    codec = _CODECS.get(name, name)
    text = body.decode(codec, _LENIENT if name in _DOUBLE else "replace")
    others = _OTHER_CHARACTERS.get(name)
    if others is None or (name == "gb18030" and _PRIVATE.search(text) is None):
        return text
    return text.translate(others)


def _single(body: bytes, name: str) -> str:
    if name not in _OTHER_BYTES:
        try:
            return body.decode(_CODECS.get(name, name))
        except UnicodeDecodeError:
            pass
    return body.decode("latin-1").translate(_table(name))


@lru_cache
def _table(name: str) -> dict[int, str]:
    """What each byte stands for. Bytes that Windows never gave a character are controls to browsers, not errors."""
    codec = _CODECS.get(name, name)
    found = {byte: bytes([byte]).decode(codec, "ignore") for byte in range(0x80, 0x100)}
    table = {byte: char or (chr(byte) if byte < 0xA0 else "\ufffd") for byte, char in found.items()}
    return table | _OTHER_BYTES.get(name, {})


_DOUBLE = frozenset({"gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "iso-2022-jp"})


def _go_on(error: UnicodeError) -> tuple[str, int]:
    """Where a browser's decoder goes on: an ASCII byte is never part of what was wrong, another byte is.

    Two more things Python's codecs do not read: the euro of Windows in GBK, and the rows of Windows in Japanese.
    """
    assert isinstance(error, UnicodeDecodeError)
    body, place = error.object, error.start
    pair = body[place : place + 2]
    if error.encoding == "gb18030" and pair[:1] == b"\x80":
        return "€", place + 1
    if error.encoding == "iso2022_jp_ext":
        found = len(pair) == 2 and all(0x21 <= byte <= 0x7E for byte in pair)
        return (_of_windows(pair[0] - 0x20, pair[1] - 0x20), place + 2) if found else ("\ufffd", place + 1)
    if error.encoding == "euc_jp":
        if len(pair) == 2 and all(0xA1 <= byte <= 0xFE for byte in pair):
            return _of_windows(pair[0] - 0xA0, pair[1] - 0xA0), place + 2
        begins = pair[0] in (0x8E, 0x8F) or 0xA1 <= pair[0] <= 0xFE
    else:
        begins = 0x81 <= pair[0] <= 0xFE
    return "\ufffd", place + (2 if begins and pair[1:] >= b"\x80" else 1)


def _of_windows(row: int, cell: int) -> str:
    """A character by its row and cell in JIS X 0208, with the rows that NEC and IBM added, through Shift_JIS."""
    first = (row - 1) // 2 + (0x81 if row < 63 else 0xC1)
    second = cell + 0x9E if row % 2 == 0 else cell + (0x3F if cell < 64 else 0x40)
    return bytes([first, second]).decode("cp932", "replace")[:1]


codecs.register_error(_LENIENT, _go_on)


def write(text: str, name: str) -> bytes:
    """Bytes that `read` turns into the text again; what the encoding cannot say becomes a character reference."""
    codec = "utf-8" if name == REPLACEMENT else "ascii" if name == USER_DEFINED else _CODECS.get(name, name)
    if others := _as_python_has_it(name):
        text = text.translate(others)
    return text.encode(codec, "xmlcharrefreplace")


@lru_cache
def _as_python_has_it(name: str) -> dict[int, str]:
    """Characters by which Python's codec writes what browsers read otherwise, and references for those themselves."""
    same = {byte: bytes([byte]).decode(name, "ignore") for byte in _OTHER_BYTES.get(name, {})}
    others = _OTHER_CHARACTERS.get(name, {}) | {
        ord(char): ord(_OTHER_BYTES[name][b]) for b, char in same.items() if char
    }
    meant = {python: browser for python, browser in others.items() if browser != 0xFFFD}
    return {python: f"&#{python};" for python in meant} | {browser: chr(python) for python, browser in meant.items()}
