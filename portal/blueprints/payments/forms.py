"""The form of a payment. It reads what was typed; whether it can be paid is for the room of payments."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import ValidationError

from portal.blueprints.payments.params import MAX_NUMBER
from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line
from portal.core.ids import submit_key
from portal.i18n import gettext as _
from portal.payments.actions import MAX_INVOICES, Way


class PayForm(FlaskForm):
    """POST /payments/new. The invoices and their amounts stand beside each other in ``invoice`` and ``amount``."""

    submit_key = HiddenField(filters=[one_line])
    order = HiddenField(filters=[one_line])

    def validate_submit_key(self, field: HiddenField) -> None:
        """Refuse a form without its key: without it a second tap could pay twice."""
        if not field.data or len(field.data) > MAX_SUBMIT_KEY:
            field.data = submit_key()
            raise ValidationError(_("This page is out of date. Look at it again, then pay."))


def typed_amounts(numbers: list[str], amounts: list[str]) -> dict[str, str]:
    """The amounts as they were typed, by the invoices' numbers; those left empty are not paid."""
    return {
        number.strip()[:MAX_NUMBER]: one_line(amount)[:MAX_NUMBER]
        for number, amount in list(zip(numbers, amounts, strict=False))[: MAX_INVOICES + 1]
        if number.strip()
    }


def chosen(text: str | None, ways: list[Way]) -> Way | None:
    """The way a form names, ``provider:method``; the only one there is if it names none; None for any other."""
    if not text and len(ways) == 1:
        return ways[0]
    return next((way for way in ways if f"{way.provider}:{way.method}" == text), None)
