"""What the cart's templates get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.blueprints.cards import picture_url, product_url, unit_word, warehouse_id
from portal.blueprints.cart.words import Trouble, trouble_of
from portal.blueprints.credit import credit_for
from portal.blueprints.promises import ShownPromise, goods_of, shown_promise
from portal.catalog.queries import VariantRow
from portal.core import formats
from portal.extensions import buyer, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.priced_cart import Hindrance, PricedCart, PricedCartLine, priced_cart
from portal.pricing.priced import PricedLine, Step, StepKind

DISCOUNTS = frozenset({StepKind.PROMOTION, StepKind.BUNDLE, StepKind.ORDER})
"""Steps that are named at a line because they are a reason to be glad."""


@dataclass(frozen=True, slots=True)
class NextTier:
    """The next quantity from which a unit costs less."""

    more: int
    """Units to add."""
    quantity: int
    """Units then, on the variant's step."""
    saving_e4: int
    """Off each unit, against today's unit price."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as the page shows it."""

    id: int
    quantity: int
    field: str
    """What stands in the quantity field: the quantity, or what was typed and refused."""
    variant: VariantRow
    priced: PricedLine
    seen_unit_price_e4: int | None
    """Set only if the price is another now."""
    hindrance: Hindrance | None
    trouble: Trouble | None
    """What is wrong, in words, with quantities that would do."""
    waiting: int
    """Units that will come later, of a variant that may be ordered ahead of stock."""
    discounts: tuple[Step, ...]
    next_tier: NextTier | None

    @property
    def has_notes(self) -> bool:
        """True if there is anything more to say about it."""
        return bool(self.seen_unit_price_e4 is not None or self.waiting or self.discounts or self.next_tier)

    @property
    def url(self) -> str:
        """Address of the product's page."""
        return product_url(self.variant.sku)

    @property
    def picture_url(self) -> str | None:
        """Address of the small picture; None: show the category's drawing."""
        return picture_url(self.variant.picture_small)

    @property
    def unit_label(self) -> str:
        """One unit in the reader's language."""
        return unit_word(self.variant.unit)


def priced() -> PricedCart:
    """The viewer's cart at today's prices."""
    looking = viewer()
    user_id = looking.user.id if looking else 0
    return priced_cart(session(), buyer(), user_id, warehouse_id(), locale(), today())


def cart_values(
    cart: PricedCart,
    *,
    refused: tuple[int, str, Trouble] | None = None,
    removed: VariantRow | None = None,
    removed_quantity: int = 0,
    typed_code: str | None = None,
) -> dict[str, Any]:
    """The values of the page and of its parts.

    ``refused`` is a line's id, what was typed there and what is wrong with it; ``removed`` what was taken out a
    moment ago; ``typed_code`` a promotion code that is unknown.
    """
    document = cart.document
    return {
        "cart": cart,
        "cart_count": cart.count,
        "lines": [
            line_view(line, refused[1], refused[2]) if refused and refused[0] == line.id else line_view(line)
            for line in cart.lines
        ],
        "gone": cart.gone,
        "promise": promise_of(cart),
        "document": document,
        "credit": credit_for(document.total if document else 0),
        "removed": removed,
        "removed_quantity": removed_quantity,
        "typed_code": typed_code,
    }


def promise_of(cart: PricedCart) -> ShownPromise | None:
    """When all of the cart has arrived; None for one that cannot be ordered, or goes to several places or days."""
    if cart.is_split or not cart.can_be_ordered:
        return None
    return shown_promise([goods_of(line.variant, line.quantity) for line in cart.lines])


def line_view(line: PricedCartLine, typed: str | None = None, trouble: Trouble | None = None) -> LineView:
    """One line; ``typed`` and ``trouble`` if a change of it was refused."""
    return LineView(
        id=line.id,
        quantity=line.quantity,
        field=str(line.quantity) if typed is None else typed,
        variant=line.variant,
        priced=line.priced,
        seen_unit_price_e4=line.seen_unit_price_e4 if line.price_changed else None,
        hindrance=line.hindrance,
        trouble=trouble or _standing_trouble(line),
        waiting=line.shortfall if line.variant.allow_backorder else 0,
        discounts=tuple(step for step in line.priced.steps if step.kind in DISCOUNTS and step.amount_e4),
        next_tier=_next_tier(line),
    )


def changed_lines(before: PricedCart, after: PricedCart, changed_id: int) -> list[LineView]:
    """The other lines that cost something else now, because what is in the cart together has changed."""
    costs = {line.id: (line.priced.unit_price_e4, line.priced.line_total) for line in before.lines}
    return [
        line_view(line)
        for line in after.lines
        if line.id != changed_id and costs.get(line.id) != (line.priced.unit_price_e4, line.priced.line_total)
    ]


def total_in_words(cart: PricedCart) -> str:
    """The new total, to be read out after a change."""
    if cart.document is None:
        return _("Your cart is empty.")
    total = formats.money(cart.document.total, cart.document.currency, locale=locale())
    return _("Total now %(total)s", total=total)


def number(count: int) -> str:
    """A whole number in the reader's language."""
    return formats.quantity(count, locale=locale())


def _standing_trouble(line: PricedCartLine) -> Trouble | None:
    """What stands in the way of ordering the line as it is."""
    if line.hindrance is Hindrance.ON_REQUEST:
        return Trouble(_("The price of this is on request. Ask us for it, or take it out to order the rest."))
    if line.hindrance is Hindrance.QUANTITY and (refusal := line.quantity_refusal):
        return trouble_of(refusal, str(line.quantity))
    if line.hindrance is Hindrance.OUT_OF_STOCK:
        if most := line.most_now:
            return Trouble(_("Only %(count)s left. Take what is there?", count=number(most)), (most,))
        return Trouble(_("Out of stock. Take it out to order the rest, or wait until it is back."))
    return None


def _next_tier(line: PricedCartLine) -> NextTier | None:
    now_e4 = line.priced.unit_price_e4
    if now_e4 is None or line.hindrance is not None:
        return None
    for tier in line.priced.tiers:
        if tier.min_quantity > line.quantity and tier.unit_price_e4 < now_e4:
            step = line.variant.step
            quantity = -(-tier.min_quantity // step) * step
            if not line.variant.allow_backorder and quantity > line.variant.available:
                return None
            return NextTier(quantity - line.quantity, quantity, now_e4 - tier.unit_price_e4)
    return None
