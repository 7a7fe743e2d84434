"""In which language commands speak."""

import click
import pytest
from click.testing import CliRunner

from editorial.cli.language import say, speaks
from editorial.domain.messages import Message


@click.group()
@speaks
def program() -> None:
    """A command line."""


@program.command()
@speaks
def greet() -> None:
    """Say something that is in the catalogue."""
    click.echo(say(Message("Published")))


def said(*arguments: str, **environment: str) -> str:
    return CliRunner().invoke(program, arguments, env={"LC_ALL": "", "LC_MESSAGES": "", **environment}).output.strip()


@pytest.mark.parametrize("arguments", [("--lang", "zh", "greet"), ("greet", "--lang", "zh")])
def test_the_language_may_stand_before_or_behind_the_command(arguments: tuple[str, ...]) -> None:
    assert said(*arguments, LANG="en_GB.UTF-8") == "已发布"


@pytest.mark.parametrize(
    ("locale", "word"),
    [
        ("zh_CN.UTF-8", "已发布"),
        ("zh_TW", "已发布"),
        ("de_DE.UTF-8", "Published"),
        ("C", "Published"),
        ("", "Published"),
    ],
)
def test_without_it_the_locale_decides(locale: str, word: str) -> None:
    assert said("greet", LANG=locale) == word


def test_the_locale_for_messages_goes_before_the_general_one() -> None:
    assert said("greet", LANG="de_DE.UTF-8", LC_MESSAGES="zh_CN.UTF-8") == "已发布"


def test_what_is_asked_for_goes_before_the_locale() -> None:
    assert said("--lang", "en", "greet", LC_ALL="zh_CN.UTF-8") == "Published"
