"""The page that asks whether a form shall be sent now that its person is signed in again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Response, make_response, render_template
from flask_babel import ngettext

from portal.blueprints.kept_form import KeptForm, Writer, packed
from portal.extensions import viewer
from portal.i18n import choose_anew
from portal.i18n import gettext as _

NAMES: Final[Mapping[str, Callable[[], str]]] = {
    "account": lambda: _("Your settings"),
    "cart": lambda: _("Your change of the cart"),
    "changes": lambda: _("Your change of the order"),
    "checkout": lambda: _("Your order"),
    "invoices": lambda: _("Your payment"),
    "later": lambda: _("Your change of the cart"),
    "lists": lambda: _("Your list"),
    "orders": lambda: _("Your cancellation"),
    "payments": lambda: _("Your payment"),
    "quick_order": lambda: _("Your quick order"),
    "reorder": lambda: _("Your reorder"),
    "returns": lambda: _("Your return"),
    "splits": lambda: _("Your change of the cart"),
}
"""What the forms of an area are about; others are called what they are to everybody: what was filled in."""


def again_page(kept: KeptForm, status: int = 200) -> Response:
    """Say what was not done yet, and offer to send it: the same fields, to the same address.

    Who acts for another account than it was written for is offered to change to that one first.
    """
    choose_anew()
    name = NAMES.get(kept.endpoint.partition(".")[0], lambda: _("What you filled in"))
    looking, account_id = viewer(), kept.writer.account_id
    page = render_template(
        "auth/again.html",
        kept=kept,
        kept_text=packed(kept),
        name=name(),
        typed=_typed(kept),
        is_elsewhere=looking is not None and Writer.of(looking) != kept.writer,
        account_name=dict(looking.accounts).get(account_id) if looking and account_id else None,
    )
    return make_response(page, status)


def _typed(kept: KeptForm) -> list[tuple[str, str]]:
    """What the person has written with their own hands, as far as it has a name: label and text."""
    pasted = "\n".join(kept.texts("lines")).splitlines()
    count = sum(1 for line in pasted if line.strip())
    facts = [
        (_("Lines"), ngettext("%(num)s line", "%(num)s lines", count) if count else ""),
        (_("PO number"), " ".join(kept.texts("po_number"))),
        (_("Notes"), "\n".join(kept.texts("notes"))),
    ]
    return [(label, text) for label, text in facts if text]
