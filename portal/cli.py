"""Commands: ``flask --app wsgi books|db|seed|import|search|tracking|worker``."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask.logging import default_handler
from tqdm import tqdm

from portal.catalog.index_outbox import touch
from portal.core import clock
from portal.core.errors import Refused
from portal.demo import DEMO_PASSWORD, is_empty, seed
from portal.discovery import jobs as search_jobs
from portal.discovery.service import Member
from portal.extensions import Runtime
from portal.importers.online_retail import ImportProblem, import_online_retail
from portal.importers.tracks import NEEDED, import_tracks
from portal.invoices.proof import prove
from portal.jobs.context import Services
from portal.settings import ROOT
from portal.worker import Worker
from search.documents import Item
from search.engine import EngineUnavailable

database_group = AppGroup("db", help="The database's tables.")
MOST_NAMED: Final = 20
"""Ids of variants that a message lists."""

books_group = AppGroup("books", help="The books of invoices and payments.")
import_group = AppGroup("import", help="Bring data in from elsewhere.")
search_group = AppGroup("search", help="The index of products, on a search server or on this machine.")
tracking_group = AppGroup("tracking", help="Where shipments are on their way.")


def register_commands(app: Flask) -> None:
    """Add the portal's commands to ``flask``."""
    groups = (books_group, database_group, import_group, search_group, tracking_group)
    for each in (*groups, seed_command, worker_command):
        app.cli.add_command(each)


@database_group.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Bring the tables to REVISION (default: the newest)."""
    command.upgrade(_alembic(), revision)


@database_group.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the tables back to REVISION."""
    command.downgrade(_alembic(), revision)


@database_group.command("check")
def db_check() -> None:
    """Fail if the models and the newest migration disagree."""
    try:
        command.check(_alembic())
    except CommandError as error:
        raise click.ClickException(str(error)) from error


@database_group.command("revision")
@click.argument("message")
def db_revision(message: str) -> None:
    """Write a new migration from the difference between tables and models."""
    command.revision(_alembic(), message, autogenerate=True)


@click.command("seed")
@click.option("--if-empty", is_flag=True, help="Do nothing if there are accounts already.")
@with_appcontext
def seed_command(if_empty: bool) -> None:
    """Load the demo: products, dealers, two years of orders. Only in demo mode."""
    runtime = _runtime()
    if not runtime.settings.is_demo:
        raise click.ClickException("the demo data is for demo mode alone: set PORTAL_MODE=demo")
    if not is_empty(runtime.database):
        if if_empty:
            return
        raise click.ClickException("the database holds accounts already: start from an empty one")
    today = clock.today(runtime.settings.seller_timezone)
    click.echo(seed(runtime.database, today=today, password=DEMO_PASSWORD, progress=True))
    for member in runtime.search.members:
        try:
            _reindex(member)
        except EngineUnavailable as error:
            # The demo is whole without it; the worker tries again.
            click.echo(f"{member.name}: {error}", err=True)


@books_group.command("prove")
@with_appcontext
def books_prove() -> None:
    """Sum everything up anew and fail, naming it, if something does not add up."""
    with _runtime().database.reading() as session:
        proof = prove(session)
    for finding in proof.findings:
        click.echo(finding, err=True)
    click.echo(f"{proof.journals} journals, {len(proof.findings)} findings")
    if not proof.is_right:
        raise click.exceptions.Exit(1)


@import_group.command("online-retail")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def import_online_retail_command(folder: Path) -> None:
    """Load the Online Retail data of FOLDER. May be stopped and run again; finds its place by itself."""
    try:
        click.echo(import_online_retail(_runtime().database, folder, progress=True))
    except ImportProblem as error:
        raise click.ClickException(str(error)) from error


