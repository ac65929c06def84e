"""GET /cart; POST /cart/lines, /cart/lines/<id>, /cart/lines/<id>/delete and /cart/code."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, url_for

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required, page_before
from portal.blueprints.cards import product_url, warehouse_id
from portal.blueprints.cart import pages
from portal.blueprints.cart.forms import AddForm, CodeForm, QuantityForm
from portal.blueprints.cart.params import CartParams
from portal.blueprints.cart.words import Trouble, trouble_of, unknown_sku
from portal.blueprints.htmx import announce_to_reader, leave, wants_part
from portal.catalog.queries import VariantRow, variants_by_id, variants_by_sku
from portal.core.errors import Conflict, NotFound, Refused
from portal.extensions import buyer, now, release_session, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders import actions
from portal.orders.priced_cart import PricedCart, repriced
from portal.orders.queries import cart_line_of, in_cart
from portal.orders.rules import parse_quantity
from portal.pricing.priced import Ask, CodeState
from portal.pricing.prices import price_each

blueprint = Blueprint("cart", __name__)


@blueprint.get("/cart")
@account_required(Deed.ORDER)
def show() -> Response:
    """The cart at today's prices."""
    params = CartParams.from_args()
    removed = _variant(params.removed) if params.removed else None
    values = pages.cart_values(pages.priced(), removed=removed, removed_quantity=params.quantity)
    return make_response(render_template("cart/cart.html", **values))


@blueprint.post("/cart/lines")
@account_required(Deed.ORDER)
def add() -> Response:
    """Put a quantity of a SKU in the cart. Reads one line of it, however many there are."""
    form = AddForm.from_request()
    variant = _variant(form.sku)
    if variant is None:
        return _add_refused(form, None, unknown_sku(form.sku))
    user_id, account_id = _whose()
    before = in_cart(session(), user_id, account_id, [variant.id]).get(variant.id, 0)
    try:
        quantity = _added_quantity(form, variant, before)
        after = quantity if form.replaces else before + quantity
        seen = _unit_price(variant, max(after, 1))
        line = (session(), user_id, account_id, variant, quantity, seen, now())
        if form.replaces:
            actions.set_cart_quantity(*line)
        else:
            # Two taps at once add up: the cart says how many there are now.
            after = actions.add_to_cart(*line)
    except Refused as refused:
        return _add_refused(form, variant, trouble_of(refused, form.quantity), refused.status)
    looking = viewer()
    count = (looking.cart_count if looking else 0) + (before == 0)
    words = _("In the cart: %(count)s", count=pages.number(after))
    if wants_part():
        response = make_response(render_template("cart/added.swap.html", words=words, cart_count=count))
        announce_to_reader(response, words)
        return response
    flash(_("%(name)s is in the cart: %(count)s", name=variant.name, count=pages.number(after)), "success")
    return leave(_where_it_was_tapped())


@blueprint.post("/cart/lines/<int:line_id>")
@account_required(Deed.ORDER)
def change(line_id: int) -> Response:
    """Give a line another quantity; 0 takes it out."""
    form = QuantityForm.from_request()
    if form.quantity == "0":
        return _take_out(line_id)
    user_id, account_id = _whose()
    cart = pages.priced()
    if not cart.has(line_id):
        raise NotFound("cart line", line_id)
    line = cart.line(line_id)
    try:
        if line is None:
            raise Conflict("not_available", field="quantity")
        quantity = parse_quantity(form.quantity, line.variant.minimum, line.variant.step)
        after = repriced(session(), buyer(), cart, line_id, quantity, today())
        seen = after.require(line_id).priced.unit_price_e4
        actions.set_cart_quantity(session(), user_id, account_id, line.variant, quantity, seen, now())
    except Refused as refused:
        trouble = trouble_of(refused, form.quantity)
        return _change_refused(cart, line_id, form, trouble, refused.status)
    if not wants_part():
        return leave(url_for("cart.show", _anchor=f"line-{line_id}"))
    response = make_response(
        render_template(
            "cart/line.swap.html",
            line=pages.line_view(after.require(line_id)),
            others=pages.changed_lines(cart, after, line_id),
            **pages.cart_values(after),
        )
    )
    announce_to_reader(response, pages.total_in_words(after))
    return response


@blueprint.post("/cart/lines/<int:line_id>/delete")
@account_required(Deed.ORDER)
def remove(line_id: int) -> Response:
    """Take a line out, and offer to put it back."""
    return _take_out(line_id)


