"""`editorial migrate`: bring the database to this version's shape."""

import click

from editorial.cli.assembly import Assembly
from editorial.cli.language import say, speaks
from editorial.domain.messages import N_, Message
from editorial.store import migrate as migrations


@click.command("migrate")
@speaks
@click.pass_obj
def migrate(assembly: Assembly) -> None:
    """Bring the database to the shape that this version needs. `editorial serve` does it by itself."""
    deps = assembly.make_deps(assembly.config())
    engine = deps.sessions.kw["bind"]
    before = migrations.current(engine)
    migrations.to_revision(engine, deps.scripts)
    after = migrations.current(engine)
    if before == after:
        says = Message(N_("The database is at %(after)s."), {"after": after})
    elif before is None:
        says = Message(N_("The database was empty and is at %(after)s now."), {"after": after})
    else:
        says = Message(N_("The database went from %(before)s to %(after)s."), {"before": before, "after": after})
    click.echo(say(says))
