"""What the database knows of the sizes of the audit's tables, by which it chooses how to read them."""

from sqlalchemy import text
from sqlalchemy.orm import Session

TABLES = (
    "audit_url",
    "audit_page",
    "audit_link",
    "audit_alternate",
    "audit_listed",
    "audit_place",
    "audit_failure",
    "finding",
)
ROWS = 400  # of each index looked at, as SQLite advises: 0.15 s on tables of a million rows


def renew(session: Session) -> None:
    """Let SQLite look at the audit's tables again; PostgreSQL does so by itself.

    Without it SQLite took the wrong index for half of the questions about one page: 184 ms instead of 66 on an audit of
    20,000 pages. The caller commits.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    connection.execute(text(f"PRAGMA analysis_limit = {ROWS}"))
    for table in TABLES:
        connection.execute(text(f"ANALYZE {table}"))
