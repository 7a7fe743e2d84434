"""The audit screens as a walk over the URL map does not meet them: filtered, emptied by filters, of old audits."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from editorial.audit.crawl.records import StopReason
from editorial.audit.facts import Alternate, Canonical, Hop, PageFacts
from editorial.audit.gather.text import measure
from editorial.domain.locales import Language
from editorial.services import team
from editorial.services.deps import Deps
from editorial.store.audit import Audit
from tests.browser.conftest import Desk, Visit
from tests.browser.test_every_page import fill, own_words, seen_wrong, untranslated
from tests.integration.web.audited import BASE, add_site, audit, good, unseen, untitled
from tests.web import application, visitor

STATES = (
    "/audits/sites/1/findings?by=none&order=newest&severity=warning&category=images&path=/&state=all&audit=2&q=c",
    "/audits/sites/1/findings?by=page&severity=blocker&path=/posts/&owner=0&campaign=0",
    "/audits/sites/1/findings?severity=terrible&campaign=99",
    "/audits/sites/1/findings?finding=1",
    "/audits/rules/title-missing?site=1",
    "/audits/rules/canonical-to-home",
    "/audits/pages/1/2",
    "/audits/pages/2/2/history",
    "/audits/pages/2/2/history?before=2",
    "/audits?site=2",
    "/audits/sites/2/structure",
    "/audits/sites/2/templates",
    "/audits/sites/2/similar",
    "/audits/sites/2/findings?by=template&rule=title-missing",
)
TEXT = " ".join(f"word{number}" for number in range(300))


def plant_tangled_site(deps: Deps) -> None:
    """A second site in which much is wrong at once: copies, redirects, canonicals in a row, a trap."""

    def named(path: str, other: str) -> PageFacts:
        return replace(good(path), canonicals=(Canonical(BASE + other, "head", BASE + other, "<link>"),))

    def moved(path: str) -> PageFacts:
        hops = (Hop(BASE + path, 301, f"{BASE}{path}/"), Hop(f"{BASE}{path}/", 302, BASE + "new"))
        return replace(good(path), final_url=BASE + "new", redirects=hops)

    posts = [replace(untitled(f"blog/{no}"), layout="aaaaaaaa", text=measure(f"{TEXT} end{no}")) for no in range(6)]
    other = Alternate("de", BASE + "de", BASE + "de", "head")
    rest = [named("a", "b"), named("b", "c"), named("c", "a"), moved("old"), replace(good("en"), alternates=(other,))]
    lost = PageFacts(url=BASE + "lost", final_url=BASE + "lost", status=404, media_type="text/html")
    site = add_site(deps, "Second", "https://second.example/")
    audit(deps, site, [good(""), good("gone-since")])
    pages = [good(""), *posts, *rest, lost, unseen("slow", "timeout")]
    audit_id = audit(deps, site, pages, reason=StopReason.PAGE_CAP, known=90)
    trap = {"kind": "queries", "pattern": f"{BASE}cal?*", "count": 4210, "examples": [f"{BASE}cal?m=1"]}
    pace = {"interval": 2.0, "slowest": 4.0, "why": {"429": 2}}
    with deps.sessions.begin() as session:
        done = session.scalars(select(Audit).where(Audit.id == audit_id)).one()
        done.course = {"reused": 7, "saved_bytes": 2_100_000, "hosts": {"a.example": pace}, "traps": [trap]}


@pytest.mark.parametrize("look", [(Language.EN, False, 1440), (Language.ZH, True, 380)])
def test_audit_screens_are_sound_in_every_state(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    world, _ = fill(desk.deps, tmp_path / "world")
    plant_tangled_site(desk.deps)
    person = {Language.EN: world.mei, Language.ZH: world.li}[language]
    with desk.deps.sessions.begin() as session:
        team.change_roles(session, desk.deps, world.mei, world.li.id, world.mei.roles)
    visit = open_window(desk, person, width=width, dark=dark, language=language)

    wrong = [fault for path in STATES for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


def test_no_audit_screen_keeps_a_sentence_from_translation(desk: Desk, tmp_path: Path) -> None:
    world, _ = fill(desk.deps, tmp_path / "world")
    plant_tangled_site(desk.deps)
    guest = visitor(application(desk.deps, pseudo=True), desk.deps, world.mei)
    own = own_words(desk.deps)

    bare = sorted({text for path in STATES for text in untranslated(guest.get(path), own)})

    assert "\n".join(bare) == ""
