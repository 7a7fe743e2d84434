"""Why an audit ended where it did, for a person."""

from editorial.audit.crawl.records import StopReason
from editorial.domain.messages import N_, Message
from editorial.domain.urls import host_of, netloc_of
from editorial.services import seeing
from editorial.services.clock_health import duration
from editorial.store.audit import Audit, AuditTrigger

SAYS = {
    StopReason.COMPLETE: seeing.ALL_SEEN,
    StopReason.PAGE_CAP: N_("The audit stopped at its page limit after %(pages)s of %(known)s pages."),
    StopReason.TIME_CAP: N_("The audit stopped at its time limit after %(pages)s of %(known)s pages."),
    StopReason.BYTE_CAP: N_("The audit stopped at its limit of megabytes after %(pages)s of %(known)s pages."),
    StopReason.DEPTH_CAP: N_("The audit ended at its limit of clicks: deeper pages were not looked at."),
    StopReason.FOLDER_CAP: N_("The audit ended at its limit of pages in one folder: the others were not looked at."),
    StopReason.ADDRESS_CAP: N_("The audit ended at its limit of addresses: further ones were not looked at."),
    StopReason.ROBOTS_UNREACHABLE: N_(
        "robots.txt could not be read (%(detail)s), so nothing was fetched. Make it answer 200 or 404."
    ),
    StopReason.ROBOTS_FORBIDS: N_("robots.txt forbids EditorialBot to fetch the first page."),
    StopReason.START_UNREACHABLE: N_("The first page could not be fetched: %(why)s"),
    StopReason.BLOCKED: N_(
        "The site refused too many requests, so the audit stopped. Let EditorialBot through, or lower the rate."
    ),
    StopReason.ERROR_RATE: N_("More than half of the pages answered with an error, so the audit stopped."),
    StopReason.CANCELLED: N_("Somebody stopped the audit."),
    StopReason.CRASHED: N_("The audit failed because of an error on this machine. Its log says more."),
}
ERRORS = {
    "dns": N_("its name is not known."),
    "connect": N_("no connection was possible."),
    "tls": N_("its certificate or encryption was refused."),
    "timeout": N_("it did not answer in time."),
    "reset": N_("it hung up in the middle."),
    "protocol": N_("it does not speak HTTP."),
    "address": N_("it lies inside a private network, which only an administrator may open."),
    "port": N_("its port belongs to another service than the web."),
    "redirect-loop": N_("its redirects go round in a circle."),
    "redirects": N_("it redirects too often."),
    "overrun": N_("reading it took too much time or memory."),
    "crash": N_("reading it ended the program that read it."),
    "robots": N_("robots.txt forbids it."),
    "file": N_("the file could not be read."),
}
UNREACHED = {  # a host that nothing was heard from: its robots.txt is not to blame
    "dns": N_("The name %(host)s does not resolve. Check its spelling, and that this machine can look names up."),
    "connect": N_(
        "%(netloc)s refused the connection. Check that the server runs there, and that no firewall stands between."
    ),
    "tls": N_("The certificate or encryption of %(netloc)s was refused. Check that it is valid for this name."),
    "timeout": N_(
        "%(netloc)s did not answer in time. Check that the server runs, and that no firewall stands between."
    ),
    "address": N_("%(host)s lies inside a private network, which only an administrator may open."),
}
ASKED_TO_WAIT = N_(
    "The site answers %(status)s and asks for a pause of %(pause)s (Retry-After), so the audit stopped after %(pages)s"
    " of %(known)s pages. Start it again later."
)
CLOSED_TO_COMMAND = N_("%(host)s lies inside a private network. Add --allow-private to audit it.")
UNKNOWN = N_("it gave no answer that can be read.")


def why_it_stopped(audit: Audit) -> Message:
    """One sentence about how the audit ended."""
    reason = StopReason(audit.stop_reason) if audit.stop_reason else StopReason.CRASHED
    params: dict[str, object] = {"pages": audit.fetched, "known": audit.known, "detail": audit.stop_detail}
    if reason in (StopReason.ROBOTS_UNREACHABLE, StopReason.START_UNREACHABLE) and audit.stop_detail in UNREACHED:
        return _why_unreached(audit)
    if reason is StopReason.COMPLETE:
        return seeing.how_it_ended(audit)
    status, _, seconds = audit.stop_detail.partition(" ")
    if reason is StopReason.BLOCKED and seconds.isdecimal():  # `crawl.standing.Standing.asked_to_wait`
        return Message(ASKED_TO_WAIT, params | {"status": status, "pause": duration(int(seconds))})
    params["why"] = why_no_answer(audit.stop_detail)
    return Message(SAYS[reason], params)


def _why_unreached(audit: Audit) -> Message:
    by_command = audit.stop_detail == "address" and audit.trigger is AuditTrigger.COMMAND
    says = CLOSED_TO_COMMAND if by_command else UNREACHED[audit.stop_detail]
    return Message(says, {"host": host_of(audit.start_url), "netloc": netloc_of(audit.start_url)})


def why_no_answer(error: str) -> Message:
    """What an error code of a response means."""
    return Message(ERRORS.get(error, UNKNOWN))
