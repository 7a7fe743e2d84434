"""The queue pages: what goes out, one job, and the decisions a person takes about it."""

from babel.dates import format_date, format_time
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.adapters.zone_names import city
from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.jobs import JobState, Refused
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.services import channel_pages, clock_health, hand_offs, job_decisions, job_pages, queue_pages
from editorial.services.clock_health import ClockHealth
from editorial.services.hand_offs import HandOff
from editorial.services.queue_pages import Bunch, Cursor, View, Wanted
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob
from editorial.web.context import catalog, deps, may, person, say, zone
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.job_looks import look_of

bp = Blueprint("queue", __name__)
bp.add_app_template_filter(lambda name: city(name, catalog().locale), "city")
bp.add_app_template_filter(lambda day: format_date(day, "EEEE", locale=catalog().locale), "weekday")
bp.add_app_template_filter(lambda day: format_date(day, _day_format(), locale=catalog().locale), "day_of_month")
bp.add_app_template_filter(lambda at: format_time(at.astimezone(zone()), "HH:mm:ss"), "to_the_second")
bp.add_app_template_filter(channel_pages.icon_of, "channel_icon")
bp.add_app_template_filter(look_of, "job_look")

HEADINGS = {
    View.NEXT: NP_("%(count)s job in the next 7 days.", "%(count)s jobs in the next 7 days."),
    View.LATELY: NP_("%(count)s job ended in the last 7 days.", "%(count)s jobs ended in the last 7 days."),
    View.NEEDS: NP_("%(count)s job waits for somebody.", "%(count)s jobs wait for somebody."),
}


@bp.get("/queue")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """What goes out in the next seven days, what went out lately, or what waits for somebody."""
    form = Form(request.args)
    wanted = Wanted(
        view=form.choice("view", View) or View.NEXT,
        channel_id=form.number("channel"),
        site_id=form.number("site"),
        person_id=form.number("person"),
        bunch=form.choice("state", Bunch),
        after=Cursor.parse(form.typed.get("after", "")),
    )
    with reading(deps().sessions) as session:
        agenda = queue_pages.agenda(session, wanted, now=deps().now(), zone=zone())
        return render_template(
            "queue/overview.html",
            agenda=agenda,
            wanted=wanted,
            form=form,
            summary=Message.counted(HEADINGS[wanted.view], agenda.total),
            health=_health_line(),
            channels=queue_pages.channels_in_use(session),
            sites=queue_pages.sites_in_use(session),
            people=queue_pages.owners(session),
            bunches=tuple(Bunch),
            chosen=_chosen(wanted),
            waits=queue_pages.WAITS,
            reason_of=job_pages.reason_of,
            page_size=queue_pages.PAGE,
        )


@bp.get("/queue/jobs/<int:job_id>")
@requires(Permission.READ)
def job(job_id: int) -> ResponseReturnValue:
    """One job with everything that was tried."""
    return _job(job_id, Form())


@bp.post("/queue/jobs/<int:job_id>/cancellation")
@requires(Permission.PUBLISH)
def cancel(job_id: int) -> ResponseReturnValue:
    """Take a job back that has not gone out."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            at_once = not job_decisions.cancel(session, deps(), job_id, person()).live
    except EditorialError as error:  # outside the transaction, so nothing half-done is saved
        return _refused(job_id, form, error)
    if at_once:
        flash(say(Message(N_("The job is cancelled."))))
    else:
        flash(say(Message(N_("It was being sent already and is asked to stop. It may still arrive."))))
    return redirect(url_for("queue.job", job_id=job_id))


@bp.post("/queue/jobs/<int:job_id>/dispatch")
@requires(Permission.PUBLISH)
def send_now(job_id: int) -> ResponseReturnValue:
    """Let a waiting job go out at once."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            job_decisions.send_now(session, deps(), job_id, person())
    except EditorialError as error:
        return _refused(job_id, form, error)
    flash(say(Message(N_("The job goes out now."))))
    return redirect(url_for("queue.job", job_id=job_id))


@bp.post("/queue/jobs/<int:job_id>/confirmation")
@requires(Permission.PUBLISH)
def resolve_live(job_id: int) -> ResponseReturnValue:
    """Somebody looked and found it: the job is done and never sent again."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            job_decisions.resolve_live(session, deps(), job_id, person(), url=form.text("url", longest=8000))
    except EditorialError as error:
        return _refused(job_id, form, error)
    flash(say(Message(N_("Noted as sent. It is never sent again."))))
    return redirect(url_for("queue.job", job_id=job_id))


@bp.post("/queue/jobs/<int:job_id>/repetition")
@requires(Permission.PUBLISH)
def send_again(job_id: int) -> ResponseReturnValue:
    """Somebody looked and did not find it, or it failed: the same item goes out as a new job, now."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            again = job_decisions.send_again(session, deps(), job_id, person(), looked="looked" in form.typed)
            again_id = again.id
    except EditorialError as error:
        return _once_only(job_id) or _refused(job_id, form, error)
    flash(say(Message(N_("It goes out again now, as this new job."))))
    return redirect(url_for("queue.job", job_id=again_id))


