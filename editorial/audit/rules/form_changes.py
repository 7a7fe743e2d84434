"""Lead forms since the last audit."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.form_memory import has_scripts, vanished
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import CannotSay, Failure, Need, Params, Severity, page_rule
from editorial.domain.messages import N_

SHELL = 20  # words of a main text; a page with fewer is a place for a script to write in
WRITTEN_BY_SCRIPT = N_("A script writes this page: its forms are not in its source.")


@page_rule(
    version=1,
    category="forms",
    severity=Severity.ERROR,
    ref="LF-JRN-12",
    title=N_("Lead form vanished"),
    says=N_("The form “%(form)s” was here at the last audit and is gone."),
    why=N_("Whoever wanted to reach us from this page cannot do so any more. Often a release took the form along."),
    fix=N_("Put the form back, or mute this if it was taken away on purpose."),
    source="https://html.spec.whatwg.org/multipage/forms.html#the-form-element",
    applies=is_html_page,
    needs=frozenset({Need.BODY, Need.HISTORY}),
)
def form_lead_vanished(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A form that was changed, that a service's script now brings, or that waits in a dialog has not vanished.

    Missed until back. A page that a script writes whole shows no form in its source: whether it has one is not known.
    """
    missed = vanished(page)
    if missed and not page.forms and page.text.words < SHELL and has_scripts(page):
        raise CannotSay(WRITTEN_BY_SCRIPT)
    for form in missed:
        yield Failure(form.key, {"form": form.shown}, (", ".join(form.meanings)[:200],) if form.meanings else ())
