"""docs/settings.md names every setting with its default."""

from config import ROOT, Config
from tests.settings_page import page


def test_the_settings_page_is_current() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == page(), "run `python -m tests.settings_page`"


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Config.model_fields.items() if not field.description] == []
