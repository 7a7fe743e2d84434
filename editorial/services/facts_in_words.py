"""What was seen of a page, in plain words, and what differs between two audits. Nothing is judged here."""

from dataclasses import dataclass

from editorial.audit.engine import REFUSALS
from editorial.audit.facts import PageFacts
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.urls import n2
from editorial.store.audit import AuditPage

MOST_ALTERNATES = 30  # shown of one page


@dataclass(frozen=True)
class Fact:
    """Something that was seen. `value` is a sentence, or the page's own words."""

    label: Message
    value: Message | str


@dataclass(frozen=True)
class Change:
    """A fact that is not what it was in the audit before."""

    label: Message
    before: Message | str
    after: Message | str


@dataclass(frozen=True)
class Indexability:
    """Whether search engines may show a page: `allowed` is None where that was not seen. `says` gives the reason."""

    allowed: bool | None
    says: Message


def indexability(page: AuditPage) -> Indexability:
    """By what an audit stored of the page, the first reason that keeps it out."""
    if page.error == "robots":
        return Indexability(False, Message(N_("no: closed by robots.txt")))
    if page.error or page.status in REFUSALS or page.status >= 500:
        return Indexability(None, Message(N_("not seen")))
    if page.status != 200:
        return Indexability(False, Message(N_("no: it answered %(status)s"), {"status": str(page.status)}))
    reasons = (
        (page.hops > 0, Message(N_("no: it redirects"))),
        (page.noindex, Message(N_("no: noindex"))),
        (page.canonical_n2 not in (None, "", page.final_n2), Message(N_("no: its canonical names another page"))),
        (not page.is_html, Message(N_("no web page"))),
    )
    found = next((says for holds, says in reasons if holds), None)
    return Indexability(found is None, found or Message(N_("yes, nothing forbids it")))


def facts_of(page: PageFacts) -> list[Fact]:
    """What was seen of a page, in plain words; nothing is judged here."""
    if page.error:
        return [Fact(Message(N_("Answer")), Message(N_("none")))]
    return [
        Fact(Message(N_("Answer")), _answer(page)),
        Fact(Message(N_("Robots")), _directives(page)),
        Fact(Message(N_("Canonical")), _canonical(page)),
        Fact(Message(N_("Language")), page.html_lang or Message(N_("not named"))),
        Fact(Message(N_("Title")), _text(page.title)),
        Fact(Message(N_("Description")), _text(page.description)),
        Fact(Message(N_("H1")), _headings(page)),
        Fact(Message(N_("Words")), Message(N_("%(count)s"), {"count": page.text.words})),
        Fact(Message(N_("Links out")), Message(N_("%(count)s"), {"count": len(page.links)})),
        Fact(Message(N_("Images")), _images(page)),
        Fact(Message(N_("Structured data")), _jsonld(page)),
        Fact(Message(N_("Language versions (hreflang)")), _alternates(page)),
        Fact(Message(N_("Forms")), Message(N_("%(count)s"), {"count": len(page.forms)})),
        Fact(Message(N_("Redirects")), Message(N_("%(count)s"), {"count": len(page.redirects)})),
        Fact(Message(N_("Size")), Message(N_("%(count)s kB"), {"count": round(page.body_bytes / 1000)})),
    ]


def changes_between(before: PageFacts, after: PageFacts) -> list[Change]:
    """The facts that differ between two audits, as their sentences; how long the answer took is no change."""
    if before.error or after.error:
        return []
    pairs = zip(facts_of(before), facts_of(after), strict=True)
    found = [Change(old.label, old.value, new.value) for old, new in pairs if old != new]
    ignored = {"Answer"} if before.status == after.status else set()
    return [change for change in found if change.label.id not in ignored | {"Size", "Words", "Links out"}]


def _answer(page: PageFacts) -> Message:
    params = {"status": str(page.status), "ms": page.elapsed_ms}
    return Message(N_("%(status)s in %(ms)s ms"), params)


def _directives(page: PageFacts) -> Message | str:
    named = [f"{each.agent + ': ' if each.agent else ''}{each.name}" for each in page.robots]
    return ", ".join(dict.fromkeys(named)) or Message(N_("nothing said"))


def _canonical(page: PageFacts) -> Message | str:
    targets = list(dict.fromkeys(each.target or each.href for each in page.canonicals))
    if not targets:
        return Message(N_("none"))
    if len(targets) == 1 and n2(targets[0]) == n2(page.final_url):
        return Message(N_("itself"))
    return " · ".join(targets)


def _text(text: str) -> Message | str:
    if not text:
        return Message(N_("none"))
    return Message(N_("%(count)s characters: “%(text)s”"), {"count": len(text), "text": text[:160]})


def _headings(page: PageFacts) -> Message | str:
    found = [heading.text for heading in page.headings if heading.level == 1]
    if not found:
        return Message(N_("none"))
    return Message(N_("%(count)s: “%(text)s”"), {"count": len(found), "text": found[0][:120]})


def _images(page: PageFacts) -> Message:
    without = sum(image.alt is None for image in page.images)
    return Message(N_("%(count)s, %(without)s without alt"), {"count": len(page.images), "without": without})


def _jsonld(page: PageFacts) -> Message | str:
    types = ", ".join(dict.fromkeys(name for block in page.jsonld for name in block.types))
    broken = sum(bool(block.error) for block in page.jsonld)
    if broken and types:
        counted = NP_("%(types)s · %(count)s broken block", "%(types)s · %(count)s broken blocks")
        return Message.counted(counted, broken, types=types)
    if broken:
        return Message.counted(NP_("%(count)s broken block", "%(count)s broken blocks"), broken)
    return types or Message(N_("none"))


def _alternates(page: PageFacts) -> Message | str:
    """Code and address of each; an entry of the body is none that engines heed."""
    named = dict.fromkeys(f"{each.code} {each.target or each.href}" for each in page.alternates if each.where != "body")
    shown = [*named][:MOST_ALTERNATES] + ["…"] * (len(named) > MOST_ALTERNATES)
    return " · ".join(shown) or Message(N_("none"))
