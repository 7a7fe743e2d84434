"""The command line as a whole: what commands say, and in which language."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config import ROOT
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


@pytest.mark.parametrize("command", ["serve", "migrate"])
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("EDITORIAL_BASE_URL", "desk.company.com", "Write scheme and host without a path"),
        ("EDITORIAL_BASE_URL", "https://desk.company.com/editorial", "Write scheme and host without a path"),
        ("EDITORIAL_MAIL_FROM", "the desk", "can't be the sender of a mail"),
        ("EDITORIAL_DATABASE_URL", "mysql://host/desk", "That is not the address of a database"),
    ],
)
def test_a_setting_that_would_break_later_is_refused_at_the_start(
    tmp_path: Path, command: str, name: str, value: str, says: str
) -> None:
    refused = run(tmp_path, command, **{name: value})

    assert (refused.exit_code, f"{name}: " in refused.output, says in refused.output) == (2, True, True), refused.output
    assert not list(tmp_path.iterdir())


def test_another_server_is_told_the_same(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={
            **os.environ,
            "EDITORIAL_INSTANCE_DIR": str(tmp_path),
            "EDITORIAL_BASE_URL": "desk",
            "LC_ALL": "zh_CN.UTF-8",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr
    assert "EDITORIAL_BASE_URL: “desk”" in refused.stderr
