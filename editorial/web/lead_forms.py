"""The pages of a site's lead forms: all of them, one of them, and the table for spreadsheets."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from editorial.audit.form_differences import WHAT, where
from editorial.audit.form_vendors import vendor_name
from editorial.audit.report_csv import BOM, written_row
from editorial.domain.errors import NotFound
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import finding_filters, finding_pages, form_pages
from editorial.services.form_pages import Chosen, Forms, Line, State
from editorial.store import content
from editorial.store.audit import Audit
from editorial.store.base import reading
from editorial.web.context import deps, say
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("lead_forms", __name__)
bp.add_app_template_filter(form_pages.place_of, "place_of")
bp.add_app_template_filter(form_pages.asks, "asks")
bp.add_app_template_filter(vendor_name, "vendor_name")

COLUMNS = (
    N_("Page"),
    N_("Form"),
    N_("Kind"),
    N_("Origin"),
    N_("Vendor"),
    N_("Sends to"),
    N_("Answer"),
    N_("Consent"),
    N_("State"),
    N_("Fields"),
    N_("Findings"),
)


@bp.get("/audits/sites/<int:site_id>/forms")
@requires(Permission.READ)
def overview(site_id: int) -> ResponseReturnValue:
    """Every lead form that the latest audit saw, and what became of those of the audit before."""
    form = Form(request.args)
    chosen = Chosen(form.text("kind", longest=40), form.text("by", longest=40), form.choice("state", State))
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        forms = form_pages.forms_of(session, site)
        return render_template(
            "audits/forms.html",
            forms=forms,
            site=site,
            chosen=chosen,
            lines=[line for line in forms.lines if chosen.fits(line)],
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
            brought=sorted({line.shape.vendor or line.shape.origin for line in forms.lines}),
            **_words(),
        )


@bp.get("/audits/sites/<int:site_id>/forms/<key>")
@requires(Permission.READ)
def form(site_id: int, key: str) -> ResponseReturnValue:
    """One form: what it asks, where it stands, what is wrong with it and what changed."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        forms, line = form_pages.form_of(session, site, key)
        return render_template(
            "audits/form.html",
            forms=forms,
            site=site,
            line=line,
            most=form_pages.PAGES,
            severity_names=finding_filters.SEVERITIES,
            **_words(),
        )


@bp.get("/audits/pages/<int:audit_id>/<int:no>/forms")
@requires(Permission.READ)
def of_page(audit_id: int, no: int) -> ResponseReturnValue:
    """The lead forms of one page as one audit saw it."""
    with reading(deps().sessions) as session:
        audit = session.get(Audit, audit_id)
        if audit is None:
            raise NotFound
        url, shapes = form_pages.forms_on(session, audit, no)
        return render_template("audits/page_forms.html", audit=audit, no=no, url=url, shapes=shapes, **_words())


@bp.get("/audits/sites/<int:site_id>/forms.csv")
@requires(Permission.READ)
def table(site_id: int) -> ResponseReturnValue:
    """The same for spreadsheets: one row a form and page."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        forms = form_pages.forms_of(session, site)
        body = "".join(_rows(forms))
    return Response(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="lead-forms-{site_id}.csv"'},
    )


def _rows(forms: Forms) -> Iterator[str]:
    yield BOM + written_row([say(Message(column)) for column in COLUMNS])
    for line in forms.lines:
        cells = _cells(line)  # of the newsletter at the foot of 20,000 pages once
        for stand in line.stands:
            yield written_row([stand.url, *cells])


def _cells(line: Line) -> list[str]:
    shape, place = line.shape, form_pages.place_of(line.shape.action)
    fields = (f"{field.text}{'*' if field.required else ''} ({say(form_pages.asks(field))})" for field in line.asked)
    return [
        shape.shown,
        say(form_pages.TYPES[shape.type]),
        say(form_pages.ORIGINS[shape.origin]),
        vendor_name(shape.vendor),
        place if isinstance(place, str) else say(place),
        line.answer,
        say(form_pages.CONSENTS[shape.consent]),
        say(line.state.label),
        "; ".join(fields),
        "; ".join(say(one.title) for one in line.wrong),
    ]


def _words() -> dict[str, object]:
    return {
        "types": form_pages.TYPES,
        "origins": form_pages.ORIGINS,
        "consents": form_pages.CONSENTS,
        "states": tuple(State),
        "became": WHAT,
        "where": where,
    }
