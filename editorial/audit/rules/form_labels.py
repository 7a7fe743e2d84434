"""Labels of lead forms."""

import re
from collections.abc import Iterator

from editorial.audit.facts import Field, PageFacts
from editorial.audit.form_kinds import lead_forms
from editorial.audit.form_memory import key_of
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

_NAMES = re.compile(r"[^\W_]")  # a letter or figure of any script: a star alone names nothing
_UNREACHED = 'tabindex="-1"'  # a trap for robots, or the inside of a widget that has its own name


@page_rule(
    version=1,
    category="forms",
    severity=Severity.ERROR,
    ref="LF-LBL-01",
    title=N_("Form field without label"),
    says=N_("The field “%(field)s” of a lead form has no label."),
    why=N_(
        "People who use a screen reader cannot tell what to type, and everybody loses the hint once they type. "
        "A placeholder is not a label."
    ),
    fix=N_(
        "Tie a visible <label> to the field with for and id, or put the field inside its label. "
        "If it has one: an id may stand on a page once, and a label names the first field alone."
    ),
    source="https://www.w3.org/WAI/WCAG22/Understanding/labels-or-instructions.html",
    applies=lambda page: is_html_page(page) and bool(lead_forms(page)),
)
def form_field_without_label(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Label, aria-labelledby, aria-label or title; markup that hides a field takes it out.

    Of a form that stands twice with the same ids the second has no labels: they name the fields of the first.
    """
    for form in lead_forms(page):
        for position, field in enumerate(form.fields):
            if not field.hidden and not _NAMES.search(field.label) and _UNREACHED not in field.markup:
                yield Failure(
                    f"{key_of(form)}/{field.name or field.id or position}",
                    {"field": _shown(field)},
                    (field.markup,),
                )


def _shown(field: Field) -> str:
    return field.name or field.id or field.placeholder or field.caption or field.kind
