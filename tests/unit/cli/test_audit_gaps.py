"""What an audit did not see, in every format."""

from editorial.adapters.catalog import Catalogs
from editorial.cli.audit_gaps import gaps_of
from editorial.cli.lists import BAD_LINE, Told
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.store.audit import Audit

CALENDAR = {
    "kind": "chain",
    "pattern": "https://a.example/cal?m=*",
    "count": 2,
    "examples": ["https://a.example/cal?m=51"],
}
LEFT = (
    "2 addresses were left out at https://a.example/cal?m=*. Each was reached by another of its kind alone, more than"
    " fifty clicks deep. Examples: https://a.example/cal?m=51"
)
HIDDEN = "A link may stand on a page that was left out, so nothing is said about orphans and depth."
say = Catalogs()[Language.EN].say


def site(**course: object) -> Audit:
    return Audit(course=course, stop_reason="complete", whole_site=True, counts={})


def test_a_trap_is_told_with_its_reason_and_what_is_not_judged_for_it() -> None:
    gaps = gaps_of(site(traps=[CALENDAR], hides=True), (), (), unfit=False, say=say)

    assert gaps.told(say) == [("left-out", LEFT), ("left-out", HIDDEN)]
    assert gaps.as_json(say)["site"] == {
        "stop_reason": "complete",
        "excluded": 0,
        "links_seen": False,
        "left_out": [
            CALENDAR | {"message": "Each was reached by another of its kind alone, more than fifty clicks deep."}
        ],
        "gaps": [{"kind": "left-out", "message": LEFT}, {"kind": "left-out", "message": HIDDEN}],
    }


def test_lines_of_a_list_and_pages_without_an_answer_are_told() -> None:
    told = [Told("pages.csv", 3, Message(BAD_LINE), "not a url\x1b[2J")]
    audit = Audit(course={}, stop_reason="complete", whole_site=False, counts={})

    gaps = gaps_of(audit, told, [("https://a.example/", "connect")], unfit=True, say=say)

    assert gaps.told(say) == [
        (
            "list",
            f"pages.csv:3: {BAD_LINE} not a url\ufffd[2J",
        ),
        ("page", "https://a.example/ could not be read: no connection was possible."),
    ]


def test_an_audit_that_saw_everything_has_nothing_to_tell() -> None:
    gaps = gaps_of(site(), (), (), unfit=False, say=say)

    assert (gaps.told(say), gaps.as_json(say)) == ([], {})
