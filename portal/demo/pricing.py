"""Writing the demo's price lists and promotions."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from portal.demo.goods import Article
from portal.demo.masters import Keys
from portal.demo.tariffs import (
    BASE_NAMES,
    BASE_TIERS,
    CONTRACT_TIERS,
    CURRENCIES,
    OFFERS,
    ON_REQUEST_SKUS,
    TARIFFS,
    Offer,
    Tariff,
    list_price_e4,
    lowered,
    tiers,
)
from portal.importers.bulk import insert_rows
from portal.pricing.models import (
    Price,
    PriceList,
    PriceListAssignment,
    PriceListKind,
    Promotion,
    PromotionAmount,
    PromotionAudience,
    PromotionTarget,
    TaxMode,
)

_PRICE: Final = ("variant_id", "price_list_id", "min_quantity", "amount_e4")


def write_prices(session: Session, all_articles: tuple[Article, ...], keys: Keys, today: date) -> None:
    """Base lists in every currency, segment and contract lists, promotions."""
    rows: list[tuple[int, int, int, int | None]] = []
    for currency in CURRENCIES:
        key = _list(session, f"base-{currency.lower()}", BASE_NAMES, PriceListKind.BASE, currency)
        for article in all_articles:
            variant_id = keys.variants[article.sku]
            if article.sku in ON_REQUEST_SKUS:
                rows.append((variant_id, key, 1, None))
                continue
            price = list_price_e4(article, currency)
            rows.extend(
                (variant_id, key, quantity, amount)
                for quantity, amount in tiers(article, currency, price, BASE_TIERS)
            )
    for tariff in TARIFFS:
        rows.extend(_tariff(session, tariff, all_articles, keys, today))
    insert_rows(session.connection(), Price, _PRICE, rows)
    for offer in OFFERS:
        _offer(session, offer, keys, today)


def _list(
    session: Session,
    code: str,
    names: dict[str, str],
    kind: PriceListKind,
    currency: str,
    validity: tuple[date | None, date | None] = (None, None),
    priority: int = 100,
    forbids_promotions: bool = False,
) -> int:
    row = PriceList(
        code=code,
        names=names,
        kind=kind,
        currency=currency,
        tax_mode=TaxMode.NET,
        valid_from=validity[0],
        valid_to=validity[1],
        priority=priority,
        forbids_promotions=forbids_promotions,
        active=True,
    )
    session.add(row)
    session.flush()
    return row.id


def _tariff(
    session: Session, tariff: Tariff, all_articles: tuple[Article, ...], keys: Keys, today: date
) -> list[tuple[int, int, int, int | None]]:
    key = _list(
        session,
        tariff.code,
        tariff.names,
        tariff.kind,
        tariff.currency,
        tariff.validity(today),
        tariff.priority,
        tariff.forbids_promotions,
    )
    to_segment = tariff.kind is PriceListKind.SEGMENT
    session.add(
        PriceListAssignment(
            price_list_id=key,
            segment_id=keys.segments[tariff.audience] if to_segment else None,
            account_id=None if to_segment else keys.accounts[tariff.audience],
        )
    )
    steps = BASE_TIERS if to_segment else CONTRACT_TIERS
    return [
        (keys.variants[article.sku], key, quantity, amount)
        for index, article in enumerate(all_articles)
        if tariff.covers(article, index) and article.sku not in ON_REQUEST_SKUS
        for quantity, amount in tiers(
            article,
            tariff.currency,
            lowered(list_price_e4(article, tariff.currency), tariff.ppm, tariff.currency),
            steps,
        )
    ]


def _offer(session: Session, offer: Offer, keys: Keys, today: date) -> None:
    first, last = offer.validity(today)
    row = Promotion(
        name_key=offer.name_key,
        names=offer.names,
        kind=offer.kind,
        percent_ppm=offer.percent_ppm,
        buy_quantity=offer.buy_get and offer.buy_get[0],
        get_quantity=offer.buy_get and offer.buy_get[1],
        min_quantity=offer.min_quantity,
        code=offer.code,
        stackable=offer.stackable,
        priority=100,
        everyone=not offer.segments,
        all_products=not offer.targets,
        valid_from=first,
        valid_to=last,
        active=True,
    )
    session.add(row)
    session.flush()
    found = {"category": keys.categories, "product": keys.products, "variant": keys.variants}
    session.add_all(
        PromotionTarget(promotion_id=row.id, quantity=quantity, **{f"{what}_id": found[what][code]})
        for what, code, quantity in offer.targets
    )
    session.add_all(
        PromotionAudience(promotion_id=row.id, segment_id=keys.segments[code]) for code in offer.segments
    )
    currencies = {*(offer.off_e4 or ()), *(offer.amount or ()), *(offer.minimum_value or ())}
    session.add_all(
        PromotionAmount(
            promotion_id=row.id,
            currency=currency,
            off_e4=(offer.off_e4 or {}).get(currency),
            amount=(offer.amount or {}).get(currency),
            minimum_value=(offer.minimum_value or {}).get(currency),
        )
        for currency in sorted(currencies)
    )
    session.flush()
