"""What an account sees of the catalog: assortments, stock at its warehouse, names in its language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.catalog.models import (
    Assortment,
    AssortmentGrant,
    LinkKind,
    Picture,
    ProductLink,
    StoredFile,
)
from portal.catalog.queries import (
    ListSort,
    category_tree,
    product_page,
    variants_by_id,
    variants_by_sku,
    variants_of_category,
)
from portal.core.errors import NotFound
from tests.factories import (
    CREATED,
    added,
    make_account,
    make_assortment,
    make_brand,
    make_buyer,
    make_category,
    make_product,
    make_segment,
    make_stock,
    make_variant,
    make_warehouse,
)


def skus(rows) -> list[str]:
    return [row.sku for row in rows]


@pytest.fixture
def statement_count(session: Session):
    count: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            count.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield lambda: len(count)
    event.remove(engine, "before_cursor_execute", note)


def test_a_row_says_what_a_card_needs(session: Session) -> None:
    warehouse, elsewhere = make_warehouse(session), make_warehouse(session)
    account = make_account(session)
    cafe = make_category(session, slug="cafe")
    beans = make_category(session, cafe, slug="cafe-beans")
    brand = make_brand(session, names={"ko": "몬테브루노", "en": "Monte Bruno"})
    product = make_product(session, beans, brand_id=brand.id)
    variant = make_variant(
        session,
        product,
        sku="MB-ESP-01",
        barcode="8010325946046",
        part_number="ESP/1",
        names={"ko": "원두 200g", "en": "Beans 200 g"},
        options=[
            {"name": {"ko": "용량", "en": "Size"}, "value": "200g"},
            {"name": {"ko": "색", "en": "Colour"}, "value": {"ko": "코랄", "en": "Coral"}},
        ],
        pack_size=12,
        minimum=2,
        step=2,
        tax_class="reduced",
    )
    make_stock(session, variant, warehouse, 30, reserved=12)
    make_stock(session, variant, elsewhere, 500)

    (row,) = variants_by_id(session, make_buyer(session, account), [variant.id], warehouse.id, "en")

    assert (row.id, row.sku, row.product_id) == (variant.id, "MB-ESP-01", product.id)
    assert (row.category_id, row.category_slug) == (beans.id, "cafe-beans")
    assert row.category_path_ids == (cafe.id, beans.id)
    assert (row.name, row.brand, row.options_text) == ("Beans 200 g", "Monte Bruno", "200g · Coral")
    assert (row.unit, row.pack_size, row.minimum, row.step) == ("each", 12, 2, 2)
    assert (row.tax_class, row.allow_backorder) == ("reduced", False)
    assert (row.barcode, row.part_number, row.picture_small) == ("8010325946046", "ESP/1", None)
    assert (row.available, row.active, row.is_orderable) == (18, True, True)


@pytest.mark.parametrize(
    "locale, name", [("ko", "원두"), ("en", "Beans"), ("ja", "Beans"), ("fr-CA", "Beans"), ("xx", "원두")]
)
def test_a_name_falls_back_to_a_language_there_is(session: Session, locale: str, name: str) -> None:
    buyer = make_buyer(session, make_account(session))
    variant = make_variant(session, names={"ko": "원두", "en": "Beans"})
    assert variants_by_id(session, buyer, [variant.id], 1, locale)[0].name == name


def test_a_variant_without_any_name_is_called_by_its_sku(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    variant = make_variant(session, sku="한글/SKU 1", names={})
    assert variants_by_id(session, buyer, [variant.id], 1, "ko")[0].name == "한글/SKU 1"


def test_stock_the_warehouse_does_not_keep_is_none_available(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    gone = make_variant(session)
    later = make_variant(session, allow_backorder=True)
    out, backorder = variants_by_id(session, buyer, [gone.id, later.id], 1, "ko")
    assert (out.available, out.is_orderable) == (0, False)
    assert (backorder.available, backorder.is_orderable) == (0, True)


@pytest.mark.parametrize(("on_hand", "is_orderable"), [(11, False), (12, True)])
def test_what_is_sold_in_steps_needs_the_first_step_that_is_enough(
    session: Session, on_hand: int, is_orderable: bool
) -> None:
    warehouse = make_warehouse(session)
    variant = make_variant(session, minimum=8, step=6)
    make_stock(session, variant, warehouse, on_hand)
    (row,) = variants_by_id(
        session, make_buyer(session, make_account(session)), [variant.id], warehouse.id, "en"
    )
    assert (row.first_quantity, row.is_orderable) == (12, is_orderable)


def test_rows_come_in_the_order_asked_each_once(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    one, two, three = (make_variant(session).id for _ in range(3))
    rows = variants_by_id(session, buyer, [three, one, 987_654_321, three, two], 1, "ko")
    assert [row.id for row in rows] == [three, one, two]
    assert variants_by_id(session, buyer, [], 1, "ko") == []


def test_skus_are_found_as_they_are_written(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    make_variant(session, sku="A/1 %_가")
    make_variant(session, sku="a-2")
    rows = variants_by_sku(session, buyer, ["a-2", "A/1 %_가", "A-2", "x\0y", "\ud800"], 1, "ko")
    assert skus(rows) == ["a-2", "A/1 %_가"]
    assert variants_by_sku(session, buyer, ["\0"], 1, "ko") == []


def test_an_account_sees_what_some_grant_shows_and_none_hides(session: Session) -> None:
    segment = make_segment(session)
    account = make_account(session, sees_everything=False, segment_id=segment.id)
    stranger = make_account(session, sees_everything=False)
    own, shared, both, hidden, other = (make_variant(session) for _ in range(5))
    make_assortment(session, [own, both, hidden], account=account)
    make_assortment(session, [shared, both, hidden], segment=segment)
    make_assortment(session, [hidden], account=account, hides=True)
    make_assortment(session, [other], account=stranger)
    ids = [variant.id for variant in (own, shared, both, hidden, other)]

    seen = variants_by_id(session, make_buyer(session, account), ids, 1, "ko")
    assert [row.id for row in seen] == [own.id, shared.id, both.id]
    seen = variants_by_id(session, make_buyer(session, stranger), ids, 1, "ko")
    assert [row.id for row in seen] == [other.id]


def test_without_a_grant_an_account_sees_nothing(session: Session) -> None:
    buyer = make_buyer(session, make_account(session, sees_everything=False))
    variant = make_variant(session, sku="X")
    assert variants_by_id(session, buyer, [variant.id], 1, "ko") == []
    assert variants_by_sku(session, buyer, ["X"], 1, "ko") == []
    with pytest.raises(NotFound):
        product_page(session, buyer, "X", 1, "ko")


def test_the_whole_catalog_can_be_hidden_from_a_segment(session: Session) -> None:
    segment = make_segment(session)
    account = make_account(session, segment_id=segment.id)
    variant = make_variant(session)
    assert len(variants_by_id(session, make_buyer(session, account), [variant.id], 1, "ko")) == 1
    everything = added(session, Assortment(code="all-again", name="All", everything=True))
    added(session, AssortmentGrant(assortment_id=everything.id, segment_id=segment.id, hides=True))
    assert variants_by_id(session, make_buyer(session, account), [variant.id], 1, "ko") == []


def test_a_category_is_listed_page_by_page(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    category, other = make_category(session), make_category(session)
    second, first = make_product(session, category, rank=20), make_product(session, category, rank=10)
    make_variant(session, second, sku="S1")
    make_variant(session, first, sku="F2", position=2)
    make_variant(session, first, sku="F1", position=1)
    make_variant(session, make_product(session, other), sku="OTHER")
    make_variant(session, first, sku="OFF", active=False)
    make_variant(session, make_product(session, category, active=False), sku="OFF2")

    def page(offset: int, limit: int = 2) -> tuple[list[str], bool]:
        rows, more = variants_of_category(session, buyer, [category.id], 1, "ko", offset=offset, limit=limit)
        return skus(rows), more

    assert page(0) == (["F1", "F2"], True)
    assert page(2) == (["S1"], False)
    assert page(0, limit=3) == (["F1", "F2", "S1"], False)
    assert page(3) == ([], False)
    assert variants_of_category(session, buyer, [], 1, "ko") == ([], False)


def test_a_category_can_be_listed_by_name_and_by_age(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    product = make_product(session)
    for sku, names, days in [
        ("N1", {"ko": "다", "en": "apple"}, 3),
        ("N2", {"ko": "가", "en": "Banana"}, 1),
        ("N3", {"ko": "나"}, 2),
    ]:
        make_variant(session, product, sku=sku, names=names, created_at=CREATED + timedelta(days=days))

    def listed(sort: ListSort, locale: str) -> list[str]:
        rows, _ = variants_of_category(session, buyer, [product.category_id], 1, locale, sort=sort)
        return skus(rows)

    assert listed(ListSort.NEWEST, "ko") == ["N1", "N3", "N2"]
    assert listed(ListSort.NAME, "ko") == ["N2", "N3", "N1"]
    # The one without an English name is sorted by its Korean one.
    assert listed(ListSort.NAME, "en") == ["N1", "N2", "N3"]


def test_a_list_takes_one_statement_for_one_row_or_many(session: Session, statement_count) -> None:
    buyer = make_buyer(session, make_account(session))
    category = make_category(session)
    ids = [make_variant(session, make_product(session, category)).id for _ in range(24)]
    for wanted in (ids[:1], ids):
        before = statement_count()
        assert len(variants_by_id(session, buyer, wanted, 1, "ko")) == len(wanted)
        assert statement_count() - before == 1
    before = statement_count()
    rows, more = variants_of_category(session, buyer, [category.id], 1, "ko")
    assert (len(rows), more, statement_count() - before) == (24, False, 1)


def test_the_tree_knows_what_is_above_and_below(session: Session) -> None:
    cafe = make_category(session, slug="cafe", position=2, names={"ko": "카페"})
    food = make_category(session, slug="food", position=1, names={})
    beans = make_category(session, cafe, slug="beans")
    light = make_category(session, beans, slug="light")
    cups = make_category(session, cafe, slug="cups", position=-1)
    tree = category_tree(session)
    assert [node.slug for node in tree.roots] == ["food", "cafe"]
    assert [node.slug for node in tree.children(cafe.id)] == ["cups", "beans"]
    assert tree.children(light.id) == ()
    assert tree.descendants(cafe.id) == (cafe.id, cups.id, beans.id, light.id)
    assert [node.slug for node in tree.ancestors(light.id)] == ["cafe", "beans", "light"]
    assert tree.ancestors(987_654_321) == ()
    assert tree.by_slug["cafe"].name("ja") == "카페"
    assert tree.by_slug["food"].name("ko") == "food"
    assert tree.by_id[food.id].parent_id is None


def make_picture(session: Session, product, name: str, *, variant=None, position: int = 0) -> Picture:
    files = [
        added(session, StoredFile(sha256=f"{name}-{size}", media_type="image/webp", size=1, content=b"x"))
        for size in ("small", "large")
    ]
    return added(
        session,
        Picture(
            product_id=product.id,
            variant_id=variant.id if variant else None,
            small_file_id=files[0].id,
            large_file_id=files[1].id,
            width=1080,
            height=720,
            position=position,
            alternative_texts={"ko": name},
        ),
    )


def test_a_variants_own_picture_goes_before_its_products(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    product = make_product(session)
    plain, own = make_variant(session, product, sku="PLAIN"), make_variant(session, product, sku="OWN")
    make_picture(session, product, "second", position=2)
    make_picture(session, product, "first", position=1)
    make_picture(session, product, "own", variant=own, position=9)
    rows = variants_by_id(session, buyer, [plain.id, own.id], 1, "ko")
    assert [row.picture_small for row in rows] == ["first-small", "own-small"]
    page = product_page(session, buyer, "OWN", 1, "ko")
    assert [(picture.large, picture.text) for picture in page.pictures] == [
        ("own-large", "own"),
        ("first-large", "first"),
        ("second-large", "second"),
    ]
    assert [picture.small for picture in product_page(session, buyer, "PLAIN", 1, "ko").pictures] == [
        "first-small",
        "second-small",
    ]


def test_a_product_page_gathers_what_surrounds_a_variant(session: Session, statement_count) -> None:
    account = make_account(session, sees_everything=False)
    cafe = make_category(session, slug="cafe", names={"ko": "카페", "en": "Café"})
    beans = make_category(session, cafe, slug="beans", names={"en": "Beans"})
    product = make_product(
        session,
        beans,
        names={"ko": "블렌드", "en": "Blend"},
        descriptions={"ko": "설명", "en": "A blend."},
        attributes={
            "Roast": {"ko": "중배전", "en": "Medium"},
            "Altitude": 1200,
            "storage": {"name": {"ko": "보관", "en": "Storage"}, "value": {"ko": "실온", "en": "Cool"}},
            "Lot": {"value": "A7"},
        },
    )
    size = {"ko": "용량", "en": "Size"}
    small = make_variant(
        session, product, sku="B-200", weight_grams=210, options=[{"name": size, "value": "200g"}]
    )
    large = make_variant(session, product, sku="B-1000", position=1, options=[{"name": size, "value": "1kg"}])
    hidden = make_variant(session, product, sku="B-HIDDEN", position=2)
    retired = make_variant(session, product, sku="B-OLD", active=False)
    grinder, cup, unseen = make_product(session), make_product(session), make_product(session)
    seen = [small, large, retired]
    for linked, kind, position in [
        (cup, LinkKind.SET_PART, 2),
        (grinder, LinkKind.ACCESSORY, 1),
        (unseen, LinkKind.ACCESSORY, 0),
        (cup, LinkKind.ACCESSORY, 3),
    ]:
        added(
            session,
            ProductLink(
                product_id=product.id, other_id=linked.id, kind=kind, quantity=position + 1, position=position
            ),
        )
    seen.append(make_variant(session, grinder, sku="G-2", position=2))
    seen.append(make_variant(session, grinder, sku="G-1", position=1))
    seen.append(make_variant(session, cup, sku="C-1"))
    make_variant(session, unseen, sku="U-1")
    make_assortment(session, seen, account=account)
    buyer = make_buyer(session, account)

    before = statement_count()
    page = product_page(session, buyer, "B-200", 1, "en")
    assert statement_count() - before == 2
    assert (page.variant.sku, page.product_name, page.description) == ("B-200", "Blend", "A blend.")
    assert page.attributes == (
        ("Altitude", "1200"),
        ("Lot", "A7"),
        ("Roast", "Medium"),
        ("Storage", "Cool"),
    )
    assert (page.weight_grams, page.options) == (210, (("Size", "200g"),))
    assert page.trail == (("cafe", "Café"), ("beans", "Beans"))
    assert [(row.variant.sku, row.options) for row in page.siblings] == [
        ("B-200", (("Size", "200g"),)),
        ("B-1000", (("Size", "1kg"),)),
    ]
    assert [(link.kind, link.quantity, link.variant.sku) for link in page.links] == [
        (LinkKind.ACCESSORY, 2, "G-1"),
        (LinkKind.SET_PART, 3, "C-1"),
        (LinkKind.ACCESSORY, 4, "C-1"),
    ]
    assert (page.pictures, page.documents) == ((), ())
    assert hidden.id not in {row.variant.id for row in page.siblings}


def test_a_retired_variant_has_a_page_but_no_place_in_lists(session: Session) -> None:
    buyer = make_buyer(session, make_account(session))
    product = make_product(session)
    make_variant(session, product, sku="OLD", active=False)
    make_variant(session, product, sku="NOW")
    old = product_page(session, buyer, "OLD", 1, "ko")
    assert (old.variant.active, old.variant.is_orderable) == (False, False)
    assert [row.variant.sku for row in old.siblings] == ["NOW"]
    assert [row.variant.sku for row in product_page(session, buyer, "NOW", 1, "ko").siblings] == ["NOW"]
    assert variants_by_sku(session, buyer, ["OLD"], 1, "ko")[0].active is False


@pytest.mark.parametrize("sku", ["", "nobody", "now", "\0", "\udcff", "x" * 10_000])
def test_an_unknown_sku_has_no_page(session: Session, sku: str) -> None:
    make_variant(session, sku="NOW")
    with pytest.raises(NotFound):
        product_page(session, make_buyer(session, make_account(session)), sku, 1, "ko")
