"""What commands print on standard output, and how they end where they may not go on."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from editorial.audit.report import SILENCED
from editorial.cli.language import say
from editorial.domain.messages import N_, Message

COULD_NOT_RUN, INTERRUPTED, UNREAD = 3, 130, 141  # exit statuses; the last two are a shell's for SIGINT and SIGPIPE


class OutputLost(Exception):
    """Standard output takes no more; `reason` is an errno."""

    def __init__(self, reason: int) -> None:
        super().__init__(os.strerror(reason))
        self.reason = reason


def put(text: str | bytes) -> None:
    """Print as it is, without a line end of our own; text as UTF-8, whatever the terminal's locale.

    Raises:
        OutputLost: nobody reads any more, or nothing can be written.
    """
    said = text.encode("utf-8", "replace") if isinstance(text, str) else text  # a path may hold bytes that are no text
    try:
        click.echo(said, nl=False)
    except OSError as error:
        raise OutputLost(error.errno or errno.EIO) from error


def silenced(text: str) -> str:
    """What pages and people wrote, on one line and without what a terminal would obey."""
    return text.translate(SILENCED)


@contextmanager
def ending_well() -> Iterator[None]:
    """End with a status of its own, and no traceback, when the reader stops the command or its output is lost."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OutputLost as lost:
        _forget_output()
        if lost.reason == errno.EPIPE:  # `| head` has what it wants
            sys.exit(UNREAD)
        says = N_("The output could not be written: %(reason)s. Make room or write it elsewhere, and try again.")
        click.echo(say(Message(says, {"reason": os.strerror(lost.reason)})), err=True)
        sys.exit(COULD_NOT_RUN)


def _forget_output() -> None:
    """Lead standard output nowhere, so that the interpreter does not stumble over what is left in its buffer."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
