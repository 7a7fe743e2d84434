"""One pass over a page's elements that fills everything but the forms."""

import re
from collections.abc import Callable
from itertools import islice

from editorial.audit.facts import (
    Alternate,
    Canonical,
    Heading,
    Image,
    JsonLd,
    Link,
    PlacedText,
    Resource,
    RobotsDirective,
    Where,
)
from editorial.audit.gather.addresses import Addresses, base_of
from editorial.audit.gather.data import read_jsonld
from editorial.audit.gather.headers import directives, is_robots_name, upgrades_insecure
from editorial.audit.gather.limits import MOST_OTHERS, Budget, limited
from editorial.audit.gather.text import collapse, readable
from editorial.audit.gather.trees import Node, Tree
from editorial.domain.urls import bare

EVIDENCE = 200  # characters of markup kept
LINK_TEXT = 300  # characters
ANCESTORS = 100  # levels looked up; deeper nesting is no page that people wrote
MOST_OPEN_GRAPH = 30
MOST_DIRECTIVES = 500
HEAD_TEXT = 2_000  # characters of a title or description; rules judge far shorter ones

REGIONS = {"head": "head", "template": "template", "noscript": "noscript", "svg": "svg", "math": "svg"}
REGIONS |= dict.fromkeys(("nav", "header", "footer", "aside"), "chrome")
FORM_TAGS = frozenset({"form", "label", "input", "select", "textarea", "button"})
SCRIPT_TEMPLATES = frozenset(
    {
        *("text/template", "text/html", "text/x-template", "text/ng-template", "text/x-jquery-tmpl", "text/x-tmpl"),
        *("text/x-handlebars-template", "text/x-handlebars", "text/x-mustache", "x-tmpl-mustache", "text/mustache"),
        *("text/x-underscore", "text/x-underscore-template", "text/x-jsrender", "text/x-kendo-template", "text/ejs"),
    }
)
RUNNING = ("javascript", "ecmascript", "jscript", "livescript")  # how types end that browsers run
_SOURCES = {
    "iframe": "frame",
    "frame": "frame",
    "embed": "object",
    "audio": "media",
    "video": "media",
    "source": "media",
}
_ROUTERS = frozenset(
    {
        *("data-href", "data-url", "data-link", "to", ":to", "v-bind:to", ":href", "v-bind:href"),
        *("routerlink", "[routerlink]", "[href]", "ui-sref", "ng-click", "data-ng-click", "ng-href", "data-ng-href"),
        *("hx-get", "data-hx-get", "wire:click"),
    }
)
_HANDLERS = ("on", "@", "v-on:", "x-on:", "(")
_ODD_START = frozenset({"", "#", "j", "J", *map(chr, range(0x21))})  # of an address that may lead nowhere
_TINY = re.compile(r"(?:^|;)(?:width|height):[01](?:px)?(?:!important)?(?:;|$)")
_HOSTS = re.compile(r"(?:^|[\s,])((?:https?:)?//[^\s/?#,]+)", re.IGNORECASE)
_FAR_OFF = re.compile(r"(?:^|[;:-])(?:left|right|top|bottom|text-indent):-\d{4}")
_NOWHERE = frozenset({"", "#", "#!", "#/"})

OF_A_VERSION = frozenset({"hreflang", "lang", "media", "type"})
"""A canonical with one of these suggests another version of the page, and Google does not use it.
Source: developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls."""

_LEFT_OVER = re.compile(
    r"\{\{|%7b%7b|\{%|\$\{|<[%?]|%s|%%\w+%%|\A(?:undefined|null|\[object Object\])\Z|\Ahttps?(?://|:/*https?[:/])",
    re.IGNORECASE,
)
"""What a template or script leaves in an address that it did not fill in; a scheme without its colon, or twice."""
_new_link = tuple.__new__  # the class's own constructor costs twice as much


