"""Where lead forms send to."""

import pytest

from editorial.audit.rule import Severity
from tests.integration.audit.site_rules.shown import SITE


@pytest.mark.parametrize(
    ("verdict", "certain", "fails", "unsure"),
    [
        ("alive", True, [], False),
        ("gone", True, [Severity.BLOCKER], False),
        ("gone", False, [Severity.WARNING], False),
        ("down", False, [Severity.WARNING], False),
        ("tls", True, [Severity.BLOCKER], False),
        ("no-host", False, [Severity.WARNING], False),
        ("unknown", False, [], True),
        (None, None, [], True),
    ],
)
def test_a_form_sends_to_a_dead_address_where_the_answers_say_so(audit, verdict, certain, fails, unsure):
    page = audit.have("/demo")
    values = {"mark": "f", "address": f"{SITE}/lead", "verdict": verdict, "certain": certain, "answer": "404"}
    audit.add(audit.form, page_id=page, **values)

    found = audit.found("form-endpoint-dead")

    assert [failure.severity for _, failure in found] == fails
    assert audit.subjects("form-endpoint-dead") == {page: unsure}


def test_a_page_whose_forms_send_to_nobody_we_ask_has_no_address(audit):
    audit.have("/demo")

    assert audit.subjects("form-endpoint-dead") == {}
