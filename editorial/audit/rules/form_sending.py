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
    r"[{}]|<%|<\?|%s|%\(|\[object |^(?:undefined|null|nan|none|todo|tbd|x{3,})$|form[-_]?id[-_]?here"
    r"|(?:^|[/._@-])your[-_ ]?(?:form[-_ ]?(?:id|action|url|endpoint|key)|endpoint|access[-_ ]?key|api[-_ ]?key)"
    r"|yourdomain\.|your@e-?mail\.|your[-_]?e?mail@",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"(?:^|\.)example\.(?:com|net|org)$|\.(?:example|invalid|test)$")  # RFC 2606: nobody's
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
        if form.origin == "native" and (severity := _severity(form, page)):
            action = form.action.strip()[:200] or "-"
            yield Failure(key_of(form), {"form": shown_name(form), "action": action}, (_tag(form),), severity)


def _severity(form: Form, page: PageFacts) -> Severity | None:
    """A left-over of a template is dead at every service; else the service takes the form in, or a script does."""
    if form.scripted or sent_by(form):
        return None
    if _LEFT_OVER.search(form.action.strip()) and _REACT not in form.action:
        return Severity.ERROR
    return None if vendor_of(form) is not None else _dead(form, page)


def _dead(form: Form, page: PageFacts) -> Severity | None:
    """How sure it is that nothing arrives: an error is certain, a warning likely."""
    action = form.action.strip()
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
    here, there = host_of(page.final_url), host_of(form.action_url)
    nobodys = (is_local(there) and not is_local(here)) or (_is_reserved(there) and not _is_reserved(here))
    return Severity.ERROR if nobodys else None


def _is_reserved(host: str) -> bool:
    return _RESERVED.search(host) is not None


def _tag(form: Form) -> str:
    named = f' id="{form.id}"' if form.id else ""
    return f'<form{named} action="{form.action}" method="{form.method}">'[:200]
