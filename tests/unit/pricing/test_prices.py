"""The engine on the database: which lists, promotions and rates reach a buyer, and in how many statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from portal.accounts.models import TaxRounding
from portal.catalog.models import Product
from portal.catalog.queries import variants_by_id
from portal.core.database import Database
from portal.pricing.models import Price, PriceListAssignment, PriceListKind, PromotionAmount, PromotionKind
from portal.pricing.priced import Ask, CodeState, PriceState, StepKind, Target, TaxLine
from portal.pricing.prices import (
    folded_code,
    price_document,
    price_each,
    price_lines,
    promotions_for,
    taxes_for,
)
from tests.factories import (
    add_tax_rate,
    added,
    make_account,
    make_buyer,
    make_category,
    make_price,
    make_price_list,
    make_product,
    make_promotion,
    make_segment,
    make_tax_profile,
    make_variant,
)
from tests.unit.pricing.trade import e4

DAY = date(2026, 11, 23)
YESTERDAY = DAY - timedelta(days=1)
TOMORROW = DAY + timedelta(days=1)

AMOUNT, PERCENT, BUNDLE = PromotionKind.AMOUNT, PromotionKind.PERCENT, PromotionKind.BUNDLE
BUY_GET, ORDER_AMOUNT = PromotionKind.BUY_GET, PromotionKind.ORDER_AMOUNT


@pytest.fixture
def trade(session: Session) -> SimpleNamespace:
    """A café that buys beans at a base price of 1,000 won, and a rival of the same segment."""
    cafes = make_segment(session)
    cafe = make_account(session, segment_id=cafes.id)
    rival = make_account(session, segment_id=cafes.id)
    food = make_category(session)
    coffee = make_category(session, food)
    beans = make_variant(session, make_product(session, coffee))
    base = make_price_list(session, code="BASE")
    make_price(session, base, beans, e4(1000))
    return SimpleNamespace(
        session=session,
        segment=cafes,
        account=cafe,
        rival=rival,
        food=food,
        coffee=coffee,
        beans=beans,
        base=base,
        buyer=make_buyer(session, cafe),
    )


def ask_for(trade, quantity=1, variant=None):
    variant = variant or trade.beans
    return Ask(variant.id, quantity, variant.product_id, (trade.coffee.id, trade.food.id), variant.tax_class)


def unit_price(trade, quantity=1, *, on=DAY, buyer=None, code=None, variant=None):
    """In won; None if it is on request."""
    asks = [ask_for(trade, quantity, variant)]
    (line,) = price_lines(trade.session, buyer or trade.buyer, asks, on, code=code)
    return line.unit_price_e4 and line.unit_price_e4 // 10_000


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    texts: list[str] = []
    engine = session.connection().engine

    def note(_connection, _cursor, statement, *_rest):
        texts.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        event.remove(engine, "before_cursor_execute", note)


class TestLists:
    def test_contract_then_segment_then_base(self, trade):
        make_price(trade.session, make_price_list(trade.session, segment=trade.segment), trade.beans, e4(950))
        make_price(trade.session, make_price_list(trade.session, account=trade.account), trade.beans, e4(900))
        stranger = make_buyer(trade.session, make_account(trade.session))

        assert unit_price(trade) == 900
        assert unit_price(trade, buyer=make_buyer(trade.session, trade.rival)) == 950
        assert unit_price(trade, buyer=stranger) == 1000

    def test_an_account_without_a_segment_gets_no_segment_list(self, trade):
        make_price(trade.session, make_price_list(trade.session, segment=trade.segment), trade.beans, e4(950))
        alone = make_buyer(trade.session, make_account(trade.session))

        assert alone.segment_id is None
        assert unit_price(trade, buyer=alone) == 1000

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"active": False}, id="switched off"),
            pytest.param({"currency": "USD"}, id="in another currency"),
            pytest.param({"valid_from": TOMORROW}, id="not yet"),
            pytest.param({"valid_to": YESTERDAY}, id="no more"),
        ],
    )
    def test_a_list_that_is_not_open_says_nothing(self, trade, changes):
        contract = make_price_list(trade.session, account=trade.account, **changes)
        make_price(trade.session, contract, trade.beans, e4(900))

        assert unit_price(trade) == 1000

    @pytest.mark.parametrize(
        "valid_from, valid_to",
        [(DAY, DAY), (None, DAY), (DAY, None), (None, None), (YESTERDAY, TOMORROW)],
    )
    def test_both_days_of_its_validity_are_included(self, trade, valid_from, valid_to):
        contract = make_price_list(
            trade.session, account=trade.account, valid_from=valid_from, valid_to=valid_to
        )
        make_price(trade.session, contract, trade.beans, e4(900))

        assert unit_price(trade) == 900

    def test_of_contracts_the_lower_priority_number_is_asked_first(self, trade):
        first = make_price_list(trade.session, account=trade.account, priority=10)
        second = make_price_list(trade.session, account=trade.account, priority=20)
        make_price(trade.session, second, trade.beans, e4(800))
        make_price(trade.session, first, trade.beans, e4(900))

        assert unit_price(trade) == 900

    def test_the_account_may_put_them_in_an_order_of_its_own(self, trade):
        first = make_price_list(trade.session, account=trade.account, priority=10)
        second = make_price_list(trade.session, account=trade.account, priority=20)
        make_price(trade.session, first, trade.beans, e4(900))
        make_price(trade.session, second, trade.beans, e4(800))
        trade.session.execute(
            update(PriceListAssignment)
            .where(PriceListAssignment.price_list_id == second.id)
            .values(priority=5)
        )

        assert unit_price(trade) == 800

    def test_equal_priorities_are_asked_in_the_order_they_were_entered(self, trade):
        for amount in (900, 800):
            make_price(
                trade.session, make_price_list(trade.session, account=trade.account), trade.beans, e4(amount)
            )

        assert unit_price(trade) == 900

    def test_of_base_lists_too(self, trade):
        sale = make_price_list(trade.session, priority=1)
        make_price(trade.session, sale, trade.beans, e4(700))

        assert unit_price(trade) == 700

    def test_a_list_given_to_segment_and_account_has_the_place_the_account_gave_it(self, trade):
        shared = make_price_list(trade.session, segment=trade.segment, priority=20)
        other = make_price_list(trade.session, segment=trade.segment, priority=10)
        added(
            trade.session,
            PriceListAssignment(price_list_id=shared.id, account_id=trade.account.id, priority=1),
        )
        make_price(trade.session, shared, trade.beans, e4(900))
        make_price(trade.session, other, trade.beans, e4(800))

        assert unit_price(trade) == 900
        assert unit_price(trade, buyer=make_buyer(trade.session, trade.rival)) == 800

    def test_a_list_that_leaves_the_variant_out_lets_the_next_answer(self, trade):
        make_price_list(trade.session, account=trade.account)

        assert unit_price(trade) == 1000

    def test_tiers(self, trade):
        for quantity, amount in ((10, 900), (100, 800)):
            make_price(trade.session, trade.base, trade.beans, e4(amount), quantity)

        assert [unit_price(trade, quantity) for quantity in (1, 9, 10, 99, 100)] == [
            1000,
            1000,
            900,
            900,
            800,
        ]

    def test_on_request_and_unpriced(self, trade):
        machine, unheard_of = make_variant(trade.session), make_variant(trade.session)
        make_price(trade.session, trade.base, machine, None)

        lines = price_each(
            trade.session, trade.buyer, [ask_for(trade, 1, machine), ask_for(trade, 1, unheard_of)], DAY
        )

        assert [line.state for line in lines] == [PriceState.ON_REQUEST] * 2
        assert [line.steps[0].kind for line in lines] == [StepKind.ON_REQUEST, StepKind.UNPRICED]

    def test_an_old_day_has_its_old_price_after_the_lists_have_changed(self, trade):
        contract = make_price_list(trade.session, account=trade.account, valid_from=date(2026, 1, 1))
        make_price(trade.session, contract, trade.beans, e4(900))
        (before,) = price_lines(trade.session, trade.buyer, [ask_for(trade, 7)], YESTERDAY)

        contract.valid_to = YESTERDAY
        newer = make_price_list(trade.session, account=trade.account, valid_from=DAY)
        make_price(trade.session, newer, trade.beans, e4(950))
        trade.session.flush()
        (after,) = price_lines(trade.session, trade.buyer, [ask_for(trade, 7)], YESTERDAY)

        assert (after.unit_price_e4, after.line_total) == (before.unit_price_e4, before.line_total)
        assert unit_price(trade) == 950


class TestPromotions:
    def test_everyones(self, trade):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000)

        assert unit_price(trade) == 900

    def test_an_accounts_or_a_segments(self, trade):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, segment=trade.segment)
        make_promotion(trade.session, PERCENT, percent_ppm=200_000, account=trade.account)

        assert unit_price(trade) == 800
        assert unit_price(trade, buyer=make_buyer(trade.session, trade.rival)) == 900
        assert unit_price(trade, buyer=make_buyer(trade.session, make_account(trade.session))) == 1000

    @pytest.mark.parametrize(
        "target, reached",
        [("beans", True), ("product", True), ("coffee", True), ("food", True), ("tea", False)],
    )
    def test_on_a_variant_a_product_or_a_category_above_it(self, trade, target, reached):
        targets = {
            "beans": trade.beans,
            "product": trade.session.get_one(Product, trade.beans.product_id),
            "coffee": trade.coffee,
            "food": trade.food,
            "tea": make_category(trade.session, trade.food),
        }
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, targets=[targets[target]])

        assert unit_price(trade) == (900 if reached else 1000)

    @pytest.mark.parametrize(
        "changes",
        [{"active": False}, {"valid_from": TOMORROW}, {"valid_to": YESTERDAY}, {"min_quantity": 2}],
    )
    def test_one_that_does_not_run_or_is_for_more_pieces(self, trade, changes):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, **changes)

        assert unit_price(trade) == 1000

    @pytest.mark.parametrize("valid_from, valid_to", [(DAY, DAY), (None, DAY), (DAY, None)])
    def test_both_days_of_its_validity_are_included(self, trade, valid_from, valid_to):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, valid_from=valid_from, valid_to=valid_to)

        assert unit_price(trade) == 900

    def test_priority_then_the_order_they_were_entered(self, trade):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, stackable=True, priority=20)
        make_promotion(trade.session, AMOUNT, off_e4=e4(100), stackable=True, priority=10)

        assert unit_price(trade) == 810

    def test_an_amount_without_one_in_the_buyers_currency_is_not_for_the_buyer(self, trade):
        make_promotion(trade.session, AMOUNT, off_e4=e4(1), currency="USD")
        make_promotion(trade.session, ORDER_AMOUNT, amount=100, currency="USD")
        make_promotion(trade.session, BUNDLE, amount=0, currency="USD", targets=[(trade.beans, 1)])
        make_promotion(trade.session, AMOUNT, amount=100)

        (line,) = price_lines(trade.session, trade.buyer, [ask_for(trade)], DAY)

        assert line.line_total == 1000
        assert [step.kind for step in line.steps] == [StepKind.LIST]

    def test_nor_is_one_whose_minimum_value_is_in_another_currency_only(self, trade):
        abroad = make_promotion(trade.session, PERCENT, percent_ppm=500_000, minimum_value=10, currency="USD")

        assert unit_price(trade, 100) == 1000

        added(trade.session, PromotionAmount(promotion_id=abroad.id, currency="KRW", minimum_value=2000))
        assert (unit_price(trade, 1), unit_price(trade, 2)) == (1000, 500)

    def test_units_given_away(self, trade):
        make_promotion(trade.session, BUY_GET, buy_quantity=2, get_quantity=1)

        (line,) = price_lines(trade.session, trade.buyer, [ask_for(trade, 3)], DAY)

        assert line.line_total == 2000

    def test_a_bundle_needs_all_its_parts_in_the_basket(self, trade):
        cups = make_variant(trade.session)
        make_price(trade.session, trade.base, cups, e4(500))
        make_promotion(trade.session, BUNDLE, amount=1200, targets=[(trade.beans, 1), (cups, 1), (cups, 1)])

        alone = price_lines(trade.session, trade.buyer, [ask_for(trade)], DAY)
        together = price_lines(trade.session, trade.buyer, [ask_for(trade), ask_for(trade, 2, cups)], DAY)
        each = price_each(trade.session, trade.buyer, [ask_for(trade), ask_for(trade, 2, cups)], DAY)

        assert [line.line_total for line in alone] == [1000]
        assert [line.line_total for line in together] == [600, 600]
        assert [line.line_total for line in each] == [1000, 1000]

    def test_a_bundle_of_anything_but_variants_is_never_made(self, trade):
        make_promotion(trade.session, BUNDLE, amount=0, targets=[(trade.beans, 1), trade.coffee])

        assert price_lines(trade.session, trade.buyer, [ask_for(trade)], DAY)[0].line_total == 1000


class TestCode:
    @pytest.fixture
    def spring(self, trade):
        return make_promotion(trade.session, PERCENT, percent_ppm=100_000, code="SPRING10", min_quantity=2)

    @pytest.mark.parametrize(
        "entered, quantity, total, state",
        [
            (None, 2, 2000, None),
            ("  ", 2, 2000, None),
            ("SPRING10", 2, 1800, CodeState.APPLIED),
            (" spring10\n", 2, 1800, CodeState.APPLIED),
            ("ＳＰＲＩＮＧ１０", 2, 1800, CodeState.APPLIED),
            ("SPRING10", 1, 1000, CodeState.NOT_APPLICABLE),
            ("SPRING", 2, 2000, CodeState.UNKNOWN),
            ("%", 2, 2000, CodeState.UNKNOWN),
        ],
    )
    def test_it_must_be_entered(self, trade, spring, entered, quantity, total, state):
        document = price_document(trade.session, trade.buyer, [ask_for(trade, quantity)], DAY, code=entered)

        assert document.net == total
        assert document.code_state is state

    def test_a_stranger_does_not_learn_that_it_exists(self, trade):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, code="ONLYUS", account=trade.account)
        rival = make_buyer(trade.session, trade.rival)

        document = price_document(trade.session, rival, [ask_for(trade)], DAY, code="ONLYUS")

        assert (document.net, document.code_state) == (1000, CodeState.UNKNOWN)

    def test_one_that_ran_out_is_unknown(self, trade):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, code="OLD", valid_to=YESTERDAY)

        document = price_document(trade.session, trade.buyer, [ask_for(trade)], DAY, code="OLD")

        assert document.code_state is CodeState.UNKNOWN

    def test_one_on_other_goods_runs_but_is_of_no_use(self, trade):
        tea = make_variant(trade.session)
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, code="TEA", targets=[tea])

        document = price_document(trade.session, trade.buyer, [ask_for(trade)], DAY, code="TEA")

        assert (document.net, document.code_state) == (1000, CodeState.NOT_APPLICABLE)

    def test_one_that_something_better_displaces_is_of_no_use(self, trade, spring):
        make_promotion(trade.session, PERCENT, percent_ppm=200_000)

        document = price_document(trade.session, trade.buyer, [ask_for(trade, 2)], DAY, code="SPRING10")

        assert (document.net, document.code_state) == (1600, CodeState.NOT_APPLICABLE)

    def test_folding(self):
        assert [folded_code(text) for text in (None, "", "  ", "a b", "\u200aé")] == [
            None,
            None,
            None,
            "A B",
            "É",
        ]


def test_an_ask_is_made_of_a_variant_as_the_catalog_gives_it(trade):
    (row,) = variants_by_id(trade.session, trade.buyer, [trade.beans.id], 0, "ko")

    assert Ask.of(row, 3) == Ask(
        trade.beans.id, 3, trade.beans.product_id, (trade.food.id, trade.coffee.id), "standard"
    )


def test_tiers_are_left_out_where_nobody_asks_for_them(trade):
    make_price(trade.session, trade.base, trade.beans, e4(900), 10)
    asks = [ask_for(trade, 10)]

    (shown,) = price_each(trade.session, trade.buyer, asks, DAY)
    (plain,) = price_each(trade.session, trade.buyer, asks, DAY, with_tiers=False)

    assert [tier.min_quantity for tier in shown.tiers] == [1, 10]
    assert plain == replace(shown, tiers=())


class TestTaxesInForce:
    def test_of_the_standard_class_on_the_day(self, trade):
        profile = make_tax_profile(trade.session, rate_ppm=None)
        for code, ppm, place in (("QST", 99_750, 1), ("GST", 50_000, 0)):
            add_tax_rate(trade.session, profile, code=code, rate_ppm=ppm, position=place)
        add_tax_rate(trade.session, profile, code="GST", tax_class="reduced", rate_ppm=10_000)
        buyer = replace(trade.buyer, tax_profile_id=profile.id)

        taxes = taxes_for(trade.session, buyer, DAY)

        assert [(tax.code, tax.rate_ppm) for tax in taxes] == [("GST", 50_000), ("QST", 99_750)]
        assert taxes_for(trade.session, buyer, date(1999, 12, 31)) == ()


class TestDocument:
    def test_sums_and_taxes(self, trade):
        cups, machine = make_variant(trade.session), make_variant(trade.session)
        make_price(trade.session, trade.base, cups, e4("55.5"))
        make_price(trade.session, trade.base, machine, None)
        asks = [ask_for(trade, 3), ask_for(trade, 1, machine), ask_for(trade, 5, cups)]

        document = price_document(trade.session, trade.buyer, asks, DAY)

        assert [line.line_total for line in document.lines] == [3000, None, 278]
        assert (document.subtotal, document.net, document.tax, document.total) == (3278, 3278, 327, 3605)
        assert document.taxes == (TaxLine("VAT", 100_000, 3278, 327),)
        assert not document.is_complete

    def test_an_empty_basket(self, trade):
        document = price_document(trade.session, trade.buyer, [], DAY)

        assert (document.lines, document.taxes) == ((), ())
        assert (document.subtotal, document.net, document.tax, document.total) == (0, 0, 0, 0)
        assert document.is_complete

    @pytest.mark.parametrize(
        "day, tax", [(date(2019, 9, 30), 80), (date(2019, 10, 1), 100), (date(1996, 1, 1), 0)]
    )
    def test_the_rate_of_the_day(self, trade, day, tax):
        profile = make_tax_profile(trade.session, rate_ppm=None, rounding=TaxRounding.DOCUMENT_DOWN)
        add_tax_rate(
            trade.session, profile, rate_ppm=80_000, valid_from=date(2014, 4, 1), valid_to=date(2019, 9, 30)
        )
        add_tax_rate(trade.session, profile, rate_ppm=100_000, valid_from=date(2019, 10, 1))
        buyer = make_buyer(trade.session, make_account(trade.session, tax_profile_id=profile.id))

        assert price_document(trade.session, buyer, [ask_for(trade)], day).tax == tax

    def test_a_newer_rate_ends_an_older_one_that_was_left_open(self, trade):
        profile = make_tax_profile(trade.session, rate_ppm=None)
        for rate, since in (
            (100_000, date(2019, 10, 1)),
            (80_000, date(2014, 4, 1)),
            (50_000, date(1997, 4, 1)),
        ):
            add_tax_rate(trade.session, profile, rate_ppm=rate, valid_from=since)
        buyer = make_buyer(trade.session, make_account(trade.session, tax_profile_id=profile.id))

        document = price_document(trade.session, buyer, [ask_for(trade)], DAY)

        assert document.taxes == (TaxLine("VAT", 100_000, 1000, 100),)

    def test_taxes_stand_in_their_position(self, trade):
        profile = make_tax_profile(trade.session, rate_ppm=None, rounding=TaxRounding.DOCUMENT_HALF_UP)
        add_tax_rate(trade.session, profile, code="AQST", rate_ppm=99_750, position=1)
        add_tax_rate(trade.session, profile, code="GST", rate_ppm=50_000, position=0)
        buyer = make_buyer(trade.session, make_account(trade.session, tax_profile_id=profile.id))

        document = price_document(trade.session, buyer, [ask_for(trade)], DAY)

        assert document.taxes == (TaxLine("GST", 50_000, 1000, 50), TaxLine("AQST", 99_750, 1000, 100))
        assert document.lines[0].unit_gross_e4 == e4("1149.75")


class TestCost:
    """What a price costs the database."""

    def stock_up(self, trade, count):
        """So many variants, with a contract, a segment list and promotions of every kind on them."""
        session = trade.session
        lists = [
            trade.base,
            make_price_list(session, segment=trade.segment),
            make_price_list(session, account=trade.account),
        ]
        variants = [make_variant(session) for _ in range(count)]
        session.add_all(
            Price(variant_id=variant.id, price_list_id=each.id, amount_e4=e4(1000 - 10 * place))
            for place, each in enumerate(lists)
            for variant in variants
        )
        make_promotion(session, PERCENT, percent_ppm=10_000, targets=[trade.coffee])
        make_promotion(session, AMOUNT, off_e4=e4(5), targets=variants[:1])
        make_promotion(session, BUY_GET, buy_quantity=10, get_quantity=1)
        make_promotion(session, BUNDLE, amount=100, targets=[(variants[0], 1)])
        make_promotion(session, ORDER_AMOUNT, amount=100, minimum_value=10**9)
        session.flush()
        return [ask_for(trade, 1, variant) for variant in variants]

    @pytest.mark.parametrize("function", [price_lines, price_each, price_document])
    def test_four_statements_for_one_line_or_many(self, trade, function):
        asks = self.stock_up(trade, 30)

        for some in (asks[:1], asks):
            with counted(trade.session) as statements:
                function(trade.session, trade.buyer, some, DAY)
            assert len(statements) == 4, statements

    def test_no_statement_for_nothing(self, trade):
        with counted(trade.session) as statements:
            assert price_lines(trade.session, trade.buyer, [], DAY) == []
            assert price_each(trade.session, trade.buyer, [], DAY) == []
        assert statements == []

    @pytest.mark.slow
    def test_more_lines_than_a_statement_has_parameters(self, trade):
        """SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535."""
        asks = [
            Ask(trade.beans.id + more, 1, 10**9 + more, (10**9 + more,), "standard") for more in range(70_000)
        ]

        with counted(trade.session) as statements:
            lines = price_each(trade.session, trade.buyer, asks, DAY)

        assert lines[0].unit_price_e4 == e4(1000)
        assert {line.state for line in lines[1:]} == {PriceState.ON_REQUEST}
        assert len(statements) == 4

    def test_a_changed_price_is_in_the_next_answer(self, trade, database: Database):
        trade.session.commit()
        with database.reading() as reader:
            (before,) = price_lines(reader, trade.buyer, [ask_for(trade)], DAY)
        with database.transaction() as writer:
            writer.execute(update(Price).values(amount_e4=e4(1234)))
        with database.reading() as reader:
            (after,) = price_lines(reader, trade.buyer, [ask_for(trade)], DAY)

        assert (before.unit_price_e4, after.unit_price_e4) == (e4(1000), e4(1234))


class TestRunningPromotions:
    def test_those_of_the_buyer_the_soonest_to_end_first(self, trade):
        session = trade.session
        lasting = make_promotion(session, BUY_GET, buy_quantity=10, get_quantity=1)
        soon = make_promotion(
            session, AMOUNT, off_e4=e4(50), minimum_value=3000, valid_from=YESTERDAY, valid_to=DAY,
            targets=[trade.coffee], account=trade.account,
        )  # fmt: skip
        later = make_promotion(
            session, PERCENT, percent_ppm=100_000, valid_to=TOMORROW, segment=trade.segment
        )
        make_promotion(session, PERCENT, percent_ppm=100_000, code="SECRET")
        make_promotion(session, PERCENT, percent_ppm=100_000, account=trade.rival)
        make_promotion(session, PERCENT, percent_ppm=100_000, valid_to=YESTERDAY)
        make_promotion(session, AMOUNT, off_e4=e4(1), currency="USD")

        with counted(session) as statements:
            running = promotions_for(session, trade.buyer, DAY)

        assert [each.id for each in running] == [soon.id, later.id, lasting.id]
        assert len(statements) == 2
        first = running[0]
        assert (first.kind, first.off_e4, first.minimum_value) == (AMOUNT, e4(50), 3000)
        assert (first.names, first.valid_from, first.valid_to) == (soon.names, YESTERDAY, DAY)
        assert first.targets == (Target(None, None, trade.coffee.id, 1),)
        assert running[1].percent_ppm == 100_000
        assert (running[2].buy_quantity, running[2].get_quantity, running[2].targets) == (10, 1, ())

    def test_only_the_first_targets_are_told(self, trade):
        variants = [make_variant(trade.session) for _ in range(5)]
        make_promotion(trade.session, PERCENT, percent_ppm=100_000, targets=variants)
        make_promotion(trade.session, BUNDLE, amount=1, targets=[(variants[4], 6), (variants[3], 2)])

        long, bundle = promotions_for(trade.session, trade.buyer, DAY)

        assert [target.variant_id for target in long.targets] == [variant.id for variant in variants[:3]]
        assert bundle.targets == (
            Target(variants[4].id, None, None, 6),
            Target(variants[3].id, None, None, 2),
        )

    def test_one_statement_where_no_targets_are(self, trade):
        make_promotion(trade.session, PERCENT, percent_ppm=100_000)

        with counted(trade.session) as statements:
            running = promotions_for(trade.session, trade.buyer, DAY)

        assert len(running) == 1
        assert len(statements) == 1

    def test_none(self, trade):
        assert promotions_for(trade.session, trade.buyer, DAY) == ()


def test_kinds_of_lists_are_all_ranked():
    """A new kind must be given its place."""
    from portal.pricing.queries import _KIND_RANK

    assert set(_KIND_RANK) == set(PriceListKind)