class Place:
    """Where in the page an element stands: its number, and which regions are still open there."""

    __slots__ = ("ends", "index")

    def __init__(self) -> None:
        self.index = -1
        self.ends = dict.fromkeys(("head", "template", "noscript", "svg", "chrome"), -1)

    def within(self, region: str) -> bool:
        return self.index < self.ends[region]


class PageReader:
    """Collects a page's facts; `read` walks once and hands form controls back to the caller."""

    def __init__(self, tree: Tree, html: str, url: str, encoding: str = "") -> None:
        self.tree = tree
        self.encoding = encoding
        self.budget = Budget(tree, 4 * len(html) + 10_000)
        self.place = Place()
        self.url = url
        self.base = url
        self.base_href: str | None = None
        self.is_xml = False
        self.root: Node | None = None
        self.html_lang: str | None = None
        self.titles: list[PlacedText] = []
        self.descriptions: list[PlacedText] = []
        self.canonicals: list[Canonical] = []
        self.robots: list[RobotsDirective] = []
        self.alternates: list[Alternate] = []
        self.viewports: list[str] = []
        self.refresh: str | None = None
        self.open_graph: list[tuple[str, str]] = []
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.link_places: list[int] = []
        self.images: list[Image] = []
        self.resources: list[Resource] = []
        self.jsonld: list[JsonLd] = []
        self._image_hosts: set[str] = set()
        self.upgrades_insecure = False
        self.inline_scripts = 0
        self.form_nodes: list[tuple[int, Node, str, bool]] = []  # number, node, tag, inert
        self.resolve = Addresses(url).resolve
        self._handlers: dict[str, Callable[[Node], None]] = {
            "html": self._html,
            "title": self._title,
            "meta": self._meta,
            "link": self._link_element,
            "script": self._script,
            "a": self._anchor,
            "area": self._anchor,
            "img": self._image,
            "object": self._object,
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
            **dict.fromkeys(_SOURCES, self._source),
        }

    def read(self) -> None:
        """Walk the page."""
        elements = self.tree.elements()
        self._find_base(elements)
        self.resolve = Addresses(self.base, self.encoding).resolve
        place, ends, regions = self.place, self.place.ends, REGIONS
        handlers = self._handlers if len(elements) <= MOST_OTHERS else limited(self._handlers)
        for index, (tag, node) in enumerate(elements):
            place.index = index
            region = regions.get(tag)
            if region is not None and index >= ends[region]:  # the same kind within itself is not counted again
                ends[region] = index + 1 + self.tree.inside(node)
            if tag in FORM_TAGS:
                self.form_nodes.append((index, node, tag, index < ends["template"] or index < ends["noscript"]))
            elif index >= ends["template"]:
                handler = handlers.get(tag)
                if handler is not None:
                    handler(node)

    def _find_base(self, elements: list[tuple[str, Node]]) -> None:
        skipped = 0
        for index, (tag, node) in enumerate(elements):
            if index < skipped:
                continue
            if tag in ("template", "svg"):
                skipped = index + 1 + self.tree.inside(node)
            elif tag == "base":
                href = self.tree.attribute(node, "href")
                if href is not None:
                    self.base_href = href
                    self.base = base_of(href, self.url)
                    return

    def _where(self) -> Where:
        return "head" if self.place.within("head") else "body"

    def _html(self, node: Node) -> None:
        if self.place.index == 0:  # MathML and SVG may hold elements of the name
            self.root, self.html_lang = node, self.tree.attribute(node, "lang")
            if self.html_lang is None and self.is_xml:
                self.html_lang = self.tree.attribute(node, "xml:lang")

    def _title(self, node: Node) -> None:
        if not self.place.within("svg"):
            text = readable(self.budget.text(node))[:HEAD_TEXT]
            self.titles.append(PlacedText(text, self.place.within("head")))

    def _meta(self, node: Node) -> None:
        content = self.tree.attribute(node, "content")
        if content is None:
            return
        name = (self.tree.attribute(node, "name") or "").strip().lower()
        if name == "description":
            self.descriptions.append(PlacedText(readable(content)[:HEAD_TEXT], self.place.within("head")))
        elif name == "viewport":
            self.viewports.append(collapse(content)[:HEAD_TEXT])
        elif name and is_robots_name(name):
            found = directives(content, "" if name == "robots" else name, self._where())
            self.robots.extend(islice(found, max(0, MOST_DIRECTIVES - len(self.robots))))
        elif (pragma := self.tree.attribute(node, "http-equiv")) is not None:
            self._pragma(pragma.strip().lower(), content)
        else:
            self._open_graph(node, name, content)

    def _pragma(self, pragma: str, content: str) -> None:
        if pragma == "refresh" and self.refresh is None and not self.place.within("noscript"):
            self.refresh = content.strip(" \t\n\f\r")[:HEAD_TEXT]
        elif pragma == "content-security-policy":
            self.upgrades_insecure = self.upgrades_insecure or upgrades_insecure(content)

    def _open_graph(self, node: Node, name: str, content: str) -> None:
        prop = (self.tree.attribute(node, "property") or name).strip().lower()
        if prop.startswith("og:") and len(self.open_graph) < MOST_OPEN_GRAPH:
            self.open_graph.append((prop, collapse(content)[:LINK_TEXT]))

    def _link_element(self, node: Node) -> None:
        rel = (self.tree.attribute(node, "rel") or "").lower().split()
        href = self.tree.attribute(node, "href")
        if "canonical" in rel and not any(self.tree.attribute(node, name) is not None for name in OF_A_VERSION):
            markup = f'<link rel="canonical" href="{href}">' if href is not None else '<link rel="canonical">'
            self.canonicals.append(
                Canonical(href or "", self._where(), destination(href, self.resolve), markup[:EVIDENCE])
            )
        elif href is None:
            return
        elif "alternate" in rel and (code := self.tree.attribute(node, "hreflang")) is not None:
            self.alternates.append(Alternate(code, href, destination(href, self.resolve), self._where()))
        elif "stylesheet" in rel:
            self.resources.append(Resource("style", href, self.resolve(href)))
        elif "icon" in rel:
            self.resources.append(Resource("icon", href, self.resolve(href)))
        elif not {"preload", "modulepreload"}.isdisjoint(rel):
            self.resources.append(Resource("preload", href, self.resolve(href)))

    def _script(self, node: Node) -> None:
        kind = (self.tree.attribute(node, "type") or "").partition(";")[0].strip().lower()
        src = self.tree.attribute(node, "src")
        if kind == "application/ld+json":
            self.jsonld.append(read_jsonld(self.budget.text(node)))
        elif kind in SCRIPT_TEMPLATES:
            self.form_nodes.append((self.place.index, node, "script", True))
        elif src:
            self.resources.append(Resource("script" if _runs(kind) else "data", src, self.resolve(src)))
        elif _runs(kind):
            self.inline_scripts += 1

    def _heading(self, node: Node) -> None:
        text = readable(self.budget.text(node))
        self.headings.append(Heading(int(self.tree.tag(node)[1]), text[:LINK_TEXT], self._unseen(node)[1]))

    def _anchor(self, node: Node) -> None:
        """The busiest handler: a page has hundreds of links, so it calls little and makes its tuple directly."""
        attribute, place = self.tree.attribute, self.place
        href, rel = attribute(node, "href"), attribute(node, "rel")
        if href is None and place.within("svg"):
            href = attribute(node, "xlink:href")
        name = attribute(node, "aria-label") or attribute(node, "title")
        text = self.budget.text(node) or attribute(node, "alt") or ""
        handler = anchor = False
        if href is None or (href[:1] in _ODD_START and leads_nowhere(href)):
            handler = self._handled(node)
            anchor = attribute(node, "id") is not None or attribute(node, "name") is not None
        index = place.index
        self.link_places.append(index)
        self.links.append(
            _new_link(
                Link,
                (
                    href,
                    None if href is None else self.resolve(href),
                    " ".join(text.split())[:LINK_TEXT],
                    " ".join(name.split())[:LINK_TEXT] if name else "",
                    tuple(dict.fromkeys(rel.lower().split())) if rel else (),
                    attribute(node, "role") or "",
                    handler,
                    anchor,
                    index >= place.ends["chrome"],
                ),
            )
        )

    def _handled(self, node: Node) -> bool:
        return any(name.startswith(_HANDLERS) or name in _ROUTERS for name in self.tree.attributes(node))

    def _image(self, node: Node) -> None:
        if self.place.within("noscript"):
            return  # the twin of an image that a script loads
        attribute = self.tree.attribute
        alt, src = attribute(node, "alt"), attribute(node, "src") or ""
        self._candidates(node)
        unread, unseen = self._unseen(node) if alt is None else (False, False)  # only then a rule asks for it
        self.images.append(
            Image(
                src,
                self.resolve(src) if src else None,
                None if alt is None else collapse(alt),
                next(iter((attribute(node, "role") or "").lower().split()), ""),
                unread,
                pixels(attribute(node, "width")),
                pixels(attribute(node, "height")),
                unseen or (alt is None and _is_tiny(attribute(node, "style"))),
            )
        )

    def _candidates(self, node: Node) -> None:
        """The hosts that a srcset names beside that of the page, each once."""
        srcset = self.tree.attribute(node, "srcset")
        if srcset and "//" in srcset:
            for host in _HOSTS.findall(srcset):
                if host not in self._image_hosts:
                    self._image_hosts.add(host)
                    self.resources.append(Resource("image", host, self.resolve(host)))

    def _source(self, node: Node) -> None:
        src = self.tree.attribute(node, "src")
        if self.tree.tag(node) == "source":
            self._candidates(node)
        if src:
            self.resources.append(Resource(_SOURCES[self.tree.tag(node)], src, self.resolve(src)))

    def _object(self, node: Node) -> None:
        data = self.tree.attribute(node, "data")
        if data:
            self.resources.append(Resource("object", data, self.resolve(data)))

    def _unseen(self, node: Node) -> tuple[bool, bool]:
        """Whether it, or something around it, is taken away from assistive technology, and from everybody."""
        unread, seen = False, node
        for _ in range(ANCESTORS):
            if seen is None:
                break
            if self.hidden(seen):
                return unread, True
            unread = unread or (self.tree.attribute(seen, "aria-hidden") or "").strip().lower() == "true"
            seen = self.tree.parent(seen)
        return unread, False

    def hidden(self, node: Node) -> bool:
        """True where the element's own markup hides it."""
        if self.tree.attribute(node, "hidden") is not None:
            return True
        style = self.tree.attribute(node, "style")
        return style is not None and hides(style)


