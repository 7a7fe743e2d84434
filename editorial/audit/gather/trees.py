"""A parsed page behind one small interface, so that the parser can be changed.

turbohtml is the one in use; selectolax (Lexbor) is the tested second. Both build the tree of the HTML standard with
scripting off. Nodes are the parser's own; only the tree that made them may be asked about them.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import turbohtml
from selectolax.lexbor import LexborHTMLParser

Node = Any

WANTED = (
    *("html", "head", "base", "title", "meta", "link", "script", "template", "noscript", "svg", "math"),
    *("nav", "header", "footer", "aside", "h1", "h2", "h3", "h4", "h5", "h6", "a", "area", "img"),
    *("iframe", "frame", "object", "embed", "audio", "video", "source"),
    *("form", "label", "input", "select", "textarea", "button"),
)
BREAKING = frozenset(
    {
        *(
            "br",
            "hr",
            "p",
            "div",
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "dd",
            "table",
            "tr",
            "td",
            "th",
            "form",
            "fieldset",
            "legend",
        ),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "section",
            "article",
            "header",
            "footer",
            "nav",
            "aside",
            "main",
            "figure",
        ),
        *("figcaption", "blockquote", "pre", "label", "option", "button", "address", "details", "summary"),
    }
)
UNREAD = frozenset({"template", "script", "style"})  # what they hold is no text of the element around them
SPLITTING = BREAKING | UNREAD | {"img"}
MAIN = "main:not([hidden]),[role=main]:not([hidden])"
_SILENT = "script,style,template,noscript,title,svg,select,textarea,iframe,noframes,noembed,audio,video,canvas"
_CLOSED = (  # the panel of a tab is hidden until somebody opens it, and text of the page all the same
    "dialog:not([open]),[hidden]:not([hidden=until-found i],[role=tabpanel]),"
    '[style*="display:none" i],[style*="display: none" i]'
)
_AROUND = "nav,aside,footer,[role=navigation],[role=complementary],[role=contentinfo]"
CHROME = f"{_SILENT},{_CLOSED},{_AROUND}"


_SECOND_HEAD = re.compile(r"(?:\s++|<!--.{0,200}?-->){0,9}<head(?:\s[^<>]*)?>", re.IGNORECASE | re.DOTALL)


class Tree(Protocol):
    """What gathering asks of a parser."""

    @property
    def attribute(self) -> Callable[[Node, str], str | None]:
        """Reads an attribute: its value, empty for a bare one, None where it is absent. Called most of all."""

    def elements(self) -> list[tuple[str, Node]]:
        """Name and node of the elements of `WANTED` in document order, those within template included."""

    def inside(self, node: Node) -> int:
        """How many of `elements` lie within a node; they follow it directly."""

    def tag(self, node: Node) -> str:
        """The element's name in lower case, empty for a text."""

    def attributes(self, node: Node) -> dict[str, str]:
        """All attributes."""

    def text(self, node: Node) -> str:
        """All text within, or of a text, without that of `UNREAD`; blocks and line breaks are set off by spaces.

        Images say their alt where they stand, but those in noscript: they are twins.
        """

    def children(self, node: Node) -> Iterator[Node]:
        """Elements and texts directly within."""

    def parent(self, node: Node) -> Node | None:
        """The element around a node, or None at the top of a document or a template."""

    def previous(self, node: Node) -> Node | None:
        """The element or text before it under the same parent."""

    def ids(self) -> dict[str, Node]:
        """The first element of each id, templates left out."""

    def main_text(self) -> str:
        """The text of the main landmark or, without one, outside navigation and the like; pieces separated by spaces.

        Takes the tree apart: ask last.
        """


def _with_one_head(html: str) -> str:
    """Without a second head tag right behind the head: the standard passes it over, turbohtml opens the body there."""
    end = html.find("</head>") + len("</head>")
    second = _SECOND_HEAD.match(html, end) if end >= len("</head>") else None
    return html[:end] + html[second.end() :] if second else html