@bp.post("/queue/jobs/<int:job_id>/posting")
@requires(Permission.WRITE_CONTENT)
def posted(job_id: int) -> ResponseReturnValue:
    """Somebody posted it by hand, and says where."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            hand_offs.expect_asked(session, job_id, person())
            job_decisions.resolve_live(session, deps(), job_id, person(), url=form.text("url", longest=8000))
    except EditorialError as error:
        return _refused(job_id, form, error)
    flash(say(Message(N_("Noted as posted. Thank you."))))
    return redirect(url_for("queue.job", job_id=job_id))


@bp.post("/queue/jobs/<int:job_id>/decline")
@requires(Permission.WRITE_CONTENT)
def declined(job_id: int) -> ResponseReturnValue:
    """Somebody who was asked to post it says no, and why."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            hand_offs.expect_asked(session, job_id, person())
            job_decisions.decline(session, deps(), job_id, person(), form.text("reason", longest=8000))
    except EditorialError as error:
        return _refused(job_id, form, error)
    flash(say(Message(N_("Noted. It is not posted."))))
    return redirect(url_for("queue.job", job_id=job_id))


def _once_only(job_id: int) -> ResponseReturnValue | None:
    """The job that an earlier click made: many clicks lead to the same one."""
    with reading(deps().sessions) as session:
        made = queue_pages.repeats_of(session, job_id)
    return redirect(url_for("queue.job", job_id=made[-1].id)) if made else None


def _chosen(wanted: Wanted) -> dict[str, str | int | None]:
    """The filters as they stand in an address."""
    return {
        "channel": wanted.channel_id,
        "site": wanted.site_id,
        "person": wanted.person_id,
        "state": wanted.bunch.value if wanted.bunch else None,
    }


def _refused(job_id: int, form: Form, error: EditorialError) -> ResponseReturnValue:
    if isinstance(error, NotFound):
        raise error
    if error.field not in {"url", "looked", "reason"}:
        error.field = None  # the guards of the item name fields of another form
    form.reject(error)
    return _job(job_id, form), error.http_status


def _job(job_id: int, form: Form) -> str:
    with reading(deps().sessions) as session:
        found = distribution.get_job(session, job_id)
        repeats = queue_pages.repeats_of(session, job_id)
        unsure = found.state is JobState.UNKNOWN_OUTCOME
        hand_off, refusal = _hand_off(session, found)
        return render_template(
            "queue/job.html",
            job=found,
            form=form,
            can=job_decisions.open_to(found, repeated=bool(repeats)),
            next_step=job_pages.next_step(found),
            reason=job_pages.reason_of(found),
            next_look=job_pages.looked_at_again(found),
            missed_from=job_pages.counts_as_missed_from(found) if found.state is JobState.AWAITING_HUMAN else None,
            waits=queue_pages.WAITS,
            look_at=job_decisions.expected_url(deps(), found) if unsure else None,
            tries=job_pages.tries(found),
            trail=job_pages.trail(session, found),
            repeats=repeats,
            hand_off=hand_off,
            refusal=refusal,
            mine=may(Permission.PUBLISH) or (hand_off is not None and hand_off.asked == person()),
        )


def _hand_off(session: Session, job: DistributionJob) -> tuple[HandOff | None, EditorialError | None]:
    """What somebody copies who posts the job by hand, or why it cannot be prepared."""
    if job.state is not JobState.AWAITING_HUMAN:
        return None, None
    try:
        return hand_offs.prepared(session, deps(), job), None
    except Refused as refusal:
        return None, refusal


def _day_format() -> str:
    return "M月d日" if catalog().locale.language == "zh" else "d MMMM"


def _health_line() -> tuple[str, Message]:
    health: ClockHealth = clock_health.report(deps())
    if health.says is not None:
        return "bad", health.says
    if health.last_tick_age is None:
        return "warn", Message(N_("No scheduler runs here; nothing waits for it."))
    age = clock_health.duration(health.last_tick_age)
    if health.overdue:
        late = Message.counted(NP_("%(count)s job is late", "%(count)s jobs are late"), health.overdue)
    else:
        late = Message(N_("nothing is late"))
    return "ok" if health.running and not health.overdue else "warn", Message(
        N_("Scheduler ran %(duration)s ago, %(late)s"), {"duration": age, "late": late}
    )
