"""What the cart's templates get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.blueprints.cards import picture_url, product_url, unit_word, warehouse_id
from portal.blueprints.cart import taken_out
from portal.blueprints.cart.listing import Listing, listing_of, page_of_line
from portal.blueprints.cart.params import CartParams, Grouping
from portal.blueprints.cart.words import Trouble, trouble_of
from portal.blueprints.credit import credit_for
from portal.blueprints.promises import ShownPromise, goods_of, shown_promise
from portal.blueprints.undo import OFFERED, seal
from portal.catalog.queries import VariantRow, category_tree, variants_by_id, variants_by_sku
from portal.core import formats
from portal.core.money import plain_minor
from portal.extensions import buyer, now, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.cart import emptied
from portal.orders.later import later_of
from portal.orders.priced_cart import Hindrance, PricedCart, PricedCartLine, priced_cart
from portal.pricing.priced import Ask, PricedLine, Step, StepKind
from portal.pricing.prices import price_each

TAKEN_OUT: Final = "cart"
"""Kind of undo: the key by which lines come back."""

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


@dataclass(frozen=True, slots=True)
class LaterView:
    """A line that is kept for later."""

    id: int
    quantity: int
    """Units."""
    variant: VariantRow
    priced: PricedLine

    @property
    def url(self) -> str:
        """Address of the product's page."""
        return product_url(self.variant.sku)


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Something that was taken out of the cart and can be put back."""

    sku: str
    name: str
    token: str
    """What the form that puts it back sends."""


def priced() -> PricedCart:
    """The viewer's cart at today's prices."""
    return priced_cart(session(), buyer(), _user_id(), warehouse_id(), locale(), today())


def page_values(
    cart: PricedCart,
    params: CartParams,
    *,
    refused: tuple[int, str, Trouble] | None = None,
    typed_code: str | None = None,
) -> dict[str, Any]:
    """The values of the whole page.

    ``refused`` is a line's id, what was typed there and what is wrong with it: the page that has the line is shown;
    ``typed_code`` a promotion code that is unknown.
    """
    if refused:
        params = CartParams(page=page_of_line(cart, refused[0]))
    tree = category_tree(session()) if params.by is Grouping.CATEGORY else None
    listing = listing_of(cart, params, tree, locale())
    return {
        **sums_values(cart),
        "listing": listing,
        "groups": _group_views(listing, refused),
        "gone": cart.gone,
        "later": later_lines(),
        "taken_out": _taken_out(cart),
        **_emptied(params.emptied),
        "typed_code": typed_code,
    }


def sums_values(cart: PricedCart) -> dict[str, Any]:
    """What depends on everything in the cart: sums, credit, day, the way on."""
    document = cart.document
    return {
        "cart": cart,
        "cart_count": cart.count,
        "promise": promise_of(cart),
        "document": document,
        "credit": credit_for(document.total if document else 0),
    }


def later_lines() -> list[LaterView]:
    """What is kept for later, at today's price; what has left the assortment meanwhile has no place to go back to."""
    user_id = _user_id()
    kept = later_of(session(), user_id, buyer().account_id)
    if not kept:
        return []
    rows = variants_by_id(session(), buyer(), [row.variant_id for row in kept], warehouse_id(), locale())
    variants = {row.id: row for row in rows}
    shown = [row for row in kept if row.variant_id in variants]
    asks = [Ask.of(variants[row.variant_id], row.quantity) for row in shown]
    prices = price_each(session(), buyer(), asks, today(), with_tiers=False)
    return [
        LaterView(row.id, row.quantity, variants[row.variant_id], price)
        for row, price in zip(shown, prices, strict=True)
    ]


def changed_lines(cart: PricedCart, shown: str) -> tuple[list[LineView], list[int]]:
    """Lines that a page shows otherwise than they are, and the ids of those that are gone from the cart.

    ``shown`` is what the page's script says it shows: ``id-total-quantity`` for each line, joined by ``~``.
    """
    states = dict(part.partition("-")[::2] for part in shown.split("~"))
    there = {str(line.id): line for line in cart.lines}
    changed = [
        line_view(there[key]) for key, state in states.items() if key in there and _state(there[key]) != state
    ]
    gone = [
        int(key) for key in states if key not in there and key.isascii() and key.isdigit() and len(key) < 19
    ]
    return changed, gone


def _state(line: PricedCartLine) -> str:
    total = line.priced.line_total
    shown = "" if total is None else plain_minor(total, line.priced.currency)
    return f"{shown}-{line.quantity}"


def _group_views(
    listing: Listing, refused: tuple[int, str, Trouble] | None
) -> list[tuple[str, int, list[LineView]]]:
    """(title, lines on all pages, lines here) of each group."""
    return [
        (
            group.title,
            group.count,
            [
                line_view(line, refused[1], refused[2])
                if refused and refused[0] == line.id
                else line_view(line)
                for line in group.lines
            ],
        )
        for group in listing.groups
    ]


def _taken_out(cart: PricedCart) -> list[TakenOut]:
    """What was taken out of late and is not in the cart again."""
    taken = taken_out.recently(buyer().account_id, now())
    if not taken:
        return []
    there = {line.variant.sku for line in cart.lines}
    rows = variants_by_sku(session(), buyer(), [sku for sku, _key in taken], warehouse_id(), locale())
    names = {row.sku: row.name for row in rows if row.active}
    return [
        TakenOut(sku, names[sku], seal(TAKEN_OUT, key))
        for sku, key in taken
        if sku in names and sku not in there
    ]


def _emptied(key: str) -> dict[str, Any]:
    """How many lines an emptied cart had, and what puts them back; 0 where it is too late."""
    found = emptied(session(), _user_id(), buyer().account_id, key) if key else None
    if found is None or now() - found[1] > OFFERED:
        return {"emptied": 0, "emptied_token": ""}
    return {"emptied": found[0], "emptied_token": seal(TAKEN_OUT, key, found[1])}


def _user_id() -> int:
    looking = viewer()
    return looking.user.id if looking else 0


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
