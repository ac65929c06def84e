"""POST forms of the order pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

MAX_REASON = 200
"""Characters of a reason."""

STALE = _l("This page is out of date. Look at the order again.")


def one_line(text: str | None) -> str:
    """The text without what can be neither stored nor shown."""
    return "".join(letter for letter in text or "" if letter.isprintable()).strip()


class CancelForm(FlaskForm):
    """POST /orders/<number>/cancellation."""

    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(STALE), NumberRange(1, 2_000_000_000, message=STALE)]
    )
    reason = StringField(
        _l("Why you cancel"),
        [Length(max=MAX_REASON, message=_l("At most %(max)d characters."))],
        filters=[one_line],
    )
