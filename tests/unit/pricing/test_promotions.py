"""Promotions: each kind, their conditions, and which of several is taken."""

from __future__ import annotations

import pytest

from portal.pricing.models import TaxMode
from portal.pricing.rules import price, price_each
from tests.unit.pricing.trade import (
    amount_off,
    ask,
    base,
    bundle,
    buy_get,
    contract,
    e4,
    off_order,
    percent,
    steps_of,
    tax,
    terms,
)

THOUSAND = [base({1: 1000})]


@pytest.mark.parametrize(
    "promotions, quantity, unit, total",
    [
        pytest.param([percent(10)], 3, "900", 2700, id="percent off each unit"),
        pytest.param([percent("33.3333")], 3, "666.667", 2000, id="a percentage is rounded in e4, the line in won"),
        pytest.param([amount_off(150)], 3, "850", 2550, id="amount off each unit"),
        pytest.param([amount_off(1500)], 3, "0", 0, id="an amount never takes a unit below zero"),
        pytest.param([percent(100)], 3, "0", 0, id="all of it"),
        pytest.param([buy_get(10, 1)], 10, "1000", 10_000, id="10 + 1: nothing free among 10"),
        pytest.param([buy_get(10, 1)], 11, "1000", 10_000, id="one of 11 is free"),
        pytest.param([buy_get(10, 1)], 35, "1000", 32_000, id="three of 35"),
        pytest.param([buy_get(1, 3)], 3, "1000", 3_000, id="1 + 3: nothing free before the fourth"),
        pytest.param([buy_get(1, 3)], 4, "1000", 1_000, id="then three at once"),
        pytest.param([buy_get(2, 2)], 7, "1000", 5_000, id="for every 4 in the line, 2"),
        pytest.param([percent(10, min_quantity=5)], 4, "1000", 4000, id="too few for it"),
        pytest.param([percent(10, min_quantity=5)], 5, "900", 4500, id="just enough"),
        pytest.param([percent(10), percent(20), percent(15)], 1, "800", 800, id="alone: the best of them"),
        pytest.param([percent(10, stackable=True), percent(20, stackable=True)], 1, "720", 720, id="combined"),
        pytest.param(
            [amount_off(100, stackable=True), percent(10, stackable=True)], 1, "810", 810, id="in their order"
        ),
        pytest.param(
            [percent(10, stackable=True), amount_off(100, stackable=True)], 1, "800", 800, id="the other order"
        ),
        pytest.param(
            [percent(10, stackable=True), percent(15), amount_off(100, stackable=True)], 1, "800", 800,
            id="the combination beats the one that stands alone",
        ),
        pytest.param(
            [percent(10, stackable=True), percent(25), amount_off(100, stackable=True)], 1, "750", 750,
            id="the one that stands alone beats the combination",
        ),
        pytest.param(
            [buy_get(1, 1, stackable=True), percent(10, stackable=True)], 2, "900", 900,
            id="units given away are worth what a unit costs by then",
        ),
        pytest.param(
            [buy_get(1, 1, stackable=True), buy_get(1, 1, stackable=True)], 4, "1000", 1000,
            id="what is given away is not counted as bought again",
        ),
        pytest.param([buy_get(2, 1), percent(33)], 3, "1000", 2000, id="one free of three beats 33 %"),
        pytest.param([buy_get(2, 1), percent(34)], 3, "660", 1980, id="34 % beats one free of three"),
        pytest.param([buy_get(2, 1), percent(33)], 4, "670", 2680, id="and 33 % beats one free of four"),
    ],
)  # fmt: skip
def test_what_a_line_costs(promotions, quantity, unit, total):
    (line,) = price(terms(THOUSAND, promotions), [ask(quantity=quantity)])

    assert line.unit_price_e4 == e4(unit)
    assert line.line_total == total


def test_of_equals_the_combination_is_taken_then_the_first():
    combining, first, second = percent(10, stackable=True), percent(10), percent(10)

    (line,) = price(terms(THOUSAND, [first, combining]), [ask()])
    (other,) = price(terms(THOUSAND, [first, second]), [ask()])

    assert line.steps[-1].name_key == combining.name_key
    assert other.steps[-1].name_key == first.name_key


