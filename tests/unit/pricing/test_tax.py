"""Taxes of documents, as the tax offices of the portal's countries reckon them."""

from __future__ import annotations

from typing import Any

import pytest

from portal.accounts.models import TaxRounding
from portal.pricing.models import TaxMode
from portal.pricing.priced import TaxLine
from portal.pricing.rules import price
from portal.pricing.tax import nets_of, taxes_of
from tests.unit.pricing.trade import ask, base, e4, tax, terms

Profile = dict[str, Any]

KOREA: Profile = {
    "taxes": {"standard": [tax("VAT", 10)], "zero": [tax("VAT", 0)]},
    "rounding": TaxRounding.LINE_DOWN,
}
JAPAN: Profile = {
    "taxes": {"standard": [tax("JCT", 10, 0)], "reduced": [tax("JCT", 8, 1)]},
    "rounding": TaxRounding.DOCUMENT_DOWN,
    "currency": "JPY",
}
QUEBEC: Profile = {
    "taxes": {"standard": [tax("GST", 5, 0), tax("QST", "9.975", 1)], "zero": []},
    "rounding": TaxRounding.DOCUMENT_HALF_UP,
    "currency": "CAD",
}
ONTARIO: Profile = {
    "taxes": {"standard": [tax("HST", 13)]},
    "rounding": TaxRounding.DOCUMENT_HALF_UP,
    "currency": "CAD",
}
GERMANY: Profile = {
    "taxes": {"standard": [tax("VAT", 19, 0)], "reduced": [tax("VAT", 7, 1)]},
    "rounding": TaxRounding.DOCUMENT_HALF_UP,
    "currency": "EUR",
}
STATES: Profile = {"taxes": {}, "rounding": TaxRounding.DOCUMENT_HALF_UP, "currency": "USD"}


def document(profile, *goods, modes=()):
    """``goods`` are (price of one, tax class); ``modes`` their lists' tax modes, without tax unless told."""
    modes = [*modes, *[TaxMode.NET] * (len(goods) - len(modes))]
    lists = {
        number: [base({1: amount}, tax_mode=mode)]
        for number, ((amount, _tax_class), mode) in enumerate(zip(goods, modes, strict=True), start=1)
    }
    asks = [ask(number, tax_class=tax_class) for number, (_amount, tax_class) in enumerate(goods, start=1)]
    facts = terms(lists, **profile)
    return taxes_of(facts, price(facts, asks))


@pytest.mark.parametrize(
    "profile, goods, net, taxes",
    [
        pytest.param(
            KOREA, [(1005, "standard"), (1005, "standard")], 2010, [("VAT", 10, 2010, 200)],
            id="Korea: each line's tax without the fraction",
        ),
        pytest.param(
            KOREA, [(1005, "standard"), (500, "zero")], 1505, [("VAT", 0, 500, 0), ("VAT", 10, 1005, 100)],
            id="Korea: a rate of zero is named",
        ),
        pytest.param(
            JAPAN, [(1005, "standard"), (1005, "standard"), (999, "reduced")], 3009,
            [("JCT", 10, 2010, 201), ("JCT", 8, 999, 79)],
            id="Japan: once for each rate, without the fraction",
        ),
        pytest.param(
            QUEBEC, [("10.10", "standard"), ("20.30", "standard"), ("5.00", "zero")], 3540,
            [("GST", 5, 3040, 152), ("QST", "9.975", 3040, 303)],
            id="Quebec: both on the net, none on the other",
        ),
        pytest.param(
            ONTARIO, [("0.50", "standard")] * 3, 150, [("HST", 13, 150, 20)],
            id="Ontario: 19.5 cents are 20, and not three times 7",
        ),
        pytest.param(
            GERMANY, [("9.99", "standard"), ("3.33", "reduced")], 1332,
            [("VAT", 19, 999, 190), ("VAT", 7, 333, 23)],
            id="Germany: both rates",
        ),
        pytest.param(STATES, [("9.99", "standard")], 999, [], id="United States: none on a resale"),
        pytest.param(KOREA, [], 0, [], id="nothing bought"),
    ],
)  # fmt: skip
def test_prices_without_tax(profile, goods, net, taxes):
    taxed = document(profile, *goods)

    assert taxed.net == net
    assert list(taxed.taxes) == [
        TaxLine(code, e4(rate), basis, amount) for code, rate, basis, amount in taxes
    ]


