"""GET /cart, /cart/sums; POST /cart/lines, /cart/lines/<id>, /cart/lines/<id>/delete and /cart/code."""

from __future__ import annotations

from dataclasses import replace

import flask
from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints import undo
from portal.blueprints.access import account_required, page_before
from portal.blueprints.cards import product_url, warehouse_id
from portal.blueprints.cart import pages, taken_out
from portal.blueprints.cart.forms import AddForm, CodeForm, QuantityForm, is_other
from portal.blueprints.cart.params import CartParams
from portal.blueprints.cart.words import Trouble, trouble_of, unknown_sku
from portal.blueprints.htmx import announce_to_reader, leave, wants_part
from portal.blueprints.once import done_before
from portal.blueprints.undo import seal
from portal.catalog.queries import VariantRow, variants_by_sku
from portal.core.errors import Conflict, NotFound, Refused
from portal.extensions import buyer, now, release_session, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders import actions
from portal.orders.cart import was_taken_out
from portal.orders.cart_line import LoneLine, lone_line, priced_alone
from portal.orders.queries import cart_of, in_cart
from portal.orders.rules import parse_quantity
from portal.pricing.priced import Ask, CodeState
from portal.pricing.prices import price_each

blueprint = Blueprint("cart", __name__)


@blueprint.get("/cart")
@account_required(Deed.ORDER)
def show() -> Response:
    """The cart at today's prices."""
    return make_response(
        render_template("cart/cart.html", **pages.page_values(pages.priced(), CartParams.from_args()))
    )


@blueprint.get("/cart/sums")
@account_required(Deed.ORDER)
def sums() -> Response:
    """What hangs on the whole cart, after a change of one line, and the lines that the page shows otherwise."""
    if not wants_part():
        return leave(url_for("cart.show"))
    cart = pages.priced()
    changed, gone = pages.changed_lines(cart, request.args.get("shown", ""))
    response = make_response(
        render_template("cart/sums.swap.html", lines=changed, gone_ids=gone, **pages.sums_values(cart))
    )
    announce_to_reader(response, pages.total_in_words(cart))
    return response


@blueprint.post("/cart/lines")
@account_required(Deed.ORDER)
def add() -> Response:
    """Put a quantity of a SKU in the cart. Reads one line of it, however many there are."""
    form = AddForm.from_request()
    variant = _variant(form.sku)
    if variant is None:
        return _add_refused(form, None, unknown_sku(form.sku))
    user_id, account_id = _whose()
    # Asked before the cart is read: who sent the same at once is waited for, and is in it then.
    is_done = not form.replaces and done_before(form.deed)
    before = in_cart(session(), user_id, account_id, [variant.id]).get(variant.id, 0)
    if is_done:
        return _added_already(variant, before)
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
    taken_out.forget(variant.sku)
    return _added(variant, after, _count() + (before == 0))


def _added(variant: VariantRow, quantity: int, count: int) -> Response:
    words = _("In the cart: %(count)s", count=pages.number(quantity))
    if wants_part():
        response = make_response(render_template("cart/added.swap.html", words=words, cart_count=count))
        announce_to_reader(response, words)
        return response
    words = _("%(name)s is in the cart: %(count)s", name=variant.name, count=pages.number(quantity))
    # The answer to the first of two taps was never shown, and its message waits.
    if ("success", words) not in flask.session.get("_flashes", ()):
        flash(words, "success")
    return leave(_where_it_was_tapped())


def _added_already(variant: VariantRow, quantity: int) -> Response:
    """The answer to a form that has done what it says: the same as the first time, if that still holds."""
    if quantity:
        return _added(variant, quantity, _count())
    words = _("This was added before, and is no longer in the cart. Add it again if you want it.")
    if wants_part():
        response = make_response(render_template("cart/added.swap.html", words=words, cart_count=_count()))
        announce_to_reader(response, words)
        return response
    flash(words, "info")
    return leave(_where_it_was_tapped())


@blueprint.post("/cart/lines/<int:line_id>")
@account_required(Deed.ORDER)
def change(line_id: int) -> Response:
    """Give a line another quantity; 0 takes it out."""
    form = QuantityForm.from_request()
    if form.quantity == "0":
        return _take_out(line_id)
    line = _line(line_id)
    if line is None:
        flash(_("It is no longer there, or no longer sold to you. Nothing was changed."), "warning")
        return leave(_cart_before())
    user_id, account_id = _whose()
    try:
        if line.variant is None or not line.variant.active:
            raise Conflict("not_available", field="quantity")
        quantity = parse_quantity(form.quantity, line.variant.minimum, line.variant.step)
        after = priced_alone(session(), buyer(), line, line.variant, quantity, today())
        seen = after.priced.unit_price_e4
        actions.change_cart_line(
            session(), user_id, account_id, line_id, line.variant, quantity, seen, form.was
        )
    except Refused as refused:
        return _change_refused(line, form, refused)
    if not wants_part():
        return leave(_cart_before(f"line-{line_id}"))
    return make_response(render_template("cart/_lines.html", lines=[pages.line_view(after)]))