def test_a_promotion_that_saves_nothing_is_not_named():
    (line,) = price(terms([base({1: 0})], [percent(10), amount_off(5), buy_get(1, 1)]), [ask(quantity=2)])

    assert line.line_total == 0
    assert steps_of(line) == [("list", 0)]


def test_a_list_that_forbids_promotions_is_final():
    lists = {
        1: [contract({1: 990}, forbids_promotions=True), base({1: 1000})],
        2: [base({1: 1000})],
    }
    promotions = [
        percent(50, stackable=True),
        bundle({1: 1, 2: 1}, 100, stackable=True),
        off_order(10, stackable=True),
    ]

    fixed, other = price(terms(lists, promotions), [ask(1), ask(2)])

    assert fixed.line_total == 990
    assert steps_of(fixed) == [("list", e4(1000)), ("contract", e4(-10))]
    assert other.line_total == 490


class TestTargets:
    @pytest.mark.parametrize(
        "reach, touched",
        [
            ({"variant_ids": frozenset({1})}, True),
            ({"variant_ids": frozenset({2})}, False),
            ({"product_ids": frozenset({10})}, True),
            ({"product_ids": frozenset({20})}, False),
            ({"category_ids": frozenset({7})}, True),
            ({"category_ids": frozenset({3})}, True),
            ({"category_ids": frozenset({8})}, False),
            ({"variant_ids": frozenset({2}), "category_ids": frozenset({3})}, True),
            ({"all_products": True}, True),
        ],
    )
    def test_a_promotion_is_on_variants_products_or_categories_with_all_below(self, reach, touched):
        in_category_7_below_3 = ask(1, categories=(7, 3))

        (line,) = price(terms(THOUSAND, [percent(10, **reach)]), [in_category_7_below_3])

        assert line.line_total == (900 if touched else 1000)

    def test_priority_holds_however_a_promotion_reaches_the_variant(self):
        on_category = amount_off(100, stackable=True, category_ids=frozenset({7}))
        on_all = percent(10, stackable=True)
        on_variant = amount_off(10, stackable=True, variant_ids=frozenset({1}))

        (line,) = price(terms(THOUSAND, [on_category, on_all, on_variant]), [ask(categories=(7,))])

        assert line.unit_price_e4 == e4(800)
        assert [step.name_key for step in line.steps[1:]] == [
            on_category.name_key,
            on_all.name_key,
            on_variant.name_key,
        ]

    def test_a_promotion_that_reaches_a_variant_twice_applies_once(self):
        twice = percent(10, stackable=True, variant_ids=frozenset({1}), product_ids=frozenset({10}))

        (line,) = price(terms(THOUSAND, [twice]), [ask()])

        assert line.line_total == 900


class TestMinimumValue:
    """The lines a promotion is on must come to it, before promotions."""

    @pytest.mark.parametrize(
        "quantity, total", [pytest.param(4, 4000, id="below"), pytest.param(5, 4500, id="reached")]
    )
    def test_one_line(self, quantity, total):
        promotions = [percent(10, minimum_value=5000)]

        (line,) = price(terms(THOUSAND, promotions), [ask(quantity=quantity)])

        assert line.line_total == total

    def test_all_lines_of_the_basket_count_that_it_is_on(self):
        lists = {1: [base({1: 1000})], 2: [base({1: 2000})], 3: [base({1: 9000})]}
        promotions = [percent(10, minimum_value=5000, variant_ids=frozenset({1, 2}))]

        short = price(terms(lists, promotions), [ask(1, 1), ask(2, 1), ask(3, 1)])
        enough = price(terms(lists, promotions), [ask(1, 1), ask(2, 2), ask(3, 1)])

        assert [line.line_total for line in short] == [1000, 2000, 9000]
        assert [line.line_total for line in enough] == [900, 3600, 9000]

    def test_at_contract_price_before_other_promotions(self):
        lists = [contract({1: 900}), base({1: 1000})]
        half = percent(50, stackable=True)

        (short,) = price(
            terms(lists, [half, amount_off(1, minimum_value=2000, stackable=True)]), [ask(quantity=2)]
        )
        (enough,) = price(
            terms(lists, [half, amount_off(1, minimum_value=1800, stackable=True)]), [ask(quantity=2)]
        )

        assert (short.line_total, enough.line_total) == (900, 898)

    def test_lines_too_small_to_take_part_do_not_count(self):
        lists = {1: [base({1: 1000})], 2: [base({1: 1000})]}
        promotions = [percent(10, minimum_value=7000, min_quantity=5)]

        lines = price(terms(lists, promotions), [ask(1, 5), ask(2, 2)])

        assert [line.line_total for line in lines] == [5000, 2000]

    def test_lines_that_forbid_promotions_count_though_they_are_not_touched(self):
        lists = {1: [contract({1: 4000}, forbids_promotions=True)], 2: [base({1: 1000})]}

        lines = price(terms(lists, [percent(10, minimum_value=5000)]), [ask(1), ask(2)])

        assert [line.line_total for line in lines] == [4000, 900]

    def test_priced_alone_a_line_must_come_to_it_alone(self):
        lists = {1: [base({1: 3000})], 2: [base({1: 6000})]}

        lines = price_each(terms(lists, [percent(10, minimum_value=5000)]), [ask(1), ask(2)])

        assert [line.line_total for line in lines] == [3000, 5400]


