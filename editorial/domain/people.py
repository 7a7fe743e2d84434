"""Who may do what (planning.md 5f)."""

from enum import StrEnum

from editorial.domain.messages import N_, Message


class Permission(StrEnum):
    """One thing a route may ask for. Every route names exactly one."""

    PUBLIC = "public"  # nobody has to be signed in
    OWN_ACCOUNT = "own_account"
    READ = "read"
    WRITE_CONTENT = "write_content"
    APPROVE = "approve"
    PUBLISH = "publish"
    MANAGE_AUDITS = "manage_audits"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_WORKSPACE = "manage_workspace"


class Scope(StrEnum):
    """How far a program may go in a person's name. Never further than the person."""

    READ = "read"
    WRITE = "write"

    @property
    def label(self) -> Message:
        """What it is called."""
        return _SCOPE_LABELS[self]


_SCOPE_LABELS = {Scope.READ: Message(N_("Read only")), Scope.WRITE: Message(N_("Read and change"))}


class Role(StrEnum):
    """What a person is in the team; a person may be several."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    APPROVER = "approver"
    PUBLISHER = "publisher"
    CHANNEL_ADMIN = "channel_admin"
    WORKSPACE_ADMIN = "workspace_admin"

    @property
    def label(self) -> Message:
        """What it is called."""
        return ROLE_LABELS[self][0]

    @property
    def may(self) -> Message:
        """What it allows, in one line."""
        return ROLE_LABELS[self][1]


ROLE_LABELS: dict[Role, tuple[Message, Message]] = {
    Role.VIEWER: (Message(N_("Viewer")), Message(N_("Looks at everything, changes nothing."))),
    Role.CONTRIBUTOR: (Message(N_("Contributor")), Message(N_("Plans and writes."))),
    Role.EDITOR: (Message(N_("Editor")), Message(N_("Plans, writes and starts audits."))),
    Role.APPROVER: (Message(N_("Approver")), Message(N_("Approves texts or asks for changes."))),
    Role.PUBLISHER: (Message(N_("Publisher")), Message(N_("Writes, sets publish times and sends."))),
    Role.CHANNEL_ADMIN: (Message(N_("Channel administrator")), Message(N_("Connects sites and channels."))),
    Role.WORKSPACE_ADMIN: (Message(N_("Administrator")), Message(N_("May do everything, also invite people."))),
}

_BASE = frozenset({Permission.PUBLIC, Permission.OWN_ACCOUNT, Permission.READ})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _BASE,
    Role.CONTRIBUTOR: _BASE | {Permission.WRITE_CONTENT},
    Role.EDITOR: _BASE | {Permission.WRITE_CONTENT, Permission.MANAGE_AUDITS},
    Role.APPROVER: _BASE | {Permission.APPROVE},
    Role.PUBLISHER: _BASE | {Permission.WRITE_CONTENT, Permission.PUBLISH},
    Role.CHANNEL_ADMIN: _BASE | {Permission.MANAGE_CHANNELS, Permission.MANAGE_AUDITS},
    Role.WORKSPACE_ADMIN: frozenset(Permission),
}


def permissions(roles: frozenset[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    granted: frozenset[Permission] = frozenset({Permission.PUBLIC})
    for role in roles:
        granted |= GRANTS[role]
    return granted