@tracking_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def tracking_import(file: Path) -> None:
    """Note the steps of shipments in FILE: a CSV with the columns shipment, kind, at and, if known, place and note.

    Fails if a row was refused, and names it; the others are noted. May be run again.
    """
    try:
        report = import_tracks(_runtime().database, file, now=clock.now())
    except Refused as error:
        if error.code == "no_columns":
            raise click.ClickException(f"{file.name} needs the columns {', '.join(NEEDED)}") from error
        raise click.ClickException(f"{file.name} is no text") from error
    for sentence in report.refused:
        click.echo(f"{file.name}, {sentence}", err=True)
    click.echo(report)
    if report.refused:
        raise click.exceptions.Exit(1)


@search_group.command("reindex")
@click.option("--if-needed", is_flag=True, help="Only where the index is missing or of another version.")
@with_appcontext
def search_reindex(if_needed: bool) -> None:
    """Build the index anew while the present one answers. Fails if an engine is away."""
    runtime = _runtime()
    members = list(runtime.search.members)
    if if_needed:
        with runtime.database.reading() as session:
            members = search_jobs.outdated(session, runtime.search)
    away = 0
    for member in members:
        try:
            click.echo(f"{member.name}: {_reindex(member)} variants indexed")
        except EngineUnavailable as error:
            click.echo(f"{member.name}: {error}", err=True)
            away += 1
    if away:
        raise click.exceptions.Exit(1)


@search_group.command("status")
@with_appcontext
def search_status() -> None:
    """Say how each engine stands, the one that answers first. Fails if none can answer."""
    runtime = _runtime()
    with runtime.database.reading() as session:
        sold = search_jobs.count_sold(session)
        behind = {member.name for member in search_jobs.outdated(session, runtime.search)}
    click.echo(f"database: {sold} variants sold")
    answering = 0
    for name, health in runtime.search.health().items():
        if not health.available:
            click.echo(f"{name}: away ({health.problem})")
            continue
        answering += 1
        state = "behind: build it anew" if name in behind else "current"
        click.echo(
            f"{name}: {health.documents} variants, generation {health.generation}, {state},"
            f" {health.size_bytes / 1_000_000:.1f} MB"
        )
    if not answering:
        raise click.exceptions.Exit(1)


@search_group.command("compare")
@click.option("--heal", is_flag=True, help="Have what differs indexed anew by the worker.")
@with_appcontext
def search_compare(heal: bool) -> None:
    """Compare every index with the database, variant by variant. Fails if they differ or an engine is away."""
    runtime = _runtime()
    today = clock.today(runtime.settings.seller_timezone)
    differing: set[int] = set()
    failed = not runtime.search.members
    for member in runtime.search.members:
        try:
            with runtime.database.reading() as session:
                found = search_jobs.differences(session, member.engine, today)
        except EngineUnavailable as error:
            click.echo(f"{member.name}: {error}", err=True)
            failed = True
            continue
        differing.update(found.ids)
        for word, ids in (("missing", found.missing), ("stale", found.stale), ("surplus", found.surplus)):
            shown = (
                f" (ids {', '.join(map(str, ids[:MOST_NAMED]))}{', …' * (len(ids) > MOST_NAMED)})"
                if ids
                else ""
            )
            click.echo(f"{member.name}: {len(ids)} {word}{shown}")
    if heal and differing:
        with runtime.database.transaction() as session:
            touch(session, differing, clock.now())
        click.echo(f"{len(differing)} variants are given to the worker")
    if failed or differing:
        raise click.exceptions.Exit(1)


def _reindex(member: Member) -> int:
    runtime = _runtime()

    def progress(items: Iterable[Item], count: int) -> Iterator[Item]:
        yield from tqdm(items, total=count, unit=" variants", desc=member.name)

    return search_jobs.rebuild(
        runtime.database,
        member.engine,
        today=clock.today(runtime.settings.seller_timezone),
        now=clock.now,
        progress=progress,
    )


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Do background jobs until stopped by SIGINT or SIGTERM; the job at hand is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Flask's own handler would say everything a second time.
    current_app.logger.removeHandler(default_handler)
    runtime = _runtime()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Worker(
        runtime.database,
        runtime.mailer,
        runtime.settings,
        search=runtime.search,
        services=Services(runtime.press, runtime.providers),
    ).run(stop)


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["portal"]
    return runtime


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    config.attributes["database"] = _runtime().database
    return config
