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

    The old header class folds rightly; `EmailMessage` of Python 3.11 loses a space between two encoded words of
    different kinds in a subject such as `verspätet – KW 47 / 周报`.
    """
    mail = MIMEMultipart("alternative")
    mail["From"] = _person(*parseaddr(letter.sender))
    mail["To"] = _person(letter.name, letter.address)
    mail["Subject"] = _text("Subject", letter.subject)  # type: ignore[assignment]  # folded when it is written
    mail["Date"] = format_datetime(letter.date)
    mail["Message-ID"] = one_line(letter.message_id)
    mail["Content-Language"] = one_line(letter.language)
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in letter.headers.items():
        # addresses and keywords must not be torn apart by an encoding; words may
        mail[name] = one_line(value) if value.isascii() else _text(name, value)  # type: ignore[assignment]
    mail.attach(_part(letter.text, "plain"))
    mail.attach(_part(letter.html, "html"))
    return mail.as_bytes(unixfrom=False).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def one_line(text: str) -> str:
    """Without line breaks and control characters, so that no value can begin a header of its own."""
    return _CONTROL.sub(" ", text).strip()


def domain_of(sender: str) -> str:
    """The domain of `Name <address>`, in ASCII: where our Message-IDs live."""
    return wire_address(parseaddr(sender)[1]).rpartition("@")[2] or "localhost"


def wire_address(address: str) -> str:
    """The address with its domain in ASCII. The part before the @ stays as it is."""
    local, at, domain = one_line(address).rpartition("@")
    if domain.isascii():
        return f"{local}{at}{domain}"
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return f"{local}{at}{domain}"


def _person(name: str, address: str) -> str:
    return formataddr((one_line(name), wire_address(address)), "utf-8")


def _text(header: str, value: str) -> Header:
    return Header(one_line(value), None if value.isascii() else "utf-8", header_name=header)


def _part(body: str, kind: str) -> MIMEText:
    """Quoted-printable stays readable for Latin text; for Han it would triple every byte, base64 adds a third."""
    charset = Charset("utf-8")
    foreign = sum(not character.isascii() for character in body)
    charset.body_encoding = QP if foreign * 8 < len(body) else BASE64
    return MIMEText(body, kind, charset)  # type: ignore[arg-type]
