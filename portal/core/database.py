"""Engines and sessions: SQLite or PostgreSQL by URL, one reading and one writing face of the same pool.

The reading face cannot write: SQLite runs it with ``query_only``, PostgreSQL in a read-only transaction. A page that
is asked for with GET is served by it, so "GET never writes" is kept by the database and not by good will. The writing
face opens SQLite transactions with BEGIN IMMEDIATE: the lock is taken before anything is read, so what was read still
holds when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

SQLITE_BUSY_TIMEOUT_MS: Final = 20_000
"""How long a SQLite writer waits for the lock before it gives up."""

WRITES: Final = "portal_writes"
"""The execution option that tells a connection's transactions to be writing ones."""


class Database:
    """One database, reached by ``url`` (``sqlite:///path`` or ``postgresql+psycopg://…``)."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 8}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": SQLITE_BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
        else:
            options["pool_pre_ping"] = True
        self.engine: Engine = create_engine(parsed, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self.writer: Engine = self.engine.execution_options(**{WRITES: True})
        self.reader: Engine = self.engine.execution_options(
            **({} if self.is_sqlite else {"postgresql_readonly": True})
        )

    def reading(self) -> Session:
        """A session that can only read. The caller closes it."""
        return Session(self.reader, expire_on_commit=False, autoflush=False)

    def writing(self) -> Session:
        """A session that may write. The caller commits and closes it."""
        return Session(self.writer, expire_on_commit=False, autoflush=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing session in a block: committed when the block ends, rolled back when it raises."""
        with self.writing() as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close every pooled connection, for example before a fork."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions of its own accord: _begin_sqlite does, with the lock we choose.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
        "cache_size=-32000",
        "mmap_size=268435456",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    # By the driver itself: every request begins a transaction, and these two need nothing of SQLAlchemy.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA query_only=0" if writes else "PRAGMA query_only=1")
    try:
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except driver.OperationalError as error:
        # The lock was not to be had in time: told like any other failure of the database.
        raise OperationalError("BEGIN", None, error) from error
