"""Names that a team may edit, kept in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bilingual:
    """One name in English and in simplified Chinese."""

    en: str
    zh: str

    def in_(self, locale: str) -> str:
        """The name for a reader of `locale` (`en`, `zh_Hans_CN`...); the other language where one is empty."""
        return (self.zh or self.en) if locale.startswith("zh") else (self.en or self.zh)
