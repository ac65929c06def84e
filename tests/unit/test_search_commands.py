"""flask search reindex, status and compare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, update

from portal.app import create_app
from portal.catalog.models import Variant
from portal.core.database import Database
from portal.jobs.models import Job
from portal.settings import Mode, Settings
from tests.factories import make_variant


@pytest.fixture
def searching(database: Database, tmp_path: Path) -> Iterator[Flask]:
    """An application with an index of its own."""
    made = create_app(
        Settings(
            mode=Mode.TEST,
            secret_key="a secret for tests",
            database_url=database.engine.url.render_as_string(hide_password=False),
            base_url="http://localhost",
            search_folder=tmp_path / "index",
        )
    )
    yield made
    runtime = made.extensions["portal"]
    runtime.search.close()
    runtime.database.dispose()


@pytest.fixture
def run(searching: Flask) -> FlaskCliRunner:
    return searching.test_cli_runner()


def test_from_no_index_to_one_that_agrees(run: FlaskCliRunner, database: Database) -> None:
    with database.transaction() as session:
        ids = [make_variant(session, names={"en": f"bolt {number}"}).id for number in range(3)]
    none = run.invoke(args=["search", "status"])
    assert (none.exit_code, none.output.splitlines()[0]) == (1, "database: 3 variants sold")
    assert "embedded: away" in none.output
    missing = run.invoke(args=["search", "compare"])
    assert missing.exit_code == 1

    built = run.invoke(args=["search", "reindex"])
    assert (built.exit_code, built.stdout.strip()) == (0, "embedded: 3 variants indexed")
    assert "100%" in built.stderr
    status = run.invoke(args=["search", "status"])
    assert status.exit_code == 0
    assert "embedded: 3 variants, generation 000001, current" in status.output
    same = run.invoke(args=["search", "compare"])
    assert (same.exit_code, same.output.split("\n")[:3]) == (
        0,
        ["embedded: 0 missing", "embedded: 0 stale", "embedded: 0 surplus"],
    )
    again = run.invoke(args=["search", "reindex", "--if-needed"])
    assert (again.exit_code, again.output) == (0, "")

    with database.transaction() as session:
        session.execute(update(Variant).where(Variant.id == ids[1]).values(names={"en": "nut"}))
    differs = run.invoke(args=["search", "compare"])
    assert differs.exit_code == 1
    assert f"embedded: 1 stale (ids {ids[1]})" in differs.output
    with database.reading() as session:
        assert session.scalars(select(Job.id)).all() == []
    healing = run.invoke(args=["search", "compare", "--heal"])
    assert healing.exit_code == 1
    assert "1 variants are given to the worker" in healing.output
    with database.reading() as session:
        assert session.scalars(select(Job.arguments)).all() == [{"ids": [ids[1]]}]


def test_without_any_engine(app: Flask, database: Database) -> None:
    run = app.test_cli_runner()
    assert run.invoke(args=["search", "reindex"]).exit_code == 0
    assert run.invoke(args=["search", "status"]).exit_code == 1
    assert run.invoke(args=["search", "compare"]).exit_code == 1
