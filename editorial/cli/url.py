"""`editorial url`: the two forms of an address that the crawler works with."""

import sys
from typing import Any

import click
import orjson

from editorial.cli.language import say, speaks
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1, n2, origin_of, path_of

NO_ADDRESS = 1  # exit status; 2 is click's, for bad usage


@click.command("url")
@click.argument("url")
@click.option("--base", help="Address of the page where URL stands; what is relative is resolved against it.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
def url(*, url: str, base: str | None, style: str) -> None:
    """Show URL as it is requested (N1) and as it is compared (N2): two spellings of one page have one N2.

    Exit status: 0 it can be fetched, 1 it is no address of the web, 2 bad usage.
    """
    against = n1(base) if base is not None else None
    if base is not None and against is None:
        raise click.UsageError(say(Message(N_("%(url)s is no address that can be fetched."), {"url": base})))
    request = n1(url, against)
    if style == "json":
        click.echo(orjson.dumps(_facts(url, against, request), option=orjson.OPT_INDENT_2))
    elif request is not None:
        click.echo(f"N1\t{request}\nN2\t{n2(request)}")
    if request is None:
        if style == "text":
            says = Message(N_("%(url)s is no address that can be fetched."), {"url": url})
            hint = Message(N_("Write it with http:// or https://, or give --base for a relative one."))
            click.echo(f"{say(says)} {say(hint)}", err=True)
        sys.exit(NO_ADDRESS)


def _facts(typed: str, base: str | None, request: str | None) -> dict[str, Any]:
    return {
        "url": typed,
        "base": base,
        "n1": request,
        "n2": n2(request) if request else None,
        "origin": origin_of(request) if request else None,
        "path": path_of(request) if request else None,
    }
