"""Does a page say, in English or Chinese, that it does not exist? A page about error pages does not count.

A title or main heading must say it as a whole (parts set off by - | · count alone), and there must be little to read,
or the text must apologise as well.
"""

import re

from editorial.audit.facts import PageFacts
from editorial.audit.lexicon import one_of
from editorial.audit.predicates import once_a_page

THIN_WORDS = 50  # of a text that alone would not be worth a page
THIN_HAN = 100
OPENS = 60  # characters; a phrase further in may be about something else
APOLOGISES = 200  # characters; a text about error pages comes to such phrases later
SHORT = 250  # words; an error page with lists of popular pages

_NOT = r"(?:can|could|is|was|does|do|has)(?: ?n['’]?t| not|not)"
_THING = r"(?:page|url|file|document|article|post|product|content|resource|site|address|link)"
_GONE = one_of(rf"""
    {_NOT} (?:be )?(?:found|exists?|here|available)
    not (?:be )?(?:found|available)
    (?:is )?(?:missing|unavailable|no longer (?:available|exists?|here))
    no longer (?:available|exists?|here)
    has (?:gone|moved|vanished|been (?:removed|deleted|moved))
""")
_SORRY = r"(?:oops|ooops|sorry|whoops|uh[- ]oh|we(?:'|’)re sorry)"
_BEFORE = rf"(?:{_SORRY}\W{{0,4}})?(?:404\W{{0,4}})?(?:error\W{{0,3}})?(?:(?:the|this|your|that) )?(?:requested )?"
_CANNOT = "(?:can['’]?t|cannot|couldn['’]?t|could not)"
_WHOSE = r"(?: (?:that )?you(?:'re|’re| are| were)? [a-z ]{3,40})?"
_PITY = "(?:很|非常)?(?:抱歉|对不起|哎呀|糟糕)"
_SOUGHT = "(?:您|你)?(?:所|要|想要)?(?:访问|查找|浏览|请求|寻找|查看|找)?的?"
_PAGE = "(?:页面|网页|内容|文章|商品|产品|页|网址|链接|资源|文件|頁面|網頁)"
_LOST = one_of("""
    不存在|未找到|没有找到|没找到|找不到|无法找到|无法访问|不见|走丢|丢失|不翼而飞|飞走|去火星
    已(?:经)?(?:被)?(?:删除|移除|下架|失效)
""")
_LINE = one_of(rf"""
    (?:(?:error|http|oops|错误|出错了?)\W{{0,4}})?404(?:\W{{0,4}}(?:error|not found|page not found|错误|页面|页))?
    {_BEFORE}{_THING}{_WHOSE}\W{{1,3}}(?:{_GONE})(?:\W{{0,4}}404)?
    (?:{_SORRY}\W{{0,4}})?(?:not found|nothing (?:was )?found(?: here)?|no longer available|page gone)
    (?:{_SORRY}\W{{0,4}})?(?:we )?{_CANNOT} find (?:that|this|the|your) page.{{0,40}}
    (?:{_PITY}\W{{0,3}})?{_SOUGHT}(?:该|此|这个)?{_PAGE}\W{{0,2}}(?:{_LOST})(?:了|啦)?
    (?:{_PITY}\W{{0,3}})?(?:找不到|未找到|没有找到|无法找到){_SOUGHT}(?:该|此|这个|相关)?{_PAGE}
""")
_WHOLE = re.compile(rf"\W{{0,4}}(?:{_LINE})\W{{0,4}}", re.IGNORECASE)
_APOLOGY = one_of(rf"""
    {_THING}{_WHOSE} (?:{_GONE})
    (?:might|may) have been (?:removed|moved|deleted|renamed)
    has been (?:removed|deleted) or (?:moved|renamed)
    {_CANNOT} find the {_THING}
    {_PAGE}\W{{0,2}}(?:{_LOST})
    (?:找不到|未找到|没有找到|无法找到)[^。]{{0,12}}{_PAGE}
    返回首页.{{0,20}}404|404.{{0,20}}返回首页
""")
_SORRY_TEXT = re.compile(_APOLOGY, re.IGNORECASE)
_WITHIN = re.compile(rf"(?:{_APOLOGY})|404 (?:error|not found)|error 404", re.IGNORECASE)
_PARTS = re.compile(r"\s+[-–—|·•:：»«/]+\s+|\s*[|｜_]\s*|\s*[—–]{1,2}\s*|(?<=[一-鿿！])-|-(?=[一-鿿])")


def is_thin(page: PageFacts) -> bool:
    """True where there is hardly anything to read."""
    text = page.text
    return text.han < THIN_HAN if text.script == "zh" else text.words < THIN_WORDS


@once_a_page
def error_phrase(page: PageFacts) -> str:
    """The line by which a page says that it does not exist, or empty."""
    if page.text.words > (2 * SHORT if page.text.script == "zh" else SHORT):
        return ""
    headline = next((line for line in _lines(page) if _says_so(line)), "")
    if headline:
        sorry = _SORRY_TEXT.search(page.text.opening.replace(headline, " ", 1), 0, APOLOGISES)
        return headline if sorry is not None or is_thin(page) else ""
    within = _WITHIN.search(page.text.opening) if is_thin(page) else None
    return within[0] if within is not None and within.start() <= OPENS else ""


def _lines(page: PageFacts) -> list[str]:
    return [page.title, *(heading.text for heading in page.headings if heading.level == 1 and not heading.hidden)]


def _says_so(line: str) -> bool:
    return any(_WHOLE.fullmatch(part) for part in (line, *_PARTS.split(line)) if part.strip())
