"""`editorial url`: the two forms of an address that the crawler works with."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
import orjson

from editorial.cli.language import say, speaks
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1, n2, origin_of, path_of, scheme_of

NO_ADDRESS = 1  # exit status; 2 is click's, for bad usage
MANY = "-"


@click.command("url")
@click.argument("url")
@click.option("--base", help="Address of the page where URL stands; what is relative is resolved against it.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
def url(*, url: str, base: str | None, style: str) -> None:
    """Show URL as it is requested (N1) and as it is compared (N2): two spellings of one page have one N2.

    With - for URL, many are read from standard input, one a line; each is answered with one line.

    Exit status: 0 it can be fetched, 1 it is no address of the web, 2 bad usage.
    """
    if url == MANY:
        found = [_answer(typed, against, style) for typed, against in _lines(base)]
    else:
        found = [_show(url, _base(base), style)]
    if not all(found):
        sys.exit(NO_ADDRESS)


def _show(typed: str, base: str | None, style: str) -> bool:
    request = n1(typed, base)
    if style == "json":
        click.echo(orjson.dumps(_facts(typed, base, request), option=orjson.OPT_INDENT_2))
    elif request is not None:
        click.echo(f"N1\t{request}\nN2\t{n2(request)}")
    else:
        says = Message(N_("%(url)s is no address that can be fetched."), {"url": typed})
        hint = Message(N_("Write it with http:// or https://, or give --base for a relative one."))
        click.echo(f"{say(says)} {say(hint)}", err=True)
    return request is not None


def _answer(typed: str, base: str | None, style: str) -> bool:
    """One line for one of many; nothing before the tab for what cannot be fetched."""
    request = n1(typed, base)
    if style == "json":
        click.echo(orjson.dumps(_facts(typed, base, request)))
    else:
        click.echo(f"{request or ''}\t{n2(request) or '' if request else ''}")
    return request is not None


def _lines(base: str | None) -> Iterator[tuple[str, str | None]]:
    """Address and base of each line: an address, or a JSON object with `url` and, if it has its own, `base`."""
    common = _base(base)
    for number, line in enumerate(sys.stdin.buffer.read().decode("utf-8", "replace").split("\n"), start=1):
        text = line.removesuffix("\r")
        if not text:
            continue
        if not text.startswith("{"):
            yield text, common
            continue
        try:
            said = json.loads(text)  # which reads half a surrogate pair, too
            typed, own = said["url"], said.get("base")
            if not isinstance(typed, str) or not isinstance(own, str | None):
                raise ValueError
        except (ValueError, KeyError, RecursionError) as error:
            says = Message(
                N_("Line %(line)s is no JSON object with url and, if needed, base as texts."), {"line": number}
            )
            raise click.UsageError(say(says)) from error
        yield typed, common if own is None else _base(own)


def _base(written: str | None) -> str | None:
    """N1 of a base. Nothing relative can be fetched from an address of another kind, such as about:blank."""
    against = n1(written) if written is not None else None
    if written is not None and against is None and scheme_of(written) in ("", "http", "https"):
        raise click.UsageError(say(Message(N_("%(url)s is no address that can be fetched."), {"url": written})))
    return against


def _facts(typed: str, base: str | None, request: str | None) -> dict[str, Any]:
    return {
        "url": typed.encode("utf-8", "replace").decode(),
        "base": base,
        "n1": request,
        "n2": n2(request) if request else None,
        "origin": origin_of(request) if request else None,
        "path": path_of(request) if request else None,
    }
