"""In which language commands speak."""

import click
import pytest
from click.testing import CliRunner

from editorial.adapters.catalog import Catalogs
from editorial.cli.click_words import SENTENCES
from editorial.cli.language import say, speaks
from editorial.domain.locales import Language
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


@program.command()
@speaks
@click.argument("number", type=click.IntRange(1, 3))
def count(number: int) -> None:
    """Take a number."""


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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["count"], "错误：缺少参数 'NUMBER'."),
        (["count", "7"], "错误：'NUMBER' 的值无效：7 不在范围 1<=x<=3 内。"),
        (["count", "1", "2"], "错误：多余的参数（2）"),
        (["count", "--numbr"], "错误：没有选项 '--numbr'。"),
        (["cuont"], "错误：没有命令 'cuont'。"),
    ],
)
def test_bad_usage_is_told_in_the_language(arguments: list[str], says: str) -> None:
    assert says in said("--lang", "zh", *arguments, LANG="C")


def test_bad_usage_is_told_in_english_again() -> None:
    said("--lang", "zh", "count")

    assert "Error: Missing argument 'NUMBER'." in said("count", LANG="en_GB.UTF-8")


def test_every_sentence_of_click_stands_in_the_catalogue() -> None:
    chinese = Catalogs()[Language.ZH]

    assert [each for each in SENTENCES if chinese.say(Message(each)) == each] == []
