"""Samples for the living page: values in the shapes that the shared parts take from real pages. All are invented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Final

from markupsafe import Markup

from portal.blueprints.again_words import Trouble
from portal.blueprints.cards import Card, unit_word
from portal.blueprints.credit import Freeing
from portal.blueprints.promises import ShownPromise
from portal.blueprints.styleguide.palette import Pair, pairs
from portal.core.accents import AnyAccent
from portal.pricing.priced import PricedLine, PriceState, Step, StepKind, TaxLine, Tier
from portal.settings import ROOT

TEXTS: Final = ("normal", "large")
THEMES: Final = ("system", "light", "dark")

ORDER_STATES: Final = (
    "placed", "confirmed", "picking", "partially_shipped", "shipped", "partially_delivered", "delivered",
    "on_hold", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Samples:
    """What the living page shows."""

    pairs: tuple[Pair, ...]
    icons: tuple[str, ...]
    drawings: tuple[str, ...]
    """Categories that have a drawing of their own."""
    cards: tuple[Card, ...]
    prices: tuple[tuple[str, PricedLine], ...]
    """What is special about each, and the price."""
    tiers: tuple[Tier, ...]
    steps: tuple[Step, ...]
    promises: tuple[ShownPromise, ...]
    way: tuple[SimpleNamespace, ...]
    """An order's steps, for timeline and progress."""
    taxes: tuple[TaxLine, ...]
    rows: tuple[SimpleNamespace, ...]
    """Of a summary."""
    freeing: Freeing
    again: tuple[SimpleNamespace, ...]
    places: tuple[SimpleNamespace, ...]
    order_states: tuple[str, ...] = ORDER_STATES

    @staticmethod
    def unit_word(unit: str) -> str:
        """One unit as it stands after a price."""
        return unit_word(unit)


def samples(accent: AnyAccent, today: date, now: datetime) -> Samples:
    """The samples, with days around ``today``."""
    return Samples(
        pairs=pairs(accent),
        icons=icons(),
        drawings=drawings(),
        cards=_cards(),
        prices=(
            ("plain", _price(120_000_000)),
            ("below list price", _price(105_000_000, list_e4=120_000_000)),
            ("with tax", _price(132_000_000, tax_included=True)),
            ("small amounts", _price(125_000, currency="CAD")),
            ("on request", _price(None)),
        ),
        tiers=(Tier(1, 120_000_000, 0), Tier(12, 114_000_000, 6_000_000), Tier(48, 105_000_000, 15_000_000)),
        steps=(
            Step(StepKind.LIST, "base", {}, None, None, 1_440_000_000),
            Step(StepKind.CONTRACT, "c", {"en": "Agreement"}, None, today + timedelta(90), -72_000_000),
            Step(StepKind.PROMOTION, "p", {"en": "Autumn"}, None, today + timedelta(6), -108_000_000),
        ),
        promises=(
            ShownPromise(today + timedelta(1), "tomorrow", 2 * 3600 + 41 * 60, "", ""),
            ShownPromise(today + timedelta(4), "Friday", None, "Wed 14:00", "8 of 12 arrive tomorrow."),
            ShownPromise(None, "", None, "", "No delivery day is known for this place yet."),
        ),
        way=tuple(
            SimpleNamespace(label=label, state=state, at=now - timedelta(hours=ago) if ago else None, note=note)
            for label, state, ago, note in (
                ("Placed", "done", 30, None),
                ("Confirmed", "done", 27, None),
                ("Being picked", "current", 2, "2 of 3 lines are packed."),
                ("Shipped", "todo", 0, None),
                ("Delivered", "todo", 0, None),
            )
        ),
        taxes=(TaxLine("GST", 50_000, 20_000, 1_000), TaxLine("QST", 99_750, 20_000, 1_995)),
        rows=(
            SimpleNamespace(label="Goods", amount_minor=144_000, kind=""),
            SimpleNamespace(label="Autumn", amount_minor=-14_400, kind="discount"),
            SimpleNamespace(label="VAT 10%", amount_minor=12_960, kind=""),
        ),
        freeing=Freeing("Pay ₩120,000 and order", "#credit"),
        again=_again(today),
        places=(
            SimpleNamespace(
                country="KR", region="서울특별시", city="마포구", line1="양화로 45", line2="2층", postal_code="04036"
            ),
            SimpleNamespace(
                country="CA", region="QC", city="Montréal", line1="120, rue Sainte-Catherine O", line2="",
                postal_code="H2X 3V4",
            ),
        ),
    )  # fmt: skip


