"""GET and POST /orders/<number>/reorder: a look first, then the cart, or straight an order."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints import again_pages as pages
from portal.blueprints.access import account_required
from portal.blueprints.again_answer import answer, page
from portal.blueprints.again_forms import ReorderForm
from portal.extensions import buyer, session
from portal.i18n import gettext as _
from portal.orders.reorder_sources import lines_of_order

blueprint = Blueprint("reorder", __name__)


@blueprint.get("/orders/<number>/reorder")
@account_required(Deed.ORDER)
def show(number: str) -> Response:
    """What an order was of, as it could be ordered now: everything picked that can be."""
    source = lines_of_order(session(), buyer().account_id, number)
    form = ReorderForm()
    return page(form, _origin(number), source, pages.look(form, source))


@blueprint.post("/orders/<number>/reorder")
@account_required(Deed.ORDER)
def act(number: str) -> Response:
    """Reckon again what is chosen, put it in the cart, or order it."""
    source = lines_of_order(session(), buyer().account_id, number)
    return answer(ReorderForm.read(request.form), _origin(number), source)


def _origin(number: str) -> pages.Origin:
    return pages.Origin(
        title=_("Order again"),
        note="",
        url=url_for("reorder.act", number=number),
        back_url=url_for("orders.show", number=number),
        back_label=_("Order %(number)s", number=number),
        source=number,
    )