def _runs(kind: str) -> bool:
    """Whether browsers run a script of this type; others are data, which they do not even fetch."""
    return kind in ("", "module") or kind.endswith(RUNNING)


def destination(href: str | None, resolve: Callable[[str], str | None]) -> str | None:
    """Where a canonical or alternate leads; None for an empty one, a fragment, a template's leftovers."""
    href = (href or "").strip()
    return None if not href or href.startswith("#") or _LEFT_OVER.search(href) else resolve(href)


def leads_nowhere(href: str) -> bool:
    """True for an address that stays where it is, and for one that is a script."""
    href = bare(href)
    return href in _NOWHERE or href[:11].lower() == "javascript:"


def _is_tiny(style: str | None) -> bool:
    """An image of a pixel at most counts visitors."""
    return style is not None and _TINY.search("".join(style.lower().split())) is not None


def hides(style: str) -> bool:
    """True for an inline style that hides its element, or moves it a thousand pixels off, as honeypots do."""
    flat = "".join(style.lower().split())
    return "display:none" in flat or "visibility:hidden" in flat or _FAR_OFF.search(flat) is not None


def pixels(value: str | None) -> int | None:
    """A width or height attribute as HTML reads it: leading digits; None for per cent and for nothing."""
    text = (value or "").strip()
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return None if not digits or "%" in text or len(digits) > 6 else int(digits)
