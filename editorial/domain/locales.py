"""The languages the product speaks."""

from enum import StrEnum


class Language(StrEnum):
    """A reader's language, as the catalogue folder is called."""

    EN = "en"
    ZH = "zh_Hans_CN"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for `lang` attributes and mail headers."""
        return {"en": "en", "zh_Hans_CN": "zh-Hans-CN"}[self.value]

    @property
    def own_name(self) -> str:
        """What its readers call it."""
        return {"en": "English", "zh_Hans_CN": "简体中文"}[self.value]
