"""What is read from the database for the index, and who asks for it to be read again."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.catalog import stock
from portal.catalog.index_outbox import INDEX_JOB, touch, touch_products
from portal.catalog.models import Assortment, AssortmentItem, Product, Stock, Variant
from portal.catalog.search_text import refresh_search_text
from portal.discovery import feed
from portal.discovery.feed import index_settings, indexed_list_ids, items
from portal.jobs.models import Job
from portal.pricing.models import PriceListKind
from search.documents import Attribute, Item, fingerprint
from tests.factories import (
    added,
    make_assortment,
    make_brand,
    make_category,
    make_price,
    make_price_list,
    make_product,
    make_segment,
    make_stock,
    make_variant,
    make_warehouse,
)
from tests.ordering import NOW, open_shop
from tests.storefront import Shop, shop

__all__ = ["shop"]

TODAY = date(2026, 11, 23)


def only(session: Session) -> Item:
    (item,) = items(session, None, TODAY)
    return item


def asked(session: Session) -> list[int]:
    """Every variant some job asks to be indexed, in the order asked."""
    jobs = session.scalars(select(Job).where(Job.name == INDEX_JOB).order_by(Job.id))
    return [each for job in jobs for each in job.arguments["ids"]]


def test_a_variant_is_told_whole(shop: Shop) -> None:
    session = shop.session
    root = make_category(session, slug="hw", names={"en": "Hardware"})
    leaf = make_category(session, root, slug="hw-bolt", names={"en": "Bolts"})
    brand = make_brand(session, code="VX", names={"en": "Vortex"})
    product = make_product(
        session,
        leaf,
        brand_id=brand.id,
        rank=7,
        descriptions={"en": "For wood."},
        attributes={
            "Weight": 12,
            "colour": {"name": {"en": "Colour", "ko": "색"}, "value": {"en": "Red", "ko": "빨강"}},
            "Finish": {"en": "Zinc"},
        },
    )
    bolt = shop.sell(
        "A-1/2",
        product=product,
        barcode="8010325946046",
        part_number="VX 9",
        reading="ぼると",
        options=[{"name": {"en": "Size"}, "value": "M8"}],
        minimum=5,
        step=4,
        stock=8,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    make_stock(session, bolt, make_warehouse(session), 7)
    assortment = make_assortment(session, [bolt], account=shop.account)
    make_price(session, shop.base, bolt, 9_000_0000, min_quantity=8)
    make_price(session, shop.base, bolt, 1_0000, min_quantity=9)
    make_price(session, make_price_list(session, account=shop.account), bolt, 1_0000)
    segment_list = make_price_list(session, segment=make_segment(session))
    make_price(session, segment_list, bolt, None)
    for number in range(3):
        shop.order(f"2026-00000{number}", bolt)
    shop.order("2026-000009", bolt, at=datetime(2025, 1, 1, tzinfo=UTC))

    assert only(session) == Item(
        id=bolt.id,
        sku="A-1/2",
        product_id=product.id,
        names={"ko": "원두", "en": "원두 en"},
        reading="ぼると",
        barcode="8010325946046",
        part_number="VX 9",
        brand_code="VX",
        brand_names={"en": "Vortex"},
        descriptions={"en": "For wood."},
        attributes=(
            Attribute({"en": "Size"}, {"": "M8"}),
            Attribute({"": "Finish"}, {"en": "Zinc"}),
            Attribute({"": "Weight"}, {"": "12"}),
            Attribute({"en": "Colour", "ko": "색"}, {"en": "Red", "ko": "빨강"}),
        ),
        category_ids=(root.id, leaf.id),
        category_names=({"en": "Hardware"}, {"en": "Bolts"}),
        stock_in=(shop.warehouse.id,),
        assortment_ids=(assortment.id,),
        prices={shop.base.id: 9_000_0000},
        popularity=2,
        rank=7,
        created=int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()),
    )


def test_what_is_not_sold_is_left_out_and_little_is_enough(shop: Shop) -> None:
    make_variant(shop.session, active=False)
    make_variant(shop.session, make_product(shop.session, active=False))
    plain = make_variant(shop.session, minimum=3, step=1)
    whole = shop.session.scalars(select(Assortment).where(Assortment.everything)).one()
    added(shop.session, AssortmentItem(assortment_id=whole.id, variant_id=plain.id))
    item = only(shop.session)
    assert (item.id, item.stock_in, item.assortment_ids, item.prices, item.popularity) == (
        plain.id,
        (),
        (),
        {},
        0,
    )
    assert (item.barcode, item.reading, item.brand_code, item.attributes) == ("", "", "", ())


@pytest.mark.parametrize("size", [1, 2, 1_000])
def test_the_whole_catalog_comes_in_batches_and_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(feed, "BATCH", size)
    monkeypatch.setattr(feed, "_NEXT_IDS", feed._NEXT_IDS.limit(size))
    ids = [shop.sell(f"N-{number}").id for number in range(5)]
    assert [item.id for item in items(shop.session, None, TODAY)] == ids
    assert [item.id for item in items(shop.session, [ids[3], ids[1], 999_999], TODAY)] == [ids[1], ids[3]]
    assert list(items(shop.session, [], TODAY)) == []


def test_an_item_is_the_same_all_day_whatever_is_ordered(shop: Shop) -> None:
    beans = shop.sell("B")
    before = fingerprint(only(shop.session))
    for number in range(3):
        shop.order(f"2026-00000{number}", beans, at=datetime(2026, 11, 22, 15 + number, tzinfo=UTC))
    assert fingerprint(only(shop.session)) == before


def test_lists_that_many_share_are_indexed(shop: Shop) -> None:
    segment_list = make_price_list(shop.session, segment=make_segment(shop.session))
    make_price_list(shop.session, account=shop.account)
    make_price_list(shop.session, active=False, kind=PriceListKind.BASE)
    assert indexed_list_ids(shop.session) == (shop.base.id, segment_list.id)
    assert index_settings(shop.session).price_list_ids == (shop.base.id, segment_list.id)


class TestOutbox:
    def test_ids_come_once_and_in_chunks(self, session: Session) -> None:
        touch(session, [3, 1, 3, *range(10, 1_208)], NOW)
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
        assert [len(job.arguments["ids"]) for job in jobs] == [500, 500, 200]
        assert asked(session)[:3] == [1, 3, 10]
        assert {job.run_after for job in jobs} == {NOW}

    def test_nothing_is_asked_for_nothing(self, session: Session) -> None:
        touch(session, [], NOW)
        touch_products(session, [], NOW)
        assert asked(session) == []

    def test_products_stand_for_their_variants(self, session: Session) -> None:
        product = make_product(session)
        variants = [make_variant(session, product).id for _ in range(2)]
        make_variant(session)
        touch_products(session, [product.id], NOW)
        assert asked(session) == variants

    def test_new_texts_are_indexed(self, session: Session) -> None:
        product = make_product(session)
        variants = [make_variant(session, product).id for _ in range(2)]
        other = make_variant(session)
        # A database may give texts by locale in another order than the factory wrote them.
        refresh_search_text(session, now=NOW)
        session.execute(delete(Job))
        assert refresh_search_text(session, now=NOW) == 0
        assert asked(session) == []
        session.execute(update(Variant).where(Variant.id == other.id).values(search_text="old"))
        assert refresh_search_text(session, now=NOW) == 1
        assert asked(session) == [other.id]
        refresh_search_text(session, [product.id], now=NOW)
        assert asked(session) == [other.id, *variants]


class TestStockFlips:
    def test_only_the_order_that_takes_the_last_is_told_of(self, session: Session) -> None:
        shop = open_shop(session)
        beans = shop.sell(session, won=100, on_hand=9, minimum=3, step=2)
        wants = [stock.Want(beans, shop.warehouse_id, 4)]
        stock.reserve(session, wants, now=NOW)
        assert asked(session) == []
        # Five are left, four can be ordered; then one is left.
        stock.reserve(session, wants, now=NOW)
        assert asked(session) == [beans]

    def test_goods_that_come_in_are_told_of_once_there_are_enough(self, session: Session) -> None:
        shop = open_shop(session)
        beans = shop.sell(session, won=100, on_hand=1, minimum=4, step=4)
        place = (beans, shop.warehouse_id)
        stock.receive(session, {place: 2}, now=NOW)
        assert asked(session) == []
        stock.receive(session, {place: 1}, now=NOW)
        stock.receive(session, {place: 10}, now=NOW)
        assert asked(session) == [beans]

    def test_a_shelf_that_had_none_is_told_of(self, session: Session) -> None:
        shop = open_shop(session)
        beans = shop.sell(session, won=100)
        stock.receive(session, {(beans, shop.warehouse_id): 5}, now=NOW)
        assert asked(session) == [beans]

    def test_shipping_what_was_promised_changes_nothing_to_find(self, session: Session) -> None:
        shop = open_shop(session)
        beans = shop.sell(session, won=100, on_hand=5)
        stock.reserve(session, [stock.Want(beans, shop.warehouse_id, 3)], now=NOW)
        stock.ship(session, {(beans, shop.warehouse_id): 3})
        assert session.scalars(select(Stock.on_hand)).one() == 2
        assert asked(session) == []


def test_an_unknown_product_gives_no_item(session: Session) -> None:
    assert list(items(session, [session.query(Product).count() + 1], TODAY)) == []
