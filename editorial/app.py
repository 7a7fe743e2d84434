"""The only place where the parts meet."""

import os
import secrets
import sys
from datetime import UTC, datetime

import structlog
from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Config
from editorial.adapters.catalog import Catalogs
from editorial.services.deps import Deps
from editorial.services.keys import secret_key
from editorial.store.base import make_engine, make_sessions
from editorial.web import (
    api,
    assets,
    audit_rules,
    audit_runs,
    audited_pages,
    audits,
    calendar,
    campaigns,
    channel_secrets,
    channel_switching,
    channels,
    content,
    coverage,
    desk_settings,
    external_links,
    faults,
    guard,
    headers,
    health,
    item_channels,
    lead_forms,
    mail,
    notices,
    page_kinds,
    people,
    queue,
    sites,
    structure,
    tasks,
    team,
    templating,
    tokens,
)
from editorial.web.api import door

BLUEPRINTS = (
    assets.bp,
    health.bp,
    people.bp,
    tokens.bp,
    calendar.bp,
    coverage.bp,
    content.bp,
    item_channels.bp,
    campaigns.bp,
    sites.bp,
    channels.bp,
    channel_secrets.bp,
    channel_switching.bp,
    queue.bp,
    audits.bp,
    audit_runs.bp,
    audited_pages.bp,
    page_kinds.bp,
    structure.bp,
    audit_rules.bp,
    lead_forms.bp,
    external_links.bp,
    tasks.bp,
    mail.bp,
    team.bp,
    desk_settings.bp,
    notices.bp,
    api.bp,
)


def make_deps(config: Config) -> Deps:
    """The parts of a running desk: real clock, real randomness, the database of the settings."""
    config.instance_dir.mkdir(parents=True, exist_ok=True)
    return Deps(
        config=config,
        sessions=make_sessions(make_engine(config.database)),
        now=lambda: datetime.now(UTC),
        token=lambda: secrets.token_urlsafe(32),
        catalogs=Catalogs(),
        scripts=ROOT / "migrations",
        worker=f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(3)}",
    )


def create_app(config: Config, deps: Deps | None = None) -> Flask:
    """The web application. Starts no clock and touches no table."""
    app = Flask("editorial", static_folder=None, template_folder=str(ROOT / "templates"))
    app.static_folder = str(ROOT / "static")  # served by web/assets.py
    app.extensions["editorial"] = deps or make_deps(config)
    app.url_map.converters["int"] = guard.RowId
    app.config.update(
        SECRET_KEY=secret_key(config),
        SESSION_COOKIE_NAME="editorial_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.public_url.startswith("https://"),
        STARTED_AT=app.extensions["editorial"].now(),
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open over lunch; the token ends with the form session
        WTF_CSRF_SSL_STRICT=True,
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
    )
    app.before_request(door.identify)
    csrf = CSRFProtect(app)
    for room in api.EXEMPT:
        csrf.exempt(room)
    app.before_request(door.admit)
    app.after_request(headers.protect)
    templating.register(app)
    faults.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if config.trusted_proxies:  # of what they say only the visitor's address is taken; links come from `base_url`
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    return app


def set_up_logging(config: Config) -> None:
    """One line an event: readable on a terminal, JSON for machines. Tracebacks never show values of variables."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if config.log_format == "json":
        shared += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        colours = sys.stderr.isatty()
        shared.append(structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback))
    level = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}[config.log_level]
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # what commands print stays clean
    )
