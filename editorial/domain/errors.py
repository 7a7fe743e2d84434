"""Errors that a person can understand and act on."""

from editorial.domain.messages import N_, Message


class EditorialError(Exception):
    """Something a person can understand and act on: what is wrong (`says`) and how to mend it (`hint`).

    The edge translates it; nothing below the edge knows a language. `field` names the form field it belongs to.
    `others` are further ones of the same form, each beside its own field.
    """

    http_status = 422
    others: tuple["EditorialError", ...] = ()

    def __init__(self, says: Message, *, hint: Message, field: str | None = None) -> None:
        super().__init__(says.id % dict(says.params) if says.params else says.id)
        self.says, self.hint, self.field = says, hint, field


class NotFound(EditorialError):
    """The thing does not exist, or not for this person."""

    http_status = 404

    def __init__(self, says: Message | None = None, *, hint: Message | None = None) -> None:
        super().__init__(
            says or Message(N_("There is nothing at this address.")),
            hint=hint or Message(N_("It may have been moved, archived or removed. Check the address and its number.")),
        )


class NotAllowed(EditorialError):
    """The person is known, but lacks the permission."""

    http_status = 403


class StaleVersion(EditorialError):
    """Somebody else saved this in the meantime; nothing of the new save was written."""

    http_status = 409
