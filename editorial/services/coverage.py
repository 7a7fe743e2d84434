"""The coverage matrix: for each role at each step, what is live, coming or stale, and what would fill a gap."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from editorial.domain.calendar import Filter
from editorial.domain.coverage import CellCover, Cover, Tally, cell_of
from editorial.domain.journey import PURCHASE_STEPS
from editorial.services.cards import Viewer
from editorial.store import content
from editorial.store import coverage as store
from editorial.store.content import BuyingStep, ContentType, DecisionRole


@dataclass(frozen=True)
class MatrixCell:
    """One cell as it is shown."""

    role: DecisionRole
    step: BuyingStep
    cover: CellCover
    kinds: tuple[ContentType, ...]
    """The content types of what speaks for the cell, at most six."""
    fitting: tuple[ContentType, ...]
    """The content types that usually answer this role at this step."""


@dataclass(frozen=True)
class Matrix:
    """The whole matrix, a row a step."""

    roles: Sequence[DecisionRole]
    rows: tuple[tuple[BuyingStep, tuple[MatrixCell, ...]], ...]

    @property
    def cells(self) -> tuple[MatrixCell, ...]:
        """Every cell."""
        return tuple(cell for _, cells in self.rows for cell in cells)

    @property
    def live(self) -> int:
        """How many cells have something live."""
        return sum(1 for cell in self.cells if cell.cover.counts.get(Cover.LIVE))

    @property
    def gaps(self) -> int:
        """How many cells have nothing, and nothing is coming or in work."""
        return sum(1 for cell in self.cells if cell.cover.state is Cover.NONE)


def matrix(session: Session, viewer: Viewer, wanted: Filter, *, all_steps: bool = False) -> Matrix:
    """The matrix of what a filter lets pass: seven steps of the purchase, or all nine."""
    kinds = {kind.id: kind for kind in content.content_types(session)}
    roles = content.decision_roles(session)
    counted: dict[tuple[int, int], list[Tally]] = {}
    for tally in store.tallies(session, wanted, viewer.asks):
        counted.setdefault((tally.role_id, tally.step_id), []).append(tally)
    usual = store.usual_types(session)

    def cell(role: DecisionRole, step: BuyingStep) -> MatrixCell:
        cover = cell_of(counted.get((role.id, step.id), ()))
        shown = tuple(kinds[one] for one in cover.types[:6])
        fitting = tuple(kinds[one] for one in usual.get((role.id, step.id), ()))
        return MatrixCell(role, step, cover, shown, fitting)

    return Matrix(
        roles,
        tuple(
            (step, tuple(cell(role, step) for role in roles))
            for step in content.buying_steps(session)
            if all_steps or step.position <= PURCHASE_STEPS
        ),
    )
