"""Every page there is: nothing for axe to find, a quiet console, no sideways scrolling, no text untranslated."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from bs4 import BeautifulSoup
from bs4.element import Comment, Doctype
from sqlalchemy import String, Text, select

from bench.planted import plant
from editorial.app import create_app
from editorial.domain.external import LinkState
from editorial.domain.findings import OPEN
from editorial.domain.locales import Language
from editorial.services import external_asking, muting, tasks, team, team_mail, weekly
from editorial.services.deps import Deps
from editorial.services.team import Invitation
from editorial.store.audit import Audit, AuditFormPlace, Finding
from editorial.store.base import Base
from editorial.store.content import Site
from editorial.store.distribution import DistributionJob
from editorial.store.external import ExternalTarget
from editorial.store.links import Purpose
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person
from editorial.store.tasks import Task
from tests.browser.conftest import Desk, Visit
from tests.integration.web.audited import audit, good, untitled, with_form, with_images
from tests.web import add_person, add_workspace, application, visitor
from tests.world import World, make_world

SKIPPED = {
    "assets.file",  # files, not pages
    "health.healthz",  # JSON
    "audit_runs.progress",  # a fragment
    "audits.download",  # a file, not a page
    "lead_forms.table",  # the same
    "external_links.table",  # the same
    "structure.table",  # the same
    "calendar.day_list",  # a fragment
    "calendar.here",  # leads on to the month
    "content.steps.query",  # a fragment
    "calendar.drawer",  # a fragment
    "calendar.quick",  # a fragment
    "people.welcome_page",  # closed once the desk is set up; the people's test looks at it
    "people.sign_in_page",  # leads on when one is signed in; so does that test
}
FRAMED = {"content.preview", "mail.document", "mail.weekly_document"}  # documents, shown in a frame


OUTSIDE = [(1, f"https://other.example/{state}") for state in LinkState]
PHONE = "<input name=phone placeholder=Phone required>"


def paths(deps: Deps, tokens: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every GET address of the URL map, with ids of rows that exist."""
    app = create_app(deps.config, deps)
    with deps.sessions() as session:
        ids = {
            "item_id": 7,
            "site_id": 1,
            "channel_id": 1,
            "job_id": session.scalar(select(DistributionJob.id)) or 0,
            "finding_id": session.scalar(select(Finding.id)) or 0,
            "task_id": session.scalar(select(Task.id)) or 0,
            "audit_id": session.scalar(select(Audit.id)) or 0,
            "mail_id": session.scalar(select(OutgoingMail.id)) or 0,
            "no": 1,
            "target_id": session.scalar(select(ExternalTarget.id)) or 0,
            "rule_id": "img-alt-missing",
            "n": 1,
            "key": session.scalar(select(AuditFormPlace.key).order_by(AuditFormPlace.audit_id.desc())) or "",
            "campaign_id": 1,
            "month": "2026-12",
            "day": "2026-12-09",
            "token": tokens["unsubscribe"],
        }
    query = {"team.invitation_page": tokens["invitation"], "team.password_page": tokens["password"]}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in SKIPPED | FRAMED or rule.rule.startswith("/api/"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str(ids[place[1]]), rule.rule)
        yield rule.endpoint, path + (f"?token={query[rule.endpoint]}" if rule.endpoint in query else "")


def fill(deps: Deps, folder: Path) -> tuple[World, dict[str, str]]:
    """A desk with ten items, an audit with findings, a mail, and a link of each purpose."""
    world = make_world(deps, folder)
    for at, pages in (
        (timedelta(days=7), [good("a"), good("b"), with_images("c", 4), with_form("demo"), with_form("talk", PHONE)]),
        (
            timedelta(),
            [
                good("a"),
                untitled("b"),
                with_images("c", 2),
                with_images("posts/mount-a-sensor-in-4-minutes/", 3),
                with_form("demo", PHONE),
                good("talk"),
            ],
        ),
    ):
        audit(deps, world.site.id, pages, at=deps.now() - at, outside=OUTSIDE)
    plant_answers(deps)
    plant_care(deps, world)
    with deps.sessions.begin() as session:
        invited = team.invite(
            session,
            deps,
            world.mei,
            Invitation("Jonas Weber", "jonas@northgauge.example", world.mei.roles, Language.EN),
        )
        team_mail.send_invitation(session, deps, invited, world.mei)
        reset = team.password_link(session, deps, world.mei, None)
        weekly.write_now(session, deps, world.site.id)
    with deps.sessions() as session:
        headers = session.scalars(select(OutgoingMail.headers).where(OutgoingMail.kind == "weekly")).first() or {}
    unsubscribe = str(headers.get("List-Unsubscribe", "")).rsplit("/", 1)[-1].rstrip(">")
    return world, {
        "invitation": invited.url.rsplit("=", 1)[1],
        Purpose.PASSWORD: reset.url.rsplit("=", 1)[1],
        "unsubscribe": unsubscribe,
    }


def plant_answers(deps: Deps) -> None:
    """What targets outside answered: one of each state."""
    external_asking.read_audits(external_asking.asking_of(deps, lambda: False))
    with deps.sessions.begin() as session:
        for target, state in zip(session.scalars(select(ExternalTarget)).all(), LinkState, strict=True):
            target.state, target.answer, target.asked_at = (
                state,
                "robots" if state is LinkState.UNCLEAR else "404",
                deps.now(),
            )


def plant_care(deps: Deps, world: World) -> None:
    """A task about one finding, and another finding that is muted."""
    with deps.sessions.begin() as session:
        first, second = session.scalars(select(Finding.id).where(Finding.state.in_(OPEN)).order_by(Finding.id).limit(2))
        tasks.make_for_finding(session, deps, world.mei, first)
        muting.mute(session, deps, world.mei, second, reason="It is meant so.", until=None)


