"""What the pages of lists send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from werkzeug.datastructures import FileStorage, MultiDict

from portal.blueprints.typed import one_line, some_lines
from portal.orders.entry.text import LONGEST_TEXT

MAX_UPLOAD_BYTES: Final = 6_000_000
"""Largest form with a file; the file itself may have five million bytes."""

_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_MOVE = re.compile(r"(\d{1,15}):(up|down)", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewListForm:
    """GET /lists/new and POST /lists."""

    name: str = ""
    shared: bool = False
    order: str = ""
    """Number of the order it is made from; empty: none."""
    cart: bool = False
    """True: it is made from the cart."""
    text: str = ""
    file: FileStorage | None = None
    without: bool = False
    """True: the person knows which lines are not understood, and makes the list without them."""

    @classmethod
    def read(cls, values: MultiDict[str, str], files: MultiDict[str, FileStorage] | None = None) -> Self:
        """Read what was sent; never raises."""
        file = files.get("file") if files else None
        return cls(
            name=one_line(values.get("name")),
            shared=values.get("shared") == "1",
            order=one_line(values.get("order")),
            cart=values.get("from") == "cart",
            text=some_lines((values.get("text") or "").replace("\t", " \t ")[: LONGEST_TEXT + 1]),
            file=file if file and file.filename else None,
            without=values.get("without") == "1",
        )


@dataclass(frozen=True, slots=True)
class LinesForm:
    """What is done to a list's lines, beside their quantities: POST /lists/<id>/lines."""

    version: int
    """0: the form has none, which no list has."""
    move: tuple[int, str] | None
    """A variant (id), and ``up`` or ``down``."""
    remove: int | None
    order: tuple[int, ...]
    """Variants (id) as they were dragged; empty: they were not."""

    @classmethod
    def read(cls, values: MultiDict[str, str]) -> Self:
        """Read what was sent; never raises."""
        version, remove = values.get("version", ""), values.get("remove", "")
        move = _MOVE.fullmatch(values.get("move", ""))
        order = values.get("order", "")[:20_000].split(",")
        return cls(
            version=int(version) if _WHOLE.fullmatch(version) else 0,
            move=(int(move[1]), move[2]) if move else None,
            remove=int(remove) if _WHOLE.fullmatch(remove) else None,
            order=tuple(int(one) for one in order if _WHOLE.fullmatch(one)),
        )

    def turn(self, variant_ids: list[int]) -> tuple[int, ...]:
        """The order of the lines after it; empty: as it was."""
        if self.move is None or self.move[0] not in variant_ids:
            return self.order
        turned = list(variant_ids)
        place = turned.index(self.move[0])
        other = place - 1 if self.move[1] == "up" else place + 1
        if 0 <= other < len(turned):
            turned[place], turned[other] = turned[other], turned[place]
        return tuple(turned)
