"""Markdown as our channels read it, made safe to show."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable(
    ["table", "strikethrough"]
)
TAGS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote"} | {
    *("ul", "ol", "li", "a", "img", "table", "thead", "tbody", "tr", "th", "td")
}
SCHEMES = {"http", "https", "mailto", "tel"}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "code": {"class"}}


@lru_cache(maxsize=128)  # a text goes to many channels at its minute
def to_html(text: str) -> str:
    """HTML of a text, without a document around it. Raw HTML in the text comes out as text; scripts cannot pass."""
    return nh3.clean(_READER.render(text), tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES)
