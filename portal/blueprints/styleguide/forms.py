"""A form with every kind of field, for looking at."""

from __future__ import annotations

from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, EmailField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

# The library takes plain words as choices; its types do not say so yet.
TERMS: Final[Any] = ["30 days", "45 days"]
WAYS: Final[Any] = ["On account", "By card"]


class SampleForm(FlaskForm):
    """Is sent nowhere. ``validate`` fails on purpose for what ``wrong`` fills in."""

    email = EmailField("E-mail address", [InputRequired("Enter a mail address.")])
    boxes = IntegerField("Boxes", [NumberRange(1, 99, "Enter a number from 1 to 99.")])
    day = DateField("Delivery day", [Optional()])
    terms = SelectField("Terms", choices=TERMS)
    way = RadioField("Way to pay", choices=WAYS, default=WAYS[0])
    note = TextAreaField("Note", [Optional()])
    agreed = BooleanField("Tell me when it is in stock again", default=True)


def sample_form(*, wrong: bool) -> SampleForm:
    """The form as it first stands, or as it comes back."""
    form = SampleForm(formdata=None, prefix="wrong-" if wrong else "")
    if wrong:
        form.email.data, form.boxes.data = "", 120
        form.validate()
    return form
