"""Forms that a vendor's script or frame brings into the page: facts about where they stand, not what they ask.

Strong marks are one form each: a frame, a call in a script, an element the vendor's script fills. A vendor's library
alone is one form where nothing stronger of the same vendor stands. Chats and trackers are no forms. What stands in
comments, templates and noscript brings nothing.
Source: the vendors' own embedding codes; hosts are compared by registrable domain, paths by shape.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import turbohtml

from editorial.audit.facts import Form
from editorial.audit.gather.page import SCRIPT_TEMPLATES

LAZY = ("src", "data-src", "data-lazy-src", "data-rocket-src", "data-tally-src", "data-cookieblock-src")
MOST_EMBEDS = 50
_FORM_TAG = re.compile(r"<form[\s/>]", re.IGNORECASE)
_START, _END, _TEXT = 1, 2, 0  # kinds of tokens


@dataclass(frozen=True)
class _Vendor:
    """`frame`, `script` and `library` match an address without its scheme; `marks` are attributes or classes of any
    element, `calls` stand in scripts."""

    id: str
    frame: re.Pattern[str] | None = None
    script: re.Pattern[str] | None = None
    library: re.Pattern[str] | None = None
    marks: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


def _at(*places: str) -> re.Pattern[str]:
    """Hosts, each with its subdomains, and the start of their paths."""
    return re.compile(r"(?:[a-z0-9-]+\.)*(?:" + "|".join(places) + ")", re.IGNORECASE)


_VENDORS = (
    _Vendor(
        "hubspot",
        frame=_at(r"hsforms\.(?:com|net)/"),
        library=_at(r"hsforms\.net/forms/"),
        marks=(".hs-form-frame", ".hs-form-iframe"),
        calls=("hbspt.forms.create(",),
    ),
    _Vendor(
        "marketo",
        library=re.compile(r"[^/?#]+/js/forms2/js/forms2(?:\.min)?\.js", re.IGNORECASE),
        calls=("MktoForms2.loadForm(",),
    ),
    _Vendor("pardot", frame=re.compile(r"[^/?#]+/l/\d+/\d{4}-\d\d-\d\d/\w+", re.IGNORECASE)),
    _Vendor(
        "dynamics",
        library=_at(r"(?:azureedge\.net|dynamics\.com)/(?:[^?#]*/)?form-loader\.js"),
        marks=("data-form-block-id",),
    ),
    _Vendor("zoho-forms", frame=_at(r"zohopublic\.(?:[a-z]+\.)?[a-z]+/[^?#]*form", r"zfrmz\.[a-z.]+/\w")),
    _Vendor("activecampaign", script=_at(r"activehosted\.com/f/embed\.php")),
    _Vendor("kit", script=_at(r"(?:ck|kit)\.page/|(?:convertkit|kit)\.com/(?:ckjs/|forms/)")),
    _Vendor(
        "typeform",
        frame=_at(r"typeform\.com/to/"),
        library=_at(r"embed\.typeform\.com/"),
        marks=("data-tf-live", "data-tf-widget", "data-tf-popup", "data-tf-slider", "data-tf-sidetab"),
    ),
    _Vendor(
        "tally",
        frame=_at(r"tally\.so/(?:embed|r)/"),
        library=_at(r"tally\.so/widgets/embed\.js"),
        marks=("data-tally-open",),
    ),
    _Vendor("jotform", frame=_at(r"jotform\.[a-z]+/(?:form/)?\d"), script=_at(r"jotform\.[a-z]+/jsform/")),
    _Vendor("google-forms", frame=_at(r"docs\.google\.com/forms/", r"forms\.gle/")),
    _Vendor("microsoft-forms", frame=_at(r"forms\.(?:office\.com|microsoft\.com|cloud\.microsoft)/")),
    _Vendor(
        "surveymonkey", frame=_at(r"surveymonkey\.(?:com|co\.uk)/r/"), script=_at(r"widget\.surveymonkey\.com/collect/")
    ),
    _Vendor(
        "calendly",
        frame=_at(r"calendly\.com/[^?#]"),
        library=_at(r"assets\.calendly\.com/"),
        marks=(".calendly-inline-widget",),
    ),
    _Vendor("chilipiper", frame=_at(r"chilipiper\.com/"), library=_at(r"js\.chilipiper\.com/")),
    _Vendor("unbounce", library=_at(r"js\.ubembed\.com(?:/|$)")),
    _Vendor("leadpages", script=_at(r"leadpages\.(?:co|net)/leadbox"), marks=("data-leadbox",)),
    _Vendor("formassembly", frame=_at(r"tfaforms\.(?:net|com)/")),
    _Vendor("formstack", frame=_at(r"formstack\.com/forms"), script=_at(r"formstack\.com/forms")),
    _Vendor("wufoo", frame=_at(r"wufoo\.(?:com|eu)/"), library=_at(r"wufoo\.com/scripts/")),
    _Vendor("formsite", frame=_at(r"formsite\.com/")),
    _Vendor("fillout", frame=_at(r"fillout\.com/t/"), library=_at(r"fillout\.com/embed"), marks=("data-fillout-id",)),
    _Vendor("klaviyo", marks=(".klaviyo-form",)),
    _Vendor("brevo", frame=_at(r"sibforms\.com/")),
    _Vendor("basin", library=_at(r"js\.usebasin\.com/")),
    _Vendor(
        "webinar", frame=_at(r"bigmarker\.com/", r"event\.on24\.com/", r"app\.livestorm\.co/", r"zoom\.us/webinar/")
    ),
    _Vendor(
        "jinshuju",
        frame=_at(r"jinshuju\.(?:net|com)/f/"),
        library=_at(r"jinshuju\.net/sdk\.js"),
        marks=("data-role=gd-sdk",),
    ),
    _Vendor("mikecrm", frame=_at(r"mikecrm\.com/")),
    _Vendor("wjx", frame=_at(r"wjx\.(?:cn|com|top)/(?:vm|jq|hj|m)/"), script=_at(r"wjx\.(?:cn|com)/handler/jqemed")),
    _Vendor("tencent-survey", frame=_at(r"wj\.qq\.com/s\d?/")),
    _Vendor("feishu", frame=_at(r"(?:feishu\.cn|larksuite\.com)/share/base/")),
    _Vendor("yida", frame=_at(r"aliwork\.com/")),
)
_MARKS = {mark: vendor.id for vendor in _VENDORS for mark in vendor.marks}
_ATTRIBUTES = {mark: vendor for mark, vendor in _MARKS.items() if mark[0] != "." and "=" not in mark}
_CALLS = {call: vendor.id for vendor in _VENDORS for call in vendor.calls}
# Marks of vendors; looked for where a page loads scripts of others, without which they bring nothing.
_HINTS = (
    *("hs-form-", "MktoForms2", "data-form-block", "data-tf-", "data-tally-", "data-leadbox", "calendly-inline"),
    *("data-fillout", "klaviyo-form", "gd-sdk", '-src="http'),
)


@dataclass(frozen=True)
class _Seen:
    vendor: str
    strong: bool
    key: str
    address: str
    before: int
    """Form tags that stand before it."""


def with_embeds(
    forms: tuple[Form, ...], html: str, scripts: Sequence[str], resolve: Callable[[str], str | None]
) -> tuple[Form, ...]:
    """The forms of a page and the embedded ones among them, in the order of the source.

    Args:
        scripts: addresses of the page's scripts as written.
    """
    if not _may_embed(html, scripts):
        return forms
    seen = _kept(list(_seen(html)))
    if not seen:
        return forms
    entries: list[tuple[int, int, Form]] = [(2 * form.index + 1, form.index, form) for form in forms]
    entries += [(2 * found.before, -1, _form(found, resolve)) for found in seen]
    entries.sort(key=lambda entry: entry[0])
    number = {old: new for new, (_, old, _) in enumerate(entries) if old >= 0}
    return tuple(
        replace(form, index=new, nested_in=None if form.nested_in is None else number.get(form.nested_in))
        for new, (_, _, form) in enumerate(entries)
    )


def _may_embed(html: str, scripts: Sequence[str]) -> bool:
    if any(map(_is_vendors, scripts)) or "<iframe" in html or "hbspt.forms" in html:
        return True
    foreign = any("//" in script[:8] for script in scripts) or "googletagmanager" in html
    return foreign and any(hint in html for hint in _HINTS)


@lru_cache(maxsize=4096)
def _is_vendors(address: str) -> bool:
    return any(True for _ in _loaded("script", address, 0))


def _kept(seen: Sequence[_Seen]) -> list[_Seen]:
    """Each strong mark once, a library only where its vendor has none."""
    strong = {found.vendor for found in seen if found.strong}
    kept: dict[tuple[str, str], _Seen] = {}
    for found in seen:
        if found.strong or found.vendor not in strong:
            kept.setdefault((found.vendor, found.key if found.strong else ""), found)
    return list(kept.values())[:MOST_EMBEDS]


def _form(found: _Seen, resolve: Callable[[str], str | None]) -> Form:
    return Form(
        index=0,
        origin="embedded",
        id="",
        name="",
        action=found.address[:2000],
        action_url=resolve(found.address) if found.address else None,
        method="",
        role="",
        classes=(),
        hidden=False,
        nested_in=None,
        fields=(),
        buttons=(),
        links=(),
        text="",
        vendor=found.vendor,
    )


def _seen(html: str) -> Iterator[_Seen]:
    forms = inert = 0
    within = kind = ""  # the element whose text comes next, and its type
    for token in turbohtml.tokenize(html):
        what, tag = int(token.type), token.tag
        if what == _TEXT and within:
            text = token.data or ""
            if within == "script" and not inert:
                yield from _called(text, kind, forms)
            if within == "noscript" or kind in SCRIPT_TEMPLATES:
                forms += len(_FORM_TAG.findall(text))
            continue
        within = kind = ""
        if what == _END:
            inert -= tag in ("template", "noscript") and inert > 0
        elif what == _START and tag:
            attributes = {name: value or "" for name, value in reversed(token.attrs or [])}
            forms += tag == "form"
            inert += tag in ("template", "noscript")
            if tag in ("script", "noscript"):
                within, kind = tag, attributes.get("type", "").partition(";")[0].strip().lower()
            if not inert:
                yield from _brought(tag, attributes, forms)


def _called(text: str, kind: str, forms: int) -> Iterator[_Seen]:
    if "json" in kind or kind in SCRIPT_TEMPLATES:
        return
    for call, vendor in _CALLS.items():
        place = text.find(call)
        while place >= 0:
            yield _Seen(vendor, True, " ".join(text[place : place + 200].split()), "", forms)
            place = text.find(call, place + 1)


def _brought(tag: str, attributes: dict[str, str], forms: int) -> Iterator[_Seen]:
    if tag in ("iframe", "script", "embed"):
        addresses = [address for name in LAZY if (address := attributes.get(name, "").strip())]
        for address in addresses[:2]:
            yield from _loaded(tag, address, forms)
    if tag in ("script", "link", "meta", "form"):
        return
    for mark in _marks(attributes):
        yield _Seen(_MARKS[mark], True, repr(sorted(attributes.items())), attributes.get("data-url", ""), forms)


def _loaded(tag: str, address: str, forms: int) -> Iterator[_Seen]:
    bare = re.sub(r"^(?:https?:)?//", "", address, flags=re.IGNORECASE)
    if bare == address:
        return  # of the site itself
    for vendor in _VENDORS:
        if tag == "script":
            strong = vendor.script is not None and vendor.script.match(bare) is not None
            if strong or (vendor.library is not None and vendor.library.match(bare)):
                yield _Seen(vendor.id, strong, address, address, forms)
        elif vendor.frame is not None and vendor.frame.match(bare):
            yield _Seen(vendor.id, True, address, address, forms)


def _marks(attributes: dict[str, str]) -> Iterator[str]:
    for name in attributes:
        if name in _ATTRIBUTES:
            yield name
            return
    for name in attributes.get("class", "").split():
        if f".{name}" in _MARKS or name.startswith("klaviyo-form-"):
            yield f".{name}" if f".{name}" in _MARKS else ".klaviyo-form"
            return
    if attributes.get("data-role") == "gd-sdk":
        yield "data-role=gd-sdk"
