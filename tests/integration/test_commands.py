"""The command line as a whole: what commands say, and in which language."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from editorial.__main__ import editorial


def run(folder: Path, *arguments: str, **settings: str) -> Result:
    environment = {"LC_ALL": "C", "EDITORIAL_INSTANCE_DIR": str(folder), "EDITORIAL_LOG_LEVEL": "ERROR"} | settings
    return CliRunner().invoke(editorial, arguments, env=environment)


@pytest.mark.parametrize(
    ("lang", "first", "second"),
    [("en", "The database was empty and is at", "The database is at"), ("zh", "数据库原为空", "数据库版本为")],
)
def test_migrating_says_what_it_did(tmp_path: Path, lang: str, first: str, second: str) -> None:
    said = [run(tmp_path, "--lang", lang, "migrate").output for _ in range(2)]

    assert [words in each for words, each in zip((first, second), said, strict=True)] == [True, True], said


def test_settings_that_do_not_fit_are_named_in_the_chosen_language(tmp_path: Path) -> None:
    refused = run(tmp_path, "--lang", "zh", "migrate", EDITORIAL_PORT="nine", EDITORIAL_THREADS="0")

    assert refused.exit_code == 2
    assert "以下设置不正确" in refused.output
    assert all(name in refused.output for name in ("EDITORIAL_PORT", "EDITORIAL_THREADS"))