@blueprint.post("/cart/lines/<int:line_id>/delete")
@account_required(Deed.ORDER)
def remove(line_id: int) -> Response:
    """Take a line out, and offer to put it back."""
    return _take_out(line_id)


def _take_out(line_id: int) -> Response:
    line = _line(line_id)
    if line is None:
        return leave(_cart_before())
    key = actions.take_out(session(), *_whose(), [line_id], now())
    if key is None:
        raise NotFound("cart line", line_id)
    token = seal(pages.TAKEN_OUT, key)
    taken = line.variant if line.variant and line.variant.active else None
    if taken is not None:
        taken_out.remember(buyer().account_id, taken.sku, key, now())
    else:
        undo.offer(_("What is no longer sold was taken out."), url_for("later.put_back"), undo=token)
    if not wants_part():
        return leave(_cart_before("taken-out" if taken else None))
    response = make_response(
        render_template(
            "cart/removed.swap.html",
            line=line,
            taken=taken,
            token=token,
            kept_id=None,
            cart_count=_count() - 1,
        )
    )
    if taken is not None:
        announce_to_reader(response, _("%(name)s was taken out of the cart.", name=taken.name))
    return response


@blueprint.post("/cart/code")
@account_required(Deed.ORDER)
def enter_code() -> Response:
    """Keep a promotion code that is known to this account; an empty one takes the present code out."""
    user_id, account_id = _whose()
    form = CodeForm.from_request()
    before = "" if form.code else cart_of(session(), user_id, account_id).promotion_code
    try:
        actions.set_promotion_code(session(), user_id, account_id, form.code, now())
    except Refused:
        return _code_refused(form)
    document = pages.priced().document
    if document is not None and document.code_state is CodeState.UNKNOWN:
        return _code_refused(form)
    if before:
        words = _("The code %(code)s is out of the cart.", code=before)
        undo.offer(words, url_for("cart.enter_code"), code=before)
        return leave(_cart_before())
    return leave(_cart_before("cart-code"))


def _variant(sku: str) -> VariantRow | None:
    """The variant of this SKU; None if there is none that this account may see."""
    return next(iter(variants_by_sku(session(), buyer(), [sku], warehouse_id(), locale())), None)


def _line(line_id: int) -> LoneLine | None:
    """A line of the cart; None for one that this person has taken out since the form was shown.

    Raises NotFound for what never was in it.
    """
    user_id, account_id = _whose()
    try:
        line = lone_line(session(), buyer(), user_id, warehouse_id(), locale(), line_id)
    except NotFound:
        if was_taken_out(session(), user_id, account_id, line_id):
            return None
        raise
    return None if is_other(line) else line


def _count() -> int:
    """Lines in the cart when the request came in."""
    looking = viewer()
    return looking.cart_count if looking else 0


def _cart_before(anchor: str | None = None) -> str:
    """The page of the cart that the form stood on, else its first."""
    before = page_before() or ""
    if before.partition("?")[0] != url_for("cart.show") or "emptied=" in before:
        before = url_for("cart.show")
    return f"{before}#{anchor}" if anchor else before


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


def _change_refused(line: LoneLine, form: QuantityForm, refused: Refused) -> Response:
    trouble = trouble_of(refused, form.quantity)
    typed = form.quantity
    if refused.code == "changed_elsewhere":
        # What stands there is what is kept, not what was asked for.
        line = replace(line, quantity=int(str(refused.facts["quantity"])))
        typed = str(line.quantity)
    if wants_part():
        if line.variant is None or not line.variant.active:
            # The page still shows a line that is no longer sold: only a new page can say so.
            return leave(url_for("cart.show"))
        alone = priced_alone(session(), buyer(), line, line.variant, line.quantity, today())
        shown = pages.line_view(alone, typed=typed, trouble=trouble)
        response = make_response(render_template("cart/_lines.html", lines=[shown]), refused.status)
        announce_to_reader(response, trouble.text)
        return response
    values = pages.page_values(pages.priced(), CartParams(), refused=(line.id, typed, trouble))
    return make_response(render_template("cart/cart.html", **values), refused.status)


def _code_refused(form: CodeForm) -> Response:
    # Nothing of a refused request is kept: the page shows the cart with the code it had before, if any.
    release_session()
    values = pages.page_values(pages.priced(), CartParams(), typed_code=form.code)
    return make_response(render_template("cart/cart.html", **values), 422)


def _where_it_was_tapped() -> str:
    """The page of ours that the form stood on, else the cart."""
    before = page_before()
    # A refused add is shown at the address it was sent to, which answers to no link.
    if before is None or before.partition("?")[0] == url_for("cart.add"):
        return _cart_before()
    return before
