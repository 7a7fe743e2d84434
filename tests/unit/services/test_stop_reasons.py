"""Every code of a crawl has its words, wherever it is shown."""

from editorial.adapters.catalog import Catalogs
from editorial.audit.crawl.records import StopReason
from editorial.audit.facts import ERROR_CODES
from editorial.domain.locales import Language
from editorial.services import audit_pages, stop_reasons
from editorial.store.audit import Audit


def test_every_reason_to_stop_has_its_words():
    assert set(stop_reasons.SAYS) == set(StopReason)
    assert {StopReason(reason) for reason in audit_pages.REASONS} == set(StopReason)


def test_every_reason_why_a_page_gave_no_answer_has_its_words():
    assert set(stop_reasons.ERRORS) == ERROR_CODES
    assert set(audit_pages.UNSEEN) == ERROR_CODES


def test_a_pause_that_ended_the_crawl_is_told_with_its_length():
    audit = Audit(stop_reason="blocked", stop_detail="429 10800", fetched=2, known=21)

    assert Catalogs()[Language.EN].say(stop_reasons.why_it_stopped(audit)) == (
        "The site answers 429 and asks for a pause of 3 hours (Retry-After), so the audit stopped after 2 of 21 pages."
        " Start it again later."
    )
