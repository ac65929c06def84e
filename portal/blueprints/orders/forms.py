"""POST forms of the order pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from portal.blueprints.typed import MAX_REASON, one_line

STALE = _l("This page is out of date. Look at the order again.")


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
