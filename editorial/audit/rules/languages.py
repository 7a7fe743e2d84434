"""The language a page declares."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Engine, Failure, Params, Severity, page_rule
from editorial.domain.messages import N_


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
    source="https://developers.google.com/search/docs/specialty/international/localized-versions",
    applies=is_html_page,
    engines=frozenset({Engine.BING, Engine.BAIDU}),
)
def html_lang_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """An empty lang attribute counts as none."""
    if not (page.html_lang or "").strip():
        yield Failure("lang", evidence=("<html>",) if page.html_lang is None else ('<html lang="">',))
