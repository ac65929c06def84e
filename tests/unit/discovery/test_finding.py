"""What a dealer finds, and that a lagging index tells nobody of what is not theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, update

from portal.catalog.models import AssortmentGrant, AssortmentItem, Product, Stock, Variant
from portal.discovery import finding
from portal.discovery.finding import PriceOrder, Sort, Wish, suggest
from portal.discovery.service import SearchService
from portal.pricing.models import Price, PromotionKind
from search.engine import Facet
from tests.factories import (
    make_account,
    make_assortment,
    make_brand,
    make_buyer,
    make_category,
    make_price,
    make_price_list,
    make_product,
    make_promotion,
    make_stock,
)
from tests.ordering import TODAY, counted_statements
from tests.unit.discovery.conftest import Indexed


def test_typing_as_dealers_do_finds_the_variant_as_the_database_has_it(indexed: Indexed) -> None:
    indexed.shop.sell("B-1", name="에스프레소 원두", stock=7)
    indexed.shop.sell("C-1", name="종이컵")
    indexed.build()
    for typed in ("에스프레소", "에스프", "ㅇㅅㅍㄹㅅ", "dptmvmfpth", "에스프레소원두", "에스프래소", "b1"):
        found = indexed.find(typed)
        assert [row.sku for row in found.rows] == ["B-1"], typed
        assert (found.total, found.has_more, found.is_simple, found.page) == (1, False, False, 1)
    assert found.rows[0].available == 7
    assert indexed.find("에스프래소").relaxed == 1
    assert indexed.skus("전혀 없는 말") == []


def test_facets_and_counts_are_of_what_the_account_sees(indexed: Indexed) -> None:
    shop = indexed.shop
    cups = make_category(shop.session, shop.category, slug="cups", names={"ko": "컵"})
    brand = make_brand(shop.session, code="MBR")
    red = {"name": {"ko": "색"}, "value": {"ko": "빨강"}}
    shop.sell("ONE", product=make_product(shop.session, cups, brand_id=brand.id), options=[red])
    two = shop.sell("TWO", category=cups, stock=0)
    secret = shop.sell(
        "SECRET", product=make_product(shop.session, brand_id=make_brand(shop.session, code="X").id)
    )
    make_assortment(shop.session, [secret], account=shop.account, hides=True)
    make_promotion(shop.session, PromotionKind.PERCENT, percent_ppm=100_000, targets=[shop.category])
    shop.order("2026-000001", two)
    indexed.build()
    found = indexed.find()
    assert found.total == 2
    assert found.facets[Facet.BRAND] == {"MBR": 1}
    assert found.facets[Facet.CATEGORY] == {str(shop.category.id): 2, str(cups.id): 2}
    assert found.facets[Facet.ATTRIBUTE] == {"색\x1f빨강": 1}
    assert found.counts == {"in_stock": 1, "bought": 1, "on_promotion": 2}
    assert indexed.skus(in_stock=True) == ["ONE"]
    assert indexed.skus(bought=True) == ["TWO"]
    assert indexed.skus(brand_codes=("MBR", "X")) == ["ONE"]
    assert indexed.skus(attributes=(("색", ("빨강", "파랑")),)) == ["ONE"]
    assert indexed.skus(category_ids=(shop.category.id,)) == ["ONE", "TWO"]
    plain = indexed.find(with_facets=False)
    assert (plain.facets, plain.counts) == ({}, {})


def test_what_is_on_promotion(indexed: Indexed) -> None:
    shop = indexed.shop
    one, two, three = shop.sell("ONE"), shop.sell("TWO"), shop.sell("THREE")
    product = shop.session.get_one(Product, two.product_id)
    make_promotion(shop.session, PromotionKind.PERCENT, percent_ppm=100_000, targets=[one, product])
    make_promotion(shop.session, PromotionKind.PERCENT, percent_ppm=100_000, targets=[three], code="SECRET")
    make_promotion(shop.session, PromotionKind.ORDER_AMOUNT, amount=1_000)
    make_promotion(
        shop.session,
        PromotionKind.PERCENT,
        percent_ppm=1,
        targets=[three],
        account=make_account(shop.session),
    )
    indexed.build()
    assert indexed.skus(on_promotion=True) == ["ONE", "TWO"]
    make_promotion(shop.session, PromotionKind.BUY_GET, buy_quantity=2, get_quantity=1)
    found = indexed.find(on_promotion=True)
    assert [row.sku for row in found.rows] == ["ONE", "TWO", "THREE"]
    assert found.counts["on_promotion"] == 3


class TestStaleIndex:
    """The index still says what the database does not say any more."""

    @pytest.fixture(autouse=True)
    def three_products(self, indexed: Indexed) -> None:
        for sku in ("ONE", "TWO", "SECRET"):
            brand = make_brand(indexed.shop.session, code=f"BRAND-{sku}")
            indexed.shop.sell(sku, name="원두", product=make_product(indexed.shop.session, brand_id=brand.id))
        indexed.build()
        assert indexed.find("원두").total == 3

    def assert_secret_is_gone(self, indexed: Indexed, **wish: Any) -> None:
        for sort in Sort:
            found = indexed.find("원두", sort=sort, **wish)
            assert [row.sku for row in found.rows] == ["ONE", "TWO"]
            assert (found.total, found.has_more) == (2, False)
        found = indexed.find("원두", **wish)
        assert found.facets[Facet.BRAND] == {"BRAND-ONE": 1, "BRAND-TWO": 1}
        assert indexed.find("SECRET", **wish).rows == ()
        assert indexed.find("SECRET", **wish).total == 0

    def test_a_variant_no_longer_sold(self, indexed: Indexed) -> None:
        indexed.shop.session.execute(update(Variant).where(Variant.sku == "SECRET").values(active=False))
        self.assert_secret_is_gone(indexed)

    def test_a_variant_newly_hidden(self, indexed: Indexed) -> None:
        secret = indexed.find("SECRET").ids
        shop = indexed.shop
        variants = [shop.session.get_one(Variant, each) for each in secret]
        make_assortment(shop.session, variants, account=shop.account, hides=True)
        self.assert_secret_is_gone(indexed)

    def test_stock_that_is_gone(self, indexed: Indexed) -> None:
        (secret,) = indexed.find("SECRET").ids
        indexed.shop.session.execute(update(Stock).where(Stock.variant_id == secret).values(on_hand=0))
        self.assert_secret_is_gone(indexed, in_stock=True)
        assert [row.available for row in indexed.find("SECRET").rows] == [0]

    def test_a_price_that_changed_is_sorted_by_at_once(self, indexed: Indexed) -> None:
        (one,) = indexed.find("ONE").ids
        indexed.shop.session.execute(
            update(Price).where(Price.variant_id == one).values(amount_e4=99_000_0000)
        )
        assert indexed.skus("원두", sort=Sort.PRICE)[-1] == "ONE"
        assert indexed.skus("원두", sort=Sort.PRICE_DESCENDING)[0] == "ONE"

    def test_a_grant_that_was_taken_away(self, indexed: Indexed) -> None:
        indexed.shop.session.execute(
            delete(AssortmentGrant).where(AssortmentGrant.account_id == indexed.shop.account.id)
        )
        found = indexed.find("원두")
        assert (found.rows, found.total, found.counts["in_stock"]) == ((), 0, 0)
        assert not any(found.facets.values())

    def test_an_item_taken_out_of_the_only_assortment(self, indexed: Indexed) -> None:
        shop = indexed.shop
        account = make_account(shop.session, sees_everything=False)
        shown = [shop.session.get_one(Variant, each) for each in indexed.find("원두").ids]
        assortment = make_assortment(shop.session, shown, account=account)
        indexed.build()
        buyer = make_buyer(shop.session, account)
        assert indexed.find("원두", buyer=buyer).total == 3
        secret = next(each.id for each in shown if each.sku == "SECRET")
        shop.session.execute(
            delete(AssortmentItem).where(
                AssortmentItem.assortment_id == assortment.id, AssortmentItem.variant_id == secret
            )
        )
        self.assert_secret_is_gone(indexed, buyer=buyer)

    def test_nothing_that_stands_is_no_hit_at_all(self, indexed: Indexed) -> None:
        indexed.shop.session.execute(update(Product).values(active=False))
        found = indexed.find("원두")
        assert (found.rows, found.total, found.is_simple) == ((), 0, False)


def test_a_page_full_of_holes_is_filled_from_further_down(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_CHECKED", 3)
    for number in range(12):
        indexed.shop.sell(f"N-{number:02d}", name="원두")
    indexed.build()
    gone = [f"N-{number:02d}" for number in range(5)]
    indexed.shop.session.execute(update(Variant).where(Variant.sku.in_(gone)).values(active=False))
    found = indexed.find(page_size=4)
    assert [row.sku for row in found.rows] == ["N-05", "N-06", "N-07", "N-08"]
    assert (found.total, found.has_more) == (7, True)
    indexed.shop.session.execute(update(Variant).values(active=False))
    assert indexed.find(page_size=4).rows == ()


class TestOrders:
    def test_the_accounts_own_price_decides(self, indexed: Indexed) -> None:
        shop = indexed.shop
        shop.sell("FIVE", won=5_000)
        own = shop.sell("OWN", won=9_000)
        shop.sell("SEVEN", won=7_000)
        shop.sell("ASK", won=None)
        bulk = shop.sell("BULK", won=8_000, minimum=10, step=10)
        make_price(shop.session, make_price_list(shop.session, account=shop.account), own, 1_000_0000)
        make_price(shop.session, shop.base, bulk, 6_000_0000, min_quantity=10)
        indexed.build()
        found = indexed.find(sort=Sort.PRICE)
        assert [row.sku for row in found.rows] == ["OWN", "FIVE", "BULK", "SEVEN", "ASK"]
        assert found.price_order is PriceOrder.EXACT
        assert indexed.skus(sort=Sort.PRICE_DESCENDING) == ["SEVEN", "BULK", "FIVE", "OWN", "ASK"]
        assert indexed.skus(sort=Sort.PRICE, page=2, page_size=2) == ["BULK", "SEVEN"]

    def test_of_very_many_a_shared_list_decides_and_says_so(
        self, indexed: Indexed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "MOST_SORTED", 3)
        shop = indexed.shop
        own = shop.sell("OWN", won=9_000)
        for won in (7_000, 5_000, 6_000):
            shop.sell(f"W-{won}", won=won)
        make_price(shop.session, make_price_list(shop.session, account=shop.account), own, 1_000_0000)
        indexed.build()
        found = indexed.find(sort=Sort.PRICE, page_size=3)
        assert [row.sku for row in found.rows] == ["W-5000", "W-6000", "W-7000"]
        assert (found.total, found.has_more, found.price_order) == (4, True, PriceOrder.LIST)
        # The page itself is in the order of the account's own prices.
        assert indexed.skus(sort=Sort.PRICE_DESCENDING, page_size=3) == ["W-7000", "W-6000", "OWN"]

    def test_of_many_the_list_that_answers_decides_promotions_left_out(
        self, indexed: Indexed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "MOST_PRICED", 3)
        shop = indexed.shop
        own = shop.sell("OWN", won=9_000)
        bulk = shop.sell("BULK", won=9_000, minimum=10, step=10)
        promoted = shop.sell("PROMOTED", won=8_000)
        shop.sell("SEVEN", won=7_000)
        shop.sell("ASK", won=None)
        make_price(shop.session, make_price_list(shop.session, account=shop.account), own, 1_000_0000)
        make_price(shop.session, shop.base, bulk, 5_000_0000, min_quantity=10)
        make_promotion(shop.session, PromotionKind.PERCENT, percent_ppm=900_000, targets=[promoted])
        indexed.build()
        found = indexed.find(sort=Sort.PRICE, page_size=3)
        assert [row.sku for row in found.rows] == ["OWN", "BULK", "SEVEN"]
        assert (found.total, found.has_more, found.price_order) == (5, True, PriceOrder.LIST)
        assert indexed.skus(sort=Sort.PRICE, page=2, page_size=3) == ["PROMOTED", "ASK"]
        descending = indexed.skus(sort=Sort.PRICE_DESCENDING, page_size=5)
        assert descending == ["SEVEN", "BULK", "OWN", "PROMOTED", "ASK"]

    def test_who_has_no_list_that_many_share_sorts_the_best_hits_and_closes_search_to_nobody(
        self, indexed: Indexed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "MOST_SORTED", 3)
        shop = indexed.shop
        contract = make_price_list(shop.session, account=shop.account)
        for number, won in enumerate((300, 100, 200, 50)):
            make_price(shop.session, contract, shop.sell(f"N-{number}", won=None), won * 10_000)
        shop.base.active = False
        indexed.build()
        for _ in range(5):
            found = indexed.find(sort=Sort.PRICE, page_size=3)
            # The first three hits by the seller's own order, and not all four, are put in order.
            assert [row.sku for row in found.rows] == ["N-1", "N-2", "N-0"]
            assert (found.total, found.has_more, found.is_simple) == (4, True, False)
        # A list that the index does not know yet, because it is new.
        shop.base.active = True
        assert indexed.skus(sort=Sort.PRICE, page_size=3) == ["N-1", "N-2", "N-0"]
        assert not indexed.find("N-0").is_simple

    def test_bought_most_often_comes_first(self, indexed: Indexed) -> None:
        shop = indexed.shop
        one, two, three = shop.sell("ONE"), shop.sell("TWO"), shop.sell("THREE")
        shop.order("2026-000001", three, two)
        shop.order("2026-000002", three)
        indexed.build()
        assert indexed.skus(sort=Sort.BOUGHT) == ["THREE", "TWO", "ONE"]
        assert indexed.skus(sort=Sort.BOUGHT, page=2, page_size=2) == ["ONE"]
        assert one.id

    def test_newest_first(self, indexed: Indexed) -> None:
        for year in (2024, 2026, 2025):
            indexed.shop.sell(f"Y-{year}", created_at=datetime(year, 1, 1, tzinfo=UTC))
        indexed.build()
        assert indexed.skus(sort=Sort.NEWEST) == ["Y-2026", "Y-2025", "Y-2024"]


class TestWithoutAnIndex:
    """The database answers, and says that it is the database."""

    def test_it_finds_by_plain_words(self, indexed: Indexed) -> None:
        shop = indexed.shop
        cups = make_category(shop.session, shop.category, slug="cups", names={"ko": "컵"})
        brand = make_brand(shop.session, code="MBR")
        shop.sell("ONE", name="원두", won=9_000)
        two = shop.sell(
            "TWO", name="원두", won=5_000, product=make_product(shop.session, cups, brand_id=brand.id)
        )
        shop.sell("THREE", name="원두", won=7_000, category=cups, stock=0)
        make_promotion(shop.session, PromotionKind.PERCENT, percent_ppm=1, targets=[cups])
        shop.order("2026-000001", two)
        found = indexed.find("원두")
        assert [row.sku for row in found.rows] == ["ONE", "TWO", "THREE"]
        assert (found.total, found.is_total_exact, found.is_simple) == (3, True, True)
        assert (found.facets, found.counts) == ({}, {})
        assert indexed.skus("원두", category_ids=(shop.category.id,)) == ["ONE", "TWO", "THREE"]
        assert indexed.skus("원두", on_promotion=True) == ["TWO", "THREE"]
        assert indexed.skus("원두", brand_codes=("MBR", "\0")) == ["TWO"]
        assert indexed.skus("원두", in_stock=True) == ["ONE", "TWO"]
        assert indexed.skus("원두", bought=True) == ["TWO"]
        assert indexed.skus("원두", sort=Sort.PRICE) == ["TWO", "THREE", "ONE"]
        assert indexed.skus("원두", sort=Sort.BOUGHT)[0] == "TWO"
        first = indexed.find("원두", page_size=2)
        assert (len(first.rows), first.total, first.has_more, first.is_total_exact) == (2, 3, True, False)
        assert indexed.find("원두", attributes=(("색", ("빨강",)),)).ignored == {"attributes"}

    def test_less_than_the_first_quantity_is_out_of_stock(self, indexed: Indexed) -> None:
        short = indexed.shop.sell("SHORT", stock=0, minimum=5, step=4)
        make_stock(indexed.shop.session, short, indexed.shop.warehouse, 7)
        assert indexed.skus(in_stock=True) == []
        indexed.shop.session.execute(update(Stock).values(on_hand=8))
        assert indexed.skus(in_stock=True) == ["SHORT"]
        indexed.build()
        assert indexed.skus(in_stock=True) == ["SHORT"]
        assert not indexed.find(in_stock=True).is_simple


def test_suggestions_are_few_and_cost_two_statements(indexed: Indexed) -> None:
    shop = indexed.shop
    for number in range(10):
        shop.sell(f"B-{number}", name="원두")
    indexed.build()

    def ask() -> finding.Found:
        return suggest(indexed.service, shop.session, indexed.buyer, shop.warehouse.id, "원", "ko", 8, TODAY)

    assert len(ask().rows) == 8
    buyer = indexed.buyer
    with counted_statements(shop.session.get_bind().engine) as counted:
        found = suggest(indexed.service, shop.session, buyer, shop.warehouse.id, "원두", "ko", 8, TODAY)
    assert (len(counted), found.total, found.facets, found.counts) == (2, 10, {}, {})
    assert suggest(SearchService(), shop.session, buyer, shop.warehouse.id, "원두", "ko", 3, TODAY).is_simple


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 10_000, "가 " * 5_000, "\u202e", "🫘", "' OR 1=1 --"])
def test_no_text_breaks_it(indexed: Indexed, text: str) -> None:
    indexed.shop.sell("ONE")
    indexed.find(text)
    indexed.build()
    indexed.find(text)
    assert indexed.skus("one") == ["ONE"]


def test_pages_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        Wish(page=0)
