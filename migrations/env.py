"""Runs migrations: each in one transaction, one runner at a time, never waiting long for a lock."""

from __future__ import annotations

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

import portal.accounts.models
import portal.catalog.models
import portal.delivery.models
import portal.discovery.models
import portal.invoices.models
import portal.jobs.models
import portal.ledger.models
import portal.orders.models
import portal.payments.models
import portal.pricing.models  # noqa: F401
from portal.core.columns import Json, MoneyAmount, UtcDateTime
from portal.core.database import Database
from portal.core.tables import Base

ONE_RUNNER = 7_302_114
"""Key of the advisory lock that keeps two deployments from migrating at once."""


def plain_type(kind: str, item: object, autogen: AutogenContext) -> str | bool:
    """Write the database's types, not the portal's own ones: a migration must not import the models."""
    if kind == "type" and isinstance(item, MoneyAmount):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.execute(text("SET statement_timeout = '30min'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_RUNNER})
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
        render_item=plain_type,
        # SQLite alters a table by making it anew; the first migration has only new tables.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


database: Database = context.config.attributes["database"]
with database.writer.connect() as open_connection:
    run(open_connection)
    open_connection.commit()
