"""The lead forms of a site for its weekly mail: how many, what became of them, what is wrong with them."""

from sqlalchemy.orm import Session

from editorial.audit.form_differences import WHAT, Difference, differences
from editorial.services import form_storage
from editorial.services.form_pages import seen_in
from editorial.services.weekly_mail import CHANGED_FORMS, FormChange, Forms, Group, Spot
from editorial.store import weekly
from editorial.store.audit import Audit, AuditState


def forms_told(session: Session, latest: Audit, base: Audit | None, wrong: tuple[Group, ...]) -> Forms | None:
    """What the mail says of the forms; None where the audit is older than our memory of forms, or has nothing to say.

    An audit that did not see every known page does not know that a site has no form.

    Args:
        session: for reading.
        latest: the audit that is told.
        base: the audit that the mail before told, to compare with.
        wrong: open findings of `form_pages.FORM_RULES`.
    """
    if not form_storage.has_inventory(session, latest.id):
        return None
    count, pages = weekly.lead_forms(session, latest.id)
    changes: list[Difference] = []
    if base is not None and form_storage.has_inventory(session, base.id):
        changes = differences(seen_in(session, base), seen_in(session, latest))
    told = sorted((_told(one) for one in changes), key=lambda one: not one.loses)
    whole = latest.state is AuditState.DONE and latest.fetched >= latest.known
    if not (whole or count or told or wrong):
        return None
    return Forms(count, pages, tuple(told[:CHANGED_FORMS]), max(0, len(told) - CHANGED_FORMS), wrong, whole)


def _told(change: Difference) -> FormChange:
    return FormChange(
        form=change.shape.shown,
        says=WHAT[change.what],
        edits=tuple(edit.says for edit in change.edits),
        loses=change.loses,
        spot=Spot(change.pages[0] if change.pages else ""),
        pages=len(change.pages),
    )
