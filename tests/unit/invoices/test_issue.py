"""Invoices from what has left: amounts, numbers, the books, and what is frozen on them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.models import Account, Location
from portal.core.errors import NotFound, Refused
from portal.invoices.issue import issue_for_order, issue_for_shipment
from portal.invoices.models import Invoice, InvoiceLine, TaxReport
from portal.invoices.month import ask_for_months, issue_month
from portal.invoices.proof import prove
from portal.jobs.models import Job
from portal.orders import cancelling, fulfil
from portal.orders.models import NumberSeries, OrderLine
from portal.pricing.models import TaxRate
from tests import factories as make
from tests.invoicing import make_billing_profile, make_payment, make_seller, ship, ship_and_invoice
from tests.ordering import NOW, TODAY, credit_used, open_shop


def lines_of(session, invoice):
    return session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    ).all()


def test_a_shipment_is_invoiced_with_tax_and_owed(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=10)
    order = shop.order(session, {bolt: 3}, po_number="PO-7")

    invoice = ship_and_invoice(session, shop, order)

    assert (invoice.number, invoice.net, invoice.tax, invoice.total) == ("HB-2026-000001", 3_000, 300, 3_300)
    assert (invoice.open_amount, invoice.order_id, invoice.po_numbers) == (3_300, order.id, ["PO-7"])
    assert [(line.quantity, line.net, line.tax) for line in lines_of(session, invoice)] == [(3, 3_000, 300)]
    assert credit_used(session, shop.account_id) == 3_300


def test_a_shipment_is_invoiced_once(session):
    shop = open_shop(session)
    make_seller(session)
    bolt = shop.sell(session, won=1_000, on_hand=10)
    shipment = ship(session, shop, shop.order(session, {bolt: 3}))

    first = issue_for_shipment(session, shipment.id, now=NOW)
    again = issue_for_shipment(session, shipment.id, now=NOW)

    assert (first, again) == ("HB-2026-000001", None)
    assert session.scalars(select(Invoice.number)).all() == ["HB-2026-000001"]
    assert session.get_one(Account, shop.account_id).credit_used == 3_300


def account_of(session, shop):
    return session.get_one(Account, shop.account_id, populate_existing=True)


def test_what_is_frozen_stays_whatever_changes(session):
    shop = open_shop(session)
    make_billing_profile(session, account_of(session, shop), tax_numbers={"VAT": "DE1"})
    bolt = shop.sell(session, won=1_000, on_hand=10)
    invoice = ship_and_invoice(session, shop, shop.order(session, {bolt: 1}))
    session.execute(update(Account).values(name="Renamed"))
    session.refresh(invoice)

    assert invoice.seller["name"] == "한빛상사 주식회사"
    assert invoice.seller["bank"]["bank"] == "한빛은행"
    assert set(invoice.seller) == {
        "code", "name", "country", "address", "representative", "business_number", "tax_numbers",
        "business_type", "business_item", "phone", "email", "footnote", "timezone", "bank",
    }  # fmt: skip
    assert invoice.buyer["name"] == "강남철물 주식회사"
    assert (invoice.buyer["tax_numbers"], invoice.buyer["address"]["line1"]) == ({"VAT": "DE1"}, "강남대로 2")
    assert [place["name"] for place in invoice.ship_to] == ["Gangnam store"]
    assert invoice.terms["net_days"] == 30
    # 23 December is a Wednesday.
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 23), date(2026, 12, 23))


def test_without_a_billing_profile_the_account_and_its_first_place_are_named(session):
    shop = open_shop(session, name="Dealer")
    session.execute(update(Location).values(line1="Street 1", city="Seoul"))
    bolt = shop.sell(session, won=1_000, on_hand=10)
    invoice = ship_and_invoice(session, shop, shop.order(session, {bolt: 1}))

    assert invoice.buyer["name"] == "Dealer"
    assert invoice.buyer["address"] == {"line1": "Street 1", "city": "Seoul", "country": "KR"}


def test_paper_mail_and_the_tax_office_are_asked_for(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=10)
    invoice = ship_and_invoice(session, shop, shop.order(session, {bolt: 1}))

    jobs = session.execute(
        select(Job.name, Job.arguments).where(Job.name.in_(["make_paper", "invoice_mail"]))
    )
    assert dict(jobs.all()) == {
        "make_paper": {"invoice_id": invoice.id},
        "invoice_mail": {"invoice_id": invoice.id},
    }
    report = session.get_one(TaxReport, invoice.id)
    assert (report.channel, report.state) == ("kr_nts", "not_connected")


def test_parts_of_an_order_sum_to_it_and_its_reservation_ends(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=333, on_hand=20)
    order = shop.order(session, {bolt: 10})
    invoices = [ship_and_invoice(session, shop, order, {bolt: units}) for units in (3, 3, 4)]

    assert [invoice.net for invoice in invoices] == [999, 999, 1_332]
    assert [invoice.tax for invoice in invoices] == [99, 99, 133]
    assert order.total == 3_663
    # Tax is rounded down on each: two won less than on the order, which nobody owes any more.
    assert credit_used(session, shop.account_id) == 3_661
    assert [invoice.open_before for invoice in invoices] == [0, 1_098, 2_196]
    assert prove(session).findings == ()


def test_bringing_is_charged_with_the_first_that_leaves(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=20)
    order = shop.order(session, {bolt: 4})
    # As an order keeps it that was placed where bringing costs something.
    charges = [{"location_id": shop.location_id, "date": None, "amount": 500}]
    order.freight, order.freight_charges = 500, charges
    session.flush()
    first, second = (ship_and_invoice(session, shop, order, {bolt: 2}) for _ in range(2))

    assert (first.freight, first.net, first.tax) == (500, 2_500, 250)
    line = lines_of(session, first)[1]
    assert (line.kind, line.name, line.quantity, line.net, line.tax) == ("freight", "배송비", 1, 500, 50)
    assert (second.freight, second.net) == (0, 2_000)
    assert prove(session).findings == ()


def test_by_order_waits_until_all_that_is_wanted_has_left(session):
    make_seller(session)
    shop = open_shop(session, invoice_rhythm="order")
    bolt = shop.sell(session, won=1_000, on_hand=5)
    order = shop.order(session, {bolt: 4})
    shipment = ship(session, shop, order, {bolt: 1})
    assert issue_for_shipment(session, shipment.id, now=NOW) is None
    assert issue_for_order(session, order.id, now=NOW) is None
    ship(session, shop, order, {bolt: 3})

    assert issue_for_order(session, order.id, now=NOW) == "HB-2026-000001"
    assert issue_for_order(session, order.id, now=NOW) is None
    invoice = session.scalars(select(Invoice)).one()
    assert (invoice.total, invoice.key, len(lines_of(session, invoice))) == (
        4_400,
        f"order:{order.number}",
        2,
    )


def test_units_taken_back_after_the_invoice_leave_nothing_reserved(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=335, on_hand=3, allow_backorder=True)
    order = shop.order(session, {bolt: 5})
    ship_and_invoice(session, shop, order, {bolt: 3})
    line_id = session.scalars(select(OrderLine.id)).one()
    cancelling.cancel_units(
        session, order.id, {line_id: 2}, reason="", version=order.version, actor_id=None, now=NOW
    )
    asked = session.scalars(select(Job.arguments).where(Job.name == "invoice_order")).all()
    assert asked == [{"order_id": order.id}]
    issue_for_order(session, order.id, now=NOW)

    assert credit_used(session, shop.account_id) == 1_105
    assert prove(session).findings == ()


def test_a_month_is_one_invoice_over_all_that_left_in_it(session):
    make_seller(session)
    shop = open_shop(session, invoice_rhythm="month")
    bolt = shop.sell(session, won=1_000, on_hand=50)
    orders = [shop.order(session, {bolt: units}, f"{units}", po_number="PO") for units in (1, 2)]
    for order in orders:
        ship(session, shop, order)
    late = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    ship(session, shop, shop.order(session, {bolt: 7}, "7"), now=late)
    november, now = date(2026, 11, 1), datetime(2026, 12, 1, 0, 30, tzinfo=UTC)

    assert issue_month(session, shop.account_id, november, now) == "HB-2026-000001"
    assert issue_month(session, shop.account_id, november, now) is None
    invoice = session.scalars(select(Invoice)).one()
    assert (invoice.net, invoice.key, invoice.order_id) == (3_000, "month:2026-11", None)
    assert (invoice.po_numbers, invoice.supplied_from, invoice.issued_on) == (
        ["PO"], TODAY, date(2026, 12, 1),
    )  # fmt: skip
    assert prove(session).findings == ()
    # What left at midnight in Seoul is December's.
    assert issue_month(session, shop.account_id, date(2026, 12, 1), now) == "HB-2026-000002"
    assert account_of(session, shop).credit_used == 11_000


def test_months_and_what_was_left_over_are_asked_for_once_a_day(session):
    make_seller(session)
    monthly = open_shop(session, invoice_rhythm="month")
    bolt = monthly.sell(session, won=1_000, on_hand=50)
    daily = monthly.dealer(session)
    ship(session, monthly, monthly.order(session, {bolt: 1}))
    shipment = ship(session, daily, daily.order(session, {bolt: 1}))
    before, after = NOW + timedelta(hours=7), datetime(2026, 12, 1, 0, 30, tzinfo=UTC)

    assert ask_for_months(session, NOW) == 0
    assert ask_for_months(session, before) == 1
    assert ask_for_months(session, after) == ask_for_months(session, after) == 2
    months = session.scalars(select(Job.arguments).where(Job.name == "invoice_month")).all()
    assert months == [{"account_id": monthly.account_id, "month": "2026-11-01"}]
    again = session.scalars(
        select(Job.arguments).where(Job.name == "invoice_shipment", Job.unique_key.like("%-%"))
    ).all()
    assert again == [{"shipment_id": shipment.id}] * 2


def test_an_order_that_left_is_asked_for_again_whatever_the_rhythm_was_then(session):
    make_seller(session)
    shop = open_shop(session, invoice_rhythm="month")
    bolt = shop.sell(session, won=1_000, on_hand=50)
    done = shop.order(session, {bolt: 1})
    half = shop.order(session, {bolt: 2}, "half")
    ship(session, shop, done)
    ship(session, shop, half, {bolt: 1})
    issue_for_order(session, done.id, now=NOW)
    account_of(session, shop).invoice_rhythm = "order"
    session.flush()

    later = NOW + timedelta(hours=7)
    assert ask_for_months(session, NOW) == 0
    assert ask_for_months(session, later) == ask_for_months(session, later) == 1
    asked = session.scalars(
        select(Job.arguments).where(Job.name == "invoice_order", Job.unique_key.like("%-%-%"))
    ).all()
    assert asked == [{"order_id": done.id}]
    assert issue_for_order(session, done.id, now=later) == "HB-2026-000001"
    assert ask_for_months(session, later + timedelta(days=1)) == 0


def test_the_rest_of_an_order_partly_delivered_is_invoiced_when_it_leaves(session):
    make_seller(session)
    shop = open_shop(session, invoice_rhythm="order")
    bolt = shop.sell(session, won=1_000, on_hand=50)
    order = shop.order(session, {bolt: 2})
    first = ship(session, shop, order, {bolt: 1})
    fulfil.deliver(session, order.id, first.number, version=order.version, actor_id=None, now=NOW)
    session.refresh(order)
    assert session.scalars(select(Job.arguments).where(Job.name == "invoice_order")).all() == []
    ship(session, shop, order, {bolt: 1})
    assert order.status == "partially_delivered"
    asked = session.scalars(select(Job.arguments).where(Job.name == "invoice_order")).all()
    assert asked == [{"order_id": order.id}]


def test_without_a_seller_nothing_is_issued_and_the_job_says_so(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=5)
    shipment = ship(session, shop, shop.order(session, {bolt: 1}))

    with pytest.raises(Refused, match="no_seller"):
        issue_for_shipment(session, shipment.id, now=NOW)
    assert ask_for_months(session, NOW + timedelta(days=1)) == 0
    assert session.scalars(select(Invoice.id)).all() == []


def test_each_seller_and_year_has_numbers_of_its_own(session):
    other = make_seller(session, code="US", country="US", is_default=False, bank_accounts=[])
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=50)
    numbers = [ship_and_invoice(session, shop, shop.order(session, {bolt: 1})).number]
    abroad = shop.dealer(session, seller_id=other.id)
    numbers.append(ship_and_invoice(session, abroad, abroad.order(session, {bolt: 1})).number)
    # Ten hours into the new year in Seoul, it is still the old one in New York.
    new_year = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)
    for each in (shop, abroad):
        order = each.order(session, {bolt: 2}, "next")
        numbers.append(ship_and_invoice(session, each, order, now=new_year).number)

    assert numbers == ["HB-2026-000001", "US-2026-000001", "HB-2027-000001", "US-2026-000002"]


def test_money_paid_in_advance_settles_the_orders_invoices(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=50)
    order = shop.order(session, {bolt: 4})
    make_payment(session, account_of(session, shop), 3_000, order_id=order.id)
    first, second = (ship_and_invoice(session, shop, order, {bolt: 2}) for _ in range(2))

    assert (first.open_amount, first.settled_on, second.open_amount) == (0, TODAY, 1_400)
    assert credit_used(session, shop.account_id) == 1_400
    assert prove(session).findings == ()


def test_goods_for_nothing_make_a_settled_invoice(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=0, on_hand=50)
    invoice = ship_and_invoice(session, shop, shop.order(session, {bolt: 4}))

    assert (invoice.total, invoice.open_amount, invoice.settled_on) == (0, 0, TODAY)
    assert prove(session).findings == ()


def test_an_unknown_shipment_or_order_is_told(session):
    with pytest.raises(NotFound):
        issue_for_shipment(session, 7, now=NOW)
    with pytest.raises(NotFound):
        issue_for_order(session, 7, now=NOW)


def test_the_terms_give_the_due_day_and_the_discount(session):
    shop = open_shop(session)
    terms = make.make_terms(session, discount_ppm=20_000, discount_days=10, end_of_month=True)
    session.execute(update(Account).values(payment_terms_id=terms.id))
    bolt = shop.sell(session, won=1_000, on_hand=50)
    invoice = ship_and_invoice(session, shop, shop.order(session, {bolt: 4}))

    assert (invoice.discount, invoice.discount_until) == (88, date(2026, 12, 3))
    assert invoice.due_on == date(2026, 12, 30)


@pytest.mark.parametrize("category", ["K", "AE"])
def test_nothing_is_issued_untaxed_to_a_buyer_without_a_vat_number(session, category):
    shop = open_shop(session)
    make_seller(session)
    account = account_of(session, shop)
    session.execute(update(TaxRate).values(rate_ppm=0, category=category))
    shipment = ship(session, shop, shop.order(session, {shop.sell(session, won=1_000, on_hand=10): 3}))
    before = session.scalars(select(NumberSeries.last).order_by(NumberSeries.name)).all()

    with pytest.raises(Refused) as refused:
        issue_for_shipment(session, shipment.id, now=NOW)

    assert (refused.value.code, refused.value.facts) == ("no_vat_number", {"account": account.code})
    assert session.scalars(select(Invoice.id)).all() == []
    assert session.scalars(select(NumberSeries.last).order_by(NumberSeries.name)).all() == before
    make_billing_profile(session, account, tax_numbers={"VAT": "FR40303265045"})
    assert issue_for_shipment(session, shipment.id, now=NOW) == "HB-2026-000001"


def test_a_sale_abroad_is_no_matter_of_koreas_tax_office(session):
    shop = open_shop(session)
    session.execute(update(Account).values(country="US"))

    ship_and_invoice(session, shop, shop.order(session, {shop.sell(session, won=1_000, on_hand=10): 3}))

    assert session.scalars(select(TaxReport.invoice_id)).all() == []


@pytest.mark.parametrize(
    ("zone", "day"), [("", date(2026, 11, 23)), ("Pacific/Honolulu", date(2026, 11, 22))]
)
def test_a_seller_dates_documents_by_its_own_clock(session, zone, day):
    shop = open_shop(session)
    make_seller(session, timezone=zone)

    invoice = ship_and_invoice(
        session, shop, shop.order(session, {shop.sell(session, won=1_000, on_hand=10): 3})
    )

    assert (invoice.issued_on, invoice.seller["timezone"]) == (day, zone)
