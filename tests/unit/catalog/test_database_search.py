"""Search on the database: what is found, in which order, and that no text can harm it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from portal.catalog.database_search import DatabaseEngine, DatabaseScope, Query, Sort
from portal.catalog.models import Variant, Warehouse
from portal.catalog.search_text import refresh_search_text, search_text_of
from portal.orders.bought import BOUGHT
from search.text import query_text
from tests.factories import (
    CREATED,
    make_account,
    make_assortment,
    make_brand,
    make_buyer,
    make_category,
    make_product,
    make_stock,
    make_variant,
    make_warehouse,
)


@pytest.fixture
def warehouse(session: Session) -> Warehouse:
    return make_warehouse(session)


@pytest.fixture
def search(session: Session, warehouse: Warehouse):
    """Searches as a dealer who sees everything and answers with SKUs."""
    buyer = make_buyer(session, make_account(session))

    def ask(text: str = "", *, scope: DatabaseScope | None = None, **changes) -> list[str]:
        scope = scope or DatabaseScope(session, buyer, warehouse.id, BOUGHT)
        answer = DatabaseEngine().search(Query(text=query_text(text), **changes), scope)
        skus = {row.id: row.sku for row in session.execute(select(Variant.id, Variant.sku))}
        return [skus[found] for found in answer.ids]

    return ask


def test_every_word_must_be_there_in_any_order_and_language(session: Session, search) -> None:
    brand = make_brand(session, names={"ko": "몬테브루노", "en": "Monte Bruno"})
    product = make_product(session, brand_id=brand.id)
    make_variant(session, product, sku="E-1", names={"ko": "에스프레소 원두", "en": "Espresso Beans"})
    make_variant(session, product, sku="F-1", names={"ko": "필터 원두", "ja": "ﾌｨﾙﾀｰ"})
    assert search("원두 에스프레소") == ["E-1"]
    assert search("BEANS espre") == ["E-1"]
    assert search("monte 원두") == ["E-1", "F-1"]
    assert search("フィルター") == ["F-1"]
    assert search("원두 없는말") == []


def test_codes_go_before_names(session: Session, search) -> None:
    category = make_category(session)
    catalog: list[tuple[str, dict[str, object]]] = [
        ("Z-0", {"names": {"en": "apart 12 and A"}}),
        ("Z-1", {"names": {"en": "sold with a-12 cable"}}),
        ("Z-2", {"names": {"en": "A-12 adapter"}}),
        ("A-123", {}),
        ("Z-3", {"part_number": "a-12"}),
        ("Z-4", {"barcode": "8010325946046"}),
        ("A-12", {}),
    ]
    for rank, (sku, fields) in enumerate(catalog):
        make_variant(session, make_product(session, category, rank=rank), sku=sku, **fields)
    assert search("a-12") == ["Z-3", "A-12", "A-123", "Z-2", "Z-1"]
    assert search("12 a") == ["Z-0", "Z-2", "Z-1", "A-123", "Z-3", "A-12"]
    assert search("8010325946046") == ["Z-4"]
    assert search("0325946") == ["Z-4"]


@pytest.mark.parametrize("wild", ["%", "_", "\\", "%%", "a%b", "'", '"', "[a-z]", "*", "?"])
def test_wildcards_mean_themselves(session: Session, search, wild: str) -> None:
    make_variant(session, sku="PLAIN", names={"en": "axb plain"})
    assert search(wild) == []
    make_variant(session, sku="WILD", names={"en": f"has {wild} inside"})
    assert search(wild) == ["WILD"]


@pytest.mark.parametrize(
    "text", ["\0", "\ud800", "a\0b", "x" * 10_000, "가 " * 5_000, "\u202e", "🫘", "\n\n"]
)
def test_no_text_breaks_it(session: Session, search, text: str) -> None:
    make_variant(session, sku="ONE", names={"en": "one"})
    assert search(text) in ([], ["ONE"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_a_name_is_found_by_itself(session: Session, search, name: str) -> None:
    with session.begin_nested() as trial:
        sku = f"N-{session.query(Variant).count()}"
        make_variant(session, sku=sku, names={"en": query_text(name)})
        assert sku in search(name, page_size=1_000)
        trial.rollback()


def test_only_what_the_account_sees_and_what_is_sold(session: Session, search) -> None:
    account = make_account(session, sees_everything=False)
    seen = make_variant(session, sku="SEEN", names={"en": "cup"})
    make_variant(session, sku="HIDDEN", names={"en": "cup"})
    gone = make_variant(session, sku="GONE", names={"en": "cup"}, active=False)
    product = make_product(session, active=False)
    off = make_variant(session, product, sku="OFF", names={"en": "cup"})
    make_assortment(session, [seen, gone, off], account=account)
    scope = DatabaseScope(session, make_buyer(session, account), 1, BOUGHT)
    for text in ("cup", "HIDDEN", ""):
        assert search(text, scope=scope) == ([] if text == "HIDDEN" else ["SEEN"])


def test_filters_narrow(session: Session, search, warehouse: Warehouse) -> None:
    brand, category = make_brand(session, code="MBR"), make_category(session)
    product = make_product(session, category, brand_id=brand.id)
    few = make_variant(session, product, sku="FEW", minimum=10, step=10)
    make_stock(session, few, warehouse, 9)
    enough = make_variant(session, product, sku="ENOUGH", minimum=10, step=10)
    make_stock(session, enough, warehouse, 12, reserved=2)
    elsewhere = make_variant(session, product, sku="ELSEWHERE")
    make_stock(session, elsewhere, make_warehouse(session), 500)
    make_variant(session, sku="OTHER")
    assert search(brand_codes=("MBR",)) == ["FEW", "ENOUGH", "ELSEWHERE"]
    assert search(brand_codes=("nobody",)) == []
    assert search(brand_codes=("\0",)) == []
    assert search(category_ids=(category.id,)) == ["FEW", "ENOUGH", "ELSEWHERE"]
    assert search(in_stock=True) == ["ENOUGH"]
    assert search("ELSE", brand_codes=("MBR",), category_ids=(category.id,)) == ["ELSEWHERE"]


def test_what_was_bought_can_be_asked_for_and_put_first(session: Session, search) -> None:
    one, two, three = (make_variant(session, sku=sku) for sku in ("ONE", "TWO", "THREE"))
    assert search(bought=True) == []
    buyer = make_buyer(session, make_account(session))
    history = (
        select(literal(three.id).label("variant_id"), literal(5).label("times"))
        .union_all(select(literal(two.id), literal(1)))
        .subquery()
    )
    scope = DatabaseScope(session, buyer, 1, history)
    assert search(bought=True, scope=scope) == ["TWO", "THREE"]
    assert search(sort=Sort.BOUGHT, scope=scope) == ["THREE", "TWO", "ONE"]
    assert search(bought=True, sort=Sort.BOUGHT, scope=scope) == ["THREE", "TWO"]
    nothing = (
        select(literal(0).label("variant_id"), literal(0).label("times")).where(literal(1) == 0).subquery()
    )
    assert search(sort=Sort.BOUGHT, scope=DatabaseScope(session, buyer, 1, nothing)) == [
        "ONE",
        "TWO",
        "THREE",
    ]
    assert one.id


def test_order_by_age_and_name(session: Session, search) -> None:
    for sku, name, days in [("A", "cherry", 1), ("B", "Apple", 3), ("C", "banana", 2)]:
        make_variant(session, sku=sku, names={"en": name}, created_at=CREATED + timedelta(days=days))
    assert search(sort=Sort.NEWEST) == ["B", "C", "A"]
    assert search(sort=Sort.NAME, locale="en") == ["B", "C", "A"]
    assert search(sort=Sort.RELEVANCE) == ["A", "B", "C"]


def test_pages_follow_each_other(session: Session, search) -> None:
    buyer = make_buyer(session, make_account(session))
    for number in range(5):
        make_variant(session, sku=f"P-{number}", names={"en": "part"})
    scope = DatabaseScope(session, buyer, 1, BOUGHT)

    def page(number: int) -> tuple[int, bool]:
        answer = DatabaseEngine().search(Query(text="part", page=number, page_size=2), scope)
        return len(answer.ids), answer.has_more

    assert [page(1), page(2), page(3), page(4)] == [(2, True), (2, True), (1, False), (0, False)]


def test_search_text_is_brought_up_to_date(session: Session, search) -> None:
    brand = make_brand(session, names={"en": "Old Name"})
    product = make_product(session, brand_id=brand.id)
    variant = make_variant(session, product, sku="A-1", names={"en": "Cup"})
    other = make_variant(session, sku="B-1", names={"en": "Cup"})
    assert refresh_search_text(session, now=CREATED) == 0
    brand.names = {"en": "New Name"}
    other.names = {"en": "Bowl"}
    session.flush()
    assert refresh_search_text(session, [product.id], now=CREATED) == 1
    assert search("new cup") == ["A-1"]
    assert search("bowl") == []
    assert refresh_search_text(session, now=CREATED) == 1
    assert search("bowl") == ["B-1"]
    session.refresh(variant)
    assert variant.search_text == "\ncup\na-1\nnew name"


def test_search_text_has_each_part_once() -> None:
    text = search_text_of(
        sku="Ａ1",
        barcode=None,
        part_number="a1",
        names={"ko": "컵", "en": "Cup", "ja": " "},
        brand_names=None,
    )
    assert text == "\n컵\ncup\na1"
