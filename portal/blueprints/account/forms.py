"""Forms of My. They are rows of buttons: a value that no button has was not sent by our page."""

from __future__ import annotations

from typing import Final

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, NumberRange

from portal.core.locales import LOCALES

TEXT_SIZES: Final = ("normal", "large")
"""Sizes of text a person can choose."""

THEMES: Final = ("system", "light", "dark")
"""Themes a person can choose; ``system`` follows the device, by night and by day."""

IS_ID: Final = NumberRange(1, 2**53)
"""Larger numbers are no keys of ours, and some databases refuse them."""


class SwitchAccountForm(FlaskForm):
    """POST /account/switch."""

    account_id = IntegerField(validators=[InputRequired(), IS_ID])
    next = HiddenField()
    kept = HiddenField()


class LocationForm(FlaskForm):
    """POST /account/location."""

    location_id = IntegerField(validators=[InputRequired(), IS_ID])
    next = HiddenField()


class LanguageForm(FlaskForm):
    """POST /account/language."""

    locale = StringField(validators=[AnyOf(LOCALES)])
    next = HiddenField()
    kept = HiddenField()


class TextSizeForm(FlaskForm):
    """POST /account/text-size."""

    size = StringField(validators=[AnyOf(TEXT_SIZES)])
    next = HiddenField()


class ThemeForm(FlaskForm):
    """POST /account/theme."""

    theme = StringField(validators=[AnyOf(THEMES)])
    next = HiddenField()