def seen_wrong(visit: Visit, path: str) -> list[str]:
    """What is wrong with one page."""
    answer = visit.page.goto(path)
    assert answer is not None
    faults = [] if answer.status == 200 else [f"{path}: status {answer.status}"]
    if visit.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{path}: scrolls sideways")
    return faults + visit.violations(path=path)


LOOKS = [  # language, dark, width: two show each of them once, `make acceptance` shows every pair
    (Language.EN, False, 1600),
    (Language.ZH, True, 380),
    pytest.param((Language.ZH, True, 1600), marks=pytest.mark.every_look),
    pytest.param((Language.EN, True, 380), marks=pytest.mark.every_look),
    pytest.param((Language.ZH, False, 380), marks=pytest.mark.every_look),
]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_a_filled_desk_is_sound(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    world, tokens = fill(desk.deps, tmp_path / "world")
    person = {Language.EN: world.mei, Language.ZH: world.li}[language]
    with desk.deps.sessions.begin() as session:
        team.change_roles(session, desk.deps, world.mei, world.li.id, world.mei.roles)
    visit = open_window(desk, person, width=width, dark=dark, language=language)

    wrong = [fault for _, path in paths(desk.deps, tokens) for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


@pytest.mark.parametrize("look", LOOKS[:2])
def test_every_page_of_an_empty_desk_is_sound(
    desk: Desk, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    add_workspace(desk.deps)
    mei = add_person(desk.deps, language=language)
    visit = open_window(desk, mei, width=width, dark=dark, language=language)
    empty = (
        "/",
        "/calendar/weeks/2026-12-09",
        "/calendar/days/2026-12-09",
        "/calendar/list",
        "/coverage",
        "/queue",
        "/audits",
        "/audits/rules",
        "/tasks",
        "/channels",
        "/sites",
        "/sites/new",
        "/outbox",
        "/items/new",
        "/team",
        "/settings",
        "/notices",
        "/account",
    )

    wrong = [fault for path in empty for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


@pytest.mark.parametrize("look", LOOKS)
def test_pages_with_thousands_of_items_are_sound(
    desk: Desk, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    person = plant(desk.deps, items=5000, shown=600)
    with desk.deps.sessions.begin() as session:
        session.get_one(Person, person.id).language = language
        site_id = session.scalars(select(Site.id)).first() or 0
    audit(desk.deps, site_id, [untitled(f"page-{number}") for number in range(300)], at=desk.deps.now())
    visit = open_window(desk, person, width=width, dark=dark, language=language)
    full = (
        "/calendar/2026-12",
        "/calendar/weeks/2026-12-09",
        "/calendar/days/2026-12-09",
        "/calendar/list?from=1990-01-01",
        "/coverage",
        "/queue",
        f"/audits/sites/{site_id}/findings",
    )

    wrong = [fault for path in full for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


PSEUDO = re.compile(r"⟦[^⟦⟧]*⟧")
LETTERS = re.compile(r"[A-Za-z]{3,}")
HIDDEN = ("script", "style", "template", "code", "pre", "samp", "kbd", "title")
SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-empty", "data-dismiss")
NAMES = {"Editorial", "English", "UTC"}


def test_no_visible_text_of_any_page_escapes_translation(desk: Desk, tmp_path: Path) -> None:
    world, tokens = fill(desk.deps, tmp_path / "world")
    guest = visitor(application(desk.deps, pseudo=True), desk.deps, world.mei)
    own = own_words(desk.deps)

    bare = sorted({text for _, path in paths(desk.deps, tokens) for text in untranslated(guest.get(path), own)})

    assert "\n".join(bare) == ""


def own_words(deps: Deps) -> list[str]:
    """Everything the team itself wrote, or that names a place: the texts of the database, and time zones."""
    with deps.sessions() as session:
        columns = [
            column
            for table in Base.metadata.sorted_tables
            for column in table.c
            if isinstance(column.type, String | Text)
        ]
        values = {text for column in columns for text in session.scalars(select(column)) if isinstance(text, str)}
    zones = {
        part.replace("_", " ")
        for zone in available_timezones()
        for part in (zone, *zone.split("/"), zone.partition("/")[2])
    }
    lines = {line for value in values for line in (value, *value.splitlines()) if LETTERS.search(line)}
    return sorted(lines | zones | NAMES, key=len, reverse=True)


def untranslated(html: str, own: list[str]) -> Iterator[str]:
    """Visible texts (and what a screen reader says) that no catalogue has seen and nobody of the team wrote."""
    page = BeautifulSoup(html, "html.parser")
    for part in page.find_all(HIDDEN):
        part.decompose()
    for part in page.select("[data-own-words]"):
        part.decompose()
    texts = [str(text) for text in page.find_all(string=True) if not isinstance(text, Doctype | Comment)]
    texts += [str(part[name]) for name in SPOKEN for part in page.select(f"[{name}]")]
    for text in texts:
        left = text
        while left != (left := PSEUDO.sub(" ", left)):
            pass
        if LETTERS.search(left) and LETTERS.search(without(left, own)):
            yield " ".join(text.split())[:120]


def without(text: str, own: list[str]) -> str:
    """The text without the team's own words."""
    for word in own:
        if word in text:
            text = text.replace(word, " ")
    return text


def test_the_search_for_untranslated_text_finds_what_it_should() -> None:
    page = "<p>⟦Hello ⟦two⟧ pages⟧</p><p>Northgauge</p><button aria-label='Close it'>×</button><p>Forgotten words</p>"

    assert list(untranslated(page, ["Northgauge"])) == ["Forgotten words", "Close it"]
