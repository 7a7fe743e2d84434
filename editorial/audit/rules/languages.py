"""The language a page declares."""

from collections.abc import Iterator

from editorial.audit.codes import LANGUAGES, REGIONS, SCRIPTS
from editorial.audit.facts import PageFacts
from editorial.audit.predicates import counted_alternates, is_html_page
from editorial.audit.rule import Engine, Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

LOCALIZED = "https://developers.google.com/search/docs/specialty/international/localized-versions"


@page_rule(
    version=1,
    category="international",
    severity=Severity.NOTICE,
    title=N_("Language not declared"),
    says=N_("The page does not say what language it is in."),
    why=N_(
        "Screen readers choose their voice by it, browsers the font, and Bing the audience. Google does not use it."
    ),
    fix=N_('Write the language on the html element, for example <html lang="en"> or <html lang="zh-Hans">.'),
    source=LOCALIZED,
    applies=is_html_page,
    engines=frozenset({Engine.BING, Engine.BAIDU}),
)
def html_lang_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """An empty lang attribute counts as none."""
    if not (page.html_lang or "").strip():
        yield Failure("lang", evidence=("<html>",) if page.html_lang is None else ('<html lang="">',))


@page_rule(
    version=2,
    category="international",
    severity=Severity.ERROR,
    title=N_("Unknown hreflang code"),
    says=N_("The hreflang code “%(code)s” does not exist."),
    why=N_("Search engines ignore the entry, and readers get the wrong language version."),
    fix=N_("Write language, or language and region: en, en-GB, zh-Hans, zh-Hant-HK, or x-default."),
    source=LOCALIZED,
    applies=lambda page: is_html_page(page) and bool(counted_alternates(page)),
    engines=frozenset({Engine.GOOGLE}),
)
def hreflang_invalid_code(page: PageFacts, _: Params) -> Iterator[Failure]:
    """ISO 639-1, optional ISO 15924, optional ISO 3166-1; a region alone is none. en-UK and zh-ZZ fail too.

    Entries in the body are ignored whatever they say.
    """
    for code, href in {found.code: found.href for found in reversed(counted_alternates(page))}.items():
        if not is_hreflang(code):
            yield Failure(code[:50], {"code": code[:50]}, (f'hreflang="{code[:50]}" href="{href[:140]}"',))


def is_hreflang(code: str) -> bool:
    """True for a code that search engines understand; case does not matter, spaces do."""
    if code.lower() == "x-default":
        return True
    language, *rest = code.split("-")
    if language.lower() not in LANGUAGES:
        return False
    if rest and rest[0].title() in SCRIPTS:
        rest = rest[1:]
    return not rest or (len(rest) == 1 and rest[0].upper() in REGIONS)
