"""The checkout form. It checks shape and turns text into values; whether it can be ordered is for the orders room."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import DateInput

from portal.accounts.queries import LocationView
from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line, some_lines
from portal.i18n import gettext as _

MAX_PO_NUMBER: Final = 40
"""Characters of a dealer's own order number; invoices and delivery notes have room for that many."""

MAX_NOTES: Final = 1_000
"""Characters of a note to the order desk."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)


class CheckoutForm(FlaskForm):
    """GET and POST /checkout."""

    location_id = SelectField(_l("Deliver to"), coerce=str, validate_choice=False)
    requested_date = StringField(_l("Requested date"), widget=DateInput(), filters=[one_line])
    po_number = StringField(
        _l("Your order number (PO)"),
        [Length(max=MAX_PO_NUMBER, message=_l("At most %(max)d characters."))],
        filters=[one_line],
    )
    notes = TextAreaField(
        _l("Notes for us"),
        [Length(max=MAX_NOTES, message=_l("At most %(max)d characters."))],
        filters=[some_lines],
    )
    submit_key = HiddenField(filters=[one_line])
    despite_recent = HiddenField(filters=[one_line])
    shown_total = HiddenField(filters=[one_line])

    def __init__(self, places: tuple[LocationView, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.places = {str(place.id): place for place in places}
        self.location_id.choices = [(key, place.name) for key, place in self.places.items()]
        self.day: date | None = None

    def read_day(self) -> None:
        """Read the day without judging it: one that is none counts as none."""
        with suppress(ValidationError):
            self.validate_requested_date(self.requested_date)

    @property
    def place(self) -> LocationView | None:
        """The chosen place; None if it is none of the account's."""
        return self.places.get(self.location_id.data or "")

    @property
    def total_shown(self) -> int | None:
        """Total the page showed, minor units; None if the form does not say."""
        text = self.shown_total.data or ""
        return int(text) if _WHOLE.fullmatch(text) else None

    @property
    def orders_despite_recent(self) -> bool:
        """True if the person was asked about the order placed a moment ago, and wants another one."""
        return self.despite_recent.data == "1"

    def validate_location_id(self, field: SelectField) -> None:
        """Refuse a place that is none of the account's, or no longer in use."""
        if field.data not in self.places:
            raise ValidationError(_("Choose one of your places."))

    def validate_requested_date(self, field: StringField) -> None:
        """Read the day; empty is as soon as possible."""
        if not field.data:
            return
        try:
            if not _DAY.fullmatch(field.data):
                raise ValueError(field.data)
            self.day = date.fromisoformat(field.data)
        except ValueError:
            raise ValidationError(_("Write the date as year-month-day, such as 2026-12-24.")) from None

    def validate_submit_key(self, field: HiddenField) -> None:
        """Refuse a form without its key: without it a second tap could order twice."""
        if not field.data or len(field.data) > MAX_SUBMIT_KEY:
            raise ValidationError(_("This page is out of date. Look at your order again, then order."))
