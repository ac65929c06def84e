"""A process made to be killed: it stops at a chosen point, says so on its output, and waits for its end.

    python -m tests.integrity.victim place URL POINT    orders what is in the cart, as the web process does
    python -m tests.integrity.victim mail URL POINT     does one job, as the worker does; sent mail goes to SPOOL
    python -m tests.integrity.victim feed URL POINT     feeds the index in the folder SPOOL, as the worker's feeder does

What to work on stands in the environment: BUYER (JSON of ids), SPOOL (a path), NOW (ISO time).
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from portal.accounts.queries import buyer_of
from portal.adapters.mail import Mail
from portal.core.database import Database
from portal.discovery.service import search_service
from portal.feeder import Feeder
from portal.orders.actions import Checkout, place_order
from portal.settings import Mode, Settings
from portal.worker import Worker

PAUSED = "paused"
DONE = "done"


def say(word: str) -> None:
    """Tell the test how far it got."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def pause() -> None:
    """Say that the point is reached and wait to be killed."""
    say(PAUSED)
    time.sleep(60)


def place(database: Database, point: str) -> None:
    """Place the order; stop before the first statement that holds ``point``, before COMMIT, or right after it."""
    facts = json.loads(os.environ["BUYER"])
    now = datetime.fromisoformat(os.environ["NOW"])

    def before_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if point in statement:
            pause()

    event.listen(database.engine, "before_cursor_execute", before_statement)
    with database.writing() as session:
        place_order(
            session,
            buyer_of(session, facts["account_id"]),
            facts["user_id"],
            Checkout("key", facts["location_id"], facts["shown_total"]),
            year=now.year,
            today=now.date(),
            now=now,
        )
        if point == "COMMIT":
            pause()
        session.commit()
    if point == "ANSWER":
        pause()
    say(DONE)


@dataclass(frozen=True)
class SpoolMailer:
    """Writes each mail as a line of JSON; stops before or after it is handed over."""

    spool: Path
    point: str

    def send(self, mail: Mail) -> None:
        """Hand one mail over."""
        if self.point == "BEFORE SENDING":
            pause()
        with self.spool.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(mail)) + "\n")
        if self.point == "AFTER SENDING":
            pause()


SETTINGS = Settings(mode=Mode.TEST, secret_key="unused", database_url="", base_url="http://portal.example")


def worker(database: Database, spool: Path, point: str = "") -> Worker:
    """A worker whose mail goes to the spool."""
    return Worker(database, SpoolMailer(spool, point), SETTINGS)


def feed(database: Database, folder: Path, point: str, now: datetime) -> None:
    """Feed what is due; stop before or after the index is written."""
    service = search_service(folder=folder)
    engine: Any = service.members[0].engine
    write = engine.upsert

    def stop_at_writing(items: Any) -> None:
        if point == "BEFORE WRITING":
            pause()
        write(items)
        if point == "AFTER WRITING":
            pause()

    engine.upsert = stop_at_writing
    Feeder(database, service, SETTINGS).step(now)


def main() -> None:
    """Read the command line."""
    deed, url, point = sys.argv[1:]
    database = Database(url)
    if deed == "place":
        place(database, point)
    elif deed == "feed":
        feed(database, Path(os.environ["SPOOL"]), point, datetime.fromisoformat(os.environ["NOW"]))
    else:
        worker(database, Path(os.environ["SPOOL"]), point).step(datetime.fromisoformat(os.environ["NOW"]))
        say(DONE)


if __name__ == "__main__":
    main()
