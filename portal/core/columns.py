"""Column types that keep what a plain type would lose: whole money, aware time, words of a closed list."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document. A change must assign a new value: changes inside the old one are not seen."""


class MoneyAmount(TypeDecorator[int]):
    """A whole number of minor units or of e4, as the column's comment says. Refuses floats and Decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Let only whole numbers through. Raises TypeError for anything else."""
        if value is not None and type(value) is not int:
            raise TypeError(f"money is a whole number, not {value!r}")
        return value


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Goes in aware (any zone), is kept in UTC, comes out aware in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """PostgreSQL keeps the zone with the moment; SQLite keeps UTC text."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring the moment to UTC. Raises TypeError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back aware, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def word_of(words: type[StrEnum], *, name: str | None = None) -> Enum:
    """A text column that holds one value of ``words``, checked by the database as well.

    ``name`` tells apart the checks of two such columns in one table; the kind's own name if not given.
    """
    return Enum(
        words,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda kind: [word.value for word in kind],
        length=32,
        name=name or _snake(words.__name__),
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")
