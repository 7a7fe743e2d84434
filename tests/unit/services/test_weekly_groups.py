"""The weekly mail puts findings together by rule."""

from editorial.domain.messages import Message
from editorial.services.weekly_groups import Found, group
from editorial.services.weekly_mail import Spot

RANKS = ("blocker", "error", "warning", "notice")


def test_findings_stand_by_rule_the_worst_and_most_frequent_first() -> None:
    def row(rule: str, severity: str, owner: str = "", *, returned: bool = False, page: int = 9) -> Found:
        return Found(rule, Message(rule), severity, Spot(f"https://x.example/{rule}/{page}", owner=owner), returned)

    rows = [
        row("a", "warning"),
        *[row("b", "error", "Mei", page=page) for page in range(6)],
        row("b", "warning", "Mei", returned=True),
        row("c", "error", "Chen"),
        row("d", "blocker"),
    ]
    groups = group(rows, ranks=RANKS)

    assert [(one.title.id, one.count, len(one.spots), one.more) for one in groups] == [
        ("d", 1, 1, 0),
        ("b", 7, 5, 2),
        ("c", 1, 1, 0),
        ("a", 1, 1, 0),
    ]
    assert (groups[1].owners, groups[1].returned) == (("Mei",), 1)


def test_what_was_well_before_stands_above_worse_that_was_never_well() -> None:
    def row(rule: str, severity: str, page: str, *, regressed: bool = False) -> Found:
        return Found(rule, Message(rule), severity, Spot(f"https://x.example/{page}"), regressed=regressed)

    others = [row("many", "error", f"{number}") for number in range(9)]
    ours = [row("warned", "warning", "a"), row("warned", "warning", "z", regressed=True)]
    groups = group(
        [row("worst", "blocker", "x"), *others, *ours, row("shut", "error", "s", regressed=True)], ranks=RANKS
    )

    assert [one.rule for one in groups] == ["shut", "warned", "worst", "many"]
    assert [spot.url[-1] for spot in groups[1].spots] == ["z", "a"]


def test_a_page_on_which_a_rule_fails_twice_is_listed_once() -> None:
    def row(path: str) -> Found:
        return Found("r", Message("r"), "error", Spot(f"https://x.example{path}"))

    (one,) = group([row("/"), row("/"), row("/a")], ranks=RANKS)

    assert [spot.url for spot in one.spots] == ["https://x.example/", "https://x.example/a"]
    assert (one.count, one.pages, one.more) == (3, 2, 0)


def test_pages_of_one_template_are_told_as_one_thing_to_repair() -> None:
    def row(page: int, template: str) -> Found:
        return Found("r", Message("r"), "error", Spot(f"https://x.example/{page}"), template=template)

    rows = [row(page, "/blog/*#aa") for page in range(300)] + [row(page, "/case/*") for page in range(300, 304)]
    (one,) = group([*rows, row(0, "/blog/*#aa"), row(999, "")], ranks=RANKS)

    assert one.templates == (("/blog/*", 300),)
    assert len(one.spots) == 5
