"""Reads of price lists, promotions and tax rates: four statements, built once, for one ask or a thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import (
    Connection,
    Date,
    Integer,
    Select,
    Table,
    bindparam,
    func,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.core.among import among
from portal.pricing.asked import AnyRow, facts_of, open_on_day
from portal.pricing.models import (
    Price,
    PriceList,
    PriceListAssignment,
    PriceListKind,
    PromotionKind,
    TaxRate,
)
from portal.pricing.priced import Ask
from portal.pricing.promotion_queries import RUNNING_PROMOTIONS, TARGETS, promotion_terms
from portal.pricing.terms import ListPrices, ListTerms, PricingTerms, TaxTerms, TierPrice

_KIND_RANK: Final = {PriceListKind.CONTRACT: 0, PriceListKind.SEGMENT: 1, PriceListKind.BASE: 2}
"""Contract before segment before base."""

# Plain tables, not mapped classes: rows come as tuples, and the ORM has no part in the statement.
_LISTS = cast(Table, PriceList.__table__).c
_ASSIGNMENTS = cast(Table, PriceListAssignment.__table__).c
_PRICES = cast(Table, Price.__table__).c
_RATES = cast(Table, TaxRate.__table__).c

_TARGET_NAMES: Final = ("promotion_id", "variant_id", "product_id", "category_id", "quantity")


def _lists() -> Any:
    """Base lists of the currency, then what the account has, then what its segment has.

    Three branches, each by its own index: thousands of contract lists of others are never looked at.
    """
    columns = (
        _LISTS.id, _LISTS.code, _LISTS.names, _LISTS.kind, _LISTS.tax_mode, _LISTS.valid_from, _LISTS.valid_to,
        _LISTS.forbids_promotions,
    )  # fmt: skip
    open_in_currency = (_LISTS.currency == bindparam("currency")) & open_on_day(_LISTS)
    is_base = _LISTS.kind == PriceListKind.BASE
    assigned = (
        select(*columns, func.coalesce(_ASSIGNMENTS.priority, _LISTS.priority).label("place"))
        .join(PriceListAssignment, _ASSIGNMENTS.price_list_id == _LISTS.id)
        .where(open_in_currency, ~is_base)
    )
    return union_all(
        assigned.where(_ASSIGNMENTS.account_id == bindparam("account_id")),
        assigned.where(_ASSIGNMENTS.segment_id == bindparam("segment_id")),
        select(*columns, _LISTS.priority.label("place")).where(open_in_currency, is_base),
    )


def _rates() -> Select[Any]:
    """Tax rates of the profile in force on the day, in columns that the targets can share."""
    day = bindparam("day", type_=Date)
    return select(
        _RATES.tax_class, _RATES.code, _RATES.valid_from, _RATES.valid_to, _RATES.position, _RATES.rate_ppm,
        *(type_coerce(null(), Integer).label(name) for name in _TARGET_NAMES),
    ).where(
        _RATES.tax_profile_id == bindparam("tax_profile_id"),
        _RATES.valid_from <= day,
        or_(_RATES.valid_to.is_(None), _RATES.valid_to >= day),
    )  # fmt: skip


def _rates_and_targets() -> Any:
    """The rates, and those targets of the running promotions that reach what is asked; of a bundle, all of them.

    One branch for each way of reaching, each by its own index: it does not matter how long a promotion's list is.
    """
    no_rate = (null() for _column in range(6))
    targets = select(*no_rate, *(TARGETS[name] for name in _TARGET_NAMES))
    # The sum keeps the databases from the index of promotions: a long promotion would be read whole.
    running = among(TARGETS.promotion_id + 0, "promotion_ids")
    return union_all(
        _rates(),
        targets.where(running, among(TARGETS.variant_id, "variant_ids")),
        targets.where(running, among(TARGETS.product_id, "product_ids")),
        targets.where(running, among(TARGETS.category_id, "category_ids")),
        targets.where(among(TARGETS.promotion_id, "bundle_ids")),
    )


# Built once: SQLAlchemy then finds their compiled text without looking at their parts again.
_LISTS_OF_BUYER: Final = _lists()
_PRICES_OF_VARIANTS: Final = select(
    _PRICES.variant_id, _PRICES.price_list_id, _PRICES.min_quantity, _PRICES.amount_e4
).where(among(_PRICES.variant_id, "variant_ids"), among(_PRICES.price_list_id, "list_ids"))
_RATES_OF_PROFILE: Final = _rates()
_RATES_AND_TARGETS: Final = _rates_and_targets()


def load_terms(
    session: Session, buyer: Buyer, asks: Sequence[Ask], on: date, code: str | None
) -> PricingTerms:
    """All terms of ``asks`` for ``buyer`` on the day ``on``: four statements. ``code`` is folded already."""
    connection = session.connection()
    variant_ids = {ask.variant_id for ask in asks}
    facts = facts_of(buyer, on, code)
    promotions = connection.execute(RUNNING_PROMOTIONS, facts).all()
    targeted = [row.id for row in promotions if not row.all_products and row.kind is not PromotionKind.BUNDLE]
    bundles = [row.id for row in promotions if row.kind is PromotionKind.BUNDLE]
    shared = connection.execute(
        _RATES_AND_TARGETS if targeted or bundles else _RATES_OF_PROFILE,
        {
            "tax_profile_id": buyer.tax_profile_id,
            "day": on,
            "promotion_ids": targeted,
            "bundle_ids": bundles,
            "variant_ids": variant_ids,
            "product_ids": {ask.product_id for ask in asks},
            "category_ids": {category_id for ask in asks for category_id in ask.category_ids},
        },
    ).all()
    return PricingTerms(
        account_id=buyer.account_id,
        segment_id=buyer.segment_id,
        currency=buyer.currency,
        day=on,
        code=code,
        tax_rounding=buyer.tax_rounding,
        prices=_load_prices(connection, facts, variant_ids),
        promotions=promotion_terms(promotions, [row for row in shared if row.tax_class is None]),
        tax_rates=_tax_terms(row for row in shared if row.tax_class is not None),
    )


def taxes_in_force(session: Session, tax_profile_id: int, on: date) -> dict[str, tuple[TaxTerms, ...]]:
    """Tax class → taxes of a tax profile on the day ``on``; without an entry for a class that bears none."""
    facts = {"tax_profile_id": tax_profile_id, "day": on}
    return _tax_terms(session.connection().execute(_RATES_OF_PROFILE, facts).all())


def lists_in_turn(session: Session, buyer: Buyer, on: date) -> tuple[int, ...]:
    """Ids of the price lists open to ``buyer`` on the day ``on``, the one that is asked first in front."""
    return tuple(each.id for each in _lists_in_turn(session.connection(), facts_of(buyer, on, None)))


def list_amounts(
    session: Session, buyer: Buyer, quantities: Mapping[int, int], on: date
) -> dict[int, int | None]:
    """Variant → what the list that is asked first asks for a unit, e4, when so many units are bought; two statements.

    Before promotions, in the list's own tax mode; null: on request. A variant no list prices is left out.
    """
    connection = session.connection()
    places = {
        each.id: place for place, each in enumerate(_lists_in_turn(connection, facts_of(buyer, on, None)))
    }
    wanted = {"variant_ids": quantities, "list_ids": places}
    best: dict[int, tuple[int, int, int | None]] = {}
    for variant_id, list_id, begins, amount_e4 in connection.execute(_PRICES_OF_VARIANTS, wanted):
        if begins <= quantities[variant_id]:
            # Of the list asked first, the highest tier reached.
            found = (places[list_id], -begins, amount_e4)
            known = best.get(variant_id)
            if known is None or found[:2] < known[:2]:
                best[variant_id] = found
    return {variant_id: amount_e4 for variant_id, (_place, _begins, amount_e4) in best.items()}


def _load_prices(
    connection: Connection, facts: Mapping[str, Any], variant_ids: Iterable[int]
) -> dict[int, tuple[ListPrices, ...]]:
    """Variant → its prices by list, the list that is asked first in front."""
    in_turn = _lists_in_turn(connection, facts)
    tiers: dict[int, dict[int, list[TierPrice]]] = {}
    wanted = {"variant_ids": variant_ids, "list_ids": [each.id for each in in_turn]}
    for variant_id, list_id, min_quantity, amount_e4 in connection.execute(_PRICES_OF_VARIANTS, wanted):
        tiers.setdefault(variant_id, {}).setdefault(list_id, []).append((min_quantity, amount_e4))
    return {
        variant_id: tuple(
            ListPrices(price_list, tuple(sorted(found) if len(found) > 1 else found))
            for price_list in in_turn
            if (found := by_list.get(price_list.id))
        )
        for variant_id, by_list in tiers.items()
    }


def _lists_in_turn(connection: Connection, facts: Mapping[str, Any]) -> list[ListTerms]:
    """The lists open to the buyer, the one that is asked first in front."""
    places: dict[int, tuple[int, int, int]] = {}
    lists: dict[int, ListTerms] = {}
    for row in connection.execute(_LISTS_OF_BUYER, facts):
        *columns, place = row
        price_list = ListTerms(*columns)
        # A list given to the account and to its segment as well has the place the account gave it: it comes first.
        lists.setdefault(price_list.id, price_list)
        places.setdefault(price_list.id, (_KIND_RANK[price_list.kind], place, price_list.id))
    return [lists[list_id] for list_id in sorted(lists, key=places.__getitem__)]


def _tax_terms(rows: Iterable[AnyRow]) -> dict[str, tuple[TaxTerms, ...]]:
    """Tax class → taxes by position. Where an older rate was left open, the one that began last counts."""
    latest: dict[tuple[str, str], TaxTerms] = {}
    for row in sorted(rows, key=lambda row: row.valid_from):
        rate = TaxTerms(row.code, row.rate_ppm, row.position, row.valid_from, row.valid_to)
        latest[row.tax_class, row.code] = rate
    by_class: dict[str, list[TaxTerms]] = {}
    for (tax_class, _code), tax in latest.items():
        by_class.setdefault(tax_class, []).append(tax)
    return {
        tax_class: tuple(sorted(taxes, key=lambda tax: (tax.position, tax.code)))
        for tax_class, taxes in by_class.items()
    }
