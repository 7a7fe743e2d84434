"""What the last audit of a site read of its pages, for the next one to ask whether they changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.audit.crawl.copies import Copy
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditPage, AuditUrl
from editorial.store.base import Sessions, reading
from editorial.store.crawls import AuditValidator

MOST_REUSED = 3  # audits in a row; a server whose tags never change would hide every change for longer


class LastRead:
    """The pages of one audit that may be asked for by their validators."""

    def __init__(self, sessions: Sessions, audit_id: int) -> None:
        self._sessions = sessions
        validator, page, url = AuditValidator, AuditPage, AuditUrl
        self._wanted = (
            select(
                validator.etag,
                validator.last_modified,
                page.facts,
                validator.wire_bytes,
                validator.reused,
                page.final_url,
            )
            .join(page, (page.audit_id == validator.audit_id) & (page.no == validator.no))
            .join(url, (url.audit_id == validator.audit_id) & (url.no == validator.no))
            .where(validator.audit_id == audit_id, validator.reused < MOST_REUSED)
        )

    def __call__(self, compare: str, url: str) -> Copy | None:
        """What was read of a page, if it was read at the very address that is asked for now."""
        with reading(self._sessions) as session:
            row = session.execute(self._wanted.where(AuditUrl.n2 == compare)).first()
        if row is None or row.final_url != url:
            return None
        return Copy(url, row.etag, row.last_modified, row.facts, row.wire_bytes, row.reused)


def last_read_by(session: Session, audit: Audit) -> int | None:
    """The audit whose pages this one may take over: the last of the whole site, read and judged as this one will be.

    None too where this is no audit of a whole site of ours, or the site wants every page sent.
    """
    if audit.site_id is None or not audit.whole_site or not audit.options.get("conditional", True):
        return None
    before = store.latest_audit(session, audit.site_id, before=audit.id)
    if before is None or (before.reader, before.ruleset) != (audit.reader, audit.ruleset):
        return None
    some = select(AuditValidator.no).where(AuditValidator.audit_id == before.id).limit(1)
    return before.id if session.scalar(some) is not None else None
