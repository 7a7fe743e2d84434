"""Findings in the format that code hosts and editors show beside a change: SARIF 2.1.0.

Source: docs.oasis-open.org/sarif/sarif/v2.1.0. A finding keeps its fingerprint from run to run, so that hosts tell new
ones from known ones. What passed or could not be judged has its kind, where it is asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from editorial.audit.engine import fingerprint
from editorial.audit.report import SILENCED, Translate, sentence
from editorial.audit.rule import Outcome, Result, Rule, Severity
from editorial.audit.summary import Judged
from editorial.domain.messages import Message
from editorial.domain.urls import n2

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "editorialFinding/v1"
_LEVELS = {
    Severity.BLOCKER: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTICE: "note",
}
_KINDS = {
    Result.FAIL: "fail",
    Result.PASS: "pass",
    Result.NOT_APPLICABLE: "notApplicable",
    Result.INCONCLUSIVE: "open",
}


def sarif_report(
    pages: Iterable[Judged],
    rules: Mapping[str, Rule],
    translate: Translate,
    *,
    version: str,
    every_outcome: bool = False,
    gaps: Iterable[tuple[str, str]] = (),
    successful: bool = True,
    place: Callable[[str], str] = lambda url: url,
) -> Iterator[str]:
    """One SARIF log with one run, a piece a finding, so that a large site needs no memory.

    Args:
        pages: what was judged.
        rules: every rule by its id.
        translate: says sentences.
        version: of this program.
        every_outcome: also a result for each rule that passed, did not apply or could not say.
        gaps: what was not seen, each with its kind and a sentence.
        successful: whether everything could be read that was named.
        place: where the page of an address lies, as a URI; code hosts show what lies in a repository.
    """
    numbers = {rule_id: number for number, rule_id in enumerate(rules)}
    driver = {
        "name": "Editorial",
        "semanticVersion": version,
        "rules": [_rule(rule, translate) for rule in rules.values()],
    }
    tool = orjson.dumps({"driver": driver}).decode()
    ending = orjson.dumps([_invocation(gaps, successful)]).decode()
    yield f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{"tool":{tool},"invocations":{ending},"results":['
    between = "\n"
    for page in pages:
        for outcome in page.outcomes:
            if outcome.result is Result.FAIL or every_outcome:
                for result in _results(page, outcome, rules[outcome.rule], translate, place):
                    yield between + orjson.dumps(result | {"ruleIndex": numbers[outcome.rule]}).decode()
                    between = ",\n"
    yield "\n]}]}\n"


def _rule(rule: Rule, translate: Translate) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": translate(Message(rule.title))},
        "fullDescription": {"text": translate(Message(rule.why))},
        "help": {"text": translate(Message(rule.fix, rule.defaults()))},
        **({"helpUri": rule.source} if rule.source.startswith("https://") else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"category": rule.category, "severity": rule.severity.value, "tags": [rule.category]},
    }


def _invocation(gaps: Iterable[tuple[str, str]], successful: bool) -> dict[str, Any]:
    """How the run ended, and what kept it from seeing everything."""
    told = [
        {"descriptor": {"id": kind}, "level": "warning", "message": {"text": _plain(sentence)}}
        for kind, sentence in gaps
    ]
    return {"executionSuccessful": successful, "toolExecutionNotifications": told}


def _results(
    page: Judged, outcome: Outcome, rule: Rule, translate: Translate, place: Callable[[str], str]
) -> Iterator[dict[str, Any]]:
    where = {"physicalLocation": {"artifactLocation": {"uri": place(page.facts.final_url)}}}
    if not outcome.failures:
        said = sentence(outcome, rule)
        text = _plain(translate(said if said is not None else Message(rule.title)))
        kind = _KINDS[outcome.result]
        yield {"ruleId": rule.id, "kind": kind, "message": {"text": text}, "locations": [where]}
    address = n2(page.facts.url) or page.facts.url
    for failure in outcome.failures:
        severity = failure.severity or outcome.severity
        yield {
            "ruleId": rule.id,
            "kind": "fail",
            "level": _LEVELS[severity],
            "message": {"text": _plain(translate(rule.sentence(failure)))},
            "locations": [where],
            "partialFingerprints": {FINGERPRINT: fingerprint(rule.id, address, failure.key)},
            "properties": {
                "severity": severity.value,
                "evidence": [_plain(shown) for shown in failure.evidence],
                "url": page.facts.final_url,
            },
        }


def _plain(text: str) -> str:
    """Without the control characters that a page may have brought."""
    return text.translate(SILENCED).encode("utf-8", "replace").decode()
