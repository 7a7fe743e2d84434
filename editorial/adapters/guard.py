"""A requests session that can't be led into a private network: for every adapter that speaks HTTP to the outside."""

import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager

from editorial.domain.addresses import NOTHING_PRIVATE, AllowList, may_connect, no_page_there


class ForbiddenAddress(NewConnectionError):
    """The name resolved to addresses that may not be reached only; nothing was connected."""


def guarded_session(*, agent: str, allow: AllowList = NOTHING_PRIVATE) -> requests.Session:
    """A session whose every connection (redirects too) goes to the public internet or to what `allow` opens.

    No proxy, no cookies file, no .netrc: the environment has no say (`trust_env` is off).

    Raises, from its requests: `requests.ConnectionError` with `ForbiddenAddress` inside.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = agent
    adapter = _GuardedAdapter(allow)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def connect_guarded(
    host: str,
    port: int,
    *,
    allow: AllowList,
    timeout: float | None,
    options: Any = None,
    source: Any = None,
    web: bool = False,
) -> socket.socket:
    """A TCP connection to the first address of `host` that may be reached; the address checked is the one connected to.

    Args:
        web: whether HTTP will be spoken, which closes the ports of other services.

    Raises:
        PermissionError: every address lies inside a private network. OSError: as usual.
    """
    failed: OSError = PermissionError(f"{host} lies inside a private network")
    for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        where = str(place[0])
        if not may_connect(where, allow, host=host) or (web and no_page_there(where, port)):
            continue
        sock = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                sock.setsockopt(*option)
            sock.settimeout(timeout)
            if source:
                sock.bind(source)
            sock.connect(place)
        except OSError as error:
            sock.close()
            failed = error
        else:
            return sock
    raise failed


def _open(connection: Any, allow: AllowList) -> socket.socket:
    """What urllib3's `_new_conn` does, with the check; time-outs and errors are named as urllib3 names them."""
    timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        return connect_guarded(
            connection.host.strip("[]"),
            connection.port,
            allow=allow,
            timeout=timeout,
            options=connection.socket_options,
            source=connection.source_address,
            web=True,
        )
    except PermissionError as error:
        raise ForbiddenAddress(connection, str(error)) from error
    except (socket.gaierror, UnicodeError) as error:  # the second of a name that no DNS could hold
        raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"Connection to {connection.host} timed out.") from error
    except OSError as error:
        raise NewConnectionError(connection, f"Failed to establish a new connection: {error}") from error


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, allow: AllowList) -> None:
        self._allow = allow
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _pools(self._allow)


def _pools(allow: AllowList) -> dict[str, Any]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _open(self, allow)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _open(self, allow)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
