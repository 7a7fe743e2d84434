"""A desk that publishes into a real bare repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from editorial.services.deps import Deps
from tests.integration.distribution.sites import Desk, Repository, make_desk, make_repository
from tests.integration.distribution.stub_channel import Wire, stub_kind


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A bare repository with one commit."""
    return make_repository(tmp_path)


@pytest.fixture
def desk(deps: Deps, repository: Repository) -> Desk:
    """A desk with one approved item, on each kind of database."""
    return make_desk(deps, repository)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """The other side of the channels of the kind `stub`."""
    with stub_kind(monkeypatch) as wire:
        yield wire
