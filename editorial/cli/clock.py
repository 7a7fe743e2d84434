"""`editorial clock`: the clock without the web, as many processes as one likes."""

import signal
import threading
from types import FrameType

import click

from editorial.cli.assembly import Assembly
from editorial.cli.language import refused, say, speaks
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.store import migrate


@click.command("clock")
@speaks
@click.pass_obj
def clock(assembly: Assembly) -> None:
    """Run the clock without the web: publish, audit, mail. Several may run on one PostgreSQL database.

    Ctrl+C or SIGTERM ends it; what runs is finished, and what waits is left to others.
    """
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    deps = assembly.make_deps(assembly.config())
    migrate.to_revision(deps.sessions.kw["bind"], deps.scripts)
    ticking = assembly.make_clock(deps)
    try:
        ticking.start()
    except EditorialError as error:
        raise refused(error) from error
    click.echo(say(Message(N_("The scheduler runs as %(worker)s."), {"worker": deps.worker})))
    try:
        stopping.wait()
    finally:
        ticking.stop()
    click.echo(say(Message(N_("The scheduler has stopped."))))
