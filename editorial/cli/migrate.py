"""`editorial migrate`: bring the database to this version's shape."""

import click

from editorial.cli.assembly import Assembly
from editorial.store import migrate as migrations


@click.command("migrate")
@click.pass_obj
def migrate(assembly: Assembly) -> None:
    """Bring the database to the shape that this version needs. `editorial serve` does it by itself."""
    deps = assembly.make_deps(assembly.config())
    engine = deps.sessions.kw["bind"]
    before = migrations.current(engine)
    migrations.to_revision(engine, deps.scripts)
    after = migrations.current(engine)
    click.echo(
        f"The database is at {after}." if before == after else f"The database went from {before or 'empty'} to {after}."
    )
