"""What was seen of one page, before anyone judges it.

`Response` is what came over the wire (or from a file); `PageFacts` is what `gather` read from it. Everything is frozen,
counted in characters unless a name says bytes, and goes to JSON and back through `to_dict` and `from_dict`.
Addresses are in request form (N1). Rows that a page has by the hundred are named tuples: they cost a third of a
frozen dataclass to make.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from editorial.audit import plain

Where = Literal["head", "body", "header"]
Origin = Literal["native", "virtual", "embedded", "inert"]
Script = Literal["zh", "ja", "latin", "other", ""]
ERROR_CODES = frozenset(
    {"dns", "connect", "tls", "timeout", "reset", "protocol", "address", "robots", "redirect-loop", "redirects"}
    | {"overrun", "crash", "file", "port"}
)
"""Why there is no answer. `address`: forbidden by the guard; `port`: one where browsers fetch no pages either;
`redirects`: too many; `overrun`: reading it took too much time or memory; `crash`: it ended in a fault of ours."""
LabelSource = Literal["label-for", "label-wrap", "aria-labelledby", "aria-label", "title", ""]


class Hop(NamedTuple):
    """One redirect: `url` answered `status` and named `location` (absolute, request form)."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, after its redirects.

    `error` is None, or why there is no answer, one of `ERROR_CODES`; `status` is then 0, or that of the last hop.
    `body` is decoded from its transfer coding, not from its charset; `truncated` says that our own limit cut it. Header
    names keep the server's case. `swollen`: it unpacks to more than a hundred times
    what is sent.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    redirects: tuple[Hop, ...] = ()
    truncated: bool = False
    error: str | None = None
    elapsed_ms: int = 0
    swollen: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def to_dict(self) -> dict[str, Any]:
        """A JSON-able picture; the body as base64."""
        return plain.to_plain(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The response that `to_dict` wrote."""
        return plain.from_plain(cls, data)


class PlacedText(NamedTuple):
    """A title or description (whitespace collapsed) and whether it stands in the head."""

    text: str
    in_head: bool


class Canonical(NamedTuple):
    """One rel=canonical. `target` is absolute without fragment, None where `href` is no http(s) address."""

    href: str
    where: Where
    target: str | None
    markup: str


class RobotsDirective(NamedTuple):
    """One directive of a robots meta or an X-Robots-Tag line.

    `agent` is lower case: `""` for everyone (name=robots, or a line without agent), else a product token such as
    `googlebot`. `name` is lower case, `value` what follows its colon.
    """

    agent: str
    name: str
    value: str
    where: Where


class Alternate(NamedTuple):
    """One hreflang entry; `code` as written, `target` absolute or None."""

    code: str
    href: str
    target: str | None
    where: Where


class Heading(NamedTuple):
    """h1 to h6; `text` holds its text and the alt of its images, whitespace collapsed.

    `hidden` by its own markup or by what is around it.
    """

    level: int
    text: str
    hidden: bool


_NOT_FOLLOWED = frozenset({"nofollow", "ugc", "sponsored"})


def asks_not_to_follow(rel: tuple[str, ...]) -> bool:
    """Whether a link with these tokens of rel asks engines not to follow it."""
    return not _NOT_FOLLOWED.isdisjoint(rel)


class Link(NamedTuple):
    """One `a` or `area`.

    `href` is as written, None without the attribute. `url` is None for anything but http and https, and for what cannot
    be parsed; its fragment is gone. `text` holds text and image alts; `name` what a screen reader says instead
    (aria-label, title), if anything. `rel` holds lower-case tokens. `handler` (an event handler or a router's
    attribute) and `anchor` (an id or name) are looked for only where `href` leads nowhere. `in_main`: outside nav,
    header, footer and aside.
    """

    href: str | None
    url: str | None
    text: str
    name: str
    rel: tuple[str, ...]
    role: str
    handler: bool
    anchor: bool
    in_main: bool

    @property
    def nofollow(self) -> bool:
        """True where the link asks engines not to follow it."""
        return bool(self.rel) and asks_not_to_follow(self.rel)


class Image(NamedTuple):
    """One `img`. `alt` is None without the attribute; `width` and `height` are those attributes in pixels, or None.

    `role` is the first of its roles. `aria_hidden` and `hidden` (its own markup or what is around it, or a style that
    makes it a pixel at most) are looked for only where the alt is missing.
    """

    src: str
    url: str | None
    alt: str | None
    role: str
    aria_hidden: bool
    width: int | None
    height: int | None
    hidden: bool


class Resource(NamedTuple):
    """Something the page loads: `kind` is script, style, frame, object, media, preload, icon or image.

    `data` is a script of a type that browsers neither run nor fetch; consent managers start such ones. Images are
    `Image`s; here is one for each host that a srcset names.
    """

    kind: str
    href: str
    url: str | None


class JsonLd(NamedTuple):
    """One `application/ld+json` block. With an `error` (English, from the parser) `line` and `column` count from 1."""

    raw: str
    types: tuple[str, ...]
    error: str
    line: int
    column: int


class Button(NamedTuple):
    """A button of a form: `kind` is submit, button, reset or image. `action` is its formaction, as written."""

    kind: str
    text: str
    name: str
    disabled: bool
    action: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One control that holds an answer; buttons are apart. `kind` is the input's type, `textarea` or `select`.

    `label` is the accessible name and `label_source` where it came from; a placeholder never counts. `caption` is
    nearby text (same cell or line) where no label is tied to the field. `hidden`: by markup alone.
    `label_links` are the addresses linked from the label. `options`: of a select. `markup` is at most 200 characters.
    `legend`: what the fieldset around a box or choice asks.
    """

    kind: str
    name: str
    id: str
    label: str
    label_source: LabelSource
    placeholder: str
    autocomplete: str
    title: str
    caption: str
    required: bool
    disabled: bool
    readonly: bool
    checked: bool
    hidden: bool
    options: tuple[str, ...]
    label_links: tuple[str, ...]
    markup: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One `<form>` start tag, or a group of controls without one.

    `origin`: `native` in the document; `virtual` controls without a form; `embedded` a vendor's script or frame;
    `inert` within template, noscript or a script of type text/template. `nested_in`: index of the form around it, for
    a start tag the parser dropped (its controls belong to the outer form). `text` is what people read in the form, at
    most 2,000 characters. `id` and `name` as written. `heading` is the nearest heading before it; `landmark` the
    innermost of header, nav, footer, aside, main and dialog around it, or empty; `nearby` the links of its section that
    stand outside it, as text, a space and href, known for forms that ask for something. `scripted`: it or a button of
    it carries an event handler or a framework's attribute. `vendor`: who brings an embedded form; its `action` is then
    the address of the script or frame.
    """

    index: int
    origin: Origin
    id: str
    name: str
    action: str
    action_url: str | None
    method: str
    role: str
    classes: tuple[str, ...]
    hidden: bool
    nested_in: int | None
    fields: tuple[Field, ...]
    buttons: tuple[Button, ...]
    links: tuple[Link, ...]
    text: str
    heading: str = ""
    landmark: str = ""
    nearby: tuple[str, ...] = ()
    scripted: bool = False
    vendor: str = ""


@dataclass(frozen=True, slots=True)
class Charset:
    """The encoding that was used and how it was found. `header` and `meta` are the labels declared there, or empty.

    `replaced` counts characters that could not be decoded; `garbled` counts the patterns of text decoded twice.
    """

    name: str
    source: Literal["bom", "header", "meta", "detected", "default"]
    header: str
    meta: str
    replaced: int
    garbled: int


@dataclass(frozen=True, slots=True)
class MainText:
    """The text of main or, without it, outside nav, header, footer, aside and what readers do not see, measured.

    `words` is script-aware: runs of letters or digits, and each Han or kana character as one word. `characters` are
    those that are not white space. `digest` is 16 hex digits over the words in lower case, `opening` the first 400
    characters. `script` is zh with Han at 30 % of the letters and kana under 5 %, ja with kana at 5 % or more.
    `sketch` is what it is compared by (`gather.signature.sketch_of`), empty for a text too short to compare.
    """

    words: int
    characters: int
    han: int
    script: Script
    digest: str
    opening: str
    sketch: str = ""


@dataclass(frozen=True, slots=True)
class RobotsTxt:
    """What robots.txt says of this page to one engine's product token, and the line that decided."""

    agent: str
    allowed: bool
    line: str


class FormSeen(NamedTuple):
    """A lead form as an audit remembers it: a key that outlives small changes, what people call it, what it asks."""

    key: str
    shown: str
    type: str
    action: str
    meanings: tuple[str, ...]


class Nowhere(NamedTuple):
    """What the site answers, with 200, at an address (`url`) where nothing can be: the digest of its main text."""

    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """What others know of the page; None is "nobody looked". Set with `dataclasses.replace` before judging.

    `indexable_before`: it could stand on a results page in the last audit that saw it, or a regression reported there
    still lasts. `forms_before`: the lead forms it had then, and those still missed. `nowhere`: how the site
    answers, as if all were well, where nothing is. `bare_hop`: only redirects led to it; an audit knows that at its
    end.
    """

    published: bool | None = None
    in_sitemap: bool | None = None
    indexable_before: bool | None = None
    utility: bool = False
    forms_before: tuple[FormSeen, ...] | None = None
    nowhere: Nowhere | None = None
    bare_hop: bool = False


NO_TEXT = MainText(0, 0, 0, "", "", "")
NO_CHARSET = Charset("", "default", "", "", 0, 0)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page as seen. `url` was asked for, `final_url` answered (both N1). `media_type` is lower case, bare.

    `body_bytes` is the decoded body, `header_bytes` the header lines. `html_lang` is None without the attribute.
    `headers` are those that rules read, names in lower case. `refresh` is the content of a meta refresh.
    `challenge` names the protection that answered instead of the page (a bot check, a firewall), or is empty.
    `upgrades_insecure`: its policy has browsers ask for http resources over https. `inline_scripts` counts scripts
    that stand in the page itself. `layout` is what its template leaves in the tree (`gather.signature.layout_of`).
    `swollen`: the body unpacks to more than a hundred times what is sent.
    """

    url: str
    final_url: str
    status: int
    media_type: str = ""
    error: str | None = None
    truncated: bool = False
    elapsed_ms: int = 0
    body_bytes: int = 0
    header_bytes: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    redirects: tuple[Hop, ...] = ()
    charset: Charset = NO_CHARSET
    doctype: bool = False
    base_href: str | None = None
    html_lang: str | None = None
    titles: tuple[PlacedText, ...] = ()
    descriptions: tuple[PlacedText, ...] = ()
    canonicals: tuple[Canonical, ...] = ()
    robots: tuple[RobotsDirective, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    viewports: tuple[str, ...] = ()
    refresh: str | None = None
    open_graph: tuple[tuple[str, str], ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    resources: tuple[Resource, ...] = ()
    jsonld: tuple[JsonLd, ...] = ()
    forms: tuple[Form, ...] = ()
    text: MainText = NO_TEXT
    robots_txt: tuple[RobotsTxt, ...] = ()
    known: Known = Known()
    challenge: str = ""
    upgrades_insecure: bool = False
    inline_scripts: int = 0
    layout: str = ""
    swollen: bool = False

    @property
    def title(self) -> str:
        """The page's title as an engine reads it: the first in the head, or empty."""
        return next((title.text for title in self.titles if title.in_head), "")

    @property
    def description(self) -> str:
        """The first description that is not empty, wherever it stands, or empty."""
        return next((found.text for found in self.descriptions if found.text), "")

    @property
    def language(self) -> str:
        """Language for comparing pages: `zh` or `ja` by script, else the primary subtag of `html lang`, else empty."""
        if self.text.script in ("zh", "ja"):
            return self.text.script
        return (self.html_lang or "").strip().replace("_", "-").split("-")[0].lower()

    def to_dict(self) -> dict[str, Any]:
        """A JSON-able picture: names as here, tuples as lists, defaults included."""
        return plain.to_plain(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The facts that `to_dict` wrote; a missing name takes its default."""
        return plain.from_plain(cls, data)