class TestBundle:
    """Two of 1 and one of 2, at 1,000 and 3,000 won, together for 4,000."""

    LISTS = {1: [base({1: 1000})], 2: [base({1: 3000})]}  # noqa: RUF012
    OFFER = bundle({1: 2, 2: 1}, 4000)

    @pytest.mark.parametrize(
        "first, second, totals",
        [
            pytest.param(2, 1, [1600, 2400], id="one bundle, its saving spread by worth"),
            pytest.param(4, 2, [3200, 4800], id="two"),
            pytest.param(5, 2, [4200, 4800], id="what is over costs as ever"),
            pytest.param(5, 9, [4200, 25_800], id="the scarcer part decides"),
            pytest.param(1, 9, [1000, 27_000], id="too few of one part"),
        ],
    )
    def test_as_often_as_it_fits(self, first, second, totals):
        lines = price(terms(self.LISTS, [self.OFFER]), [ask(1, first), ask(2, second)])

        assert [line.line_total for line in lines] == totals

    def test_its_unit_prices_stay_and_a_step_names_it(self):
        line, _other = price(terms(self.LISTS, [self.OFFER]), [ask(1, 4), ask(2, 2)])

        assert line.unit_price_e4 == e4(1000)
        assert steps_of(line) == [("list", e4(4000)), ("bundle", e4(-800))]
        assert (line.steps[1].name_key, line.steps[1].quantity) == (self.OFFER.name_key, 2)

    def test_a_line_alone_makes_none(self):
        lines = price_each(terms(self.LISTS, [self.OFFER]), [ask(1, 4), ask(2, 2)])

        assert [line.line_total for line in lines] == [4000, 6000]

    def test_one_of_several_of_the_same(self):
        (line,) = price(terms(THOUSAND, [bundle({1: 3}, 2500)]), [ask(quantity=7)])

        assert line.line_total == 6000

    def test_one_that_costs_more_than_its_parts_is_not_made(self):
        lines = price(terms(self.LISTS, [bundle({1: 2, 2: 1}, 5000)]), [ask(1, 2), ask(2, 1)])

        assert [line.line_total for line in lines] == [2000, 3000]
        assert [len(line.steps) for line in lines] == [1, 1]

    def test_one_whose_parts_are_not_known_is_never_made(self):
        (line,) = price(terms(THOUSAND, [bundle({}, 0)]), [ask()])

        assert line.line_total == 1000

    def test_its_parts_may_stand_on_several_lines(self):
        asks = [ask(1, 1), ask(2, 1), ask(1, 3)]

        lines = price(terms(self.LISTS, [self.OFFER]), asks)

        assert [line.line_total for line in lines] == [800, 2400, 2800]

    def test_a_unit_is_in_one_bundle_and_the_one_that_saves_most_goes_first(self):
        small, large = bundle({1: 1, 2: 1}, 3900), bundle({1: 2, 2: 1}, 4000)

        lines = price(terms(self.LISTS, [small, large]), [ask(1, 3), ask(2, 2)])

        assert [line.line_total for line in lines] == [1600 + 975, 2400 + 2925]
        assert [step.name_key for step in lines[0].steps[1:]] == [large.name_key, small.name_key]

    def test_one_that_stands_alone_takes_only_lines_nothing_has_touched(self):
        promotions = [percent(1, stackable=True, variant_ids=frozenset({1})), self.OFFER]

        lines = price(terms(self.LISTS, promotions), [ask(1, 2), ask(2, 1)])

        assert [line.line_total for line in lines] == [1980, 3000]

    def test_one_that_combines_takes_lines_touched_by_others_that_combine(self):
        promotions = [percent(10, stackable=True), bundle({1: 2, 2: 1}, 4000, stackable=True)]

        lines = price(terms(self.LISTS, promotions), [ask(1, 2), ask(2, 1)])

        assert [line.line_total for line in lines] == [1600, 2400]

    def test_but_not_those_touched_by_one_that_stands_alone(self):
        promotions = [percent(10), bundle({1: 2, 2: 1}, 4000, stackable=True)]

        lines = price(terms(self.LISTS, promotions), [ask(1, 2), ask(2, 1)])

        assert [line.line_total for line in lines] == [1800, 2700]

    def test_a_unit_given_away_is_in_none(self):
        promotions = [buy_get(1, 1, stackable=True), bundle({1: 2}, 1000, stackable=True)]

        (line,) = price(terms(THOUSAND, promotions), [ask(quantity=3)])

        assert line.line_total == 1000

    def test_lines_with_and_without_tax_are_not_mixed(self):
        lists = {1: [base({1: 1000})], 2: [base({1: 3000}, tax_mode=TaxMode.GROSS)]}

        lines = price(terms(lists, [self.OFFER]), [ask(1, 2), ask(2, 1)])

        assert [line.line_total for line in lines] == [2000, 3000]

    def test_parts_worth_less_than_can_be_paid_do_not_go_below_zero(self):
        lists = {1: [base({1: "0.4"})], 2: [base({1: "0.4"})], 3: [base({1: 10})]}
        promotions = [bundle({1: 1, 3: 1}, 0), bundle({2: 1, 3: 1}, 0)]

        lines = price(terms(lists, promotions), [ask(1), ask(2), ask(3, 2)])

        assert [line.line_total for line in lines] == [0, 0, 0]

    def test_two_bundles_that_round_up_on_one_line_do_not_take_it_below_zero(self):
        lists = {1: [base({1: "0.5"})], 2: [base({1: 10})], 3: [base({1: 10})]}
        promotions = [bundle({1: 1, 2: 1}, 0), bundle({1: 1, 3: 1}, 0)]

        lines = price(terms(lists, promotions), [ask(1, 2), ask(2), ask(3)])

        assert [line.line_total for line in lines] == [0, 0, 0]


