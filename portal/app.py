"""The application: a short list of what it is made of, and the commit rule."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask, Response, g, request
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.adapters.app_icons import branded_icons
from portal.adapters.mail import ConsoleMailer, Mailer, MemoryMailer, SmtpMailer
from portal.adapters.payments.bank_transfer import BankTransfer
from portal.adapters.payments.provider import PaymentProvider, Providers
from portal.adapters.payments.stripe import StripeProvider
from portal.adapters.payments.test_card import TestCard
from portal.adapters.payments.toss import TossProvider
from portal.adapters.press import Press
from portal.assets import Assets, register_assets
from portal.blueprints import register_blueprints
from portal.blueprints.errors import register_errors
from portal.cli import register_commands
from portal.core.accents import OwnAccent
from portal.core.database import Database
from portal.core.ids import submit_key
from portal.discovery.service import search_service
from portal.discovery.shared import SharedWords
from portal.extensions import SAFE_METHODS, Runtime, csrf, htmx, login_manager, session, viewer
from portal.i18n import register_i18n
from portal.responses import register_responses
from portal.settings import ROOT, Mode, Settings

MAX_FORM_BYTES = 1_000_000
"""Largest form the portal reads; file uploads have their own limit where they are taken."""


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Reads the environment if no settings are given. Raises BadSetting."""
    settings = settings or Settings.from_env()
    logo, accent = settings.brand_logo, settings.brand_accent
    own = accent if isinstance(accent, OwnAccent) else None
    app = Flask("portal", static_folder=None, root_path=str(ROOT / "portal"))
    configure(app, settings)
    app.extensions["portal"] = Runtime(
        settings=settings,
        database=Database(settings.database_url),
        mailer=mailer_of(settings),
        assets=Assets(
            ROOT / "portal" / "static",
            reload=app.debug,
            extra={
                **(branded_icons(settings.brand_name, accent, logo) if settings.is_branded else {}),
                **({logo.name: logo.content} if logo else {}),
            },
            styles={"css/portal.css": own.styles, "css/pages/paper.css": own.paper_styles} if own else {},
        ),
        search=search_service(
            url=settings.search_url,
            key=settings.search_key,
            index_name=settings.search_index,
            folder=settings.search_folder,
        ),
        shared=SharedWords(settings.shared_words_seconds),
        press=Press(
            logo=logo.data_uri if logo else "",
            accent=accent.value,
            accent_styles=own.paper_styles if own else "",
        ),
        providers=providers_of(settings),
    )
    # Before the token check, so that another site's form is refused as such.
    register_responses(app)
    csrf.init_app(app)
    # Its context processor would load the user for every template, the one that says the database is away included.
    login_manager.init_app(app, add_context_processor=False)
    htmx.init_app(app)
    register_i18n(app)
    register_page_values(app, settings)
    register_assets(app, app.extensions["portal"].assets)
    register_errors(app)
    register_blueprints(app)
    register_commit_rule(app)
    register_commands(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Translate the portal's settings into Flask's and its extensions'."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.mode is Mode.TEST,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_PARTS=5_000,
        SESSION_COOKIE_NAME="portal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        REMEMBER_COOKIE_NAME="portal_remember",
        REMEMBER_COOKIE_DURATION=timedelta(days=settings.remember_days),
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.logger.setLevel(logging.INFO)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def register_page_values(app: Flask, settings: Settings) -> None:
    """Give templates who is looking, read only when a page asks for it, and what the seller decides about looks."""
    app.jinja_env.globals.update(
        viewer=LocalProxy(viewer),
        new_key=submit_key,
        settings_public={
            "brand_name": settings.brand_name,
            "logo": settings.brand_logo,
            "accent": settings.brand_accent.value,
            "has_letter": settings.is_branded and settings.brand_logo is None,
            "demo": settings.is_demo,
        },
    )


def mailer_of(settings: Settings) -> Mailer:
    """The mailer the settings ask for: a server's, the console, or memory under test."""
    if settings.mail_url:
        return SmtpMailer.from_url(
            settings.mail_url,
            sender=settings.mail_from,
            brand_name=settings.mail_from_name or settings.brand_name,
        )
    return MemoryMailer() if settings.mode is Mode.TEST else ConsoleMailer()


def providers_of(settings: Settings) -> Providers:
    """The ways to pay that the settings set up, in the order in which they are offered."""
    ways: list[PaymentProvider] = []
    if settings.test_card and settings.mode is not Mode.PRODUCTION:
        ways.append(TestCard())
    if settings.toss_secret_key and settings.toss_client_key:
        ways.append(TossProvider(settings.toss_secret_key, settings.toss_client_key, settings.toss_api))
    if settings.stripe_secret_key and settings.stripe_publishable_key and settings.stripe_webhook_secret:
        ways.append(
            StripeProvider(
                settings.stripe_secret_key,
                settings.stripe_publishable_key,
                settings.stripe_webhook_secret,
                settings.stripe_api,
            )
        )
    ways.append(BankTransfer())
    return {way.code: way for way in ways}


def register_commit_rule(app: Flask) -> None:
    """A changing request that ends well is committed once its response is built; everything else is rolled back."""

    @app.after_request
    def commit(response: Response) -> Response:
        if request.method not in SAFE_METHODS and response.status_code < 400 and "session" in g:
            session().commit()
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        if (opened := g.pop("session", None)) is not None:
            opened.close()