class TurboTree:
    """A tree by turbohtml."""

    def __init__(self, html: str) -> None:
        self._document = turbohtml.parse(_with_one_head(html), positions=False)
        self.attribute: Callable[[Node, str], str | None] = turbohtml.Element.attr  # C itself, no call in between

    def elements(self) -> list[tuple[str, Node]]:
        return [(node.tag, node) for node in self._document.iter_elements(WANTED)]

    def inside(self, node: Node) -> int:
        return sum(1 for _ in node.iter_elements(WANTED))

    def tag(self, node: Node) -> str:
        return getattr(node, "tag", "")

    def attributes(self, node: Node) -> dict[str, str]:
        return {name: " ".join(value) if isinstance(value, list) else value or "" for name, value in node.attrs.items()}

    def text(self, node: Node) -> str:
        for within in node.iter_elements():  # mostly none, or one span
            if within.tag in SPLITTING:
                return "".join(_texts(self, node, _turbo_data))
        text: str = node.text
        return text

    def children(self, node: Node) -> Iterator[Node]:
        return (child for child in node.children if isinstance(child, (turbohtml.Element, turbohtml.Text)))

    def parent(self, node: Node) -> Node | None:
        return node.parent if isinstance(node.parent, turbohtml.Element) else None

    def previous(self, node: Node) -> Node | None:
        before = node.previous_sibling
        while before is not None and not isinstance(before, (turbohtml.Element, turbohtml.Text)):
            before = before.previous_sibling
        return before

    def ids(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        if self._document.select_one("template") is None:  # a tenth of the walk's time
            for element in self._document.select("[id]"):
                if name := element.attr("id"):
                    found.setdefault(name, element)
            return found
        hidden = 0
        for element in self._document.iter_elements():
            if hidden:
                hidden -= 1
            elif element.tag == "template":
                hidden = sum(1 for _ in element.iter_elements())
            elif name := element.attr("id"):
                found.setdefault(name, element)
        return found

    def main_text(self) -> str:
        self._document.remove("template")
        root: Any = self._document.select_one(MAIN)
        chrome = CHROME
        if root is None:
            root, chrome = self._document.find("body"), CHROME + ",header,[role=banner]"
        if root is None:
            return ""
        root.remove(chrome)
        return " ".join(root.strings)


class LexborTree:
    """A tree by selectolax. Walks in Python, so slower; nesting of 200,000 elements takes it half a minute."""

    def __init__(self, html: str) -> None:
        self._parser = LexborHTMLParser(html)
        self._sizes: dict[int, int] = {}

    @property
    def attribute(self) -> Callable[[Node, str], str | None]:
        return _lexbor_attribute

    def elements(self) -> list[tuple[str, Node]]:
        return [(node.tag, node) for node in self._walk() if node.tag in WANTED_SET]

    def _walk(self) -> Iterator[Node]:
        """Every element in document order, templates' contents in their place."""
        root = self._parser.root
        waiting: list[Node] = [root] if root is not None else []
        while waiting:
            node = waiting.pop()
            if node.is_element_node:
                yield node
                waiting.extend(reversed(self._below(node)))

    def _below(self, node: Node) -> list[Node]:
        if node.tag == "template":
            within = [child for fragment in node.template_fragments() for child in _siblings(fragment)]
            return within or list(_siblings(node))  # in a drawing its children are plain children
        return list(_siblings(node))

    def inside(self, node: Node) -> int:
        count, waiting = 0, self._below(node)
        while waiting:
            found = waiting.pop()
            if found.is_element_node:
                count += found.tag in WANTED_SET
                waiting.extend(self._below(found))
        return count

    def tag(self, node: Node) -> str:
        return node.tag if node.is_element_node else ""

    def attributes(self, node: Node) -> dict[str, str]:
        return {name: value or "" for name, value in node.attributes.items()}

    def text(self, node: Node) -> str:
        if node.is_text_node:
            return node.text_content or ""
        return "".join(_texts(self, node, _lexbor_data))

    def children(self, node: Node) -> Iterator[Node]:
        return (child for child in _siblings(node) if child.is_element_node or child.is_text_node)

    def parent(self, node: Node) -> Node | None:
        parent = node.parent
        return parent if parent is not None and parent.is_element_node else None

    def previous(self, node: Node) -> Node | None:
        before = node.prev
        while before is not None and not (before.is_element_node or before.is_text_node):
            before = before.prev
        return before

    def ids(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        root = self._parser.root
        for node in root.traverse(include_text=False) if root is not None else ():
            if name := node.attributes.get("id"):
                found.setdefault(name, node)
        return found

    def main_text(self) -> str:
        for node in self._parser.css("template"):
            node.remove()
        root, chrome = self._parser.css_first(MAIN), CHROME
        if root is None:
            root, chrome = self._parser.css_first("body"), CHROME + ",header,[role=banner]"
        if root is None:
            return ""
        for node in root.css(chrome):
            node.remove()
        return " ".join(_texts(self, root, _lexbor_data, alts=False))


WANTED_SET = frozenset(WANTED)


def _lexbor_attribute(node: Node, name: str) -> str | None:
    attributes = node.attributes
    return (attributes[name] or "") if name in attributes else None


def _siblings(node: Node) -> Iterator[Node]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _turbo_data(text: Node) -> str:
    data: str = text.data
    return data


def _lexbor_data(text: Node) -> str:
    return text.text_content or ""


def _texts(tree: Tree, node: Node, data: Callable[[Node], str], *, alts: bool = True) -> Iterator[str]:
    """The texts within a node, alts of images among them, and a space around each block; without recursion."""
    waiting: list[Node] = list(tree.children(node))[::-1]
    while waiting:
        found = waiting.pop()
        if found is None:
            yield " "
            continue
        tag = tree.tag(found)
        if not tag:
            yield data(found)
        elif tag == "img":
            if alts and (alt := tree.attribute(found, "alt")):
                yield f" {alt} "
        elif tag == "noscript" and alts:
            yield from _texts(tree, found, data, alts=False)
        elif tag in BREAKING:
            yield " "
            waiting.append(None)
            waiting.extend(list(tree.children(found))[::-1])
        elif tag not in UNREAD:
            waiting.extend(list(tree.children(found))[::-1])
