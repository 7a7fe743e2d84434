"""Bytes to text, as browsers do it: byte-order mark, header, meta in the first 1,024 bytes, then what the bytes say.

Source: encoding.spec.whatwg.org (labels) and html.spec.whatwg.org, "Determining the character encoding".
"""

import codecs
import re

from turbohtml.detect import detect

from editorial.audit.facts import Charset

PRESCAN = 1024  # bytes; engines look for a meta no further
LATE_META = 65_536  # bytes; where a meta still beats guessing

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))
# Labels whose Python codec of the same name decodes less than browsers do.
_WIDER = {
    "gb18030": "gb2312 gb_2312 gb_2312-80 gbk x-gbk chinese csgb2312 iso-ir-58 gb18030 cp936 ms936 euc-cn",
    "windows-1252": "ascii us-ascii iso-8859-1 iso8859-1 latin1 latin-1 l1 cp1252 x-cp1252 windows-1252 cp819",
    "windows-1254": "iso-8859-9 iso8859-9 latin5 l5 windows-1254 cp1254 x-cp1254",
    "windows-874": "iso-8859-11 tis-620 windows-874 dos-874",
    "shift_jis": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j csshiftjis ms932",
    "euc-kr": "euc-kr euckr ks_c_5601-1987 ksc5601 ks_c_5601-1989 ksc_5601 korean windows-949 cseuckr",
    "big5": "big5 big5-hkscs cn-big5 x-x-big5 csbig5",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode20utf8 unicode11utf8 unicode20utf8",
    "utf-16-le": "utf-16 utf-16le unicode ucs-2 csunicode iso-10646-ucs-2 unicodefeff",
    "utf-16-be": "utf-16be unicodefffe",
    "macintosh": "macintosh mac x-mac-roman csmacintosh",
    "x-mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "ibm866": "ibm866 cp866 866 csibm866",
}
_NAMES = {label: name for name, labels in _WIDER.items() for label in labels.split()}
_NAMES |= {f"{prefix}{n}": f"windows-{n}" for n in range(1250, 1259) for prefix in ("windows-", "cp", "x-cp")} | {
    "windows-1252": "windows-1252",
}
_NAMES |= {
    f"{prefix}{n}": f"iso-8859-{n}"
    for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)
    for prefix in ("iso-8859-", "iso8859-")
}
_NAMES |= {name: name for name in ("euc-jp", "iso-2022-jp", "koi8-r", "koi8-u")}
_CODECS = {
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
}
_CODECS |= {
    "x-mac-cyrillic": "mac_cyrillic",
    "ibm866": "cp866",
    "euc-jp": "euc_jp",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
}

_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/][^>]{0,1000}", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.+-]{1,40})""", re.IGNORECASE)
_XML = re.compile(rb"""\s{0,99}<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9_:.+-]{1,40})""")
_HEADER = re.compile(r""";\s*charset\s*=\s*["']?\s*([^\s"';]{1,40})""", re.IGNORECASE)
# UTF-8 read as Latin-1 and written again, and what Chinese systems print for undecodable or uninitialised bytes.
_GARBLED = ("Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "â€", "ä¸", "å\x9c", "ç\x9a„", "锟斤拷", "烫烫", "屯屯")
_GARBLED_BYTES = tuple(pattern.encode() for pattern in _GARBLED)


def normal_label(label: str) -> str:
    """The encoding browsers use for a label, or empty for a label they do not know."""
    return _NAMES.get(label.strip().strip("\"'").lower(), "")


def declared_in_header(content_type: str) -> str:
    """The charset parameter of a Content-Type header as written, or empty."""
    found = _HEADER.search(content_type)
    return found[1] if found else ""


def declared_in_meta(body: bytes, within: int = PRESCAN) -> str:
    """The label of the first meta (or XML declaration) that names an encoding, or empty."""
    start = _COMMENT.sub(b"", body[:within])
    if found := _XML.match(start):
        return found[1].decode("ascii")
    for meta in _META.finditer(start):
        if found := _CHARSET.search(meta[0]):
            return found[1].decode("ascii")
    return ""


def decode(body: bytes, content_type: str) -> tuple[str, Charset]:
    """The text of a page and how its encoding was found. Never raises; what is undecodable becomes U+FFFD."""
    header, meta = declared_in_header(content_type), declared_in_meta(body)
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _read(body[len(mark) :], name, "bom", header, meta)
    if name := normal_label(header):
        return _read(body, name, "header", header, meta)
    if name := normal_label(meta):
        return _read(body, "utf-8" if name.startswith("utf-16") else name, "meta", header, meta)
    return _guess(body, header, meta)


def _guess(body: bytes, header: str, meta: str) -> tuple[str, Charset]:
    if body.isascii():
        return _read(body, "utf-8", "default", header, meta)
    try:
        codecs.utf_8_decode(body, "strict", False)  # not final: a cut last character is no error
    except UnicodeDecodeError:
        late = normal_label(declared_in_meta(body, LATE_META))
        name = late or normal_label(detect(body[:LATE_META]).encoding or "") or "windows-1252"
        return _read(body, name, "detected", header, meta)
    return _read(body, "utf-8", "detected", header, meta)


def _read(body: bytes, name: str, source: str, header: str, meta: str) -> tuple[str, Charset]:
    text = body.decode(_CODECS.get(name, name), "replace")
    garbled = 0 if text.isascii() else _count_garbled(text, body, name)
    return text, Charset(name, source, header, meta, text.count("\ufffd"), garbled)  # type: ignore[arg-type]


def _count_garbled(text: str, body: bytes, name: str) -> int:
    """Counted in the bytes where they are UTF-8: searching them costs a tenth of searching wide text."""
    if name == "utf-8":
        return sum(map(body.count, _GARBLED_BYTES))
    return sum(map(text.count, _GARBLED))
