"""The pages of Stripe and Toss in a real browser: their scripts are stand-ins, everything behind them is not.

The stand-ins are delivered under the real addresses, so that the page's own rules decide what may be loaded. They speak
to localstripe and to the double of Toss, as the real ones speak to Stripe and Toss.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, expect

from e2e.conftest import context_arguments
from e2e.own_portal import own_portal
from e2e.pages.sign_in import SignInPage
from e2e.visitor import Visitor
from tests.payments_doubles.servers import (
    IS_DECLINED,
    PAYS,
    STRIPE_KEY,
    WEBHOOK_SECRET,
    Card,
    TossDouble,
    served,
)

BUYER = "buyer.kr@demo.example"

STRIPE_STAND_IN = """
window.Stripe = (key, options) => ({
  elements: ({ clientSecret }) => ({
    create: () => {
      const heard = {};
      return {
        on: (name, deed) => { heard[name] = deed; },
        mount: (place) => {
          const frame = document.createElement("iframe");
          frame.src = "https://js.stripe.com/v3/card.html";
          frame.title = "card";
          frame.addEventListener("load", () => heard.ready());
          place.append(frame);
        },
      };
    },
    clientSecret,
  }),
  confirmPayment: async ({ elements, confirmParams }) => {
    const answer = await fetch("https://api.stripe.com/v1/confirm", { method: "POST", body: elements.clientSecret });
    const told = await answer.json();
    if (told.error) return { error: { message: told.error } };
    location.assign(confirmParams.return_url + "?redirect_status=succeeded");
    return new Promise(() => {});
  },
});
"""

TOSS_STAND_IN = """
window.TossPayments = (key) => ({
  payment: ({ customerKey }) => ({
    requestPayment: async (wanted) => {
      const body = JSON.stringify(wanted);
      const answer = await fetch("https://api.tosspayments.com/window", { method: "POST", body });
      const told = await answer.json();
      if (told.code) throw Object.assign(new Error(told.message), { code: told.code });
      location.assign(wanted.successUrl + "?" + new URLSearchParams(told));
      return new Promise(() => {});
    },
  }),
});
window.TossPayments.ANONYMOUS = "ANONYMOUS";
"""

ANYBODY = {"access-control-allow-origin": "*"}


@dataclass
class Till:
    """A portal that offers Stripe and Toss, and what stands behind them."""

    address: str
    card: Card
    toss: TossDouble
    number: str = PAYS
    """The card that will be typed in."""
    closes_window: bool = False

    def stand_in(self, page: Page) -> None:
        """Answer for the providers' own servers."""
        page.route("https://js.stripe.com/v3/", lambda route: script(route, STRIPE_STAND_IN))
        page.route(
            "https://js.stripe.com/v3/card.html",
            lambda route: route.fulfill(content_type="text/html", body="<title>card</title>"),
        )
        page.route("https://api.stripe.com/v1/confirm", self.confirm)
        page.route("https://js.tosspayments.com/v2/standard", lambda route: script(route, TOSS_STAND_IN))
        page.route("https://api.tosspayments.com/window", self.window)

    def confirm(self, route: Route) -> None:
        """What Stripe's script does with the card."""
        intent = (route.request.post_data or "").partition("_secret_")[0]
        answer = self.card.pay(intent, self.number)
        told = {} if answer.status_code == 200 else {"error": "Your card was declined."}
        route.fulfill(headers=ANYBODY, json=told)

    def window(self, route: Route) -> None:
        """What Toss's window does when a person has chosen a card, or an account to transfer to."""
        wanted = json.loads(route.request.post_data or "{}")
        if self.closes_window:
            told = {"code": "USER_CANCEL", "message": "closed"}
        else:
            method = "가상계좌" if wanted["method"] == "VIRTUAL_ACCOUNT" else "카드"
            told = self.toss.window(
                orderId=wanted["orderId"], amount=wanted["amount"]["value"], method=method
            )
        route.fulfill(headers=ANYBODY, json=told)


