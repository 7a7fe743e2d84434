"""Handing a mail to an SMTP server, with honest answers about what became of it (RFC 5321, 4.2 and 4.5.3.2)."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from editorial.adapters.guard import connect_guarded
from editorial.domain.addresses import AllowList
from editorial.domain.jobs import NotSent, Receipt, Refused, Unclear
from editorial.domain.messages import N_, Message

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 30.0
BODY_SECONDS = 120.0  # the server may take its time to look through the text before it answers
NAMELESS = "[127.0.0.1]"
"""How a desk without a name of its own introduces itself: an address literal (RFC 5321, 4.1.3)."""
_OUR_SETTINGS = frozenset({530, 534, 535, 538})  # sign-in is missing or wrong: nothing that another mail would mend
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Unreachable(NotSent):
    """Not this mail's fault: the server can't be reached or does not let us in. The others need not be tried now."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mails are handed over.

    The host is the operator's own setting, never a person's input, so its address may be private: the guard checks that
    the connection goes to that very host.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    hello: str = NAMELESS
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    connect_seconds: float = CONNECT_SECONDS
    command_seconds: float = COMMAND_SECONDS
    body_seconds: float = BODY_SECONDS

    def deliver(self, sender: str, address: str, mail: bytes) -> Receipt:
        """Hand over one mail for one reader.

        Args:
            sender: envelope sender, an address in ASCII; bounces go there.
            address: the reader's, with its domain in ASCII.
            mail: headers and body with CRLF line ends.

        Returns:
            The server's own words, which usually name its queue id.

        Raises:
            Refused: a permanent no (5xx) to this mail. NotSent: proven not taken, try later (`Unreachable`: whatever
            the mail). Unclear: the connection broke or timed out after the first byte of the mail.
        """
        with _closing(self._open()) as connection:
            self._envelope(connection, sender, address)
            return self._body(connection, mail)

    def _open(self) -> smtplib.SMTP:
        """A greeted, protected, signed-in connection."""
        connection = _Guarded(self)
        try:
            connection.timeout = self.connect_seconds
            code, said = connection.connect(self.host, self.port)
            _expect(code == 220, code, said)
            _patience(connection, self.command_seconds)
            connection.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                connection.starttls(context=self.context())
                connection.ehlo()
            if self.user:
                connection.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            connection.close()
            says = Message(
                N_("The mail server does not accept the user or the password: %(said)s"),
                {"said": _words(error.smtp_error)},
            )
            raise Unreachable(says) from error
        except smtplib.SMTPNotSupportedError as error:
            connection.close()
            says = Message(
                N_("The mail server does not offer what the settings ask for: STARTTLS or a sign-in. Nothing was sent.")
            )
            raise Unreachable(says) from error
        except ssl.SSLError as error:
            connection.close()
            says = Message(N_("The mail server cannot prove who it is: %(said)s"), {"said": _words(str(error))})
            raise Unreachable(says) from error
        except (OSError, UnicodeError) as error:  # smtplib's own errors are OSErrors, too
            connection.close()
            says = Message(
                N_("The mail server %(host)s:%(port)s cannot be reached: %(said)s"),
                {"host": self.host, "port": str(self.port), "said": _words(_said(error))},
            )
            raise Unreachable(says) from error
        return connection

    def _envelope(self, connection: smtplib.SMTP, sender: str, address: str) -> None:
        """Sender, reader, and the server's word that it wants the text: nothing is taken yet."""
        try:
            for command in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{address}>", "DATA"):
                code, said = connection.docmd(command)
                _judge(code, said, go_on=command == "DATA")
        except OSError as error:
            says = Message(
                N_("The connection broke before the text was sent: %(said)s"), {"said": _words(_said(error))}
            )
            raise NotSent(says) from error

    def _body(self, connection: smtplib.SMTP, mail: bytes) -> Receipt:
        """The text and the server's verdict. From its first byte on, a lost answer means that nobody knows."""
        text = _LEADING_DOT.sub(b"..", mail)
        if not text.endswith(b"\r\n"):
            text += b"\r\n"
        try:
            _patience(connection, self.body_seconds)
            connection.send(text + b".\r\n")
            code, said = connection.getreply()
        except OSError as error:
            raise Unclear(
                Message(
                    N_("The text was sent and the mail server's answer got lost: %(said)s"),
                    {"said": _words(_said(error))},
                )
            ) from error
        if not 400 <= code < 600 and not _taken(code):
            raise Unclear(
                Message(
                    N_("The text was sent and the mail server's answer means nothing: %(said)s"),
                    {"said": _words(f"{code} {_words(said)}")},
                )
            )
        _judge(code, said)
        return Receipt(external_id=_words(said)[:200])


class _Guarded(smtplib.SMTP):
    """smtplib's client on a guarded connection, wrapped in TLS from the start where that is asked for."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(local_hostname=server.hello)
        self._server = server
        self._host = server.host  # smtplib reads it for the server's name in TLS

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        ours = AllowList(hosts=frozenset({host.lower().rstrip(".")}))
        sock = connect_guarded(host, port, allow=ours, timeout=timeout)
        return (
            self._server.context().wrap_socket(sock, server_hostname=host) if self._server.security == "tls" else sock
        )


class _closing:  # noqa: N801 -- reads as contextlib's
    """Ends the connection politely when all went well, and shuts it otherwise; neither changes the answer."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self._connection = connection

    def __enter__(self) -> smtplib.SMTP:
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if not (kind is not None and issubclass(kind, Unclear)):
                self._connection.docmd("QUIT")
        except OSError:
            pass  # the verdict is in already
        finally:
            self._connection.close()


def _taken(code: int) -> bool:
    """The first digit alone says so (RFC 5321, 4.2.1)."""
    return 200 <= code < 300


def _judge(code: int, said: bytes, *, go_on: bool = False) -> None:
    """Nothing, or what the code means. `go_on`: the server was asked whether it wants the text."""
    if (300 <= code < 400) if go_on else _taken(code):
        return
    if code in _OUR_SETTINGS:
        raise Unreachable(
            Message(N_("The mail server does not accept the user or the password: %(said)s"), {"said": _words(said)})
        )
    if code >= 500:
        raise Refused(
            Message(N_("The mail server refused it: %(code)s %(said)s"), {"code": str(code), "said": _words(said)}),
            hint=Message(N_("Check the address and the sender, then send it again.")),
        )
    raise NotSent(
        Message(N_("The mail server asks to try later: %(code)s %(said)s"), {"code": str(code), "said": _words(said)})
    )


def _patience(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _expect(greeted: bool, code: int, said: bytes) -> None:
    if not greeted:
        raise smtplib.SMTPConnectError(code, said)


def _said(error: BaseException) -> str | bytes:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_words(error.smtp_error)}"
    if isinstance(error, TimeoutError):
        return "time-out"
    return str(error) or type(error).__name__


def _words(said: str | bytes) -> str:
    """What the server said, in one line of at most 200 characters."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
