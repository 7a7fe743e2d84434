"""`editorial serve`: the whole desk in one process."""

import errno
import signal
import socket
from types import FrameType
from typing import NoReturn

import click
from waitress.server import create_server

from config import Config
from editorial.cli.assembly import Assembly
from editorial.cli.language import refused, say, speaks
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services import welcome
from editorial.services.deps import Deps
from editorial.store import migrate


@click.command("serve")
@speaks
@click.pass_obj
def serve(assembly: Assembly) -> None:
    """Migrate the database, run the clock and serve the desk. Ctrl+C or SIGTERM ends it; what runs is finished."""
    # waitress drops what it is answering on SIGTERM; on KeyboardInterrupt it finishes it
    signal.signal(signal.SIGTERM, _interrupt)
    config = assembly.config()
    listener = _listen(config)  # first of all, so that a second start ends here and changes nothing
    config = config.model_copy(update={"port": listener.getsockname()[1]})
    deps = assembly.make_deps(config)
    migrate.to_revision(deps.sessions.kw["bind"], deps.scripts)
    server = create_server(
        assembly.create_app(config, deps),
        sockets=[listener],
        threads=config.threads,
        ident="",
        clear_untrusted_proxy_headers=not config.trusted_proxies,  # the application counts the hops
    )
    clock = assembly.make_clock(deps) if config.clock_enabled else None
    _greet(deps)
    try:
        if clock:
            clock.start()
        server.run()  # returns after KeyboardInterrupt, with every request answered
    except KeyboardInterrupt:
        pass
    except EditorialError as error:
        raise refused(error) from error
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second signal must not cut the ending short
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        server.close()
        if clock:
            clock.stop()
    click.echo(say(Message(N_("Editorial has stopped."))))


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _listen(config: Config) -> socket.socket:
    """Take the port, or end with one sentence that says what to do."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(1024)
    except OSError as error:
        place_asked = {"host": config.host, "port": str(config.port)}
        taken = Message(
            N_(
                "Port %(port)s on %(host)s is taken, perhaps by another Editorial. "
                "Stop that one, or choose another port: EDITORIAL_PORT=8001"
            ),
            place_asked,
        )
        closed = Message(
            N_(
                "This machine does not let us listen on %(host)s, port %(port)s: %(said)s. "
                "Choose another address with EDITORIAL_HOST and EDITORIAL_PORT."
            ),
            {**place_asked, "said": error.strerror or str(error)},
        )
        raise click.ClickException(say(taken if error.errno == errno.EADDRINUSE else closed)) from error
    return listener


def _greet(deps: Deps) -> None:
    """Where the desk is, and before set-up the one link that opens it."""
    click.echo(say(Message(N_("Editorial serves on %(url)s"), {"url": deps.config.public_url})))
    if link := welcome.invitation_link(deps):
        click.echo(say(Message(N_("Set it up with this link, which works once: %(link)s"), {"link": link})))
