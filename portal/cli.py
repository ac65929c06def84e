"""Commands: ``flask --app wsgi db|seed|import|worker``."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask.logging import default_handler

from portal.core import clock
from portal.demo import DEMO_PASSWORD, is_empty, seed
from portal.extensions import Runtime
from portal.importers.online_retail import ImportProblem, import_online_retail
from portal.settings import ROOT
from portal.worker import Worker

database_group = AppGroup("db", help="The database's tables.")
import_group = AppGroup("import", help="Bring data in from elsewhere.")


def register_commands(app: Flask) -> None:
    """Add the portal's commands to ``flask``."""
    for each in (database_group, import_group, seed_command, worker_command):
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


@import_group.command("online-retail")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def import_online_retail_command(folder: Path) -> None:
    """Load the Online Retail data of FOLDER. May be stopped and run again; finds its place by itself."""
    try:
        click.echo(import_online_retail(_runtime().database, folder, progress=True))
    except ImportProblem as error:
        raise click.ClickException(str(error)) from error


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
    Worker(runtime.database, runtime.mailer, runtime.settings).run(stop)


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
