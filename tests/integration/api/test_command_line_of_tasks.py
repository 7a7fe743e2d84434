"""`editorial findings`, `finding`, `tasks` and `task`: the same as in the API, from a terminal."""

import csv
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import select

from editorial.__main__ import editorial
from editorial.domain.people import Role
from editorial.store.audit import Finding
from editorial.store.content import Site
from tests.integration.plans import Desk
from tests.integration.web.audited import BASE, add_site, audit, untitled
from tests.web import add_person

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command on the desk's own database, whose audit found two pages without a title, as on a terminal."""
    with desk.deps.sessions() as session:
        site = session.scalars(select(Site.id)).one()
    audit(desk.deps, site, [untitled("a"), untitled("b")])
    config = desk.deps.config
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    monkeypatch.setattr("editorial.__main__.make_deps", lambda _: desk.deps)
    monkeypatch.setattr("editorial.__main__.read_config", lambda: config)
    yield lambda *arguments: CliRunner().invoke(editorial, ["--lang", "en", *arguments], color=True)
    structlog.reset_defaults()


def told(said: Result) -> object:
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def test_findings_are_listed_in_three_formats(run: Run) -> None:
    lines = run("findings").stdout.splitlines()
    found = told(run("findings", "--format", "json", "--text", "/b"))
    rows = list(csv.DictReader(run("findings", "--format", "csv").stdout.lstrip("\ufeff").splitlines()))

    assert [line.split()[-1] for line in lines] == [f"{BASE}a", f"{BASE}b"]
    assert isinstance(found, list)
    assert [(one["rule"], one["url"]) for one in found] == [("title-missing", f"{BASE}b")]
    assert [one["url"] for one in rows] == [f"{BASE}a", f"{BASE}b"]
    assert run("findings", "--severity", "notice").stdout == ""
    assert run("findings", "--owner", "nobody").stdout.count("\n") == 2


def test_what_pages_and_people_wrote_gives_the_terminal_no_orders(desk: Desk, run: Run) -> None:
    with desk.deps.sessions.begin() as session:
        session.get_one(Finding, 1).evidence = ["<title>\x1b[2J"]
    said = run("finding", "1")
    made = run("task", "new", "--as", desk.admin.email, "--title", "Mend it", "--note", "All\nof\x1b[2J it")

    assert "<title>\ufffd[2J" in said.stdout
    assert "All\nof\ufffd[2J it" in made.stdout
    assert "\x1b" not in said.output + made.output


def test_findings_are_narrowed_and_ordered_as_on_the_screen(run: Run) -> None:
    assert run("findings", "--path", "/b", "--category", "titles").stdout.split()[-1] == f"{BASE}b"
    assert run("findings", "--category", "robots").stdout == ""
    assert run("findings", "--order", "name", "--path", "/").stdout.count("\n") == 2


def test_of_several_sites_one_has_to_be_named(desk: Desk, run: Run) -> None:
    add_site(desk.deps, "Second", "https://second.example/")
    refused = run("findings")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Which site?" in refused.stderr
    assert "2 Second" in refused.stderr
    assert run("findings", "--site", "2").stdout == ""


def test_a_site_that_is_none_is_refused_with_those_there_are(run: Run) -> None:
    refused = run("findings", "--site", "9")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "No site has the number 9. There are: 1 " in " ".join(refused.stderr.split())


def test_a_rule_that_is_none_is_refused(run: Run) -> None:
    refused = run("findings", "--rule", "nope")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "There is no rule “nope”." in refused.stderr
    assert "editorial rules" in refused.stderr
    assert run("findings", "--rule", "title-missing").stdout.count("\n") == 2


def test_a_finding_is_shown_muted_and_made_a_task(desk: Desk, run: Run) -> None:
    who = ("--as", desk.admin.email)
    shown = run("finding", "1").stdout
    muted = told(run("finding", "1", "mute", "--reason", "A frame.", "--until", "2027-01-09", "--format", "json", *who))
    run("finding", "1", "unmute", *who)
    with_task = told(run("finding", "1", "task", "--format", "json", *who))

    assert "title-missing" not in shown
    assert "Title missing" in shown
    assert isinstance(muted, dict)
    assert (muted["state"], muted["mute"]["reason"]) == ("muted", "A frame.")
    assert isinstance(with_task, dict)
    assert (with_task["state"], with_task["task_ids"]) == ("persisting", [1])


def test_a_task_is_made_listed_and_closed(desk: Desk, run: Run) -> None:
    who = ("--as", desk.admin.email)
    made = run("task", "new", "--title", "Ask Anna", "--due", "2026-12-01", "--owner", desk.admin.email, *who)
    shared = told(run("task", "new", "--finding", "1", "--finding", "2", "--format", "json", *who))
    listed = run("tasks").stdout.splitlines()
    done = told(run("task", "1", "done", "--format", "json", *who))

    assert made.exit_code == 0, made.output
    assert isinstance(shared, dict)
    assert shared["finding_ids"] == [1, 2]
    assert [" ".join(line.split()) for line in listed] == [
        "1 2026-12-01 overdue Ask Anna",
        "2 2026-12-16 open Title missing (2)",
    ]
    assert isinstance(done, dict)
    assert (done["state"], done["closed_how"]) == ("done", "hand")
    assert len(run("tasks", "--state", "all").stdout.splitlines()) == 2
    assert run("tasks", "--owner", "nobody").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("finding", "98765"), "There is nothing at this address."),
        (("task", "98765"), "There is nothing at this address."),
        (("task", "first"), "“first” is no task."),
        (("task", "new", "--title", "A"), "Say with --as who decides."),
        (("finding", "1", "mute", "--as", "vera@northgauge.example", "--reason", "No."), "do not allow this"),
        (("findings", "--owner", "nobody@nowhere.example"), "Nobody with the address"),
    ],
)
def test_what_cannot_be_is_one_sentence(desk: Desk, run: Run, arguments: tuple[str, ...], says: str) -> None:
    add_person(desk.deps, "Vera", Role.VIEWER)
    said = run(*arguments)

    assert (said.exit_code, said.stdout) == (1, "")
    assert says in said.stderr
