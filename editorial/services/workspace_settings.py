"""What an administrator sets for the whole desk."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.names import clean_name
from editorial.domain.slots import zone_named
from editorial.services.deps import Deps
from editorial.store import history, people
from editorial.store.people import Person, Workspace


class SelfApproval(StrEnum):
    """Whether people may approve what they wrote themselves."""

    ALONE = "alone"  # only where nobody else could
    YES = "yes"
    NO = "no"

    @property
    def stored(self) -> bool | None:
        """As the workspace keeps it."""
        return {SelfApproval.ALONE: None, SelfApproval.YES: True, SelfApproval.NO: False}[self]

    @classmethod
    def of(cls, workspace: Workspace) -> "SelfApproval":
        """What the workspace says."""
        return next(one for one in cls if one.stored is workspace.self_approval)


@dataclass(frozen=True)
class DeskSettings:
    """The settings as their form has them."""

    name: str
    language: Language
    zone: str
    week_start: int
    """0 is Monday."""
    self_approval: SelfApproval


def get(session: Session) -> Workspace:
    """The workspace, which exists once set-up is done."""
    found = people.workspace(session)
    if found is None:
        raise NotFound
    return found


def change(session: Session, deps: Deps, actor: Person, wanted: DeskSettings) -> bool:
    """Save the settings of the desk; False where nothing changed. The caller commits.

    Raises:
        EditorialError: name, zone or first day cannot be used; `field` says which.
    """
    name, zone = clean_name(wanted.name), zone_named(wanted.zone).key
    if not 0 <= wanted.week_start <= 6:
        raise EditorialError(
            Message(N_("There is no such day of the week.")),
            hint=Message(N_("Choose one from the list.")),
            field="week_start",
        )
    workspace = get(session)
    before = _shown(workspace)

    workspace.name, workspace.language, workspace.zone = name, wanted.language, zone
    workspace.week_start, workspace.self_approval = wanted.week_start, wanted.self_approval.stored
    after = _shown(workspace)
    changed = [field for field in after if after[field] != before[field]]
    if changed:
        history.record(
            session,
            at=deps.now(),
            actor_id=actor.id,
            action="workspace.changed",
            entity="workspace",
            entity_id=workspace.id,
            before={field: before[field] for field in changed},
            after={field: after[field] for field in changed},
        )
    return bool(changed)


def _shown(workspace: Workspace) -> dict[str, object]:
    return {
        "name": workspace.name,
        "language": workspace.language.value,
        "zone": workspace.zone,
        "week_start": workspace.week_start,
        "self_approval": SelfApproval.of(workspace).value,
    }
