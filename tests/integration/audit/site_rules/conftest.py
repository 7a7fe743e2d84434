"""Each site rule is SQL, shown on both databases."""

import pytest
from sqlalchemy import Engine

from tests.integration.audit.site_rules.shown import Audit


@pytest.fixture
def audit(database: Engine) -> Audit:
    return Audit(database)
