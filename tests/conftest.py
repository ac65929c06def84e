"""Fixtures of every test: an empty database, an application on it, a browser that fills in real forms.

The database is SQLite in a temporary file, or the PostgreSQL that TEST_DATABASE_URL names (its database's name gets
the test process's own suffix; its role is a superuser). Tables are made once per process; each test begins with them
empty.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

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
from portal.accounts import sign_in
from portal.adapters.mail import MemoryMailer
from portal.app import create_app
from portal.core.database import Database
from portal.core.tables import Base
from portal.extensions import Runtime
from portal.settings import Mode, Settings
from tests.browser import Browser
from tests.factories import HASHER, password_hash

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, 10:00 in Seoul: a moment for tests that need one."""

# How long an example takes says how busy the machine is, and nothing of what is true.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

MEMORY = "/dev/shm"  # noqa: S108 - the folder made in it has a name of its own
"""Where Linux has files that no disk is waited for. The database of a test need not outlive a power cut."""

EMPTY_POSTGRES = ";".join(
    [
        # Without foreign keys and triggers: what the books refuse to delete goes too, in any order.
        "SET LOCAL session_replication_role = replica",
        *(str(table.delete()) for table in Base.metadata.sorted_tables),
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
        " FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL",
    ]
)
"""Leaves every table empty and every number unused. TRUNCATE takes ten times as long: it makes each file anew."""


OF_DATABASE = {"_tables", "fresh", "on_postgres"}
"""The fixtures through which a test meets a database, and may so depend on which one it is."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "database: meets a database; marked by the fixtures a test asks for")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not OF_DATABASE.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("database")


@pytest.fixture(scope="session")
def on_postgres() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL"))


@pytest.fixture(scope="session")
def _tables(on_postgres: bool) -> Iterator[Database]:
    if on_postgres:
        database = _own_postgres_database(os.environ["TEST_DATABASE_URL"])
        Base.metadata.drop_all(database.writer)
        Base.metadata.create_all(database.writer)
        yield database
        database.dispose()
        return
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        path = Path(folder) / "portal.db"
        database = Database(f"sqlite:///{path}")
        Base.metadata.create_all(database.writer)
        database.dispose()
        shutil.copyfile(path, path.with_suffix(".empty"))
        yield database
        database.dispose()


def _own_postgres_database(url: str) -> Database:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    parsed = make_url(url)
    name = f"{parsed.database}_{worker}"
    admin = Database(url)
    with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return Database(parsed.set(database=name).render_as_string(hide_password=False))


@pytest.fixture
def database(_tables: Database) -> Iterator[Database]:
    """The database, empty."""
    _empty(_tables)
    yield _tables
    _let_go(_tables)


def _let_go(database: Database) -> None:
    """Close what is connected to a file that makes room for another.

    A server's connections stay for the next test: each new one would have to learn every table again.
    """
    if database.is_sqlite:
        database.dispose()


def _empty(database: Database) -> None:
    if database.is_sqlite:
        database.dispose()
        path = Path(str(database.engine.url.database))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(path.with_suffix(".empty"), path)
        return
    with database.writer.begin() as connection:
        connection.execute(text(EMPTY_POSTGRES))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; commit what the application is to see, and before it writes itself."""
    with database.writing() as opened:
        yield opened


@pytest.fixture(scope="session")
def _application(_tables: Database) -> Iterator[Flask]:
    url = _tables.engine.url.render_as_string(hide_password=False)
    made = create_app(
        Settings(
            mode=Mode.TEST,
            secret_key="a secret for tests",
            database_url=url,
            base_url="http://localhost",
            # The database is emptied for every test, and what it held must not be remembered.
            shared_words_seconds=0,
            test_card=True,
        )
    )
    yield made
    runtime: Runtime = made.extensions["portal"]
    runtime.database.dispose()


@pytest.fixture
def app(_application: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on the empty database. Forms carry real CSRF tokens; hashes of passwords cost nothing."""
    monkeypatch.setattr(sign_in, "HASHER", HASHER)
    monkeypatch.setattr(sign_in, "_DUMMY_HASH", password_hash())
    yield _application
    runtime: Runtime = _application.extensions["portal"]
    _let_go(runtime.database)
    assert isinstance(runtime.mailer, MemoryMailer)
    runtime.mailer.sent.clear()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A raw client, for what no form would send."""
    return app.test_client()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser without scripts: follows links, fills in the forms a page really has."""
    return Browser(app.test_client())


@pytest.fixture
def mailer(app: Flask) -> MemoryMailer:
    """What has been sent."""
    runtime: Runtime = app.extensions["portal"]
    assert isinstance(runtime.mailer, MemoryMailer)
    return runtime.mailer


class Statements:
    """SQL statements counted since the block began."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __len__(self) -> int:
        return len(self.texts)


@pytest.fixture
def statements(app: Flask) -> Iterator[Statements]:
    """Counts the application's statements: ``statements.texts.clear()``, ask for a page, ``len(statements)``."""
    counted = Statements()
    runtime: Runtime = app.extensions["portal"]

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            counted.texts.append(statement)

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    yield counted
    event.remove(runtime.database.engine, "before_cursor_execute", note)
