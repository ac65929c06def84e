from datetime import UTC, datetime
from typing import Any

import pytest

from portal.importers.online_retail import categories
from portal.importers.online_retail.goods import name_of, step_of, stock_of, tiers_of
from portal.importers.online_retail.source import SourceLevel, SourceProduct


def product(**changes) -> SourceProduct:
    values: dict[str, Any] = {
        "row": 2,
        "code": "85048",
        "description": "15CM CHRISTMAS GLASS BALL",
        "other_descriptions": (),
        "lines": 50,
        "units": 900,
        "price_e4": 69_500,
        "pack_quantity": 12,
        "median_quantity": 12,
        "active": True,
        "first_sold": datetime(2009, 12, 1, tzinfo=UTC),
    } | changes
    return SourceProduct(**values)


@pytest.mark.parametrize(
    "description, slug",
    [
        ("PINK CHRISTMAS TREE DECORATION", "home-christmas"),
        ("SET OF 6 T-LIGHTS TOADSTOOLS", "home-candles"),
        ("SILVER/AMETHYST DROP EARRINGS LEAF", "gift-jewellery"),
        ("JUMBO BAG RED RETROSPOT", "gift-bags"),
        ("PACK OF 12 COLOURED PENCILS", "gift-stationery"),
        ("CHILDREN'S CUTLERY DOLLY GIRL", "gift-toys"),
        ("BEAUTY SPEED EXPRESSO CUPS", "home-kitchen"),
        ("HERB MARKER ROSEMARY", "home-garden"),
        ("SANDALWOOD FAN", "gift-other"),
    ],
)
def test_words_of_the_description_decide_the_category(description, slug):
    assert categories.category_of(description) == slug


def test_every_rule_leads_to_a_category_that_exists():
    slugs = {slug for slug, _ in categories.RULES} | {categories.FALLBACK}
    assert slugs == categories.CHILDREN.keys()
    assert {slug.split("-")[0] for slug in slugs} == categories.ROOTS.keys()


def test_names_do_not_shout():
    assert name_of(product(description="DOLLY GIRL CHILDREN'S CUP")) == "Dolly Girl Children's Cup"


@pytest.mark.parametrize(
    "pack, median, step", [(12, 12, 12), (12, 30, 12), (12, 2, 1), (1, None, 1), (4, None, 1)]
)
def test_the_pack_is_the_step_if_half_of_the_lines_reached_it(pack, median, step):
    assert step_of(product(pack_quantity=pack, median_quantity=median)) == step


def levels(*of: tuple[int, int]) -> list[SourceLevel]:
    return [SourceLevel(2, "85048", price, quantity) for price, quantity in of]


def test_lower_prices_become_tiers_at_the_quantities_they_were_sold_at():
    assert tiers_of(product(), levels((69_500, 12), (63_500, 30), (80_000, 1))) == [(1, 69_500), (36, 63_500)]


def test_tiers_only_fall_and_never_meet():
    found = tiers_of(product(), levels((63_500, 30), (62_000, 36), (65_000, 60), (50_000, 100)))
    assert found == [(1, 69_500), (36, 62_000), (108, 50_000)]


def test_a_lower_price_at_the_smallest_quantity_is_no_tier():
    assert tiers_of(product(), levels((50_000, 3))) == [(1, 69_500)]


def test_stock_is_six_weeks_of_sales_in_whole_steps_and_none_of_what_is_gone():
    assert stock_of(product()) == 60
    assert stock_of(product(units=3)) == 12
    assert stock_of(product(active=False)) == 0
