"""What a program that reads hostile pages may not do: hold much memory, or heed the interrupt key."""

import os
import resource
import signal
from contextlib import suppress

MEMORY = 1536 * 1024 * 1024  # bytes a program may hold; the worst page of 10 MB that we know takes 1000 MB


def confine(*, nice: int = 0) -> None:
    """Call first, in a program of its own.

    Args:
        nice: 0 for what somebody waits for, 10 for what people who wait for a page come before.
    """
    os.nice(nice)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the whole group; our parent decides
    with suppress(ValueError, OSError):  # a tighter limit is in force, or this system has none
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
