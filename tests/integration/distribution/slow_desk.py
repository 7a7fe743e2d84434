"""`editorial serve` with an application that takes a second for each answer."""

import time
from collections.abc import Iterable
from typing import Any

import click

from editorial.__main__ import read_config
from editorial.app import make_deps
from editorial.background.clock import Clock
from editorial.cli.assembly import Assembly
from editorial.cli.serve import serve


def slow(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"whole answer"]


@click.group()
@click.pass_context
def desk(context: click.Context) -> None:
    """A desk for one test."""
    context.obj = Assembly(
        config=read_config,
        make_deps=make_deps,
        create_app=lambda config, deps: slow,  # type: ignore[arg-type, return-value]
        make_clock=Clock,
    )


desk.add_command(serve)

if __name__ == "__main__":
    desk()
