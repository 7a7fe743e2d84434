"""A desk for the tests of this room."""

import pytest

from editorial.services.deps import Deps
from tests.integration.plans import Desk, make_desk


@pytest.fixture
def desk(deps: Deps) -> Desk:
    """A desk on which nothing is planned yet, on each kind of database."""
    return make_desk(deps)
