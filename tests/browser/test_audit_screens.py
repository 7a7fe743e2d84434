"""The audit screens as a walk over the URL map does not meet them: filtered, emptied by filters, of old audits."""

from collections.abc import Callable
from pathlib import Path

import pytest

from editorial.domain.locales import Language
from editorial.services import team
from tests.browser.conftest import Desk, Visit
from tests.browser.test_every_page import fill, own_words, seen_wrong, untranslated
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
)


@pytest.mark.parametrize("look", [(Language.EN, False, 1440), (Language.ZH, True, 380)])
def test_audit_screens_are_sound_in_every_state(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    world, _ = fill(desk.deps, tmp_path / "world")
    person = {Language.EN: world.mei, Language.ZH: world.li}[language]
    with desk.deps.sessions.begin() as session:
        team.change_roles(session, desk.deps, world.mei, world.li.id, world.mei.roles)
    visit = open_window(desk, person, width=width, dark=dark, language=language)

    wrong = [fault for path in STATES for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


def test_no_audit_screen_keeps_a_sentence_from_translation(desk: Desk, tmp_path: Path) -> None:
    world, _ = fill(desk.deps, tmp_path / "world")
    guest = visitor(application(desk.deps, pseudo=True), desk.deps, world.mei)
    own = own_words(desk.deps)

    bare = sorted({text for path in STATES for text in untranslated(guest.get(path), own)})

    assert "\n".join(bare) == ""
