"""Sentences in a reader's language: gettext catalogues and Babel's formats."""

import copy
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from editorial.adapters.zone_names import city
from editorial.domain.bilingual import Bilingual
from editorial.domain.locales import Language
from editorial.domain.messages import Message

FOLDER = Path(__file__).resolve().parents[1] / "translations"
PSEUDO = "en_XA"
"""The pseudo-locale of the tests: every translated sentence stands in ⟦ ⟧, so that one which escaped is seen."""


class Catalog:
    """Everything a page, a mail or the command line needs to speak one language."""

    def __init__(self, locale: str, translations: NullTranslations) -> None:
        self.name = locale
        self.locale = Locale.parse("en" if locale == PSEUDO else locale)
        self.today: date | None = None
        """The reader's day, where it is known: days of other years are then written with their year."""
        self._translations = translations
        self._of_years: dict[int, Catalog] = {}

    def on(self, today: date) -> "Catalog":
        """The same language for a reader whose calendar shows `today`.

        One catalogue a year, not one a request: what is written of days is kept by catalogue, and only the year of
        `today` says how.
        """
        if today.year not in self._of_years:
            dated = copy.copy(self)
            dated.today = today
            self._of_years[today.year] = dated
        return self._of_years[today.year]

    @property
    def tag(self) -> str:
        """The BCP 47 tag for `lang` attributes."""
        return self.name if self.name == PSEUDO else Language(self.name).tag

    def gettext(self, text: str) -> str:
        """The sentence in this language; its places are still open."""
        return self._mark(str(self._translations.ugettext(text)) if text else "")

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The sentence that fits `count`; its places are still open."""
        return self._mark(str(self._translations.ungettext(singular, plural, count)))

    def say(self, message: Message, *, zone: ZoneInfo | None = None) -> str:
        """The whole sentence, with its values written as this language writes them. Times are shown in `zone`."""
        if message.plural:
            count = message.params["count"]
            assert isinstance(count, int)
            text = self.ngettext(message.id, message.plural, count)
        else:
            text = self.gettext(message.id)
        return text % self._shown(message.params, zone) if message.params else text

    def value(self, value: object, *, zone: ZoneInfo | None = None) -> str:
        """One value as this language writes it."""
        shown = str(value)
        match value:
            case Message():
                shown = self.say(value, zone=zone)
            case Bilingual():
                shown = value.in_(self.name)
            case datetime():
                shown = self.moment(value, zone)
            case date():
                shown = self.day(value)
            case time():
                shown = self.clock(value)
            case ZoneInfo():
                shown = city(value.key, self.locale)
            case bool():
                pass
            case int() | float():
                shown = format_decimal(value, locale=self.locale)
            case list() | tuple():
                shown = self.gettext(", ").join(self.value(one, zone=zone) for one in value)
        return shown

    def day(self, value: date, *, year: bool = False) -> str:
        """`Tue 15 Dec` or `12月15日 周二`, with the year where asked, and where it is not the reader's own."""
        year = year or (self.today is not None and value.year != self.today.year)
        if self.locale.language == "zh":
            return format_date(value, "y年M月d日 EEE" if year else "M月d日 EEE", locale=self.locale)
        return format_date(value, "EEE d MMM y" if year else "EEE d MMM", locale=self.locale)

    def month(self, value: date) -> str:
        """`December 2026` or `2026年12月`."""
        return format_date(value, "y年M月" if self.locale.language == "zh" else "MMMM y", locale=self.locale)

    def clock(self, value: time | datetime) -> str:
        """`09:05`, 24 hours in both languages."""
        return format_time(value, "HH:mm", locale=self.locale)

    def moment(self, value: datetime, zone: ZoneInfo | None = None) -> str:
        """`Tue 15 Dec, 10:00`; an aware value is shown in `zone` (UTC where none is given)."""
        if value.tzinfo is not None:
            value = value.astimezone(zone or UTC)
        comma = " " if self.locale.language == "zh" else ", "
        return (
            f"{self.day(value.date())}{comma}{format_datetime(value.replace(tzinfo=None), 'HH:mm', locale=self.locale)}"
        )

    def _shown(self, params: Mapping[str, object], zone: ZoneInfo | None) -> dict[str, str]:
        return {name: self.value(value, zone=zone) for name, value in params.items()}

    def _mark(self, text: str) -> str:
        return f"⟦{text}⟧" if self.name == PSEUDO and text else text


class Catalogs:
    """The catalogues of all languages, loaded once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._catalogs = {PSEUDO: Catalog(PSEUDO, NullTranslations())}
        for language in Language:
            translations = (
                NullTranslations() if language is Language.EN else Translations.load(folder, [language.value])
            )
            if language is not Language.EN and type(translations) is NullTranslations:
                raise RuntimeError(f"The catalogue of {language.value} is not compiled. Run it through `make`.")
            self._catalogs[language.value] = Catalog(language.value, translations)

    def __getitem__(self, locale: str) -> Catalog:
        """The catalogue of a `Language` (or of the pseudo-locale); English where the name is unknown."""
        return self._catalogs.get(locale) or self._catalogs[Language.EN.value]
