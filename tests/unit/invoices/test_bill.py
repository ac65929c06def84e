"""The bill: parts of lines, freight, and taxes as each country rounds them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.models import TaxRounding
from portal.invoices.bill import BilledTax, Charge, Rate, bill, freight_part, part_of

VAT = (Rate("VAT", 100_000, 0),)
JCT_10, JCT_8 = (Rate("JCT", 100_000, 0),), (Rate("JCT", 80_000, 0),)
QUEBEC = (Rate("GST", 50_000, 0), Rate("QST", 99_750, 1))


@given(
    total=st.integers(0, 10**9),
    parts=st.lists(st.integers(1, 1_000), min_size=1, max_size=8),
)
def test_the_parts_of_a_line_sum_to_it(total, parts):
    units, charged, left = sum(parts), 0, 0
    for part in parts:
        amount = part_of(total, units, charged, left, part)
        assert amount >= 0
        charged, left = charged + amount, left + part
    assert charged == total
    assert part_of(total, units, charged, left, 1) == 0


def test_a_line_that_shrank_below_what_was_charged_costs_nothing_more():
    assert part_of(100, 4, 101, 3, 1) == 0


CHARGES: list[dict[str, Any]] = [
    {"location_id": 1, "date": None, "amount": 3_000},
    {"location_id": 2, "date": "2026-11-30", "amount": 2_000},
]


@pytest.mark.parametrize(
    "charged, leaving, before, completes, amount",
    [
        (0, [(1, None)], [], False, 3_000),
        (0, [(1, None), (2, "2026-11-30")], [], False, 5_000),
        (3_000, [(1, None)], [(1, None)], False, 0),
        (3_000, [(2, "2026-11-30")], [(1, None)], False, 2_000),
        (0, [(2, "2026-12-01")], [], False, 0),
        # The group that was taken back is still agreed on.
        (3_000, [(1, None)], [(1, None)], True, 2_000),
        (5_000, [(1, None)], [(1, None)], True, 0),
    ],
)
def test_bringing_is_charged_with_the_first_of_each_group(charged, leaving, before, completes, amount):
    assert freight_part(5_000, CHARGES, charged, leaving, before, completes=completes) == amount


def test_bringing_that_is_not_told_by_groups_is_charged_at_once():
    assert freight_part(700, [], 0, [(1, None)], [], completes=False) == 700
    assert freight_part(700, [], 700, [(1, None)], [(1, None)], completes=True) == 0


def test_korea_drops_the_fraction_line_by_line():
    found = bill([Charge(1_999, VAT), Charge(1_999, VAT)], TaxRounding.LINE_DOWN)

    assert (found.nets, found.line_taxes) == ((1_999, 1_999), (199, 199))
    assert found.taxes == (BilledTax("VAT", 100_000, 3_998, 398, "S", ""),)
    assert found.total == 4_396


def test_japan_drops_it_once_for_each_rate():
    found = bill(
        [Charge(1_009, JCT_10), Charge(1_009, JCT_10), Charge(999, JCT_8), Charge(501, JCT_8)],
        TaxRounding.DOCUMENT_DOWN,
    )

    assert found.taxes == (
        BilledTax("JCT", 80_000, 1_500, 120, "S", ""),
        BilledTax("JCT", 100_000, 2_018, 201, "S", ""),
    )
    assert found.line_taxes == (None,) * 4
    assert found.total == 3_839


def test_quebec_charges_both_taxes_on_the_net():
    found = bill([Charge(1_005, QUEBEC), Charge(1_005, QUEBEC)], TaxRounding.DOCUMENT_HALF_UP)

    assert [(tax.code, tax.base, tax.amount) for tax in found.taxes] == [
        ("GST", 2_010, 101), ("QST", 2_010, 200),
    ]  # fmt: skip
    assert found.total == 2_311


def test_without_taxes_the_total_is_the_net():
    found = bill([Charge(1_005, ()), Charge(95, ())], TaxRounding.DOCUMENT_HALF_UP)
    assert (found.nets, found.taxes, found.total) == ((1_005, 95), (), 1_100)


def test_europe_tells_the_categories_apart():
    charges = [
        Charge(10_000, (Rate("VAT", 190_000, 0),)),
        Charge(5_000, (Rate("VAT", 0, 0, "Z"),)),
        Charge(7_000, (Rate("VAT", 0, 0, "AE", "VATEX-EU-AE"),)),
        Charge(3_000, (Rate("VAT", 0, 0, "K", "VATEX-EU-IC"),)),
        Charge(2_000, (Rate("VAT", 0, 0, "G", "VATEX-EU-G"),)),
        Charge(1_000, (Rate("VAT", 0, 0, "E", "VATEX-EU-132"),)),
    ]
    found = bill(charges, TaxRounding.DOCUMENT_HALF_UP)

    assert {(tax.category, tax.exemption, tax.base, tax.amount) for tax in found.taxes} == {
        ("S", "", 10_000, 1_900),
        ("Z", "", 5_000, 0),
        ("AE", "VATEX-EU-AE", 7_000, 0),
        ("K", "VATEX-EU-IC", 3_000, 0),
        ("G", "VATEX-EU-G", 2_000, 0),
        ("E", "VATEX-EU-132", 1_000, 0),
    }
    assert found.total == 29_900


def test_tax_is_taken_out_of_lines_that_hold_it_and_what_is_left_sums_to_the_net():
    charges = [Charge(1_000, VAT, True) for _ in range(3)]
    found = bill(charges, TaxRounding.DOCUMENT_HALF_UP)

    assert (found.net, found.tax, found.total) == (2_727, 273, 3_000)
    assert sorted(found.nets) == [909, 909, 909]
    by_line = bill(charges, TaxRounding.LINE_DOWN)
    assert (by_line.nets, by_line.line_taxes, by_line.total) == ((910,) * 3, (90,) * 3, 3_000)


rates = st.sampled_from([(), VAT, JCT_8, QUEBEC, (Rate("VAT", 0, 0, "Z"),), (QUEBEC[0],)])
charges = st.lists(st.builds(Charge, st.integers(0, 10**8), rates, st.booleans()), min_size=1, max_size=12)


@given(charges, st.sampled_from(TaxRounding))
def test_lines_sum_to_the_document_and_lines_with_tax_cost_what_they_say(found, rounding):
    made = bill(found, rounding)

    assert sum(made.nets) == made.net
    assert made.tax == sum(tax.amount for tax in made.taxes)
    for charge, net in zip(found, made.nets, strict=True):
        if not charge.tax_included:
            assert net == charge.amount
    if all(charge.tax_included for charge in found):
        assert made.total == sum(charge.amount for charge in found)
    if rounding.per_line:
        assert sum(tax or 0 for tax in made.line_taxes) == made.tax
    if all(len(charge.rates) == 1 for charge in found):
        for tax in made.taxes:
            key = (tax.code, tax.rate_ppm, tax.category)
            bearing = [
                net
                for charge, net in zip(found, made.nets, strict=True)
                if (charge.rates[0].code, charge.rates[0].rate_ppm, charge.rates[0].category) == key
            ]
            assert tax.base == sum(bearing)
