"""How the report commands end where they may not go on: a status of its own, one sentence, and no traceback."""

import errno
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from editorial.cli import printing
from editorial.cli.audit import audit
from editorial.cli.judge import judge
from editorial.cli.rules import rules
from tests.integration.audit.conftest import page

LINE = b'{"url": "https://example.com/", "html": "<p>x"}\n'


@pytest.fixture
def site(tmp_path: Path) -> str:
    (tmp_path / "index.html").write_bytes(page("Home").body)
    return str(tmp_path)


def run(command: click.Command, site: str, *options: str) -> Result:
    arguments = {"audit": (site, *options), "judge": ("-", *options), "rules": options}[str(command.name)]
    return CliRunner().invoke(command, arguments, input=LINE, env={"LC_ALL": "C"})


def raising(error: BaseException) -> Any:
    def put(*_: Any, err: bool = False, **__: Any) -> None:
        if not err:
            raise error

    return put


@pytest.mark.parametrize("command", [audit, judge, rules])
def test_a_reader_who_has_enough_ends_it_in_silence(command: click.Command, site: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(printing, "_forget_output", lambda: None)
    monkeypatch.setattr(click, "echo", raising(BrokenPipeError(errno.EPIPE, "")))

    result = run(command, site)

    assert (result.exit_code, result.stderr) == (141, "")


@pytest.mark.parametrize("command", [audit, judge, rules])
def test_a_full_disk_is_said(command: click.Command, site: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(printing, "_forget_output", lambda: None)
    echo = click.echo

    def full(said: str | bytes, *, nl: bool = True, err: bool = False) -> None:
        if not err:
            raise OSError(errno.ENOSPC, "")
        echo(said, nl=nl, err=err)

    monkeypatch.setattr(click, "echo", full)

    result = run(command, site)

    assert result.exit_code == 3
    assert result.stderr.startswith("The output could not be written: No space left on device.")


@pytest.mark.parametrize("command", [audit, judge, rules])
def test_the_interrupt_key_ends_it_with_130(command: click.Command, site: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(click, "echo", raising(KeyboardInterrupt()))

    assert run(command, site).exit_code == 130


def test_what_stays_in_a_buffer_disturbs_nobody(site: str):
    command = f"from editorial.cli.audit import audit; audit([{site!r}])"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", command], stdout=full, stderr=subprocess.PIPE, check=False)

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


def test_the_interrupt_key_leaves_no_program_behind():
    """The terminal tells the whole group; the worker programs end with their input."""
    command = "from editorial.cli.judge import judge; judge(['-'])"
    process = subprocess.Popen(
        [sys.executable, "-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LINE)
    process.stdout.readline()  # it runs
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert (process.returncode, said) == (130, b"")
    assert children
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_an_empty_target_is_no_folder():
    result = CliRunner().invoke(audit, [""], env={"LC_ALL": "C"})

    assert result.exit_code == 2
    assert "TARGET is empty." in result.stderr


def test_facts_are_told_to_need_json(site: str):
    assert run(audit, site, "--facts").stderr == "--facts counts with --format json alone.\n"
