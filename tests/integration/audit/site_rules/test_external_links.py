"""Links to other sites: what is known of their targets decides."""

from tests.integration.audit.site_rules.shown import Audit, pages_of

RULE = "link-broken-external"
GONE = "https://gone.example/guide"


def test_a_target_that_was_not_there_on_two_days_is_broken_on_each_page(audit: Audit) -> None:
    one, other, sound = audit.have("/a"), audit.have("/b"), audit.have("/c")
    for page in (one, other):
        audit.leads_out(page, GONE, "broken", "404", failures=2)
    audit.leads_out(sound, "https://there.example/")

    found = audit.found(RULE)

    assert [page for page, _ in found] == [one, other]
    failure = found[0][1]
    assert (failure.key, failure.params, failure.evidence) == (
        GONE,
        {"target": GONE, "answer": "404"},
        (GONE, "source"),
    )
    assert failure.severity == "warning"


def test_what_one_command_saw_twice_is_a_notice(audit: Audit) -> None:
    audit.leads_out(audit.have("/a"), GONE, "broken", "dns", failures=1)

    [(_, failure)] = audit.found(RULE)

    assert (failure.severity, failure.params["answer"]) == ("notice", "DNS")


def test_what_proves_nothing_is_no_failure_and_leaves_its_page_unsure(audit: Audit) -> None:
    pages = [audit.have(f"/{place}") for place in range(4)]
    for page, state in zip(pages, [None, "unasked", "failed-once", "unclear"], strict=True):
        audit.leads_out(page, GONE, state, "999")
    sound = audit.have("/sound")

    assert pages_of(audit, RULE) == []
    assert audit.subjects(RULE) == dict.fromkeys(pages, True) | {sound: False}


def test_a_site_that_does_not_want_to_know_is_not_judged(audit: Audit) -> None:
    audit.have("/a")

    assert audit.subjects(RULE) == {}
