"""`editorial keys`: the keys that seal the credentials of channels."""

import click
from cryptography.fernet import Fernet

from editorial.cli.assembly import Assembly
from editorial.cli.language import say, speaks
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message
from editorial.services import credentials
from editorial.services.deps import Deps
from editorial.store.base import reading


def _deps(assembly: Assembly) -> Deps:
    """The parts, whose connections end with the command."""
    deps = assembly.make_deps(assembly.config())
    click.get_current_context().call_on_close(deps.sessions.kw["bind"].dispose)
    return deps


@click.group("keys")
@speaks
def keys() -> None:
    """Show and renew the keys that seal the credentials of channels."""


@keys.command("show")
@speaks
@click.pass_obj
def show(assembly: Assembly) -> None:
    """Name every key and say how many channels it seals; shows no key. Exit status 1 if one is missing."""
    deps = _deps(assembly)
    try:
        known = credentials.ring(deps.config).ids
    except EditorialError as error:
        raise click.ClickException(f"{say(error.says)} {say(error.hint)}") from error
    with reading(deps.sessions) as session:
        sealed = credentials.counts(session)
    for place, key_id in enumerate(known):
        says = NP_("%(key)s seals %(count)s channel.", "%(key)s seals %(count)s channels.")
        newest = f" {say(Message(N_('It seals what is new.')))}" if place == 0 else ""
        click.echo(say(Message.counted(says, sealed.get(key_id, 0), key=key_id)) + newest)
    if not known:
        click.echo(say(Message(N_("There is no key yet. The first secret makes one."))))
    missing = sorted(set(sealed) - set(known))
    for key_id in missing:
        says = NP_("%(key)s is missing; %(count)s channel needs it.", "%(key)s is missing; %(count)s channels need it.")
        click.echo(say(Message.counted(says, sealed[key_id], key=key_id)), err=True)
    if missing:
        raise SystemExit(1)


@keys.command("rotate")
@speaks
@click.pass_obj
def rotate(assembly: Assembly) -> None:
    """Seal everything with the newest key. May be ended at any moment and run again.

    With a key file a new key is made first; with EDITORIAL_CREDENTIAL_KEYS put the new key in front of the others and
    start the desk anew before. Exit status 1 if credentials of a channel do not open.
    """
    deps = _deps(assembly)
    try:
        done = credentials.rotate(deps)
    except EditorialError as error:
        raise click.ClickException(f"{say(error.says)} {say(error.hint)}") from error
    says = NP_("%(count)s channel is sealed with %(key)s now.", "%(count)s channels are sealed with %(key)s now.")
    click.echo(say(Message.counted(says, done.sealed, key=done.key_id)))
    for name in done.closed:
        click.echo(say(Message(N_("The credentials of “%(name)s” do not open and stay as they are."), {"name": name})))
    if done.closed:
        raise SystemExit(1)


@keys.command("new")
@speaks
def new() -> None:
    """Print a fresh key for EDITORIAL_CREDENTIAL_KEYS. It is kept nowhere."""
    click.echo(Fernet.generate_key().decode())