def script(route: Route, text: str) -> None:
    route.fulfill(content_type="text/javascript", body=text)


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> Iterator[Till]:
    with ExitStack() as stack:
        stripe = stack.enter_context(served("localstripe_server.py"))
        toss = stack.enter_context(served("toss_server.py"))
        address = stack.enter_context(
            own_portal(
                tmp_path_factory.mktemp("till"),
                seeded,
                STRIPE_SECRET_KEY=STRIPE_KEY,
                STRIPE_PUBLISHABLE_KEY="pk_test_portal",
                STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
                STRIPE_API=stripe,
                TOSS_SECRET_KEY="test_sk_of_the_double",
                TOSS_CLIENT_KEY="test_ck_of_the_double",
                TOSS_API=toss,
            )
        )
        card = stack.enter_context(closing(Card(stripe)))
        double = stack.enter_context(closing(TossDouble(toss)))
        yield Till(address, card, double)


@pytest.fixture
def come(browser: Browser, playwright: Playwright, till: Till) -> Iterator[Callable[..., Visitor]]:
    """``come(scripts=True)`` gives the dealer's buyer, signed in at this portal; nothing may go wrong on the way."""
    till.number, till.closes_window = PAYS, False
    visitors: list[Visitor] = []

    def enter(*, scripts: bool = True) -> Visitor:
        arguments = context_arguments(playwright, "phone", scripts, "ko")
        page = browser.new_context(base_url=till.address, **arguments).new_page()
        till.stand_in(page)
        visitors.append(Visitor(page, "ko", "phone", scripts))
        SignInPage(visitors[-1]).come_in(BUYER)
        return visitors[-1]

    yield enter
    for visitor in visitors:
        visitor.page.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def payer(come: Callable[..., Visitor]) -> Visitor:
    return come()


def ask(payer: Visitor, way: str) -> None:
    """Choose an open invoice and the way; the payment's page."""
    page = payer.page
    page.goto("/invoices")
    number = page.locator('[data-invoice]:not([data-status="paid"])').first.get_attribute("data-invoice")
    page.goto(f"/payments/new?invoice={number}")
    page.locator(f'input[name="way"][value="{way}"]').check()
    payer.tap(page.locator('button[form="pay-form"]'))
    expect(page.locator("#payment")).to_be_visible()


def pay(payer: Visitor) -> None:
    button = payer.page.locator("[data-provider-pay]")
    expect(button).to_be_enabled()
    payer.tap(button)


def expect_state(payer: Visitor, state: str) -> None:
    expect(payer.page.locator("#payment")).to_have_attribute("data-state", state)


def test_stripe_pays(payer: Visitor, till: Till) -> None:
    ask(payer, "stripe:card")
    pay(payer)
    expect_state(payer, "paid")


def test_stripe_declines_and_takes_another_card(payer: Visitor, till: Till) -> None:
    ask(payer, "stripe:card")
    till.number = IS_DECLINED
    pay(payer)
    expect(payer.page.locator("[data-provider-error]")).to_have_text("Your card was declined.")
    till.number = PAYS
    pay(payer)
    expect_state(payer, "paid")


def test_stripe_is_away_and_the_page_says_so(payer: Visitor) -> None:
    payer.expects_failures = True
    payer.page.route("https://js.stripe.com/v3/", lambda route: route.abort())
    ask(payer, "stripe:card")
    expect(payer.page.locator("[data-provider-error]")).to_have_text(
        payer.word(
            "The payment service cannot be reached right now. Nothing was charged. Try again, or pay in another way."
        )
    )
    expect(payer.page.locator("[data-provider-pay]")).to_be_disabled()


def test_toss_pays_by_card(payer: Visitor, till: Till) -> None:
    ask(payer, "toss:card")
    pay(payer)
    expect_state(payer, "paid")


def test_toss_gives_an_account_to_transfer_to(payer: Visitor, till: Till) -> None:
    ask(payer, "toss:virtual_account")
    pay(payer)
    expect_state(payer, "waiting_deposit")
    expect(payer.page.locator("#payment")).to_contain_text("X6505636518308")


def test_a_closed_window_leaves_it_open(payer: Visitor, till: Till) -> None:
    till.closes_window = True
    ask(payer, "toss:card")
    pay(payer)
    expect(payer.page.locator("[data-provider-error]")).to_be_hidden()
    till.closes_window = False
    pay(payer)
    expect_state(payer, "paid")


def test_without_scripts_the_page_says_what_to_do(come: Callable[..., Visitor]) -> None:
    visitor = come(scripts=False)
    ask(visitor, "toss:card")
    expect(visitor.page.locator("#provider")).to_contain_text(
        visitor.word("Paying by card needs scripts in your browser. Turn them on, or pay by bank transfer.")
    )
