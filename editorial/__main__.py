"""`editorial` and `python -m editorial`."""

import sys

import click
from pydantic import ValidationError

from config import Config
from editorial import __version__
from editorial.app import create_app, make_deps, set_up_logging
from editorial.background.clock import Clock
from editorial.cli.assembly import Assembly
from editorial.cli.audit import audit
from editorial.cli.channels import channels
from editorial.cli.clock import clock
from editorial.cli.external_links import external_links
from editorial.cli.findings import finding, findings
from editorial.cli.jobs import job, jobs
from editorial.cli.judge import judge
from editorial.cli.keys import keys
from editorial.cli.language import say, speaks
from editorial.cli.migrate import migrate
from editorial.cli.robots import robots
from editorial.cli.rules import rules
from editorial.cli.serve import serve
from editorial.cli.settings import problems
from editorial.cli.sitemap import sitemap
from editorial.cli.tasks import task, tasks
from editorial.cli.templates import templates
from editorial.cli.url import url


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="editorial")
@speaks
@click.pass_context
def editorial(context: click.Context) -> None:
    """The planning desk of B2B content teams: plan, publish, audit, mend."""
    context.obj = Assembly(config=read_config, make_deps=make_deps, create_app=create_app, make_clock=Clock)


for command in (
    serve,
    clock,
    migrate,
    audit,
    judge,
    rules,
    robots,
    sitemap,
    url,
    jobs,
    job,
    channels,
    findings,
    templates,
    external_links,
    finding,
    tasks,
    task,
    keys,
):
    editorial.add_command(command)


def read_config() -> Config:
    """The settings, or one sentence for each that is wrong."""
    try:
        config = Config.from_env()
    except ValidationError as error:
        raise click.UsageError(problems(error, say)) from error
    set_up_logging(config)
    return config


def main() -> None:
    """Run the command line."""
    editorial.main(prog_name="editorial")


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]
