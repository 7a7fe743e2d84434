"""Coming in: the welcome link, signing out and in again, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from editorial.domain.locales import Language
from editorial.services import welcome
from tests.browser.conftest import Desk, Visit

WORDS = {
    Language.EN: {
        "name": "Your name",
        "email": "E-mail address",
        "password": "Password",
        "zone": "Time zone of the plan",
        "go": "Set up the desk",
        "out": "Sign out",
        "in": "Sign in",
    },
    Language.ZH: {
        "name": "姓名",
        "email": "邮箱",
        "password": "密码",
        "zone": "计划所用时区",
        "go": "完成设置",
        "out": "退出登录",
        "in": "登录",
    },
}


@pytest.mark.parametrize("language", list(Language))
def test_a_newcomer_sets_the_desk_up_signs_out_and_in_again(
    desk: Desk, open_window: Callable[..., Visit], language: Language
) -> None:
    words = WORDS[language]
    visit = open_window(desk, language=language)
    page = visit.page
    link = welcome.invitation_link(desk.deps)
    assert link is not None
    page.goto("/welcome?" + link.split("?")[1])
    expect(page.get_by_label(words["zone"])).to_have_value("Asia/Shanghai")  # guessed from the browser
    page.get_by_label(words["name"]).fill("林梅")
    page.get_by_label(words["email"]).fill("mei@northgauge.example")
    page.get_by_label(words["password"], exact=True).fill("three unrelated words")
    page.get_by_role("button", name=words["go"]).click()
    page.wait_for_url("**/")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name=words["out"]).click()
    page.get_by_label(words["email"]).fill("mei@northgauge.example")
    page.get_by_label(words["password"]).fill("three unrelated words")
    page.get_by_role("button", name=words["in"]).click()
    page.wait_for_url("**/")

    assert visit.faults == []