def _take_out(line_id: int) -> Response:
    user_id, account_id = _whose()
    if not wants_part():
        taken = cart_line_of(session(), user_id, account_id, line_id)
        variant = next(
            iter(variants_by_id(session(), buyer(), [taken.variant_id], warehouse_id(), locale())), None
        )
        actions.remove_cart_line(session(), user_id, account_id, line_id)
        if variant is None:
            return leave(url_for("cart.show"))
        return leave(url_for("cart.show", removed=variant.sku, quantity=taken.quantity))
    cart = pages.priced()
    actions.remove_cart_line(session(), user_id, account_id, line_id)
    after = repriced(session(), buyer(), cart, line_id, 0, today())
    response = make_response(
        render_template(
            "cart/removed.swap.html",
            line_id=line_id,
            taken=cart.line(line_id),
            others=pages.changed_lines(cart, after, line_id),
            **pages.cart_values(after),
        )
    )
    announce_to_reader(response, pages.total_in_words(after))
    return response


@blueprint.post("/cart/code")
@account_required(Deed.ORDER)
def enter_code() -> Response:
    """Keep a promotion code that is known to this account; an empty one takes the present code out."""
    user_id, account_id = _whose()
    form = CodeForm.from_request()
    try:
        actions.set_promotion_code(session(), user_id, account_id, form.code, now())
    except Refused:
        return _code_refused(form)
    document = pages.priced().document
    if document is not None and document.code_state is CodeState.UNKNOWN:
        return _code_refused(form)
    return leave(url_for("cart.show", _anchor="cart-code"))


def _variant(sku: str) -> VariantRow | None:
    """The variant of this SKU; None if there is none that this account may see."""
    return next(iter(variants_by_sku(session(), buyer(), [sku], warehouse_id(), locale())), None)


def _whose() -> tuple[int, int]:
    looking = viewer()
    if looking is None or looking.account is None:
        raise LookupError("guard the route with account_required")
    return looking.user.id, looking.account.id


def _added_quantity(form: AddForm, variant: VariantRow, before: int) -> int:
    if form.replaces or not before:
        return parse_quantity(form.quantity, variant.minimum, variant.step)
    # A single step may be added to a line that has its minimum already.
    return parse_quantity(form.quantity, 1, variant.step)


def _unit_price(variant: VariantRow, quantity: int) -> int:
    """Today's unit price of that many, e4. Raises Refused ``price_on_request``: such a line could never be ordered."""
    priced = price_each(session(), buyer(), [Ask.of(variant, quantity)], today(), with_tiers=False)[0]
    if priced.unit_price_e4 is None:
        raise Refused("price_on_request", field="quantity")
    return priced.unit_price_e4


def _add_refused(form: AddForm, variant: VariantRow | None, trouble: Trouble, status: int = 422) -> Response:
    template = "cart/add_refused.swap.html" if wants_part() else "cart/add.html"
    response = make_response(
        render_template(
            template,
            form=form,
            variant=variant,
            product_url=product_url(variant.sku) if variant else None,
            trouble=trouble,
        ),
        status,
    )
    if wants_part():
        announce_to_reader(response, trouble.text)
    return response


def _change_refused(
    cart: PricedCart, line_id: int, form: QuantityForm, trouble: Trouble, status: int
) -> Response:
    line = cart.line(line_id)
    if wants_part():
        if line is None:
            # The page still shows a line that is no longer sold: only a new page can say so.
            return leave(url_for("cart.show"))
        shown = pages.line_view(line, typed=form.quantity, trouble=trouble)
        response = make_response(render_template("cart/_lines.html", lines=[shown]), status)
        announce_to_reader(response, trouble.text)
        return response
    values = pages.cart_values(cart, refused=(line_id, form.quantity, trouble))
    return make_response(render_template("cart/cart.html", **values), status)


def _code_refused(form: CodeForm) -> Response:
    # Nothing of a refused request is kept: the page shows the cart with the code it had before, if any.
    release_session()
    values = pages.cart_values(pages.priced(), typed_code=form.code)
    return make_response(render_template("cart/cart.html", **values), 422)


def _where_it_was_tapped() -> str:
    """The page of ours that the form stood on, else the cart."""
    before = page_before()
    # The cart's own query offers to put back what was taken out; what has been put back is not offered again.
    if before is None or before.partition("?")[0] in {url_for("cart.add"), url_for("cart.show")}:
        return url_for("cart.show")
    return before
