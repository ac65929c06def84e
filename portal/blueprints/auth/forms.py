"""Forms of signing in and of passwords. They check shape; whether a password is good enough is a rule of accounts."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.accounts.rules import PASSWORD_MAX, PASSWORD_MIN, password_problem

EMAIL_MAX: Final = 254
"""Longest mail address there can be. Source: RFC 5321, path of 256 octets with its brackets."""

TOO_LONG = _l("This is too long.")


class SignInForm(FlaskForm):
    """POST /login."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Enter your mail address.")), Length(max=EMAIL_MAX, message=TOO_LONG)],
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=PASSWORD_MAX, message=TOO_LONG)],
    )
    remember = BooleanField(_l("Stay signed in on this device"))
    next = HiddenField()
    kept = HiddenField()


class ForgotPasswordForm(FlaskForm):
    """POST /password/forgot."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Enter your mail address.")), Length(max=EMAIL_MAX, message=TOO_LONG)],
    )


class NewPasswordForm(FlaskForm):
    """POST /password/reset/<token>. ``owner`` is the mail address of whose password it is."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password."))])

    def __init__(self, owner: str) -> None:
        self.owner = owner
        super().__init__()

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that is easily guessed."""
        problem = password_problem(field.data or "", self.owner)
        if problem is not None:
            raise ValidationError(password_message(problem))


class ChangePasswordForm(NewPasswordForm):
    """POST /account/password."""

    current = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password.")), Length(max=PASSWORD_MAX, message=TOO_LONG)],
    )


def password_message(problem: str) -> str:
    """What a person is told about a problem that ``accounts.rules.password_problem`` names."""
    if problem == "too_short":
        return str(
            ngettext("Use at least %(num)s character.", "Use at least %(num)s characters.", PASSWORD_MIN)
        )
    if problem == "too_long":
        return str(
            ngettext("Use at most %(num)s character.", "Use at most %(num)s characters.", PASSWORD_MAX)
        )
    if problem == "is_email":
        return str(_l("Do not use your mail address as the password."))
    return str(_l("Many people use this password, so it is guessed first. Choose another."))


def text_of(field: StringField) -> str:
    """What was typed; empty for a field that was not sent."""
    return field.data or ""
