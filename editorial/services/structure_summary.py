"""What the link graph of an audit adds up to, as it is stored: counts, and the first of each list by their numbers.

JSON, read by `services.structure` alone. Lists are cut: whoever wants all takes the table.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from editorial.audit.graph.canonicals import CIRCLE, Canonicals
from editorial.audit.graph.languages import Clusters
from editorial.audit.graph.places import PageSeen
from editorial.audit.graph.redirects import Moves
from editorial.audit.graph.series import Series
from editorial.audit.graph.sitemaps import Compared
from editorial.audit.graph.standing import LinkGraph

FEW = 5  # pages named for one thing
SAMPLES = 20
GROUPS = 40  # groups of redirects, targets of broken links
CLUSTERS = 30
CELLS = 40  # of one group, those with flaws first: where every page names the home pages, all of a site are one group
LONGEST = 300  # characters of an address; a hostile one has thousands
DEEP = 4  # clicks beyond which a page is deep


def of_depths(graph: LinkGraph) -> dict[str, Any]:
    """How many places lie how deep: of each only the page that search engines would show."""
    shown = [each.depth for each in graph.standings if each.rank is not None]
    counts = Counter(clicks for clicks in shown if clicks is not None)
    return {"clicks": {str(clicks): counts[clicks] for clicks in sorted(counts)}, "none": shown.count(None)}


def of_sitemaps(compared: Compared, read: int, named: int) -> dict[str, Any]:
    """The four sets. `read`: sitemaps that could be read; `named`: addresses in them."""
    return {
        "read": read,
        "named": named,
        "counts": {standing.value: len(numbers) for standing, numbers in compared.pages.items()},
        "bad": {why.value: count for why, count in compared.bad.most_common()},
        "samples": {standing.value: numbers[:SAMPLES] for standing, numbers in compared.pages.items()},
    }


def of_canonicals(canonicals: Canonicals) -> dict[str, Any]:
    """Chains of two canonicals and more, and circles."""
    circles = [no for no, steps in canonicals.steps.items() if steps == CIRCLE]
    chains = sorted((no for no, steps in canonicals.steps.items() if steps > 1), key=lambda no: -canonicals.steps[no])
    rounds = dict.fromkeys(canonicals.ends[no] for no in circles)  # each circle once
    return {
        "chains": len(chains),
        "circles": len(circles),
        "samples": [canonicals.chain_of(no) for no in [*list(rounds)[:SAMPLES], *chains[:SAMPLES]]],
    }


def of_redirects(groups: Sequence[Moves]) -> dict[str, Any]:
    """Redirects that are mended at one place each."""
    return {
        "addresses": sum(group.count for group in groups),
        "groups": len(groups),
        "chains": sum(group.count for group in groups if group.hops > 1),
        "samples": [_moves(group) for group in groups[:GROUPS]],
    }


def _moves(group: Moves) -> dict[str, Any]:
    return {
        "causes": [list(map(str, changed)) for changed in group.causes],
        "target": group.target[:LONGEST],
        "error": group.error,
        "status": group.status,
        "count": group.count,
        "links": group.links,
        "samples": [[stop[:LONGEST] for stop in stops] for stops in group.samples],
    }


def of_languages(found: Clusters) -> dict[str, Any]:
    """Groups of translations, those with flaws first. `cut`: pages that name more than is counted."""
    clusters = found.groups
    flaws = Counter(cell.flaw.value for cluster in clusters for cell in cluster.cells if cell.flaw is not None)
    return {
        "groups": len(clusters),
        "cut": found.cut,
        "sound": sum(not cluster.flaws for cluster in clusters),
        "flaws": dict(flaws.most_common()),
        "samples": [
            [
                [cell.code, cell.no, cell.n2[:LONGEST], cell.flaw.value if cell.flaw else None]
                for cell in sorted(cluster.cells, key=lambda cell: cell.flaw is None)[:CELLS]
            ]
            for cluster in clusters[:CLUSTERS]
        ],
    }


def of_series(series: Sequence[Series]) -> dict[str, Any]:
    """Lists that run over several pages, those with flaws first."""
    return {
        "count": len(series),
        "samples": [
            [each.first[:LONGEST], len(each.pages), each.last, each.hidden, each.canonicalised, each.unlinked]
            for each in series[:SAMPLES]
        ],
    }


def of_broken(found: Sequence[tuple[PageSeen, Any]]) -> dict[str, Any]:
    """Targets of broken links, what most pages link to first."""
    return {
        "targets": len(found),
        "links": sum(linked.count for _, linked in found),
        "samples": [[page.no, page.status, page.error, linked.count, linked.pages] for page, linked in found[:GROUPS]],
    }


def numbers_in(summary: Mapping[str, Any]) -> set[int]:
    """The numbers of every address that a summary names."""
    found = {no for numbers in summary["sitemap"]["samples"].values() for no in numbers}
    found.update(no for chain in summary["canonicals"]["samples"] for no in chain)
    for no, *_, pages in summary["broken"]["samples"]:
        found.update((no, *pages))
    return found
