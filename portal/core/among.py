"""``column`` is one of many ids or texts, in one bound parameter, however many they are.

``IN (?, ?, …)`` has a new text for every length and as many parameters as ids: it is rewritten on every execution,
it cannot be prepared once, and it ends at a driver's limit. Here the text never changes: PostgreSQL gets an array,
SQLite a JSON array, both searched by index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator


class IdList(TypeDecorator[Iterable[int]]):
    """Ids as one parameter. Only for binding: no column has this type."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An array for PostgreSQL, JSON text for SQLite."""
        return dialect.type_descriptor(ARRAY(BigInteger()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        """The ids as the dialect takes them; null is no ids."""
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else f"[{','.join(map(str, ids))}]"


class TextList(TypeDecorator[Iterable[str]]):
    """Texts as one parameter. Only for binding: no column has this type."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An array for PostgreSQL, JSON text for SQLite."""
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> Any:
        """The texts as the dialect takes them; null is no texts."""
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class _Among(FunctionElement[Any]):
    inherit_cache = True
    # A Boolean would come out as "(… IN …) = 1" on SQLite, for which no index is used.
    type = NullType()


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - both parts are compiled SQL


def among(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """True where ``column`` is one of the ids given as ``parameter`` at execution (any iterable of int)."""
    return cast(ColumnElement[bool], _Among(column, bindparam(parameter, type_=IdList())))


def among_texts(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """The same for texts: true where ``column`` is one of the texts given as ``parameter``."""
    return cast(ColumnElement[bool], _Among(column, bindparam(parameter, type_=TextList())))
