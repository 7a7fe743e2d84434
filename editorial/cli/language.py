"""`--lang`: the language that commands speak."""

import gettext
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from config import locale_name
from editorial.adapters.catalog import FOLDER, Catalog, Catalogs
from editorial.domain.errors import EditorialError
from editorial.domain.locales import Language
from editorial.domain.messages import Message

LANGUAGES = {"en": Language.EN, "zh": Language.ZH}
CLICK_DOMAIN = "messages"  # what gettext calls the catalogue of a program that names none, as click does
_CHOSEN = "editorial.language"  # in click's `meta`, which a group and its commands share
Command = TypeVar("Command", bound=Callable[..., Any])


def speaks(command: Command) -> Command:
    """Give a command or group the option `--lang`; it may stand before or behind a command's name."""
    option = click.option(
        "--lang",
        type=click.Choice(list(LANGUAGES)),
        callback=_choose,
        expose_value=False,
        is_eager=True,  # so that what is wrong with the others is said in it
        help="Language of what is printed; the one of your locale unless you say.",
    )
    return option(command)


def of_locale() -> Catalog:
    """The catalogue of the language of whoever runs us."""
    return Catalogs()[Language.ZH if locale_name().startswith("zh") else Language.EN]


def spoken() -> Catalog:
    """The catalogue of the running command's language."""
    meta = click.get_current_context().meta
    if _CHOSEN not in meta:
        meta[_CHOSEN] = of_locale()
    catalog: Catalog = meta[_CHOSEN]
    return catalog


def say(message: Message) -> str:
    """The sentence in the running command's language."""
    return spoken().say(message)


def refused(error: EditorialError) -> click.ClickException:
    """A refusal as a command's last words: what is wrong, and how to mend it."""
    return click.ClickException(f"{say(error.says)} {say(error.hint)}")


def _choose(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_CHOSEN] = Catalogs()[LANGUAGES[value]]
    _let_click_speak(spoken().name)


def _let_click_speak(language: str) -> None:
    """Let click say its own errors in a language: it asks gettext, and gettext the variable LANGUAGE before others."""
    gettext.bindtextdomain(CLICK_DOMAIN, str(FOLDER))
    os.environ["LANGUAGE"] = language
