"""Which list answers, which tier holds, and what the price is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from portal.pricing.models import TaxMode
from portal.pricing.priced import Ask, PriceState, StepKind, Tier
from portal.pricing.rules import price
from tests.unit.pricing.trade import (
    amount_off,
    ask,
    base,
    contract,
    e4,
    percent,
    segment,
    steps_of,
    tax,
    terms,
)

VAT = {"standard": [tax("VAT", 10)]}


@pytest.mark.parametrize(
    "lists, quantity, unit",
    [
        pytest.param([base({1: 1000})], 1, 1000, id="the base list is for everyone"),
        pytest.param([segment({1: 950}), base({1: 1000})], 1, 950, id="a segment's list goes before base"),
        pytest.param([segment({1: 1050}), base({1: 1000})], 1, 1050, id="even where it asks more"),
        pytest.param([contract({1: 900}), segment({1: 800}), base({1: 700})], 1, 900, id="a contract goes first"),
        pytest.param([contract({1: 910}), contract({1: 900})], 1, 910, id="of two contracts the first in order"),
        pytest.param([contract({10: 800}), base({1: 1000})], 9, 1000, id="a contract from 10 says nothing on 9"),
        pytest.param([contract({10: 800}), base({1: 1000})], 10, 800, id="and answers for 10"),
        pytest.param([contract({10: 1200}), base({1: 1000})], 10, 1200, id="to the letter, even if it asks more"),
        pytest.param([segment({10: 800}), base({1: 1000})], 5, 1000, id="a segment's list from 10 says nothing on 5"),
        pytest.param([segment({10: 1200}), base({1: 1000})], 10, 1000, id="more pieces never raise a segment price"),
        pytest.param([segment({10: 1200, 20: 900}), base({1: 1000})], 20, 900, id="its lower tier holds again"),
        pytest.param([segment({10: 1200}), base({1: 1000, 5: 850, 10: 700})], 10, 850, id="as 9 cost, not as 10"),
        pytest.param([segment({10: 1200}), base({1: None})], 10, 1200, id="on request below it is no lower price"),
        pytest.param([segment({10: 1200}), base({20: 1})], 10, 1200, id="nor is nothing below it"),
        pytest.param([base({1: 1000, 10: 900, 100: 800})], 9, 1000, id="below the tier"),
        pytest.param([base({1: 1000, 10: 900, 100: 800})], 10, 900, id="at the tier"),
        pytest.param([base({1: 1000, 10: 900, 100: 800})], 99, 900, id="between tiers"),
        pytest.param([base({1: 1000, 10: 900, 100: 800})], 5000, 800, id="beyond the last tier"),
        pytest.param([base({1: 1000, 10: 1100})], 10, 1000, id="a base tier never raises the price"),
        pytest.param([segment({1: 1000, 10: 1100})], 10, 1000, id="nor does a segment's"),
        pytest.param([contract({1: 1000, 10: 1100})], 10, 1100, id="a contract's may: it is a contract"),
        pytest.param([contract({1: 0}), base({1: 1000})], 3, 0, id="zero is a price"),
        pytest.param([base({1: None, 10: 900})], 10, 900, id="on request for few, priced for many"),
        pytest.param([base({1: 1000, 10: None, 50: 1100})], 50, 1000, id="a gap does not raise the price"),
    ],
)  # fmt: skip
def test_the_unit_price(lists, quantity, unit):
    (line,) = price(terms(lists), [ask(quantity=quantity)])

    assert line.state is PriceState.PRICED
    assert line.is_priced
    assert line.unit_price_e4 == e4(unit)
    assert line.line_total == unit * quantity


@pytest.mark.parametrize(
    "lists, quantity, kind",
    [
        pytest.param([base({1: None})], 1, StepKind.ON_REQUEST, id="the list says so"),
        pytest.param([contract({1: None}), base({1: 1000})], 1, StepKind.ON_REQUEST, id="a contract says so first"),
        pytest.param([base({1: 1000, 100: None})], 100, StepKind.ON_REQUEST, id="for large quantities"),
        pytest.param([segment({10: None}), base({1: 1000})], 10, StepKind.ON_REQUEST, id="a segment's from 10 on"),
        pytest.param([base({10: 1000})], 9, StepKind.UNPRICED, id="no list prices so few"),
        pytest.param([], 1, StepKind.UNPRICED, id="no list prices it at all"),
    ],
)  # fmt: skip
def test_a_price_on_request_is_neither_zero_nor_an_amount(lists, quantity, kind):
    (line,) = price(terms(lists, [percent(10)]), [ask(quantity=quantity)])

    assert line.state is PriceState.ON_REQUEST
    assert not line.is_priced
    assert (line.unit_price_e4, line.list_unit_price_e4, line.line_total, line.list_total) == (None,) * 4
    assert (line.unit_net_e4, line.unit_gross_e4) == (None, None)
    assert steps_of(line) == [(kind.value, 0)]


def test_a_line_on_request_names_the_list_that_asks_to_be_asked():
    machines = base({1: None}, code="MACHINES", names={"en": "Machines"}, tax_mode=TaxMode.GROSS)

    (line,) = price(terms([machines]), [ask()])

    (step,) = line.steps
    assert (step.name_key, step.names, step.quantity) == ("MACHINES", {"en": "Machines"}, 1)
    assert line.tax_included


def test_nothing_is_asked_for_less_than_one_unit():
    with pytest.raises(ValueError, match="at least one unit, not 0"):
        Ask(1, 0, 10, (), "standard")


class TestListPrice:
    """What a lower price is compared with."""

    @pytest.mark.parametrize(
        "lists, quantity, list_unit",
        [
            pytest.param([contract({1: 900}), base({1: 1000, 10: 950})], 10, 1000, id="first tier of the base list"),
            pytest.param([contract({1: 900, 10: 800})], 10, 900, id="no base list: the winner's own first tier"),
            pytest.param([contract({1: 900}), base({1: None, 5: 950})], 9, 900, id="the base list asks to be asked"),
            pytest.param([contract({1: 900}), base({10: 800})], 9, 900, id="the base list does not sell so few"),
            pytest.param([base({1: None, 10: 900})], 10, 900, id="the first tier that has a price"),
            pytest.param([base({5: 700}), base({1: 1000})], 4, 1000, id="the first base list that sells so few"),
        ],
    )  # fmt: skip
    def test_it_is(self, lists, quantity, list_unit):
        (line,) = price(terms(lists), [ask(quantity=quantity)])

        assert line.list_unit_price_e4 == e4(list_unit)
        assert line.list_total == list_unit * quantity

    def test_a_base_list_with_tax_is_compared_without_where_the_contract_is_without(self):
        lists = [contract({1: 900}), base({1: 1100}, tax_mode=TaxMode.GROSS)]

        (line,) = price(terms(lists, taxes=VAT), [ask(quantity=2)])

        assert not line.tax_included
        assert line.list_unit_price_e4 == e4(1000)
        assert steps_of(line) == [("list", e4(2200)), ("tax", e4(-200)), ("contract", e4(-200))]

    def test_and_with_tax_where_the_contract_is_with(self):
        lists = [contract({1: 1045}, tax_mode=TaxMode.GROSS), base({1: 1000})]

        (line,) = price(terms(lists, taxes=VAT), [ask(quantity=2)])

        assert line.tax_included
        assert line.list_unit_price_e4 == e4(1100)
        assert line.list_total == 2200
        assert steps_of(line) == [("list", e4(2000)), ("tax", e4(200)), ("contract", e4(-110))]

    def test_taxes_that_do_not_come_out_even_are_rounded_half_up_in_e4(self):
        lists = [contract({1: 1}), base({1: 1000}, tax_mode=TaxMode.GROSS)]
        quebec = {"standard": [tax("GST", 5, 0), tax("QST", "9.975", 1, valid_to=date(2030, 12, 31))]}

        (line,) = price(terms(lists, taxes=quebec), [ask()])

        assert line.list_unit_price_e4 == 8_697_543  # 1000 / 1.14975 = 869.7543…
        tax_step = line.steps[1]
        assert (tax_step.kind, tax_step.name_key, tax_step.names) == (StepKind.TAX, "GST+QST", {})
        assert (tax_step.valid_from, tax_step.valid_to) == (date(2020, 1, 1), date(2030, 12, 31))

    def test_without_tax_there_is_nothing_to_convert(self):
        lists = [contract({1: 900}), base({1: 1000}, tax_mode=TaxMode.GROSS)]

        (line,) = price(terms(lists), [ask()])

        assert steps_of(line) == [("list", e4(1000)), ("contract", e4(-100))]

    def test_lists_with_and_without_tax_are_compared_as_they_would_be_paid(self):
        dearer_with_tax = [segment({10: 1050}), base({1: 1100}, tax_mode=TaxMode.GROSS)]
        dearer_without = [segment({10: 1050}), base({1: 1200}, tax_mode=TaxMode.GROSS)]

        (line,) = price(terms(dearer_with_tax, taxes=VAT), [ask(quantity=10)])
        (other,) = price(terms(dearer_without, taxes=VAT), [ask(quantity=10)])

        assert (line.unit_price_e4, line.tax_included) == (e4(1100), True)
        assert (other.unit_price_e4, other.tax_included) == (e4(1050), False)


class TestTaxForDisplay:
    @pytest.mark.parametrize(
        "mode, net, gross",
        [(TaxMode.NET, "1000", "1100"), (TaxMode.GROSS, "909.0909", "1000")],
    )
    def test_a_unit_is_shown_without_and_with_tax(self, mode, net, gross):
        (line,) = price(terms([base({1: 1000}, tax_mode=mode)], taxes=VAT), [ask()])

        assert line.unit_net_e4 == e4(net)
        assert line.unit_gross_e4 == e4(gross)

    def test_a_class_of_goods_without_a_rate_bears_no_tax(self):
        (line,) = price(terms([base({1: 1000})], taxes=VAT), [ask(tax_class="zero")])

        assert line.unit_net_e4 == line.unit_gross_e4 == e4(1000)


class TestTiers:
    """The table a buyer sees before ordering more."""

    @pytest.mark.parametrize(
        "lists, tiers",
        [
            pytest.param([base({1: 1000})], [Tier(1, e4(1000), 0)], id="a single one"),
            pytest.param(
                [base({1: 1000, 12: 950, 48: 900})],
                [Tier(1, e4(1000), 0), Tier(12, e4(950), e4(50)), Tier(48, e4(900), e4(100))],
                id="each with what it saves against the first",
            ),
            pytest.param(
                [contract({10: 800}), base({1: 1000, 5: 900, 20: 700})],
                [Tier(1, e4(1000), 0), Tier(5, e4(900), e4(100)), Tier(10, e4(800), e4(200))],
                id="over several lists, as far as each is asked",
            ),
            pytest.param([segment({1: 950}), base({1: 1000, 10: 1})], [Tier(1, e4(950), 0)], id="not of a list after"),
            pytest.param([base({1: 1000, 10: 1000})], [Tier(1, e4(1000), 0)], id="not where nothing changes"),
            pytest.param([base({1: 1000, 10: 1200})], [Tier(1, e4(1000), 0)], id="not where it would only rise"),
            pytest.param(
                [contract({1: 1000, 10: 1200})],
                [Tier(1, e4(1000), 0), Tier(10, e4(1200), 0)],
                id="a contract that rises saves nothing",
            ),
            pytest.param([base({1: None, 10: 900})], [Tier(10, e4(900), 0)], id="quantities on request left out"),
            pytest.param(
                [segment({10: 900}), base({5: 950})],
                [Tier(5, e4(950), 0), Tier(10, e4(900), e4(50))],
                id="from the first quantity that is sold",
            ),
            pytest.param([], [], id="none without a price"),
        ],
    )  # fmt: skip
    def test_table(self, lists, tiers):
        (line,) = price(terms(lists), [ask()])

        assert list(line.tiers) == tiers

    def test_promotions_on_units_are_in_it_and_begin_tiers_of_their_own(self):
        promotions = [percent(10), amount_off(300, min_quantity=6), percent(50, min_quantity=20)]

        (line,) = price(terms([base({1: 1000, 10: 900})], promotions), [ask()])

        assert [(tier.min_quantity, tier.unit_price_e4) for tier in line.tiers] == [
            (1, e4(900)),
            (6, e4(700)),
            (10, e4(600)),
            (20, e4(450)),
        ]

    def test_promotions_are_not_in_the_tiers_of_a_list_that_forbids_them(self):
        lists = [contract({10: 950}, forbids_promotions=True), base({1: 1000})]

        (line,) = price(terms(lists, [percent(10)]), [ask()])

        assert [(tier.min_quantity, tier.unit_price_e4) for tier in line.tiers] == [
            (1, e4(900)),
            (10, e4(950)),
        ]

    def test_they_are_in_the_tax_mode_of_the_line(self):
        lists = [contract({10: 800}), base({1: 1100}, tax_mode=TaxMode.GROSS)]

        (line,) = price(terms(lists, taxes=VAT), [ask()])

        assert [(tier.min_quantity, tier.unit_price_e4) for tier in line.tiers] == [
            (1, e4(1100)),
            (10, e4(880)),
        ]
