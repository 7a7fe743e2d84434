"""Settings that do not fit, said to whoever starts the desk."""

import sys
from collections.abc import Callable

from pydantic import ValidationError

from config import Config
from editorial.cli.language import of_locale
from editorial.domain.messages import N_, Message


def problems(error: ValidationError, say: Callable[[Message], str]) -> str:
    """A heading and one line for each setting that is wrong, by the name of its variable."""
    lines = [say(Message(N_("These settings do not fit:")))]
    for fault in error.errors():
        context = fault.get("ctx", {})
        own = [say(context[part]) for part in ("says", "hint") if isinstance(context.get(part), Message)]
        lines.append(
            f"  EDITORIAL_{'_'.join(str(part) for part in fault['loc']).upper()}: {' '.join(own) or fault['msg']}"
        )
    return "\n".join(lines)


def settings_or_exit() -> Config:
    """The settings for a program that is no command; where one is wrong, it is said and the program ends with 2."""
    try:
        return Config.from_env()
    except ValidationError as error:
        print(problems(error, of_locale().say), file=sys.stderr)
        raise SystemExit(2) from None