@pytest.mark.parametrize(
    "profile, goods, net, taxes",
    [
        pytest.param(
            KOREA, [(1005, "standard"), (1005, "standard")], 1828, [("VAT", 10, 1828, 182)],
            id="Korea: 91 in each of two lines",
        ),
        pytest.param(
            JAPAN, [(1005, "standard"), (1005, "standard"), (1080, "reduced")], 1828 + 1000,
            [("JCT", 10, 1828, 182), ("JCT", 8, 1000, 80)],
            id="Japan: taken out of the sum",
        ),
        pytest.param(
            GERMANY, [("11.90", "standard"), ("1.00", "standard")], 1084, [("VAT", 19, 1084, 206)],
            id="Germany: 12.90 hold 2.06",
        ),
        pytest.param(
            QUEBEC, [("114.98", "standard"), ("7.00", "zero")], 10_000 + 700,
            [("GST", 5, 10_000, 500), ("QST", "9.975", 10_000, 998)],
            id="Quebec: both taken out",
        ),
    ],
)  # fmt: skip
def test_prices_with_tax_cost_what_they_say(profile, goods, net, taxes):
    taxed = document(profile, *goods, modes=[TaxMode.GROSS] * len(goods))

    assert taxed.net == net
    assert list(taxed.taxes) == [
        TaxLine(code, e4(rate), basis, amount) for code, rate, basis, amount in taxes
    ]


@pytest.mark.parametrize(
    "profile, code, amount",
    [
        pytest.param(KOREA, "VAT", 91 + 100, id="by line: 91.36 and 100.5, each without the fraction"),
        pytest.param(JAPAN, "JCT", 191, id="by document: 191.86 without the fraction"),
        pytest.param({**JAPAN, "rounding": TaxRounding.DOCUMENT_HALF_UP}, "JCT", 192, id="or half up"),
    ],
)
def test_lines_with_and_without_tax_on_one_document(profile, code, amount):
    taxed = document(profile, (1005, "standard"), (1005, "standard"), modes=[TaxMode.GROSS, TaxMode.NET])

    assert taxed.net == (1005 - 91) + 1005
    assert list(taxed.taxes) == [TaxLine(code, e4(10), 1919, amount)]


def test_a_rate_that_several_classes_bear_is_rounded_once():
    profile: Profile = {
        "taxes": {"standard": [tax("GST", 5, 0), tax("QST", 10, 1)], "reduced": [tax("GST", 5, 0)]},
        "rounding": TaxRounding.DOCUMENT_HALF_UP,
        "currency": "CAD",
    }

    taxed = document(profile, ("0.10", "standard"), ("0.10", "reduced"))

    assert list(taxed.taxes) == [TaxLine("GST", e4(5), 20, 1), TaxLine("QST", e4(10), 10, 1)]


def test_lines_on_request_have_no_part():
    facts = terms({1: [base({1: 1000})], 2: [base({1: None})]}, **KOREA)

    taxed = taxes_of(facts, price(facts, [ask(1), ask(2)]))

    assert (taxed.net, list(taxed.taxes)) == (1000, [TaxLine("VAT", e4(10), 1000, 100)])
    assert taxed.taxes[0].to_snapshot() == {"code": "VAT", "rate_ppm": 100_000, "base": 1000, "amount": 100}


@pytest.mark.parametrize(
    "profile, freight, net, amounts",
    [
        # By line: goods 1.8 down to 1, freight 1.8 down to 1.
        pytest.param(KOREA, 18, 36, [2], id="KR"),
        # By document, rounded once on the sum: 3.6 down to 3.
        pytest.param(JAPAN, 18, 36, [3], id="JP"),
        pytest.param(QUEBEC, 1_000, 1_018, [51, 102], id="CA-QC"),
        pytest.param(STATES, 500, 518, [], id="US"),
    ],
)
def test_freight_is_an_entry_of_its_own_of_the_standard_class(profile, freight, net, amounts):
    goods = "0.18" if profile in (QUEBEC, STATES) else 18
    facts = terms({1: [base({1: goods})]}, **profile)

    taxed = taxes_of(facts, price(facts, [ask(1)]), freight)

    assert (taxed.net, [each.amount for each in taxed.taxes]) == (net, amounts)
    assert all(each.base == net for each in taxed.taxes)


def test_the_net_of_a_line_with_tax_is_taken_out_line_by_line():
    lists = {
        1: [base({1: 119}, tax_mode=TaxMode.GROSS)],
        2: [base({1: 100})],
        3: [base({1: None})],
    }
    facts = terms(lists, **GERMANY)
    lines = price(facts, [ask(1), ask(2), ask(3)])

    assert nets_of(facts, lines) == [10_000, 10_000, 0]