@cache
def icons() -> tuple[str, ...]:
    """Every icon of the sprite, by name."""
    sprite = (ROOT / "portal" / "static" / "img" / "icons.svg").read_text(encoding="utf-8")
    return tuple(re.findall(r'<symbol id="([a-z-]+)"', sprite))


@cache
def drawings() -> tuple[str, ...]:
    """Every category that has a drawing, by its key."""
    folder = ROOT / "portal" / "static" / "img" / "categories"
    return tuple(sorted(path.stem for path in folder.glob("*.svg")))


def _price(
    unit_e4: int | None,
    *,
    list_e4: int | None = None,
    tax_included: bool = False,
    currency: str = "KRW",
    total: int | None = None,
) -> PricedLine:
    """A price of one piece in ten-thousandths, None: on request; ``total`` of the line in minor units."""
    return PricedLine(
        variant_id=1,
        quantity=1,
        currency=currency,
        state=PriceState.ON_REQUEST if unit_e4 is None else PriceState.PRICED,
        unit_price_e4=unit_e4,
        list_unit_price_e4=list_e4 or unit_e4,
        line_total=total,
        list_total=None,
        tax_class="standard",
        tax_included=tax_included,
        unit_net_e4=unit_e4,
        unit_gross_e4=unit_e4,
        tiers=(),
        steps=(),
    )


def _card(sku: str, name: str, price: PricedLine, **differences: object) -> Card:
    values: dict[str, object] = {
        "sku": sku,
        "url": "#cards",
        "name": name,
        "brand": "Hanok Roasters",
        "option_text": "",
        "unit_label": "box",
        "pack_size": 1,
        "minimum": 1,
        "step": 1,
        "picture_url": None,
        "category_key": "cafe-beans",
        "price": price,
        "available": 120,
        "allow_backorder": False,
        "quantity": 1,
        "is_orderable": True,
    }
    return Card(**{**values, **differences})  # type: ignore[arg-type]


def _cards() -> tuple[Card, ...]:
    return (
        _card("SG-01", "Plain: Brazil Santos, 1 kg", _price(120_000_000)),
        _card(
            "SG-02", "Below list price, bought before, in the cart", _price(105_000_000, list_e4=120_000_000),
            category_key="cafe-syrup", bought="Last bought on 3 March · 5 boxes", in_cart=5, quantity=5,
        ),
        _card(
            "SG-03", "Few left, minimum and steps, with a long name that runs over more than two lines on a phone",
            _price(9_800_000), category_key="cafe-cups", available=7, minimum=6, step=6, quantity=6, pack_size=50,
        ),
        _card("SG-04", "Found by what was typed", _price(45_000_000), category_key="food-dairy",
              marked_name=Markup("Found by <mark>what</mark> was typed")),
        _card("SG-05", "On back-order", _price(310_000_000), category_key="hw-tool", available=0, allow_backorder=True),
        _card("SG-06", "Out of stock", _price(82_000_000), category_key="cos-skin", available=0, is_orderable=False),
        _card("SG-07", "Price on request", _price(None), category_key="cafe-machine", is_orderable=False),
    )  # fmt: skip


def _again(today: date) -> tuple[SimpleNamespace, ...]:
    """Lines that may be ordered again: as they were, dearer, and with something in the way."""

    def line(number: int, *, picked: bool = True, **differences: object) -> SimpleNamespace:
        priced = _price(120_000_000, total=144_000)
        wanted = SimpleNamespace(sku=f"SG-1{number}", quantity=12)
        values: dict[str, object] = {
            "wanted": wanted,
            "variant": SimpleNamespace(
                available=120, allow_backorder=False, first_quantity=1, unit="box", pack_size=12
            ),
            "priced": priced,
            "quantity": 12,
            "picked": picked,
            "is_ordered": picked,
            "price_change_e4": 0,
            "arrival": SimpleNamespace(promised=today + timedelta(1), waiting=0),
        }
        return SimpleNamespace(**{**values, **differences})

    def shown(number: int, line: SimpleNamespace, **differences: object) -> SimpleNamespace:
        values: dict[str, object] = {"notes": (), "price_note": "", "trouble": None}
        return SimpleNamespace(**{"id": number, "line": line, **values, **differences})

    partly = SimpleNamespace(promised=today + timedelta(1), waiting=4)
    return (
        shown(1, line(1)),
        shown(2, line(2, price_change_e4=5_000_000), price_note="₩11,500 last time, ₩12,000 today"),
        shown(3, line(3, arrival=partly), notes=("Sold in twelves: 10 became 12.",)),
        shown(4, line(4, is_ordered=False), trouble=Trouble("Only 6 are there.", (6,))),
        shown(
            5, line(5, variant=None, priced=None, picked=False), trouble=Trouble("This is no longer sold.")
        ),
    )
