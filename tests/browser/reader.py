"""A person before the screen: finds things by the words of their language, and comes in by the welcome link."""

from playwright.sync_api import Locator, Page

from editorial.domain.locales import Language
from editorial.services import welcome
from tests.browser.conftest import Desk

PASSWORD = "three unrelated words"


class Reader:
    """Finds things by the words that a reader of this language sees."""

    def __init__(self, page: Page, desk: Desk, language: Language) -> None:
        self.page, self._catalog = page, desk.deps.catalogs[language.value]

    def say(self, text: str, **values: object) -> str:
        """The sentence as this reader sees it."""
        said = self._catalog.gettext(text)
        return said % values if values else said

    def field(self, label: str) -> Locator:
        """A control by its label."""
        return self.page.get_by_label(self.say(label), exact=True)

    def button(self, label: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=self.say(label), exact=True)

    def link(self, label: str) -> Locator:
        """A link by its name."""
        return self.page.get_by_role("link", name=self.say(label), exact=True)

    def press(self, label: str) -> None:
        """Click a button."""
        self.button(label).click()


def come_in(reader: Reader, desk: Desk) -> None:
    """Set the desk up by its welcome link; the calendar is shown."""
    link = welcome.invitation_link(desk.deps)
    assert link is not None
    reader.page.goto("/welcome?" + link.split("?")[1])
    reader.field("Your name").fill("林梅")
    reader.field("E-mail address").fill("mei@northgauge.example")
    reader.field("Password").fill(PASSWORD)
    reader.press("Set up the desk")
    reader.page.wait_for_url("**/")
