"""A database with Online Retail in it, for measurements: imported once, then used again."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import inspect

import portal.accounts.models
import portal.catalog.models
import portal.jobs.models
import portal.orders.models
import portal.pricing.models  # noqa: F401
from portal.core.database import Database
from portal.core.tables import Base
from portal.importers.online_retail import import_online_retail

ROOT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path:
    """Where the Online Retail files are: PORTAL_SHARED_DIR, else beside the project. SystemExit if nowhere."""
    shared = Path(os.environ.get("PORTAL_SHARED_DIR", ROOT.parent / "shared"))
    folder = shared / "data" / "online_retail"
    if not folder.is_dir():
        raise SystemExit(f"no Online Retail data in {folder}: set PORTAL_SHARED_DIR")
    return folder


def imported(url: str | None) -> Database:
    """The database of ``url``, or instance/bench/online_retail.db, with all of Online Retail in it."""
    if url is None:
        path = ROOT / "instance" / "bench" / "online_retail.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{path}"
    database = Database(url)
    is_new = not inspect(database.engine).has_table("account")
    if is_new:
        Base.metadata.create_all(database.writer)
    # The import finds its place by itself: where all is there it only looks.
    import_online_retail(database, shared_folder(), progress=is_new)
    return database
