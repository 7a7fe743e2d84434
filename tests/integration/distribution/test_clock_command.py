"""`editorial clock`: the clock without the web, and what it looks at before it ticks."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from click.testing import CliRunner
from flask import Flask

from config import ROOT, Config
from editorial.cli.assembly import Assembly
from editorial.cli.clock import clock
from editorial.domain.jobs import Health
from editorial.services.deps import Deps
from editorial.services.start_checks import NoZones, check_zones, look_round
from editorial.store import distribution
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.stub_channel import Wire, add_channel


@pytest.mark.thorough
def test_it_runs_until_sigterm_and_ends_in_order(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EDITORIAL_")}
    environment |= {"EDITORIAL_INSTANCE_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}
    program = subprocess.Popen(
        [sys.executable, "-m", "editorial", "clock"], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        began = program.stdout.readline()
        program.send_signal(signal.SIGTERM)
        ended, _ = program.communicate(timeout=30)
    finally:
        program.kill()
        program.wait()

    assert began.startswith("The scheduler runs as ")
    assert (ended, program.returncode) == ("The scheduler has stopped.\n", 0)


def test_f25_a_channel_that_nothing_serves_is_told_in_its_health(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        distribution.get_channel(session, desk.channel_id).kind = "carrier-pigeon"
    broken = look_round(desk.deps)
    with desk.deps.sessions() as session:
        health = distribution.get_channel(session, desk.channel_id).health

    assert (broken, health) == ([desk.channel_id], Health.BROKEN)


def test_a_channel_that_is_switched_off_needs_nobody(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        channel = distribution.get_channel(session, desk.channel_id)
        channel.kind, channel.enabled = "carrier-pigeon", False

    assert look_round(desk.deps) == []


def test_f22_quiet_hours_in_a_zone_that_is_unknown_are_told(desk: Desk, wire: Wire) -> None:
    channel_id = add_channel(desk.deps, "C", quiet_from="22:00", quiet_until="07:00", quiet_zone="Mars/Olympus")

    assert look_round(desk.deps) == [channel_id]


def test_f22_without_zone_data_no_clock_starts(deps: Deps) -> None:
    def nothing(name: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(name)

    with pytest.raises(NoZones, match="tzdata"):
        check_zones(nothing)


def test_f22_the_terminal_gets_a_sentence_when_no_clock_starts(deps: Deps) -> None:
    class Refusing:
        def start(self) -> None:
            check_zones(lambda _: ZoneInfo("UTC"))

        def stop(self) -> None:
            raise AssertionError("it never began")

    def no_pages(_: Config, __: Deps) -> Flask:
        raise AssertionError("a clock serves no pages")

    assembly = Assembly(lambda: deps.config, lambda _: deps, no_pages, lambda _: Refusing())
    ended = CliRunner().invoke(clock, ["--lang", "en"], obj=assembly)

    assert ended.exit_code == 1
    assert ended.output.splitlines()[-1] == (
        "Error: This machine tells a wrong time in Asia/Shanghai, so nothing would go out on time."
        " Install the package tzdata anew, then start again."
    )


def test_f22_a_zone_that_tells_a_wrong_hour_is_found() -> None:
    with pytest.raises(NoZones, match="Asia/Shanghai"):
        check_zones(lambda _: ZoneInfo("UTC"))
