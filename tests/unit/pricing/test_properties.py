"""What holds for every price, whatever the lists, promotions and taxes are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.accounts.models import TaxRounding
from portal.core.money import e4_per_minor
from portal.pricing.models import PriceListKind, PromotionKind, TaxMode
from portal.pricing.priced import Ask, PricedLine
from portal.pricing.rules import price, price_each
from portal.pricing.tax import taxes_of
from portal.pricing.terms import ListPrices, PricingTerms, PromotionTerms
from tests.unit.pricing.trade import a_list, a_promotion, tax, terms

checked = settings(deadline=None)

VARIANTS = [1, 2, 3, 4]
CATEGORIES = [7, 8]
QUANTITIES = st.integers(1, 40)
# Everyday prices, tiny ones that only e4 can hold, and none at all.
AMOUNTS = st.one_of(st.integers(0, 3_000_000), st.integers(0, 200), st.sampled_from([10_000, 12_345_678]))
ON_UNITS = [PromotionKind.PERCENT, PromotionKind.AMOUNT]
TAXES = {
    "standard": [tax("GST", 5, 0), tax("QST", "9.975", 1)],
    "reduced": [tax("GST", 5, 0)],
    "zero": [tax("GST", 0, 0)],
}


@st.composite
def offers(
    draw: st.DrawFn,
    *,
    kinds: tuple[PriceListKind, ...] = tuple(PriceListKind),
    on_request: bool = True,
    modes: tuple[TaxMode, ...] = tuple(TaxMode),
    forbid: bool = True,
    most_tiers: int = 4,
) -> list[ListPrices]:
    """What up to four lists say about a variant: contracts in front, then segments, then base."""
    order = (PriceListKind.CONTRACT, PriceListKind.SEGMENT, PriceListKind.BASE)
    drawn = draw(st.lists(st.sampled_from(kinds), max_size=4))
    lists = []
    for kind in sorted(drawn, key=order.index):
        begins = draw(st.sets(st.integers(1, 30), min_size=1, max_size=most_tiers))
        if most_tiers == 1 or draw(st.booleans()):
            begins = {1, *begins} if most_tiers > 1 else {1}
        amounts = st.one_of(st.none(), AMOUNTS) if on_request else AMOUNTS
        tiers = tuple((quantity, draw(amounts)) for quantity in sorted(begins))
        changes = {
            "tax_mode": draw(st.sampled_from(modes)),
            "forbids_promotions": forbid and draw(st.booleans()),
        }
        lists.append(ListPrices(a_list(kind, {1: 0}, **changes).price_list, tiers))
    return lists


@st.composite
def promotions(
    draw: st.DrawFn,
    *,
    kinds: tuple[PromotionKind, ...] = tuple(PromotionKind),
    minimum_values: bool = True,
    min_quantities: bool = True,
    most_given: int = 3,
) -> list[PromotionTerms]:
    """Up to six promotions of ``kinds``, on anything."""
    drawn = []
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=6)):
        changes: dict[str, Any] = {
            "percent_ppm": draw(st.integers(1, 1_000_000)),
            "off_e4": draw(AMOUNTS),
            "amount": draw(st.integers(0, 5_000)),
            "buy_quantity": draw(st.integers(1, 10)),
            "get_quantity": draw(st.integers(1, most_given)),
            "min_quantity": draw(st.integers(1, 15)) if min_quantities else 1,
            "minimum_value": draw(st.none() | st.integers(1, 5_000)) if minimum_values else None,
            "stackable": draw(st.booleans()),
        }
        if kind is PromotionKind.BUNDLE:
            parts = st.dictionaries(st.sampled_from(VARIANTS), st.integers(1, 4), max_size=3)
            changes["parts"] = draw(parts)
        elif draw(st.booleans()):
            changes["variant_ids"] = frozenset(draw(st.sets(st.sampled_from(VARIANTS))))
            changes["category_ids"] = frozenset(draw(st.sets(st.sampled_from(CATEGORIES))))
        drawn.append(a_promotion(kind, **changes))
    return drawn


@st.composite
def asked(draw: st.DrawFn, *, twice: bool = True) -> list[Ask]:
    """Up to five lines; a variant may stand on several, but is what it is on each."""
    nature = {
        variant: (
            tuple(draw(st.sets(st.sampled_from(CATEGORIES)))),
            draw(st.sampled_from([*TAXES, "untaxed"])),
        )
        for variant in VARIANTS
    }
    variants = draw(st.lists(st.sampled_from(VARIANTS), max_size=5, unique=not twice))
    return [Ask(variant, draw(QUANTITIES), variant * 10, *nature[variant]) for variant in variants]


@st.composite
def trades(draw: st.DrawFn) -> PricingTerms:
    """Terms with anything in them."""
    return terms(
        {variant: draw(offers()) for variant in VARIANTS},
        draw(promotions()),
        currency=draw(st.sampled_from(["KRW", "USD"])),
        taxes=TAXES,
        rounding=draw(st.sampled_from(TaxRounding)),
    )


def unit_of(line: PricedLine) -> int:
    assert line.unit_price_e4 is not None
    return line.unit_price_e4


def total_of(line: PricedLine) -> int:
    assert line.line_total is not None
    return line.line_total


def by_line(lines: list[PricedLine]) -> list[str]:
    """The answers without regard to their order."""
    return sorted(map(repr, lines))


@checked
@given(trades(), asked(), st.data())
def test_the_order_in_which_lines_are_asked_does_not_matter(facts, asks, data):
    shuffled = data.draw(st.permutations(asks))

    assert by_line(price(facts, asks)) == by_line(price(facts, shuffled))


@checked
@given(trades(), asked())
def test_answers_come_in_the_order_asked(facts, asks):
    lines = price(facts, asks)

    assert [(line.variant_id, line.quantity) for line in lines] == [
        (ask.variant_id, ask.quantity) for ask in asks
    ]


@checked
@given(trades(), asked())
def test_equal_terms_and_asks_give_equal_prices(facts, asks):
    assert price(facts, asks) == price(replace(facts), list(asks))


@checked
@given(trades(), asked())
def test_the_steps_sum_exactly_to_the_charge(facts, asks):
    for line in price(facts, asks):
        total = (line.line_total or 0) * e4_per_minor(facts.currency)
        assert sum(step.amount_e4 for step in line.steps) == total
        assert line.is_priced == (line.line_total is not None)


@checked
@given(trades(), asked())
def test_a_document_is_the_sum_of_its_rounded_lines_and_their_tax(facts, asks):
    lines = price(facts, asks)
    taxed = taxes_of(facts, lines)
    tax = sum(each.amount for each in taxed.taxes)

    without = sum(line.line_total or 0 for line in lines if not line.tax_included)
    with_tax = sum(line.line_total or 0 for line in lines if line.tax_included)
    assert all(each.amount >= 0 for each in taxed.taxes)
    if not with_tax:
        assert taxed.net == without
    if not without:
        assert taxed.net + tax == with_tax
    assert without + with_tax <= taxed.net + tax
    assert taxed.net <= without + with_tax


@checked
@given(trades(), asked())
def test_a_promotion_never_raises_a_price(facts, asks):
    without = price(replace(facts, promotions=()), asks)

    for line, plain in zip(price(facts, asks), without, strict=True):
        assert line.state is plain.state
        if line.is_priced:
            assert 0 <= unit_of(line) <= unit_of(plain)
            assert 0 <= total_of(line) <= total_of(plain)
            assert line.list_total == plain.list_total


@checked
@given(trades(), asked())
def test_promotions_never_touch_a_list_that_forbids_them(facts, asks):
    lists = {
        variant: tuple(
            ListPrices(replace(each.price_list, forbids_promotions=True), each.tiers) for each in of_variant
        )
        for variant, of_variant in facts.prices.items()
    }
    final = replace(facts, prices=lists)

    assert price(final, asks) == price(replace(final, promotions=()), asks)


@checked
@given(trades(), asked())
def test_priced_each_is_priced_alone(facts, asks):
    assert price_each(facts, asks) == [line for ask in asks for line in price(facts, [ask])]


ONE_MODE: dict[str, Any] = {"modes": (TaxMode.NET,), "on_request": False}
NO_CONTRACT = (PriceListKind.SEGMENT, PriceListKind.BASE)


@checked
@given(
    offers(kinds=NO_CONTRACT, forbid=False, **ONE_MODE),
    promotions(kinds=(PromotionKind.PERCENT, PromotionKind.AMOUNT), minimum_values=False),
    QUANTITIES,
    QUANTITIES,
)
def test_more_pieces_never_raise_the_unit_price_unless_a_contract_says_so(lists, rules, quantity, more):
    """With promotions on units.

    A minimum value is no such promise: at a lower tier the basket may be worth less than at a higher one. Neither is
    a list that forbids promotions from some quantity on, nor units given away, which may be the better choice for
    three pieces and not for four.
    """
    facts = terms(lists, rules)
    (few,) = price(facts, [Ask(1, quantity, 10, (7,), "standard")])
    (many,) = price(facts, [Ask(1, quantity + more, 10, (7,), "standard")])
    assume(few.is_priced)

    assert many.is_priced
    assert unit_of(many) <= unit_of(few)


@checked
@given(offers(kinds=NO_CONTRACT), QUANTITIES, QUANTITIES)
def test_lists_with_and_without_tax_keep_that_promise_too(lists, quantity, more):
    """Compared as they are paid, so that what is rounded to show it does not count."""
    facts = terms(lists, taxes={"standard": [tax("VAT", 10)]})
    without_gaps = [
        line
        for pieces in range(quantity, quantity + more + 1)
        for line in price(facts, [Ask(1, pieces, 10, (), "standard")])
    ]
    assume(all(line.is_priced for line in without_gaps))

    weights = [unit_of(line) * (100 if line.tax_included else 110) for line in without_gaps]
    assert weights == sorted(weights, reverse=True)


@checked
@given(
    offers(kinds=NO_CONTRACT, forbid=False, most_tiers=1, **ONE_MODE),
    promotions(
        kinds=(*ON_UNITS, PromotionKind.BUY_GET), minimum_values=False, min_quantities=False, most_given=1
    ),
    QUANTITIES,
)
def test_without_tiers_one_piece_more_never_makes_the_line_cheaper(lists, rules, quantity):
    """With units given away one at a time: the free one takes nothing off the others.

    Where several are given at once ("1 + 3"), they are so with the last of them: three pieces cost more than four.
    """
    facts = terms(lists, rules)
    (few,) = price(facts, [Ask(1, quantity, 10, (7,), "standard")])
    (more,) = price(facts, [Ask(1, quantity + 1, 10, (7,), "standard")])
    assume(few.is_priced)

    assert total_of(few) <= total_of(more)


@checked
@given(offers(**ONE_MODE), promotions(kinds=tuple(ON_UNITS), minimum_values=False), QUANTITIES)
def test_the_tier_table_tells_the_truth(lists, rules, quantity):
    facts = terms(lists, rules)
    (line,) = price(facts, [Ask(1, quantity, 10, (7,), "standard")])

    for tier in line.tiers:
        (there,) = price(facts, [Ask(1, tier.min_quantity, 10, (7,), "standard")])
        assert there.unit_price_e4 == tier.unit_price_e4
        assert there.tiers == line.tiers
    reached = [tier.unit_price_e4 for tier in line.tiers if tier.min_quantity <= quantity]
    assert line.unit_price_e4 == (reached[-1] if reached else None)