class TestAmountOffTheOrder:
    LISTS = {1: [base({1: 1000})], 2: [base({1: 3000})], 3: [base({1: 3000})]}  # noqa: RUF012
    BASKET = (ask(1), ask(2), ask(3))

    def test_it_is_spread_by_worth_and_nothing_is_lost(self):
        lines = price(terms(self.LISTS, [off_order(1000)]), self.BASKET)

        assert [line.line_total for line in lines] == [857, 2571, 2572]
        assert sum(line.line_total or 0 for line in lines) == 6000
        assert steps_of(lines[0]) == [("list", e4(1000)), ("order", e4(-143))]

    def test_it_never_takes_more_than_there_is(self):
        lines = price(terms(self.LISTS, [off_order(10_000)]), self.BASKET)

        assert [line.line_total for line in lines] == [0, 0, 0]

    def test_only_lines_it_is_on_share_it(self):
        lines = price(terms(self.LISTS, [off_order(600, variant_ids=frozenset({2, 3}))]), self.BASKET)

        assert [line.line_total for line in lines] == [1000, 2700, 2700]

    def test_those_that_combine_apply_one_after_the_other(self):
        promotions = [off_order(700, stackable=True), off_order(630, stackable=True)]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert [line.line_total for line in lines] == [810, 2430, 2430]

    def test_together_they_never_take_more_than_there_is(self):
        promotions = [off_order(6000, stackable=True), off_order(6000, stackable=True)]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert [line.line_total for line in lines] == [0, 0, 0]

    def test_of_those_that_stand_alone_the_one_that_saves_most(self):
        promotions = [off_order(70), off_order(700, minimum_value=7000), off_order(900, minimum_value=7001)]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert sum(line.line_total or 0 for line in lines) == 6300
        assert [len(line.steps) for line in lines] == [2, 2, 2]

    def test_another_that_stands_alone_may_take_the_other_lines(self):
        promotions = [off_order(100, variant_ids=frozenset({1})), off_order(600, variant_ids=frozenset({2}))]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert [line.line_total for line in lines] == [900, 2400, 3000]

    def test_one_that_stands_alone_leaves_lines_alone_that_are_touched(self):
        promotions = [percent(10, stackable=True, variant_ids=frozenset({1})), off_order(600)]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert [line.line_total for line in lines] == [900, 2700, 2700]

    def test_one_that_combines_comes_after_bundles_that_combine(self):
        promotions = [bundle({1: 1, 2: 1}, 3000, stackable=True), off_order(600, stackable=True)]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert [[step.kind for step in line.steps] for line in lines] == [
            ["list", "bundle", "order"],
            ["list", "bundle", "order"],
            ["list", "order"],
        ]
        assert [line.line_total for line in lines] == [675, 2025, 2700]

    def test_one_that_combines_leaves_a_bundle_that_stands_alone(self):
        promotions = [bundle({1: 1, 2: 1}, 3000), off_order(600, stackable=True)]

        lines = price(terms(self.LISTS, promotions), self.BASKET)

        assert [line.line_total for line in lines] == [750, 2250, 2400]

    def test_too_small_a_line_has_no_share(self):
        lines = price(terms(self.LISTS, [off_order(500, min_quantity=2)]), [ask(1, 2), ask(2, 1)])

        assert [line.line_total for line in lines] == [1500, 3000]


