"""How the pages of a site hang together, in some lines for a terminal."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from editorial.audit.report import COMMA
from editorial.domain.messages import N_, NP_, Message

Say = Callable[[Message], str]

CUT = NP_(
    "%(count)s page names more translations than are compared.",
    "%(count)s pages name more translations than are compared.",
)
FAR = 8  # clicks with a number of their own


def lines_of(summary: Mapping[str, Any], say: Say) -> Iterator[str]:
    """What the links add up to, one thing a line; nothing of a site of one page."""
    clicks = {int(each): count for each, count in summary["depth"]["clicks"].items()}
    if sum(clicks.values()) + summary["depth"]["none"] < 2:
        return
    yield say(Message(N_("Structure")))
    yield from (
        f"  {say(said)}"
        for said in (*_clicks(clicks, summary["depth"]["none"] if summary["complete"] else 0, say), *_others(summary))
    )
    if not summary["complete"]:
        partial = N_("Not every page was seen: some may be nearer or better linked than it seems.")
        yield f"  {say(Message(partial))}"
    yield ""


def _clicks(clicks: Mapping[int, int], unreached: int, say: Say) -> Iterator[Message]:
    near = [f"{each}: {clicks[each]}" for each in sorted(clicks) if each <= FAR]
    if far := sum(count for each, count in clicks.items() if each > FAR):
        near.append(f">{FAR}: {far}")
    if near:
        yield Message(N_("Pages by clicks from the first one: %(clicks)s"), {"clicks": say(COMMA).join(near)})
    if unreached:
        reach = NP_("%(count)s page that no followed link leads to", "%(count)s pages that no followed link leads to")
        yield Message.counted(reach, unreached)


def _others(summary: Mapping[str, Any]) -> Iterator[Message]:
    counts = summary["sitemap"]["counts"]
    if summary["sitemap"]["named"]:
        yield Message(
            N_("Sitemap: %(both)s linked too, %(alone)s not linked, %(bad)s should not be there, %(missing)s missing"),
            {
                "both": counts["both"],
                "alone": counts["sitemap-only"],
                "bad": counts["bad"],
                "missing": counts["crawl-only"],
            },
        )
    if broken := summary["broken"]["targets"]:
        gone = NP_(
            "%(count)s broken target, %(links)s links to it", "%(count)s broken targets, %(links)s links to them"
        )
        yield Message.counted(gone, broken, links=summary["broken"]["links"])
    if chains := summary["redirects"]["chains"]:
        yield Message.counted(NP_("%(count)s chain of redirects", "%(count)s chains of redirects"), chains)
    canonicals = summary["canonicals"]["chains"] + summary["canonicals"]["circles"]
    if canonicals:
        row = NP_("%(count)s page with canonicals in a row", "%(count)s pages with canonicals in a row")
        yield Message.counted(row, canonicals)
    if groups := summary["languages"]["groups"]:
        sound = NP_(
            "Translations: %(sound)s of %(count)s group is sound",
            "Translations: %(sound)s of %(count)s groups are sound",
        )
        yield Message.counted(sound, groups, sound=summary["languages"]["sound"])
    if cut := summary["languages"].get("cut"):
        yield Message.counted(CUT, cut)
