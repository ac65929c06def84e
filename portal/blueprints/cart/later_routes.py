"""What is kept for later (/cart/later/…), and POST /cart/empty, /cart/refill and /cart/gone/delete."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import Blueprint, Response, flash, make_response, render_template, url_for
from flask_babel import ngettext

from portal.accounts.rules import Deed
from portal.blueprints import undo
from portal.blueprints.access import account_required
from portal.blueprints.cards import warehouse_id
from portal.blueprints.cart import pages, taken_out
from portal.blueprints.cart.forms import is_other
from portal.blueprints.htmx import announce_to_reader, leave, wants_part
from portal.blueprints.once import done_before
from portal.core import formats
from portal.core.errors import Refused
from portal.core.ids import submit_key
from portal.extensions import buyer, now, release_session, session, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders import actions, later
from portal.orders.cart_line import lone_line

blueprint = Blueprint("later", __name__)

DROPPED: Final = "kept line"
"""Kind of undo: variant (id), units and moment of a line that is no longer kept."""


@blueprint.post("/cart/lines/<int:line_id>/later")
@account_required(Deed.ORDER)
def keep(line_id: int) -> Response:
    """Move a line out of the cart, to what is kept for later."""
    user_id, account_id = _whose()
    if done_before(f"keep:{line_id}"):
        return leave(url_for("cart.show"))
    line = lone_line(session(), buyer(), user_id, warehouse_id(), locale(), line_id)
    if is_other(line):
        return leave(url_for("cart.show"))
    try:
        kept_id = later.keep_for_later(session(), user_id, account_id, line_id, now())
    except Refused as refused:
        release_session()
        flash(
            _(
                "It stays in the cart: with what is kept for later it would be more than %(maximum)s.",
                maximum=_most(refused),
            ),
            "warning",
        )
        return leave(url_for("cart.show"))
    name = line.variant.name if line.variant else ""
    words = _("%(name)s is kept for later.", name=name)
    if not wants_part():
        undo.offer(words, url_for("later.bring_back", later_id=kept_id), submit_key=submit_key())
        return leave(url_for("cart.show"))
    looking = viewer()
    response = make_response(
        render_template(
            "cart/removed.swap.html",
            line=line,
            taken=line.variant,
            kept_id=kept_id,
            later=pages.later_lines(),
            cart_count=(looking.cart_count if looking else 0) - 1,
        )
    )
    announce_to_reader(response, words)
    return response


@blueprint.post("/cart/later/<int:later_id>/back")
@account_required(Deed.ORDER)
def bring_back(later_id: int) -> Response:
    """Move a kept line back into the cart; where the cart's line cannot hold it, it stays kept, and that is said."""
    if done_before(f"back:{later_id}"):
        return leave(url_for("cart.show"))
    try:
        later.bring_back(session(), *_whose(), later_id, now())
    except Refused as refused:
        release_session()
        flash(
            _(
                "It stays kept for later: with what is in the cart it would be more than %(maximum)s.",
                maximum=_most(refused),
            ),
            "warning",
        )
        return leave(url_for("cart.show", _anchor="cart-later"))
    return leave(url_for("cart.show"))


@blueprint.post("/cart/later/<int:later_id>/delete")
@account_required(Deed.ORDER)
def forget(later_id: int) -> Response:
    """Drop a kept line, and offer to keep it again."""
    if done_before(f"forget:{later_id}"):
        return leave(url_for("cart.show"))
    dropped, kept_at = later.forget_later(session(), *_whose(), later_id)
    facts = [dropped.variant_id, dropped.quantity, kept_at.isoformat()]
    undo.offer(
        _("It is no longer kept for later."), url_for("later.keep_again"), undo=undo.seal(DROPPED, facts)
    )
    return leave(url_for("cart.show"))


@blueprint.post("/cart/later/again")
@account_required(Deed.ORDER)
def keep_again() -> Response:
    """Keep a dropped line again, where it stood."""
    facts = undo.opened(DROPPED)
    if facts is not None:
        variant_id, quantity, kept_at = facts
        later.keep_again(session(), *_whose(), variant_id, quantity, datetime.fromisoformat(kept_at))
    return leave(url_for("cart.show", _anchor="cart-later"))


@blueprint.post("/cart/empty")
@account_required(Deed.ORDER)
def empty() -> Response:
    """Take everything out, and offer to put it back."""
    emptied = actions.empty_cart(session(), *_whose(), now())
    return leave(url_for("cart.show", emptied=emptied[0] if emptied else None))


@blueprint.post("/cart/refill")
@account_required(Deed.ORDER)
def put_back() -> Response:
    """Put back what was taken out, where it stood."""
    key = undo.opened(pages.TAKEN_OUT)
    if key is None:
        return leave(url_for("cart.show"))
    count = actions.put_back(session(), *_whose(), key, now())
    taken_out.forget(key)
    if count:
        words = ngettext("%(num)s line is back in the cart.", "%(num)s lines are back in the cart.", count)
        flash(words, "success")
    else:
        flash(_("It is back already."), "info")
    return leave(url_for("cart.show"))


@blueprint.post("/cart/gone/delete")
@account_required(Deed.ORDER)
def remove_gone() -> Response:
    """Take out all that is no longer sold to the account, and offer to put it back."""
    key = actions.take_out(session(), *_whose(), [line.id for line in pages.priced().gone], now())
    if key is not None:
        undo.offer(
            _("What is no longer sold was taken out."),
            url_for("later.put_back"),
            undo=undo.seal(pages.TAKEN_OUT, key),
        )
    return leave(url_for("cart.show"))


def _whose() -> tuple[int, int]:
    looking = viewer()
    if looking is None or looking.account is None:
        raise LookupError("guard the route with account_required")
    return looking.user.id, looking.account.id


def _most(refused: Refused) -> str:
    return formats.quantity(int(str(refused.facts["maximum"])), locale=locale())
