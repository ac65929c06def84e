"""The demo, loaded once for the tests that only look at it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from portal.core.database import Database
from portal.core.tables import Base
from portal.demo import SeedReport, seed

TODAY = date(2026, 11, 23)
PASSWORD = "demo-portal"


@pytest.fixture(scope="package")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Database]]:
    """Makes databases with empty tables, of the kind the tests run on."""
    made: list[Database] = []

    def make(name: str) -> Database:
        database = Database(_url(name, tmp_path_factory.mktemp("demo")))
        made.append(database)
        Base.metadata.drop_all(database.writer)
        Base.metadata.create_all(database.writer)
        return database

    yield make
    for database in made:
        database.dispose()


def _url(name: str, folder: Path) -> str:
    if not (given := os.environ.get("TEST_DATABASE_URL")):
        return f"sqlite:///{folder / name}.db"
    parsed = make_url(given)
    own = f"{parsed.database}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{name}"
    admin = Database(given)
    with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": own}):
            connection.execute(text(f'CREATE DATABASE "{own}"'))
    admin.dispose()
    return parsed.set(database=own).render_as_string(hide_password=False)


@pytest.fixture(scope="package")
def loaded(fresh: Callable[[str], Database]) -> tuple[Database, SeedReport]:
    """The demo of TODAY and what its loading said."""
    database = fresh("demo")
    return database, seed(database, today=TODAY, password=PASSWORD, progress=False)


@pytest.fixture
def demo(loaded: tuple[Database, SeedReport]) -> Iterator[Session]:
    """A reading session on the demo."""
    with loaded[0].reading() as session:
        yield session
