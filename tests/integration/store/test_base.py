"""The ground under the tables: connections and what they promise."""

from contextlib import ExitStack

from sqlalchemy import text

from editorial.store.base import Sessions, reading

WEB_THREADS = 16


def test_every_web_thread_may_look_twice_at_once_while_the_clock_works(sessions: Sessions) -> None:
    with ExitStack() as open_ones:
        for _ in range(2 * WEB_THREADS + 12):  # a page looks at the clock's health while it is drawn
            session = open_ones.enter_context(reading(sessions))
            assert session.scalar(text("SELECT 1")) == 1
