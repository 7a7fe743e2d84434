"""A mail as the bytes that go over the wire (RFC 5322, 2045, 2047, 2369, 3834, 8058)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr

import idna

from editorial.domain.jobs import Refused
from editorial.domain.messages import N_, Message

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Letter:
    """One mail to one reader, complete. `headers` are those beside what every mail has."""

    sender: str  # Name <address>
    name: str
    address: str
    subject: str
    text: str
    html: str
    language: str  # BCP 47
    message_id: str  # with its angle brackets
    date: datetime  # aware
    headers: Mapping[str, str] = field(default_factory=dict)


def as_bytes(letter: Letter) -> bytes:
    """The whole mail in ASCII, text part first, no line beyond 998 bytes.

    The headers are written here, with the old header class, which folds rightly: `EmailMessage` of Python 3.11 loses
    a space between two encoded words of different kinds in a subject such as `verspätet – KW 47 / 周报`.

    Raises:
        Refused: an address has letters that only few mail servers take.
    """
    mail = MIMEMultipart("alternative")
    mail.attach(_part(letter.text, "plain"))
    mail.attach(_part(letter.html, "html"))
    head = {
        "From": _person("From", *parseaddr(letter.sender)),
        "To": _person("To", letter.name, letter.address),
        "Subject": _words("Subject", letter.subject),
        "Date": format_datetime(letter.date),
        # an id or an address list is never folded: some readers take a folded one for an empty one
        "Message-ID": one_line(letter.message_id),
        "Content-Language": one_line(letter.language),
        "Auto-Submitted": "auto-generated",
        **{name: one_line(value) if value.isascii() else _words(name, value) for name, value in letter.headers.items()},
    }
    lines = "".join(f"{name}: {value}\n" for name, value in head.items()).encode("ascii") + mail.as_bytes()
    return lines.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def one_line(text: str) -> str:
    """Without line breaks and control characters, so that no value can begin a header of its own."""
    return _CONTROL.sub(" ", text).strip()


def domain_of(sender: str) -> str:
    """The domain of `Name <address>`, in ASCII: where our Message-IDs live."""
    domain = one_line(parseaddr(sender)[1]).rpartition("@")[2]
    return (idna.encode(domain, uts46=True).decode() if not domain.isascii() else domain) or "localhost"


def wire_address(address: str) -> str:
    """The address with its domain in ASCII, as it stands in the envelope.

    Raises:
        Refused: the part before the @ is not ASCII, or the domain can't be written so.
    """
    local, at, domain = one_line(address).rpartition("@")
    try:
        wire = f"{local}{at}{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        wire = address
    if not wire.isascii():
        raise Refused(
            Message(N_("%(address)s has letters that mail servers do not take."), {"address": address}),
            hint=Message(N_("Give the person an address in plain letters.")),
        )
    return wire


def _person(header: str, name: str, address: str) -> str:
    name, address = one_line(name), wire_address(address)
    if name.isascii() and len(name) + len(address) < 70:
        return formataddr((name, address))
    return f"{_words(header, name, encoded=True)}\n <{address}>"


def _words(header: str, text: str, *, encoded: bool = False) -> str:
    """Free text, folded, in encoded words where it has other than ASCII letters."""
    text = one_line(text)
    charset = "utf-8" if encoded or not text.isascii() else None
    return Header(text, charset, header_name=header).encode(maxlinelen=76)


def _part(body: str, kind: str) -> MIMEText:
    """Quoted-printable stays readable for Latin text; for Han it would triple every byte, base64 adds a third."""
    charset = Charset("utf-8")
    foreign = sum(not character.isascii() for character in body)
    charset.body_encoding = QP if foreign * 8 < len(body) else BASE64
    return MIMEText(body, kind, charset)  # type: ignore[arg-type]
