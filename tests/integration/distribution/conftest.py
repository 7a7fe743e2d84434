"""A desk that publishes into a real bare repository."""

from pathlib import Path

import pytest

from editorial.services.deps import Deps
from tests.integration.distribution.sites import Desk, Repository, make_desk, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A bare repository with one commit."""
    return make_repository(tmp_path)


@pytest.fixture
def desk(deps: Deps, repository: Repository) -> Desk:
    """A desk with one approved item, on each kind of database."""
    return make_desk(deps, repository)
