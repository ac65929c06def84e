"""What a change makes of an order, old beside new: kept with its event, and read by both sides. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, Self

from portal.orders.basket import BasketDrop, Group


@dataclass(frozen=True, slots=True)
class CellChange:
    """Units of a line for one place on one day."""

    location_id: int
    place: str
    """Its name then."""
    day: date | None
    """Null: as soon as possible."""
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line with another quantity, or that goes elsewhere."""

    variant_id: int
    sku: str
    name: str
    unit: str
    before: int
    """Units; 0: it was not in the order."""
    after: int
    """Units; 0: it is taken out."""
    total_before: int
    """Minor units, in the line's tax mode."""
    total_after: int
    cells: tuple[CellChange, ...] = ()
    """Where and when more or less of it goes than before."""

    def to_facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "variant_id": self.variant_id,
            "sku": self.sku,
            "name": self.name,
            "unit": self.unit,
            "quantity": [self.before, self.after],
            "total": [self.total_before, self.total_after],
            "cells": [
                {
                    "location_id": cell.location_id,
                    "place": cell.place,
                    "day": cell.day and cell.day.isoformat(),
                    "quantity": [cell.before, cell.after],
                }
                for cell in self.cells
            ],
        }


@dataclass(frozen=True, slots=True)
class ArrivalChange:
    """A delivery that arrives on another day than was told."""

    place: str
    day: date | None
    """Day asked for; null: as soon as possible."""
    before: date | None
    """Null: none could be told."""
    after: date | None


@dataclass(frozen=True, slots=True)
class OrderDiff:
    """All that a change does to an order; a pair is (before, after)."""

    lines: tuple[LineChange, ...] = ()
    arrivals: tuple[ArrivalChange, ...] = ()
    po_number: tuple[str, str] | None = None
    """None: the same as before; so is ``notes``."""
    notes: tuple[str, str] | None = None
    code: str | None = None
    """The promotion code that no longer applies."""
    freight: tuple[int, int] = (0, 0)
    """Minor units, without tax."""
    total: tuple[int, int] = (0, 0)
    """Minor units."""
    reason: str = ""
    """Why units were taken back, if somebody said so."""

    @property
    def is_empty(self) -> bool:
        """True if nothing changes."""
        return (
            not self.lines and self.po_number is None and self.notes is None and not self.is_dearer_or_cheaper
        )

    @property
    def is_dearer_or_cheaper(self) -> bool:
        """True if the order comes to another total."""
        return self.total[0] != self.total[1]

    def to_facts(self) -> dict[str, Any]:
        """As plain JSON values, for the event."""
        return {
            "lines": [line.to_facts() for line in self.lines],
            "arrivals": [
                {
                    "place": each.place,
                    "day": _text(each.day),
                    "arrives": [_text(each.before), _text(each.after)],
                }
                for each in self.arrivals
            ],
            "po_number": self.po_number and list(self.po_number),
            "notes": self.notes and list(self.notes),
            "code": self.code,
            "freight": list(self.freight),
            "total": list(self.total),
            "reason": self.reason,
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """What an event says; what it does not speak of stayed as it was."""
        return cls(
            lines=tuple(_line(line) for line in facts.get("lines") or ()),
            arrivals=tuple(
                ArrivalChange(each["place"], _day(each["day"]), *map(_day, each["arrives"]))
                for each in facts.get("arrivals") or ()
            ),
            po_number=_pair(facts.get("po_number")),
            notes=_pair(facts.get("notes")),
            code=facts.get("code"),
            freight=_pair(facts.get("freight")) or (0, 0),
            total=_pair(facts.get("total")) or (0, 0),
            reason=str(facts.get("reason") or ""),
        )


class Described(Protocol):
    """What a line of the diff is called."""

    @property
    def sku(self) -> str:
        """Article number."""
        ...

    @property
    def name(self) -> str:
        """In the order's language."""
        ...

    @property
    def unit(self) -> str:
        """What is counted."""
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """A line on one side of the diff."""

    described: Described
    total: int
    """Minor units."""
    drops: Sequence[BasketDrop]


def line_changes(
    before: Mapping[int, Side], after: Mapping[int, Side], places: Mapping[int, str]
) -> tuple[LineChange, ...]:
    """The lines (by variant id) whose units are others or go elsewhere, those of before first."""
    found = []
    for variant_id in dict.fromkeys((*before, *after)):
        old, new = before.get(variant_id), after.get(variant_id)
        cells = _cells(old.drops if old else (), new.drops if new else (), places)
        described = (old or new or _nobody()).described
        if cells:
            found.append(
                LineChange(
                    variant_id=variant_id,
                    sku=described.sku,
                    name=described.name,
                    unit=described.unit,
                    before=sum(drop.quantity for drop in old.drops) if old else 0,
                    after=sum(drop.quantity for drop in new.drops) if new else 0,
                    total_before=old.total if old else 0,
                    total_after=new.total if new else 0,
                    cells=cells,
                )
            )
    return tuple(found)


def _nobody() -> Side:
    raise AssertionError("a line is on one side at least")


def units_by_group(drops: Iterable[BasketDrop]) -> dict[Group, int]:
    """Units by place and day."""
    units: dict[Group, int] = {}
    for drop in drops:
        units[drop.group] = units.get(drop.group, 0) + drop.quantity
    return units


def _cells(
    before: Iterable[BasketDrop], after: Iterable[BasketDrop], places: Mapping[int, str]
) -> tuple[CellChange, ...]:
    old, new = units_by_group(before), units_by_group(after)
    groups = sorted({*old, *new}, key=lambda group: (group[1] or date.min, group[0]))
    return tuple(
        CellChange(group[0], places.get(group[0], ""), group[1], old.get(group, 0), new.get(group, 0))
        for group in groups
        if old.get(group, 0) != new.get(group, 0)
    )


def _line(facts: Mapping[str, Any]) -> LineChange:
    return LineChange(
        variant_id=facts["variant_id"],
        sku=facts["sku"],
        name=facts["name"],
        unit=facts["unit"],
        before=facts["quantity"][0],
        after=facts["quantity"][1],
        total_before=facts["total"][0],
        total_after=facts["total"][1],
        cells=tuple(
            CellChange(cell["location_id"], cell["place"], _day(cell["day"]), *cell["quantity"])
            for cell in facts["cells"]
        ),
    )


def _pair(values: Any) -> Any:
    return tuple(values) if values else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
