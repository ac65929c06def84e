"""Plain full-text search to stand beside an engine: SQLite's FTS5 over the same texts, ranked by weighted bm25."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from search.documents import Item

COLUMNS: Final[Mapping[str, float]] = {
    "name": 10.0,
    "code": 8.0,
    "brand": 5.0,
    "attributes": 3.0,
    "category": 2.0,
    "description": 1.0,
}
"""Columns with their weights."""

PLAIN: Final = "unicode61 remove_diacritics 2"
STEMMED: Final = f"porter {PLAIN}"


class FullText:
    """Items in a table of FTS5, in memory unless a file is named."""

    def __init__(self, tokenizer: str = PLAIN, file: str = ":memory:") -> None:
        self._database = sqlite3.connect(file)
        self._database.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS item USING fts5({', '.join(COLUMNS)}, tokenize = '{tokenizer}')"
        )
        self._weights = ", ".join(map(str, COLUMNS.values()))

    def add(self, items: Iterable[Item]) -> None:
        """Put items in; their ids must be new."""
        with self._database:
            self._database.executemany(
                f"INSERT INTO item (rowid, {', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                ((item.id, *_texts(item)) for item in items),
            )

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM item").fetchone()[0])

    def find(self, query: str, limit: int, *, is_prefix: bool = True) -> Sequence[int]:
        """Ids of what holds all words, best first, filled up with what holds any of them.

        The last word is looked for as the beginning of one too if ``is_prefix``: that is how search fields use FTS5.
        """
        words = [f'"{word}"' for word in re.findall(r"[^\W_]+", query)]
        if not words:
            return ()
        if is_prefix:
            words[-1] += "*"
        found = self._match(" ".join(words), limit)
        if len(found) < limit and len(words) > 1:
            found += [number for number in self._match(" OR ".join(words), 2 * limit) if number not in found]
        return found[:limit]

    def _match(self, expression: str, limit: int) -> list[int]:
        rows = self._database.execute(
            f"SELECT rowid FROM item WHERE item MATCH ? ORDER BY bm25(item, {self._weights}), rowid LIMIT ?",  # noqa: S608
            (expression, limit),
        )
        return [number for (number,) in rows]

    def close(self) -> None:
        """Let go of the table."""
        self._database.close()


def _texts(item: Item) -> tuple[str, ...]:
    attributes = (text for each in item.attributes for text in (*each.names.values(), *each.values.values()))
    return (
        " ".join(item.names.values()) + " " + item.reading,
        f"{item.sku} {item.part_number} {item.barcode}",
        " ".join(item.brand_names.values()),
        " ".join(attributes),
        " ".join(name for names in item.category_names for name in names.values()),
        " ".join(item.descriptions.values()),
    )
