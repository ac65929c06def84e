"""Tables whose rows are written once: the database itself refuses to change or delete them, whoever asks.

What an accountant files must not change under him, not even by a repair at the database's prompt. A mistake is put
right by another row.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement


def append_only(table: Table, *, but: Sequence[str] = ()) -> None:
    """Refuse UPDATE and DELETE of ``table`` in the database; the columns in ``but`` may change.

    The triggers are made with the table. A migration makes the same ones from ``trigger_statements``.
    """
    kept = [column.name for column in table.columns if column.name not in but]
    for dialect in ("sqlite", "postgresql"):
        for statement in trigger_statements(dialect, table.name, kept, may_change=bool(but)):
            made: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))


def trigger_statements(dialect: str, table: str, columns: Sequence[str], *, may_change: bool) -> list[str]:
    """The SQL that freezes ``columns`` of ``table`` (all its columns unless ``may_change``) and every row's being."""
    if dialect == "sqlite":
        frozen = f"OF {', '.join(_quoted(columns))} " if may_change else ""
        # Writing the same value again is no change; SQLite fires by the columns that are named.
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _quoted(columns))
        return [
            f'CREATE TRIGGER {table}_is_kept BEFORE DELETE ON "{table}"'
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            f'CREATE TRIGGER {table}_is_frozen BEFORE UPDATE {frozen}ON "{table}"'
            f" WHEN {differs} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        ]
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _quoted(columns))
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f'CREATE TRIGGER {table}_is_kept BEFORE DELETE ON "{table}"'
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f'CREATE TRIGGER {table}_is_frozen BEFORE UPDATE ON "{table}"'
        f" FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION {table}_refuse()",
    ]


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]
