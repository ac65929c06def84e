"""The product card's own copy of the form that adds to the cart."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask, render_template_string, session
from flask_wtf.csrf import generate_csrf

from portal.blueprints.cards import Card
from portal.pricing.priced import PricedLine, PriceState

CARD = Card(
    sku="A/1 <b>",
    url="/products/A%2F1",
    name='원두 "500g" & <i>',
    brand="",
    option_text="",
    unit_label="bag",
    pack_size=12,
    minimum=6,
    step=3,
    picture_url=None,
    category_key="cafe-beans",
    price=PricedLine(
        variant_id=1,
        quantity=9,
        currency="KRW",
        state=PriceState.PRICED,
        unit_price_e4=12_000_0000,
        list_unit_price_e4=12_000_0000,
        line_total=108_000,
        list_total=108_000,
        tax_class="standard",
        tax_included=False,
        unit_net_e4=12_000_0000,
        unit_gross_e4=13_200_0000,
        tiers=(),
        steps=(),
    ),
    available=3,
    allow_backorder=True,
    quantity=9,
    is_orderable=True,
    in_cart=4,
)

BOTH = """
{% from "_shared/product_card.html" import product_cards %}
{% from "_shared/stepper.html" import add_form %}
{{ product_cards([card]) }}<!-- apart -->
{{ add_form(card.sku, card.quantity, card.minimum, card.step, None, card.name, card.in_cart) }}
"""


def same(html: str) -> str:
    """Without what no two forms have in common: their key."""
    without_key, count = re.subn(r'(name="submit_key" value=")[\w.-]+', r"\1", html)
    assert count == 1
    return "".join(without_key.split())


@pytest.mark.parametrize(
    "quantity", [pytest.param(9, id="above the minimum"), pytest.param(6, id="at the minimum")]
)
def test_a_card_has_the_same_form_as_every_other_page(app: Flask, quantity: int) -> None:
    with app.test_request_context("/"):
        generate_csrf()
        assert session
        card, form = render_template_string(BOTH, card=replace(CARD, quantity=quantity)).split(
            "<!-- apart -->"
        )
    assert same(form) in same(card)
