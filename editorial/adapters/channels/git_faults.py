"""Why a repository could not be reached, in a sentence: what libraries say is for programmers."""

import re
import socket
import ssl
from collections.abc import Iterator

from urllib3.exceptions import NameResolutionError, NewConnectionError, ReadTimeoutError
from urllib3.exceptions import SSLError as TlsError

from editorial.domain.messages import N_, Message
from editorial.domain.rendering import one_line

_SHORT = 120  # characters
# names of classes with their arguments, numbers of errors, lines of C, addresses with what may be secret in them
_NOISE = re.compile(r"\b\w+\((?:host|<)[^)]*\):?\s*|\[(?:Errno|SSL)[^\]]*\]\s*|\s*\(_ssl\.c:\d+\)|[a-z+]+://\S+")


def unreachable(error: BaseException, host: str, said: str) -> Message:
    """One sentence for the kind of fault that stands at the root of an error. `said` is what the other side wrote."""
    chain = list(_causes(error))
    heard = said.lower()
    where = {"host": host}
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in chain) or "certificate" in heard:
        return Message(N_("The certificate of %(host)s is not trusted, or is for another name or time."), where)
    if any(isinstance(each, socket.gaierror | NameResolutionError) for each in chain) or "resolve host" in heard:
        return Message(N_("No machine is known by the name %(host)s."), where)
    if any(isinstance(each, ConnectionRefusedError) for each in chain) or "connection refused" in heard:
        return Message(N_("%(host)s refuses the connection."), where)
    if any(_is_late(each) for each in chain) or "timed out" in heard:
        return Message(N_("%(host)s did not answer in time."), where)
    if any(isinstance(each, ssl.SSLError | TlsError) for each in chain):
        return Message(N_("%(host)s does not speak https at this address."), where)
    return Message(N_("The repository could not be reached: %(said)s"), {"said": short_cause(said)})


def short_cause(said: str) -> str:
    """What was said without the parts that name our own program or an address."""
    return one_line(_NOISE.sub("", said))[:_SHORT].rstrip(" .:(") or "—"


def _is_late(error: BaseException) -> bool:
    # urllib3 derives "no connection at all" from its time-out
    return isinstance(error, TimeoutError | ReadTimeoutError) and not isinstance(error, NewConnectionError)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
