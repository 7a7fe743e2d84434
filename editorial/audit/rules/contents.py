"""What there is to read."""

from collections.abc import Iterator

from editorial.audit.error_pages import error_phrase
from editorial.audit.facts import PageFacts
from editorial.audit.form_kinds import has_task
from editorial.audit.predicates import is_home, is_html_page, is_results_page
from editorial.audit.rule import Failure, Param, Params, Severity, page_rule
from editorial.audit.rules.responses import HTTP_ERRORS
from editorial.domain.messages import N_
from editorial.domain.urls import host_of, path_of

ARTICLES = frozenset(
    {
        *("article", "newsarticle", "blogposting", "techarticle", "report", "scholarlyarticle", "reportagenewsarticle"),
        *("analysisnewsarticle", "opinionnewsarticle", "howto"),
    }
)
ARTICLE_FOLDERS = frozenset(
    {
        *("blog", "blogs", "news", "article", "articles", "post", "posts", "insights", "case-studies"),
        *("xinwen", "wenzhang", "boke", "zixun"),
    }
)
VIDEO_HOSTS = (
    *("youtube.com", "youtube-nocookie.com", "vimeo.com", "wistia.net", "wistia.com", "bilibili.com", "youku.com"),
    *("v.qq.com", "ixigua.com", "loom.com", "dailymotion.com"),
)
SHELL = 10  # words; a page with scripts and less than that is filled by them


@page_rule(
    version=2,
    category="content",
    severity=Severity.WARNING,
    title=N_("Error page that says all is well"),
    says=N_("The page says “%(phrase)s”, but answers 200."),
    why=N_("Search engines take the address for a page, crawl it again and again, and may show it."),
    fix=N_("Answer 404 or 410 where there is no page."),
    source=HTTP_ERRORS,
    applies=is_html_page,
)
def soft_404(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Title, main heading or the beginning of a very short text; articles about errors have more to say.

    In other words and languages: the very text that the site shows where nothing can be. A first page shown for every
    address does not count, nor does a page that scripts fill.
    """
    phrase, shown = error_phrase(page), [page.title[:200]]
    if not phrase and is_nowhere(page) and page.known.nowhere is not None:
        phrase = page.text.opening
        shown.append(page.known.nowhere.url[:200])
    if phrase:
        yield Failure("phrase", {"phrase": phrase[:100]}, tuple(text for text in shown if text))


def is_nowhere(page: PageFacts) -> bool:
    """The page reads as an address does where nothing is."""
    nowhere = page.known.nowhere
    return nowhere is not None and page.text.digest == nowhere.digest and not is_home(page.final_url)


@page_rule(
    version=1,
    category="content",
    severity=Severity.WARNING,
    title=N_("Little to read"),
    says=N_("The page has %(count)s words or characters of its own; %(wanted)s are few for its kind."),
    why=N_("Search engines find little they could show, and readers little that helps them."),
    fix=N_("Say more, merge the page with another, or close it to search engines."),
    source="https://yoast.com/help/text-length-check/",
    applies=lambda page: is_results_page(page) and not _is_exempt(page),
    params={
        "article_words": Param(200, at_least=50, at_most=1000),
        "article_han": Param(400, at_least=100, at_most=2000),
        "other_words": Param(100, at_least=0, at_most=500),
        "other_han": Param(200, at_least=0, at_most=1000),
    },
)
def thin_content(page: PageFacts, params: Params) -> Iterator[Failure]:
    """Chinese and Japanese are counted in characters. Navigation, footers and scripts are no text."""
    kind = "article" if is_article(page) else "other"
    by_character = page.text.script in ("zh", "ja")
    count = page.text.han if page.text.script == "zh" else page.text.words
    wanted = params[f"{kind}_{'han' if by_character else 'words'}"]
    if count < wanted:
        severity = None if kind == "article" else Severity.NOTICE
        yield Failure("text", {"count": count, "wanted": f"{wanted:g}"}, (page.text.opening[:200],), severity)


def is_article(page: PageFacts) -> bool:
    """By its structured data, its og:type, or the folder it stands in."""
    if any(kind.rpartition("/")[2].lower() in ARTICLES for block in page.jsonld for kind in block.types):
        return True
    if ("og:type", "article") in page.open_graph:
        return True
    *folders, last = path_of(page.final_url).partition("?")[0].lower().strip("/").split("/")
    return bool(last) and not ARTICLE_FOLDERS.isdisjoint(folders)


def _is_exempt(page: PageFacts) -> bool:
    """Forms, tools and videos are there for something else; a shell is filled by its scripts; an error is no text."""
    if page.text.words < SHELL and (page.inline_scripts or any(part.kind == "script" for part in page.resources)):
        return True
    return _shows_video(page) or has_task(page) or bool(error_phrase(page)) or is_nowhere(page)


def _shows_video(page: PageFacts) -> bool:
    if any("videoobject" in kind.lower() for block in page.jsonld for kind in block.types):
        return True
    for part in page.resources:
        if part.kind == "media":
            return True
        if part.kind == "frame" and part.url and host_of(part.url).endswith(VIDEO_HOSTS):
            return True
    return False
