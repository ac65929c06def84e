"""The declarative base of every table, with names for constraints so that migrations can speak of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer, "sqlite")
"""The type of every key: 64 bits on PostgreSQL; SQLite's own row id, which is 64 bits too."""


class Base(DeclarativeBase):
    """Every table of the portal. Rooms define theirs in their models.py."""

    metadata = MetaData(naming_convention=NAMING)

    def __repr__(self) -> str:
        key: Any = self.__dict__.get("id", "?")
        return f"<{type(self).__name__} {key}>"