def test_steps_follow_the_order_of_the_rules_and_end_with_the_rounding():
    lists = [contract({1: "905.55", 10: "900.33"}), base({1: 1100}, tax_mode=TaxMode.GROSS)]
    promotions = [
        percent("7.5", stackable=True),
        buy_get(10, 1, stackable=True),
        bundle({1: 5}, 4000, stackable=True),
        off_order(1000, stackable=True),
    ]

    (line,) = price(terms(lists, promotions, taxes={"standard": [tax("VAT", 10)]}), [ask(quantity=12)])

    assert [step.kind for step in line.steps] == [
        "list", "tax", "contract", "tier", "promotion", "promotion", "bundle", "order", "rounding",
    ]  # fmt: skip
    assert [step.quantity for step in line.steps] == [None, None, None, 10, None, 1, 2, None, None]
    assert sum(step.amount_e4 for step in line.steps) == (line.line_total or 0) * 10_000
    assert line.unit_price_e4 == e4("832.8052")  # 900.33 less 67.52475, rounded half up to 67.5248
    assert line.line_total == 9161 - (8328 - 8000) - 1000


def test_cents_are_rounded_half_up_on_the_line():
    (line,) = price(terms([base({1: "0.0125"})], currency="USD"), [ask(quantity=100)])
    (half,) = price(terms([base({1: "0.125"})], currency="USD"), [ask(quantity=1)])

    assert (line.line_total, half.line_total) == (125, 13)
    assert steps_of(half) == [("list", 1250), ("rounding", 50)]


def test_a_snapshot_of_the_steps_is_plain_data():
    promotion = percent(10, name_key="AUTUMN", names={"ko": "가을", "en": "Autumn"})

    (line,) = price(terms([base({1: 1000}, code="BASE", names={"en": "Base"})], [promotion]), [ask()])

    assert line.to_snapshot() == [
        {
            "kind": "list", "name_key": "BASE", "names": {"en": "Base"}, "valid_from": "2026-01-01",
            "valid_to": None, "amount_e4": 10_000_000, "quantity": None,
        },
        {
            "kind": "promotion", "name_key": "AUTUMN", "names": {"ko": "가을", "en": "Autumn"},
            "valid_from": "2026-11-01", "valid_to": "2026-11-30", "amount_e4": -1_000_000, "quantity": None,
        },
    ]  # fmt: skip
