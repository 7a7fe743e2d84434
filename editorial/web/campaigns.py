"""Campaigns: the list, one of them, and its form."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import campaigns
from editorial.services.campaigns import BARS, CampaignDraft
from editorial.services.utm_sets import campaign_of
from editorial.store.base import reading
from editorial.store.campaigns import Campaign, get_campaign
from editorial.web.context import deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("campaigns", __name__)


@bp.get("/campaigns")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """Every campaign in use, and those put away."""
    with reading(deps().sessions) as session:
        return render_template(
            "campaigns/overview.html",
            rows=campaigns.overview(session),
            archived=campaigns.overview(session, archived=True),
        )


@bp.get("/campaigns/new")
@requires(Permission.WRITE_CONTENT)
def new() -> ResponseReturnValue:
    """The form of a new campaign, with the pattern that is used least."""
    with reading(deps().sessions) as session:
        bar = campaigns.next_bar(session)
    return _form_page(Form({"bar": str(bar)}))


@bp.post("/campaigns")
@requires(Permission.WRITE_CONTENT)
def created() -> ResponseReturnValue:
    """Start a campaign."""
    form = Form(request.form)
    draft, status = _draft(form), 422
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                campaign = campaigns.create(session, deps(), person(), draft)
        except EditorialError as error:
            form.reject(error)
            status = error.http_status
        else:
            flash(say(Message(N_("The campaign “%(name)s” is there."), {"name": campaign.name})))
            return redirect(url_for("campaigns.show", campaign_id=campaign.id))
    return _form_page(form), status


@bp.get("/campaigns/<int:campaign_id>")
@requires(Permission.READ)
def show(campaign_id: int) -> ResponseReturnValue:
    """One campaign with its items in the order of their days."""
    return _campaign_page(campaign_id, Form())


@bp.get("/campaigns/<int:campaign_id>/edit")
@requires(Permission.WRITE_CONTENT)
def edit(campaign_id: int) -> ResponseReturnValue:
    """The form of a campaign."""
    campaign = _get(campaign_id)
    return _form_page(Form(_typed(campaign)), campaign)


@bp.post("/campaigns/<int:campaign_id>")
@requires(Permission.WRITE_CONTENT)
def saved(campaign_id: int) -> ResponseReturnValue:
    """Save a campaign."""
    form = Form(request.form)
    draft, version, status = _draft(form), form.number("version") or 0, 422
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                campaigns.save(session, deps(), person(), campaign_id, draft, version=version)
        except EditorialError as error:
            form.reject(error)
            status = error.http_status
        else:
            flash(say(Message(N_("Saved."))))
            return redirect(url_for("campaigns.show", campaign_id=campaign_id))
    return _form_page(form, _get(campaign_id), stale=status == StaleVersion.http_status), status


@bp.post("/campaigns/<int:campaign_id>/archive")
@requires(Permission.WRITE_CONTENT)
def archived(campaign_id: int) -> ResponseReturnValue:
    """Put a campaign away, or take it out again; its items stay as they are."""
    form = Form(request.form)
    away = form.typed.get("archived") == "1"
    try:
        with deps().sessions.begin() as session:
            version = form.number("version") or 0
            campaigns.archive(session, deps(), person(), campaign_id, version=version, archived=away)
    except StaleVersion as error:
        form.reject(error)
        return _campaign_page(campaign_id, form), error.http_status
    flash(say(Message(N_("The campaign is archived.")) if away else Message(N_("The campaign is in use again."))))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id))


def _get(campaign_id: int) -> Campaign:
    with reading(deps().sessions) as session:
        return get_campaign(session, campaign_id)


def _draft(form: Form) -> CampaignDraft:
    return CampaignDraft(
        name=form.line("name", longest=120),
        goal=form.text("goal", longest=5000),
        starts_on=form.day("starts_on"),
        ends_on=form.day("ends_on"),
        bar=form.number("bar") or 0,
        utm_campaign=form.line("utm_campaign", required=False),
    )


def _typed(campaign: Campaign) -> dict[str, str]:
    """The campaign as its form shows it."""
    return {
        "version": str(campaign.version),
        "name": campaign.name,
        "goal": campaign.goal,
        "starts_on": campaign.starts_on.isoformat() if campaign.starts_on else "",
        "ends_on": campaign.ends_on.isoformat() if campaign.ends_on else "",
        "bar": str(campaign.bar),
        "utm_campaign": campaign.utm_campaign,
    }


def _campaign_page(campaign_id: int, form: Form) -> str:
    with reading(deps().sessions) as session:
        campaign = get_campaign(session, campaign_id)
        items = campaigns.items_of(session, campaign_id)
    return render_template("campaigns/campaign.html", campaign=campaign, items=items, form=form)


def _form_page(form: Form, campaign: Campaign | None = None, *, stale: bool = False) -> str:
    """The form; where somebody was faster, both versions of what differs, and sending it again keeps what was typed."""
    differences: dict[str, tuple[str, str]] = {}
    if campaign is not None and stale:
        theirs, mine = _typed(campaign), {name: one.replace("\r\n", "\n").strip() for name, one in form.typed.items()}
        differences = {
            name: (value, mine.get(name, ""))
            for name, value in theirs.items()
            if name != "version" and value != mine.get(name, "")
        }
        form.typed = {**form.typed, "version": theirs["version"]}
    made = campaign_of(campaign) if campaign is not None and not campaign.utm_campaign else ""
    return render_template(
        "campaigns/edit.html", form=form, campaign=campaign, bars=BARS, differences=differences, made=made
    )
