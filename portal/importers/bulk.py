"""Many rows at once: blocks of keys, and the fastest insert each database has.

Values are what the mapped columns take (dates, lists, words); each goes through its column's own type, so a row
inserted here is the same, byte for byte, as one the rooms write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.orm import DeclarativeBase


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a mapped class."""
    return cast(Table, model.__table__)


def reserve_ids(connection: Connection, model: type[DeclarativeBase], count: int) -> list[int]:
    """Take ``count`` fresh keys of a table whose key is ``id``, ascending; an empty list for 0.

    PostgreSQL takes them from the table's sequence. SQLite has none: there the keys follow the highest one, which
    the writing transaction keeps others from taking.
    """
    if count <= 0:
        return []
    table = table_of(model)
    if connection.dialect.name == "postgresql":
        name = connection.dialect.identifier_preparer.format_table(table)
        rows = connection.execute(
            text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"),
            {"name": name, "count": count},
        )
        return sorted(row[0] for row in rows)
    highest = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return list(range(highest + 1, highest + 1 + count))


def insert_rows(
    connection: Connection,
    model: type[DeclarativeBase],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Insert ``rows``, each with one value per name in ``columns``; a column not named gets its database default.

    PostgreSQL is fed by COPY, SQLite by one prepared statement. Raises what the database raises.
    """
    if not rows:
        return
    table = table_of(model)
    preparer = connection.dialect.identifier_preparer
    target = f"{preparer.format_table(table)} ({', '.join(preparer.quote(name) for name in columns)})"
    bound = _bound(connection, table, columns, rows)
    if connection.dialect.name == "postgresql":
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
            for row in bound:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    # The names come from the mapped tables, never from a caller's text.
    connection.exec_driver_sql(f"INSERT INTO {target} VALUES ({places})", list(bound))  # noqa: S608


def _bound(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    processors: list[tuple[int, Callable[[Any], Any]]] = []
    for index, name in enumerate(columns):
        kind = table.c[name].type
        if processor := kind.dialect_impl(connection.dialect).bind_processor(connection.dialect):
            processors.append((index, processor))
    for row in rows:
        values = list(row)
        for index, convert in processors:
            values[index] = convert(values[index])
        yield tuple(values)
