"""Steps of shipments from a carrier's file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Final

from portal.core.database import Database
from portal.core.errors import NotFound, Refused
from portal.orders.entry.decoding import decode
from portal.orders.models import TrackingKind
from portal.orders.tracking import take_in

NEEDED: Final = ("shipment", "kind", "at")
"""Columns that every file has."""

KNOWN: Final = (*NEEDED, "place", "note")
"""Columns that are read; others are passed over."""

_REASONS: Final = {
    "unreadable": "kind is one of {kinds}; at is ISO 8601 with its zone, such as 2026-12-24T09:30:00+09:00",
    "wrong_moment": "at is before the shipment left, or in the future",
    "already_delivered": "the shipment had arrived by then",
    "illegal_move": "nothing of this order can arrive as it stands now",
}


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the file."""

    row: int
    """Line of the file on which it ends; the header is 1."""
    event: dict[str, str]


@dataclass(frozen=True, slots=True)
class TrackReport:
    """What became of the rows: each is counted once."""

    added: int
    known: int
    """Noted before."""
    refused: tuple[str, ...]
    """A sentence for each row that was not taken in, with the row's number."""

    def __str__(self) -> str:
        return f"{self.added} steps noted, {self.known} known before, {len(self.refused)} refused"


def import_tracks(database: Database, file: Path, *, now: datetime) -> TrackReport:
    """Note the steps in ``file``. Each row stands for itself: one that is refused keeps no other out.

    May be run again with the same file, or a longer one: what was noted before is not noted twice. Raises Refused
    ``not_text`` for bytes that are no text, ``no_columns`` with ``missing`` for a file without the columns it needs.
    """
    added = known = 0
    refused = []
    for track in read_tracks(file.read_bytes()):
        try:
            with database.transaction() as session:
                is_new = take_in(session, track.event, now=now)
        except NotFound:
            refused.append(f"row {track.row}: there is no shipment {track.event['shipment']!r}")
        except Refused as problem:
            reason = _REASONS.get(problem.code, problem.code).format(kinds=", ".join(TrackingKind))
            refused.append(f"row {track.row}: {reason}")
        else:
            added, known = added + is_new, known + (not is_new)
    return TrackReport(added, known, tuple(refused))


def read_tracks(content: bytes) -> list[Track]:
    """The rows of a file whose first line names the columns; blank rows are none. Raises Refused, see import_tracks."""
    try:
        return list(_tracks(content))
    except csv.Error as error:
        raise Refused("not_text") from error


def _tracks(content: bytes) -> Iterator[Track]:
    text = decode(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip().lower() for name in next(rows, [])]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Refused("no_columns", missing=missing)
    for values in rows:
        cells = {name: " ".join(value.split()) for name, value in zip(names, values, strict=False)}
        event = {name: cells[name] for name in KNOWN if cells.get(name)}
        if event:
            yield Track(rows.line_num, {"shipment": "", **event})
