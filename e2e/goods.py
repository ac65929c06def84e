"""Goods of the demo that the journeys buy: plenty in stock, and priced by quantity."""

from __future__ import annotations

from dataclasses import dataclass

BUYERS = {
    "ko": "buyer.kr@demo.example",
    "en": "buyer.us@demo.example",
    "ja": "buyer.jp@demo.example",
    "fr-CA": "buyer.ca@demo.example",
}
"""A buyer for each language, all on account."""

NEWCOMER = "new.us@demo.example"
"""The owner of a dealer without credit, who pays in advance."""

OWNER = "owner.kr@demo.example"
RIVAL = "rival.kr@demo.example"
DESK = "desk@demo.example"
FINANCE = "finance@demo.example"


@dataclass(frozen=True)
class Goods:
    """A variant: sold from ``step`` units on, in steps of as many."""

    sku: str
    step: int
    names: dict[str, str]


SYRUP = Goods("DL-VAN-02", 6, {"ko": "바닐라 시럽 1L", "en": "Vanilla Syrup 1L"})
SAUCE = Goods("DL-CRM-01", 6, {"ko": "카라멜 소스 1kg", "en": "Caramel Sauce 1kg"})
STRAWS = Goods("HG-STW-02", 10, {"ko": "종이 빨대 12mm 200개", "en": "Paper Straws 12mm, 200 pcs"})
