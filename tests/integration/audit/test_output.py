"""The pages of an audit with everything the rules said."""

from sqlalchemy import select

from editorial.audit.rule import Result
from editorial.audit.rulebook import ALL_RULES
from editorial.audit.site_rules import SITE_RULES
from editorial.services.audit_output import judged_pages
from editorial.services.page_facts import page_view
from editorial.store.audit import AuditPage
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_address, links, page


def test_each_page_has_one_outcome_a_rule_whether_it_answered_or_not(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed", headers={"Content-Type": "text/plain"})
    web.pages["/"] = page("Home", links("/closed"))
    audit = audit_address(desk, web.url + "/")

    with desk() as session:
        home, closed = list(judged_pages(session, audit))
        numbers = session.scalars(select(AuditPage.no).where(AuditPage.audit_id == audit.id).order_by(AuditPage.no))
        views = [page_view(session, audit.id, no) for no in numbers.all()]

    everything = sorted(rule.id for rule in ALL_RULES)
    assert [sorted(outcome.rule for outcome in each.outcomes) for each in (home, closed)] == [everything] * 2
    seen = {outcome.rule: outcome.result for outcome in closed.outcomes if outcome.result is not Result.INCONCLUSIVE}
    about_files = (rule.id for rule in SITE_RULES if rule.about == "file")
    assert seen == {"blocked-by-robots": Result.FAIL, **dict.fromkeys(about_files, Result.NOT_APPLICABLE)}
    shown = [{answer.rule: answer.result for answer in view.answers} for view in views]
    assert shown == [{outcome.rule: outcome.result for outcome in each.outcomes} for each in (home, closed)]
