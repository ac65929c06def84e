"""GET /."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import AccountRole, StaffRole
from portal.discovery.shared import SharedWords
from portal.orders.models import OrderStatus
from portal.pricing.models import (
    Promotion,
    PromotionAmount,
    PromotionAudience,
    PromotionKind,
    PromotionTarget,
)
from tests.browser import Browser, Page
from tests.conftest import Statements
from tests.factories import PASSWORD, added, make_assortment, make_category, make_user
from tests.storefront import Shop


def cards(page: Page) -> list[str]:
    return [card.attributes["data-sku"] for card in page.all("article")]


def promotion(shop: Shop, name: str, kind: PromotionKind, **values: Any) -> Promotion:
    defaults = {"name_key": name, "names": {"ko": name}, "kind": kind, "all_products": True}
    return added(shop.session, Promotion(**defaults | values))


def test_what_is_usually_bought_comes_with_its_usual_quantity(shop: Shop, browser: Browser) -> None:
    often = shop.sell("OFTEN", minimum=6, step=6, won=12_000)
    rarely, changed, gone = shop.sell("RARELY"), shop.sell("CHANGED", minimum=5, step=5), shop.sell("GONE")
    hidden = shop.sell("HIDDEN")
    everything = (often, rarely, changed, gone, hidden)
    shop.order("2025-000001", *everything, quantity=18)
    shop.order("2025-000002", often, changed, gone, quantity=12)
    shop.order("2025-000003", often, quantity=60)
    gone.active = False
    make_assortment(shop.session, [hidden], account=shop.account, hides=True)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/")
    assert cards(page) == ["OFTEN", "CHANGED", "RARELY"]
    first, second, _ = (dict(form.values) for form in page.forms if form.action == "/cart/lines")
    assert (first["sku"], first["quantity"]) == ("OFTEN", "18")
    # Twelve is no longer on its step of five.
    assert (second["sku"], second["quantity"]) == ("CHANGED", "10")
    assert page.all("article")[0].attributes["data-unit-price"] == "12000"


def test_orders_under_way_show_their_step(shop: Shop, browser: Browser) -> None:
    variant, other = shop.sell("ONE", name="원두"), shop.sell("TWO")
    shop.order("2026-000001", variant, status=OrderStatus.DELIVERED)
    shop.order("2026-000002", variant, other, status=OrderStatus.PICKING)
    shop.order("2026-000003", variant, status=OrderStatus.ON_HOLD)
    shop.order("2026-000004", variant, status=OrderStatus.CANCELLED)
    _, stranger = shop.rival()
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/")
    rows = [row.attributes for row in page.having("data-order")]
    assert [(row["data-order"], row["data-status"], row["href"]) for row in rows] == [
        ("2026-000003", "on_hold", "/orders/2026-000003"),
        ("2026-000002", "picking", "/orders/2026-000002"),
    ]
    (current,) = [step for step in page.all("li") if step.attributes.get("aria-current") == "step"]
    assert current.attributes["class"] == "progress__step progress__step--current"
    assert (
        len([step for step in page.all("li") if "progress__step--done" in step.attributes.get("class", "")])
        == 2
    )
    browser.client.delete_cookie("portal")
    browser.sign_in(stranger.email, PASSWORD)
    page = browser.open("/")
    assert page.having("data-order") == []
    assert cards(page) == []
    assert len(page.all("div", class_="empty")) == 1


def test_promotions_of_every_kind_are_told_in_words(shop: Shop, browser: Browser) -> None:
    variant, hidden = shop.sell("A/1"), shop.sell("HIDDEN")
    make_assortment(shop.session, [hidden], account=shop.account, hides=True)
    kinds = PromotionKind
    percent = promotion(
        shop, "할인", kinds.PERCENT, percent_ppm=125_000, all_products=False, valid_to=date(2099, 12, 1)
    )
    added(shop.session, PromotionTarget(promotion_id=percent.id, variant_id=variant.id))
    amount = promotion(shop, "개당", kinds.AMOUNT, all_products=False)
    added(shop.session, PromotionTarget(promotion_id=amount.id, category_id=shop.category.id))
    added(shop.session, PromotionAmount(promotion_id=amount.id, currency="KRW", off_e4=500_0000))
    promotion(shop, "덤", kinds.BUY_GET, buy_quantity=10, get_quantity=1, valid_to=date(2099, 12, 3))
    order = promotion(shop, "주문", kinds.ORDER_AMOUNT)
    added(
        shop.session,
        PromotionAmount(promotion_id=order.id, currency="KRW", amount=5_000, minimum_value=100_000),
    )
    others = promotion(shop, "남의것", kinds.PERCENT, percent_ppm=500_000)
    rival, _ = shop.rival()
    added(shop.session, PromotionAudience(promotion_id=others.id, account_id=rival.id))
    others.everyone = False
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/")
    names = [element.text for element in page.all("span", class_="list__title")]
    offers = dict(zip(names, page.all("a", class_="panel panel--accent offer"), strict=True))
    assert set(offers) == {"할인", "개당", "덤", "주문"}
    assert "12.5%" in offers["할인"].text
    assert offers["할인"].attributes["href"] == "/products/A%2F1"
    assert "₩500" in offers["개당"].text
    assert offers["개당"].attributes["href"] == "/categories/cafe-beans"
    assert "10" in offers["덤"].text
    assert "₩5,000" in offers["주문"].text
    assert "₩100,000" in offers["주문"].text
    assert offers["덤"].attributes["href"] == "/search"


def test_categories_are_tiles_one_level_down(shop: Shop, browser: Browser) -> None:
    tea = make_category(shop.session, shop.category, slug="cafe-tea", names={"ko": "차"})
    make_category(shop.session, tea, slug="cafe-tea-green")
    make_category(shop.session, slug="gift", names={"ko": "선물"})
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    tiles = [(tile.attributes["href"], tile.text) for tile in browser.open("/").all("a", class_="tile")]
    assert tiles == [("/categories/cafe-tea", "차"), ("/categories/gift", "선물")]


def test_signed_out_staff_wrong_method_and_without_an_account(shop: Shop, browser: Browser) -> None:
    desk = make_user(shop.session, staff_role=StaffRole.DESK)
    homeless = make_user(shop.session)
    shop.commit()
    signed_out = browser.client.get("/")
    assert (signed_out.status_code, signed_out.headers["Location"]) == (302, "/login")
    browser.sign_in(homeless.email, PASSWORD)
    assert browser.client.get("/").status_code == 403
    browser.client.delete_cookie("portal")
    browser.sign_in(desk.email, PASSWORD)
    assert browser.client.get("/").headers["Location"] == "/desk"
    assert browser.client.put("/").status_code == 405


def test_statements_do_not_grow_with_history(
    app: Flask, shop: Shop, browser: Browser, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = replace(app.extensions["portal"], shared=SharedWords(60))
    monkeypatch.setitem(app.extensions, "portal", kept)
    variant = shop.sell("N-0")
    shop.order("2025-000001", variant, status=OrderStatus.PLACED)
    first = promotion(shop, "P-0", PromotionKind.PERCENT, percent_ppm=1, all_products=False)
    added(shop.session, PromotionTarget(promotion_id=first.id, variant_id=variant.id))
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)

    def count() -> int:
        statements.texts.clear()
        browser.open("/")
        assert browser.status == 200
        return len(statements)

    one = count()
    for number in range(1, 20):
        variant = shop.sell(f"N-{number}")
        shop.order(
            f"2025-{number:06}x", variant, status=OrderStatus.PLACED, at=datetime(2026, 1, 2, tzinfo=UTC)
        )
        more = promotion(shop, f"P-{number}", PromotionKind.PERCENT, percent_ppm=1, all_products=False)
        added(shop.session, PromotionTarget(promotion_id=more.id, variant_id=variant.id))
    shop.commit()
    # Sign-in (3), what is usual, promotions (2), the variants, open orders with their arrivals (2), the way; prices
    # take at most 4. The order to be placed again is one more, and so is what is to be paid.
    assert one == count() <= 16


def test_the_way_past_the_cart_is_for_those_who_may_order(shop: Shop, browser: Browser) -> None:
    looker = shop.person(AccountRole.VIEWER)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    assert len(browser.open("/").all("a", href="/checkout")) == 1

    browser.open("/account")
    browser.submit("/logout")
    browser.sign_in(looker.email, PASSWORD)
    assert browser.open("/").all("a", href="/checkout") == []
