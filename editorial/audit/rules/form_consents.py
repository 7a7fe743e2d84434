"""What a lead form tells people about their data, and what it has them agree to."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.form_kinds import lead_forms
from editorial.audit.form_memory import key_of, shown_name
from editorial.audit.form_notices import agrees, has_notice
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import CannotSay, Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

NO_ELEMENT = N_("The form has no form element of its own, so where it ends and what belongs to it is not known.")


def _has_lead_form(page: PageFacts) -> bool:
    return is_html_page(page) and bool(lead_forms(page))


@page_rule(
    version=2,
    category="forms",
    severity=Severity.BLOCKER,
    ref="LF-CON-02",
    title=N_("Consent ticked beforehand"),
    says=N_("The consent “%(field)s” is ticked before anybody has agreed."),
    why=N_("A box that was ticked for people is no consent in the EU (Planet49) and no explicit one in China (PIPL)."),
    fix=N_("Leave the box empty. Have your counsel check what was collected with it so far."),
    source="https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62017CJ0673",
    applies=_has_lead_form,
)
def form_consent_preticked(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A ticked "do not write to me" protects people, and a preselected interest is no consent."""
    for form in lead_forms(page):
        for position, field in enumerate(form.fields):
            if field.checked and not field.hidden and agrees(field):
                shown = (field.label or field.caption or field.name or field.id or field.kind)[:100]
                yield Failure(f"{key_of(form)}/{field.name or field.id or position}", {"field": shown}, (field.markup,))


@page_rule(
    version=2,
    category="forms",
    severity=Severity.ERROR,
    ref="LF-CON-01",
    title=N_("Form without privacy notice"),
    says=N_("The form “%(form)s” does not link to a privacy notice."),
    why=N_("Where data is collected, people must learn who uses it and for what (GDPR Art. 13, PIPL Art. 17)."),
    fix=N_("Put a link to your privacy notice beside the button. Have your counsel check its words."),
    source="https://eur-lex.europa.eu/eli/reg/2016/679/oj#d1e2271-1-1",
    applies=_has_lead_form,
)
def form_privacy_link_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """In the form, or in its section: a newsletter in the footer has the notice of the footer."""
    without = [form for form in lead_forms(page) if not has_notice(form)]
    failing = [form for form in without if form.origin == "native"]
    if without and not failing:
        raise CannotSay(NO_ELEMENT)
    for form in failing:
        yield Failure(key_of(form), {"form": shown_name(form)}, (form.text[:200],) if form.text else ())
