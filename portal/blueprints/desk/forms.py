"""What the desk's forms send. Each carries the version of the order that the page showed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from flask import request
from werkzeug.datastructures import MultiDict

from portal.blueprints.typed import MAX_REASON, MAX_SUBMIT_KEY, one_line
from portal.core.ids import submit_key
from portal.orders.rules import MAX_QUANTITY

MAX_CARRIER: Final = 60
"""Characters of a carrier's name."""

MAX_TRACKING: Final = 60
"""Characters of a tracking number."""

_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)
_LINE_FIELD = re.compile(r"units-([0-9]{1,18})", re.ASCII)
_DROP_FIELD = re.compile(r"quantity-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MoveForm:
    """POST of a move that needs no more than a reason, if that."""

    version: int | None
    """None: the form does not say, and counts as out of date."""
    reason: str

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        return cls(_whole(request.form.get("version", "")), _text(request.form, "reason", MAX_REASON))


@dataclass(frozen=True, slots=True)
class ShipForm:
    """POST /desk/orders/<number>/shipments."""

    version: int | None
    submit_key: str
    """Empty: the form has none, and is refused."""
    carrier: str
    tracking_number: str
    is_number_right: bool
    """True: the number is meant, although it does not look like one of the carrier's."""
    typed: dict[int, str]
    """What was typed for each drop, by its id."""

    @classmethod
    def empty(cls, version: int, quantities: dict[int, int]) -> Self:
        """A new form for an order of this version; ``quantities`` are units by drop."""
        return cls(
            version, submit_key(), "", "", False, {drop: str(units) for drop, units in quantities.items()}
        )

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        typed = {
            int(found.group(1)): text.strip()[:20]
            for name, text in request.form.items()
            if (found := _DROP_FIELD.fullmatch(name))
        }
        return cls(
            _whole(request.form.get("version", "")),
            _text(request.form, "submit_key", MAX_SUBMIT_KEY),
            _text(request.form, "carrier", MAX_CARRIER),
            _text(request.form, "tracking_number", MAX_TRACKING),
            request.form.get("number_is_right") == "1",
            typed,
        )

    @property
    def quantities(self) -> dict[int, int]:
        """Units by drop; an empty field is 0, and what is no quantity is left out: see ``wrong``."""
        read = {drop: 0 if text == "" else _whole(text) for drop, text in self.typed.items()}
        return {drop: units for drop, units in read.items() if units is not None and units <= MAX_QUANTITY}

    @property
    def wrong(self) -> frozenset[int]:
        """The drops whose field holds no quantity."""
        return frozenset(self.typed.keys() - self.quantities.keys())


@dataclass(frozen=True, slots=True)
class TakeBackForm:
    """POST /desk/orders/<number>/cancellation/units."""

    version: int | None
    reason: str
    typed: dict[int, str]
    """What was typed for each line, by its id."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        typed = {
            int(found.group(1)): text.strip()[:20]
            for name, text in request.form.items()
            if (found := _LINE_FIELD.fullmatch(name))
        }
        move = MoveForm.from_request()
        return cls(move.version, move.reason, typed)

    @property
    def units(self) -> dict[int, int] | None:
        """Units by line; an empty field is 0. None if a field holds no whole number."""
        read = {line: 0 if text == "" else _whole(text) for line, text in self.typed.items()}
        found = {line: units for line, units in read.items() if units is not None}
        return found if len(found) == len(read) else None


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text.strip()) else None


def _text(form: MultiDict[str, str], name: str, longest: int) -> str:
    return one_line(form.get(name))[:longest]
