"""Does what people type into a lead form arrive anywhere?"""

import re
from collections.abc import Iterator

from editorial.audit.facts import Form, PageFacts
from editorial.audit.form_kinds import lead_forms
from editorial.audit.form_memory import has_scripts, key_of, sent_by, shown_name
from editorial.audit.form_vendors import vendor_of
from editorial.audit.predicates import is_html_page, is_local
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_
from editorial.domain.urls import host_of

_LEFT_OVER = re.compile(
    r"\{\{|\{%|<%|<\?|%s\b|\$\{|your[-_ ]?(?:form|endpoint|id|key|url)|form[-_]?id[-_]?here", re.IGNORECASE
)
_REACT = "React form unexpectedly submitted"  # what React 19 writes where a function of its own takes the form


@page_rule(
    version=1,
    category="forms",
    severity=Severity.ERROR,
    ref="LF-SUB-11",
    title=N_("Form that sends nothing"),
    says=N_("The form “%(form)s” sends to “%(action)s”, where nobody receives it."),
    why=N_("People fill it in, the page loads again, and the lead is lost."),
    fix=N_("Give the form the address that stores or mails what is sent, and method=post."),
    source="https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-algorithm",
    applies=lambda page: is_html_page(page) and bool(lead_forms(page)),
)
def form_action_dead(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Where scripts run on the page, one of them may send it: then a missing action is none of ours to judge."""
    for form in lead_forms(page):
        if (
            form.origin == "native"
            and vendor_of(form) is None
            and not form.scripted
            and not sent_by(form)
            and (severity := _dead(form, page))
        ):
            action = form.action.strip()[:200] or "-"
            yield Failure(key_of(form), {"form": shown_name(form), "action": action}, (_tag(form),), severity)


def _dead(form: Form, page: PageFacts) -> Severity | None:
    """How sure it is that nothing arrives: an error is certain, a warning likely."""
    action = form.action.strip()
    if _LEFT_OVER.search(action):
        return Severity.ERROR
    if action.lower().startswith("mailto:") or form.method == "dialog" or _REACT in action:
        return None
    likely = Severity.WARNING if has_scripts(page) else Severity.ERROR
    if action.lower().startswith("javascript:"):
        return likely
    if not action or action.startswith("#"):
        silent = not action and likely is Severity.WARNING
        return None if form.method == "post" or silent else likely
    if form.action_url is None:
        return Severity.ERROR
    host = host_of(form.action_url)
    return Severity.ERROR if is_local(host) and not is_local(host_of(page.final_url)) else None


def _tag(form: Form) -> str:
    named = f' id="{form.id}"' if form.id else ""
    return f'<form{named} action="{form.action}" method="{form.method}">'[:200]
