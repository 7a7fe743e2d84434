"""The links of a page as numbers of addresses; new ones of the site are queued."""

from editorial.audit.crawl.frontier import Frontier
from editorial.audit.crawl.named import MARK_INTERNAL, MARK_NOFOLLOW
from editorial.audit.crawl.records import LinkPack, PageRecord

_SILENT = str.maketrans("0145", "2367")  # with `MARK_NOFOLLOW`


def pack_links(
    no: int, record: PageRecord, frontier: Frontier, depth: int | None, *, source: str | None, follow: int
) -> LinkPack | None:
    """The links of page `no`, or None if it has none. On most pages all of them lead to addresses that are known.

    Args:
        depth: of what it links to.
        source: its address, as `Frontier.want` asks for it.
        follow: `ALL`, `FOLLOWED` or `NONE`: which links to the site are queued.
    """
    urls, differ, marks, texts = record.links
    if not marks:
        return None
    if record.nofollow:
        marks = marks.translate(_SILENT)
    addresses = urls.split("\n")
    compares = addresses.copy() if differ else addresses
    for place, compare in differ:
        compares[place] = compare
    targets = frontier.decided(compares)
    place = -1
    for _ in range(targets.count(0)):
        place = targets.index(0, place + 1)
        url, compare, mark = addresses[place], compares[place], int(marks[place])
        target = None
        internal = mark & MARK_INTERNAL > 0
        if internal and (follow == ALL or (follow == FOLLOWED and not mark & MARK_NOFOLLOW)):
            target = frontier.want(url, depth, compare=compare, source=source)
        targets[place] = target or frontier.number(url, compare, internal=internal)
    return _kept(LinkPack(no, targets, marks, texts)) if 0 in targets else LinkPack(no, targets, marks, texts)


def _kept(pack: LinkPack) -> LinkPack | None:
    """The links to addresses that are kept."""
    places = [place for place, target in enumerate(pack.targets) if target]
    if not places:
        return None
    said = pack.texts.split("\n")
    targets, marks = [pack.targets[place] for place in places], "".join(pack.marks[place] for place in places)
    return LinkPack(pack.no, targets, marks, "\n".join(said[place] for place in places))


NONE, FOLLOWED, ALL = range(3)
