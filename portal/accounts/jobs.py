"""Background work of accounts: mail about passwords, and forgetting old attempts to sign in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.people_queries import (
    Credentials,
    credentials_by_email,
    credentials_by_id,
    document_locale,
)
from portal.accounts.sign_in import RESET_MAX_AGE_SECONDS, forget_attempts, reset_token
from portal.adapters.mail import Mail
from portal.core.locales import LOCALES
from portal.jobs.context import JobContext

KEEP_ATTEMPTS: Final = timedelta(days=1)
"""How long counts of attempts are kept; longer than any window or block."""


def password_reset_mail(context: JobContext, email: str, asked: int) -> Mail | None:
    """The link that replaces a forgotten password; None if nobody active has the mail address.

    ``asked`` tells one request for it from the next; a second run for the same one sends the same mail.
    """
    credentials = credentials_by_email(context.session, email)
    if credentials is None:
        return None
    token = reset_token(context.secret_key, credentials)
    return _mail(
        context,
        credentials,
        "password_reset",
        reference=f"password-reset-{credentials.user_id}-{asked}",
        link=f"{context.base_url}/password/reset/{token}",
        minutes=RESET_MAX_AGE_SECONDS // 60,
    )


def password_changed_mail(context: JobContext, user_id: int, epoch: int) -> Mail | None:
    """Word that the password was changed, so that a change by somebody else does not go unseen."""
    credentials = credentials_by_id(context.session, user_id)
    if credentials is None:
        return None
    return _mail(
        context,
        credentials,
        "password_changed",
        reference=f"password-changed-{user_id}-{epoch}",
        link=f"{context.base_url}/password/forgot",
    )


def forget_old_attempts(context: JobContext) -> None:
    """Delete counts of attempts that limit nothing any more."""
    forget_attempts(context.session, context.now - KEEP_ATTEMPTS)


def _mail(context: JobContext, credentials: Credentials, name: str, reference: str, **values: object) -> Mail:
    subject, text, html = context.mail_renderer.render(
        name,
        _locale(context.session, credentials),
        person=credentials.name,
        brand_name=context.brand_name,
        **values,
    )
    return Mail(credentials.email, subject, text, html, context.message_id(reference))


def _locale(session: Session, credentials: Credentials) -> str:
    return credentials.locale or document_locale(session, credentials.user_id) or LOCALES[0]
