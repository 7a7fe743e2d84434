"""The database looks at the audit's tables again when an audit has ended."""

from sqlalchemy import text

from editorial.services.deps import Deps
from tests.integration.web.audited import add_site, audit, good


def test_sqlite_knows_the_size_of_an_audit_that_has_ended(deps: Deps) -> None:
    audit(deps, add_site(deps), [good("a"), good("b"), good("c")])
    with deps.sessions() as session:
        if session.get_bind().dialect.name != "sqlite":
            return  # PostgreSQL keeps its statistics by itself
        known = session.scalars(text("SELECT stat FROM sqlite_stat1 WHERE idx = 'ix_audit_url_n2'")).all()

    assert [stat.split()[0] for stat in known] == ["3"]
