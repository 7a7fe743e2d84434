"""Bytes to text, as browsers do it: byte-order mark, header, meta in the first 1,024 bytes, then what the bytes say.

Source: encoding.spec.whatwg.org (labels) and html.spec.whatwg.org, "Determining the character encoding".
"""

import codecs
import re

from turbohtml.detect import detect

from editorial.audit.facts import Charset
from editorial.audit.gather.encodings import USER_DEFINED, normal_label, read, write

PRESCAN = 1024  # bytes; engines look for a meta no further
LATE_META = 65_536  # bytes; where a meta still beats guessing

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_WIDE_XML = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))  # how an XML declaration begins there
_VALUE = re.compile(rb"[\x00-\x20]*=[\x00-\x20]*([\"'])([\x21-\x7e]*?)\1")
_TAG = re.compile(rb"<(?:!--|/?[A-Za-z]|[!/?])")
_ATTRIBUTE = re.compile(
    rb"""[\t\n\f\r /]*(?:(>)|([^\t\n\f\r />][^\t\n\f\r />=]*)"""
    rb"""(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*)?))?)"""
)
_CHARSET = re.compile(rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r ;\"']+))", re.IGNORECASE)
_METAS = frozenset(b"<meta" + bytes([end]) for end in b"\t\n\f\r /")
_NAME_END = re.compile(rb"[\t\n\f\r />]")
LABEL = 60  # characters of a declared label that are kept
HEADER = 2_000  # characters of a Content-Type header that are read
_PARAMETER = re.compile(r";[\t\n\r ]*([^;=]*)=(?:\"((?:[^\"\\]|\\.?)*)\"?[^;]*|([^;]*))", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# UTF-8 read as Windows-1252 or GBK and written again (European, kana, Cyrillic; Chinese stops and quotes), and what
# Chinese systems print for undecodable or uninitialised bytes.
_FILLERS = ("锟斤拷", "烫烫", "屯屯")
_GARBLED = ("â€", "ã‚", "ãƒ", "Ñ€", "銆", "鈥", *_FILLERS)
# The same with a character from U+0080 to U+00BF: Latin, Cyrillic, Han and, by their controls, other scripts;
# then Cyrillic read as Windows-1251, and GBK read as Latin-1 (的, every thirtieth character).
_GARBLED_PAIR = re.compile("[ÂÃÐÑ][\x80-\xbf]|ä¸|[\x80-\x9f]|Р[°µ]|µÄ")
_SIGNS = (
    *(pattern.encode() for pattern in ("â€", "Ñ€", "銆", "鈥", *_FILLERS, "ä¸", "Р°", "µÄ")),
    *(b"\xc3\x82\xc2", b"\xc3\x83\xc2"),  # Â and Ã before such a character
)
"""Bytes of UTF-8, one of which any garbled text holds, or a control."""
_CONTROL = re.compile(b"\xc2[\x80-\x9f]")
_ASCII = bytes(range(0x80))
_GARBLED_ELSEWHERE = (*_FILLERS, "Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "â€")
_JAPANESE = (b"\x1b$B", b"\x1b$@")  # how ISO-2022-JP, which is ASCII otherwise, begins two-byte characters
_UNICODE = frozenset({"utf-8", "utf-16le", "utf-16be"})
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_EXAMPLES = ("script", "style", "code", "pre", "kbd", "samp", "textarea")
_EXAMPLE = re.compile(rf"<({'|'.join(_EXAMPLES)})(?=[\s/>])", re.IGNORECASE)
_EXAMPLE_END = {tag: re.compile(rf"</{tag}\s*+>", re.IGNORECASE) for tag in _EXAMPLES}


def declared_in_header(content_type: str) -> str:
    """The charset parameter of a Content-Type header as written, or empty.

    Source: mimesniff.spec.whatwg.org, "parse a MIME type": the first of its name counts, quotes are double, and a
    space belongs to what it stands beside. Where headers were joined with a comma, the first one speaks.
    """
    for parameter in _PARAMETER.finditer(content_type[:HEADER]):
        name, quoted, bare = parameter.groups()
        if name.lower() == "charset" and (quoted is not None or bare.strip()):
            said = bare.partition(",")[0] if quoted is None else _ESCAPED.sub(r"\1", quoted)
            return said.strip("\t\n\r ")[:LABEL]
    return ""


def declared_in_meta(body: bytes, within: int = PRESCAN) -> str:
    """The label of the first meta that names a known encoding, else of the XML declaration, else the first, or empty.

    Source: html.spec.whatwg.org, "prescan a byte stream to determine its encoding": tags are read one after the other,
    so that what stands in a comment or in another tag's attribute is no declaration.
    """
    start = body[:within]
    first = ""
    place = 0 if b"charset" in start.lower() else len(start)
    while tag := _TAG.search(start, place):
        place = tag.end()
        if tag[0] == b"<!--":
            place = _after(start, b"-->", tag.start() + 2)
        elif start[tag.start() : place + 4].lower() in _METAS:
            label, place = _of_meta(start, place + 4)
            if normal_label(label):
                return label
            first = first or label
        elif tag[0][-1:].isalpha():
            end = _NAME_END.search(start, place)
            place = _attributes(start, end.start() if end else len(start))[1]
        else:
            place = _after(start, b">", place)
    xml = declared_in_xml(start)
    return xml if normal_label(xml) else first


def declared_in_xml(body: bytes) -> str:
    """The label of an XML declaration as written, or empty (HTML standard, "getting an XML encoding")."""
    end = body.find(b">", 0, LATE_META)
    place = body.find(b"encoding", 5, end) if end > 0 and body.startswith(b"<?xml") else -1
    found = _VALUE.match(body, place + 8, end) if place > 0 else None
    return _label(found[2]) if found else ""


def _after(text: bytes, mark: bytes, place: int) -> int:
    found = text.find(mark, place)
    return len(text) if found < 0 else found + len(mark)


def _attributes(text: bytes, place: int) -> tuple[dict[bytes, bytes], int]:
    """The attributes of a tag, the first of each name, and where the tag ends; none of a tag that does not end."""
    found: dict[bytes, bytes] = {}
    while attribute := _ATTRIBUTE.match(text, place):
        place = attribute.end()
        if attribute[1]:
            return found, place
        found.setdefault(attribute[2].lower(), attribute[3] or attribute[4] or attribute[5] or b"")
    return {}, len(text)


def _of_meta(text: bytes, place: int) -> tuple[str, int]:
    """What a meta declares, by its charset, or by its content where http-equiv says content-type."""
    attributes, end = _attributes(text, place)
    if b"charset" in attributes:
        return _label(attributes[b"charset"]), end
    if attributes.get(b"http-equiv", b"").lower() == b"content-type":
        found = _CHARSET.search(attributes.get(b"content", b""))
        return _label(found[1] or found[2] or found[3] or b"") if found else "", end
    return "", end


def _label(raw: bytes) -> str:
    return raw.decode("ascii", "replace").strip()[:LABEL]


def decode(body: bytes, content_type: str) -> tuple[str, Charset]:
    """The text of a page and how its encoding was found. Never raises; what is undecodable becomes U+FFFD."""
    is_xml = "xml" in content_type.partition(";")[0].lower()
    header, meta = declared_in_header(content_type), (declared_in_xml if is_xml else declared_in_meta)(body)
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _read(body[len(mark) :], name, "bom", header, meta)
    if name := normal_label(header):
        return _read(body, name, "header", header, meta)
    for mark, name in _WIDE_XML:
        if body.startswith(mark):
            return _read(body, name, "meta", header, meta)
    if name := _of_label(meta, body):
        return _read(body, name, "meta", header, meta)
    return _read(body, "utf-8", "default", header, meta) if is_xml else _guess(body, header, meta)


def encode(text: str, content_type: str) -> bytes:
    """Bytes that `decode` reads as this text: in the encoding it declares, if that can say it.

    Else references stand for what it cannot say; a text that declares nothing is UTF-8.
    """
    meta = declared_in_meta(text[:PRESCAN].encode("ascii", "replace"))
    return write(text, normal_label(declared_in_header(content_type)) or _of_label(meta) or "utf-8")


def _of_label(meta: str, body: bytes = b"") -> str:
    """Whose meta can be read as ASCII is not in UTF-16; what is not defined is Windows-1252, but not to XML."""
    name = normal_label(meta)
    if name == USER_DEFINED:
        return name if body and declared_in_xml(body) == meta else "windows-1252"
    return "utf-8" if name in ("utf-16le", "utf-16be") else name


def _guess(body: bytes, header: str, meta: str) -> tuple[str, Charset]:
    """What the bytes say, beside a meta that comes late: browsers read it, too, and begin again."""
    if body.isascii():
        if any(escape in body for escape in _JAPANESE):
            return _read(body, "iso-2022-jp", "detected", header, meta)
        if late := _of_label(declared_in_meta(body, LATE_META)):
            return _read(body, late, "detected", header, meta)
        return _read(body, "windows-1252", "default", header, meta)
    try:
        codecs.utf_8_decode(body, "strict", False)  # not final: a cut last character is no error
    except UnicodeDecodeError:
        late = _of_label(declared_in_meta(body, LATE_META))
        name = late or normal_label(detect(body[:LATE_META]).encoding or "") or "windows-1252"
        return _read(body, name, "detected", header, meta)
    return _read(body, "utf-8", "detected", header, meta)


def _read(body: bytes, name: str, source: str, header: str, meta: str) -> tuple[str, Charset]:
    text = read(body, name)
    garbled = 0
    if name not in _UNICODE:
        garbled = _read_wrongly(body) or sum(map(text.count, _GARBLED_ELSEWHERE))
    elif name == "utf-8" and not text.isascii() and _may_be_garbled(body):
        garbled = _count_garbled(_without_examples(text))
    return text, Charset(name, source, header, meta, text.count("\ufffd"), garbled)  # type: ignore[arg-type]


def _read_wrongly(body: bytes) -> int:
    """How many characters of UTF-8 were read as something else. No other encoding makes valid UTF-8 by chance."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return 0
    return 0 if text.isascii() else len(_BEYOND_ASCII.findall(_without_examples(text)))


def _may_be_garbled(body: bytes) -> bool:
    """Asked of the bytes of UTF-8, which costs a tenth of searching wide text; without ASCII, which no sign holds."""
    beyond = body.translate(None, _ASCII)
    return any(sign in beyond for sign in _SIGNS) or _CONTROL.search(beyond) is not None


def _count_garbled(text: str) -> int:
    return sum(map(text.count, _GARBLED)) + len(_GARBLED_PAIR.findall(text))


def _without_examples(html: str) -> str:
    """Without scripts and code, where texts about encodings show what they are about."""
    kept, place = [], 0
    while opened := _EXAMPLE.search(html, place):
        closed = _EXAMPLE_END[opened[1].lower()].search(html, opened.end())
        if closed is None:
            break
        kept.append(html[place : opened.start()])
        place = closed.end()
    return "".join((*kept, html[place:]))
