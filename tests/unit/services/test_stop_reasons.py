"""Every code of a crawl has its words, wherever it is shown."""

from editorial.audit.crawl.records import StopReason
from editorial.audit.facts import ERROR_CODES
from editorial.services import audit_pages, stop_reasons


def test_every_reason_to_stop_has_its_words():
    assert set(stop_reasons.SAYS) == set(StopReason)
    assert {StopReason(reason) for reason in audit_pages.REASONS} == set(StopReason)


def test_every_reason_why_a_page_gave_no_answer_has_its_words():
    assert set(stop_reasons.ERRORS) == ERROR_CODES
    assert set(audit_pages.UNSEEN) == ERROR_CODES
