"""Four outcomes, the score and the fingerprint."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from editorial.audit.engine import MOST_FAILURES, fingerprint, judge, page_score
from editorial.audit.facts import PageFacts, Response
from editorial.audit.gather import gather
from editorial.audit.rule import Failure, Need, PageRule, Param, Params, Result, Severity, page_rule
from editorial.audit.rulebook import BY_ID
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import site_outcome
from editorial.audit.site_rules.titles import title_duplicate
from tests.unit.audit.pages import URL, answer, document, page
from tests.unit.audit.rules.examples import FAILING, SOUND

NOTHING: frozenset[Need] = frozenset()


def rule(check, *, applies=lambda page: True, needs=frozenset({Need.BODY}), params=None) -> PageRule:
    made = page_rule(
        version=1,
        category="titles",
        severity=Severity.WARNING,
        title="t",
        says="s",
        why="w",
        fix="f",
        source="https://example.com",
        applies=applies,
        needs=needs,
        params=params or {},
    )
    return made(check)


def always_fails(page: PageFacts, params: Params) -> Iterator[Failure]:
    yield Failure("x")


def never_fails(page: PageFacts, params: Params) -> Iterator[Failure]:
    yield from ()


def breaks(page: PageFacts, params: Params) -> Iterator[Failure]:
    yield Failure("x")
    raise ZeroDivisionError


def outcome(made: PageRule, facts: PageFacts | None = None, available: frozenset[Need] = NOTHING, **others):
    return judge(facts or page("<p>x"), available, rules=[made], **others)[0]


@pytest.mark.parametrize(
    ("made", "result"),
    [
        (rule(always_fails), Result.FAIL),
        (rule(never_fails), Result.PASS),
        (rule(always_fails, applies=lambda page: False), Result.NOT_APPLICABLE),
        (rule(always_fails, needs=frozenset({Need.RENDER})), Result.INCONCLUSIVE),
        (rule(breaks), Result.INCONCLUSIVE),
    ],
)
def test_a_rule_has_four_answers(made, result):
    assert outcome(made).result is result


def test_a_rules_id_is_its_name():
    assert rule(always_fails).id == "always-fails"


def test_what_is_available_lets_a_rule_judge():
    made = rule(always_fails, needs=frozenset({Need.ROBOTS}))

    assert outcome(made, available=frozenset({Need.ROBOTS})).result is Result.FAIL


def test_a_page_cut_short_is_inconclusive_not_wrong():
    facts = gather(replace(answer("<p>x"), truncated=True))
    rules = [rule for rule in PAGE_RULES if Need.BODY in rule.needs]

    assert {found.result for found in judge(facts, NOTHING, rules=rules)} == {
        Result.INCONCLUSIVE,
        Result.NOT_APPLICABLE,
    }


def test_a_page_that_gave_no_answer_is_inconclusive():
    facts = gather(Response(URL, URL, 0, error="timeout"))

    assert {found.result for found in judge(facts, NOTHING, rules=PAGE_RULES)} == {Result.INCONCLUSIVE}


@pytest.mark.parametrize("error", ["overrun", "crash"])
def test_a_page_that_came_and_could_not_be_read_is_not_called_unfetched(error: str):
    titles = [each for each in PAGE_RULES if each.id == "title-missing"]
    outcome = judge(PageFacts(URL, URL, 0, error=error), NOTHING, rules=titles)[0]

    assert outcome.result is Result.INCONCLUSIVE
    assert outcome.reason is not None
    assert outcome.reason.id.startswith("The page came and could not be read")


def test_a_rule_that_raises_is_named_and_costs_no_other_rule():
    named: list[tuple[str, type]] = []
    found = judge(
        page("<p>x"),
        NOTHING,
        rules=[rule(breaks), rule(always_fails)],
        raised=lambda name, error: named.append((name, type(error))),
    )

    assert named == [("breaks", ZeroDivisionError)]
    assert [each.result for each in found] == [Result.INCONCLUSIVE, Result.FAIL]


def test_a_changed_threshold_reaches_its_rule():
    def over(page: PageFacts, params: Params) -> Iterator[Failure]:
        if params["most"] < 5:
            yield Failure("x")

    made = rule(over, params={"most": Param(10, 1, 20)})

    assert outcome(made).result is Result.PASS
    assert outcome(made, params={"over": {"most": 3}}).result is Result.FAIL


def test_an_outcome_weighs_as_its_worst_failure():
    def several(page: PageFacts, params: Params) -> Iterator[Failure]:
        yield Failure("a")
        yield Failure("b", severity=Severity.ERROR)
        yield Failure("c", severity=Severity.NOTICE)

    assert outcome(rule(several)).severity is Severity.ERROR


def test_what_is_not_listed_is_counted():
    def many(page: PageFacts, params: Params) -> Iterator[Failure]:
        yield from (Failure(str(n)) for n in range(MOST_FAILURES + 7))

    found = outcome(rule(many))

    assert (len(found.failures), found.more) == (MOST_FAILURES, 7)


WHOLE = frozenset({Need.CRAWL})


@pytest.mark.parametrize(
    ("failures", "applies", "complete", "fetched", "result"),
    [
        ([Failure("title")], True, NOTHING, True, Result.FAIL),
        ([], True, WHOLE, True, Result.PASS),
        ([], True, NOTHING, True, Result.INCONCLUSIVE),
        ([], False, WHOLE, True, Result.NOT_APPLICABLE),
        ([], True, WHOLE, False, Result.INCONCLUSIVE),
    ],
)
def test_silence_passes_only_in_a_whole_crawl(failures, applies, complete, fetched, result):
    found = site_outcome(title_duplicate, failures, applies=applies, complete=complete, fetched=fetched)

    assert found.result is result


def score(html: str) -> int:
    outcomes = judge(page(html), NOTHING, rules=PAGE_RULES)
    return page_score((BY_ID[found.rule], found.severity) for found in outcomes if found.result is Result.FAIL)


@pytest.mark.parametrize(
    ("html", "points"),
    [
        (SOUND, 100),
        (FAILING["title-missing"], 90),
        (FAILING["description-missing"], 96),
        (FAILING["html-lang-missing"], 100),
        (FAILING["form-field-without-label"], 100),
        (document(""), 78),  # no title, description, heading, viewport, hardly a text
    ],
)
def test_a_page_loses_points_by_severity(html, points):
    assert score(html) == points


def test_one_category_costs_thirty_points_at_most():
    assert page_score([(BY_ID["title-missing"], Severity.ERROR)] * 8) == 70


def test_a_page_that_must_not_be_hidden_scores_forty_at_most():
    assert page_score([(BY_ID["noindex-page"], Severity.ERROR)]) == 40
    assert page_score([(BY_ID["noindex-page"], Severity.NOTICE)]) == 100


def test_a_fingerprint_depends_on_rule_place_and_key():
    prints = {
        fingerprint(*parts)
        for parts in [("r", "u", "k"), ("r", "u", "l"), ("r", "v", "k"), ("s", "u", "k"), ("ru", "", "k")]
    }

    assert len(prints) == 5
    assert {len(found) for found in prints} == {32}
