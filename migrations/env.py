"""Runs the migrations on the connection that `editorial.store.migrate` hands over."""

import importlib
import pkgutil

from alembic import context

import editorial.store
from editorial.store.base import Base

for module in pkgutil.iter_modules(editorial.store.__path__):
    importlib.import_module(f"editorial.store.{module.name}")  # so that a comparison sees every table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite rebuilds a table to change it
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
