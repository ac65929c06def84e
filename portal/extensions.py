"""What a request has at hand: the session, who is looking, the adapters chosen at the start.

The request's session reads only when the method is safe (GET, HEAD, OPTIONS) and may write otherwise; ``app.py``
commits it after the response is built, if the response is not an error. Nothing else here opens transactions, except
``own_transaction`` for the few records that must outlive a refused request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, cast

import flask
from flask import current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer, LocationView, Viewer, viewer_of
from portal.adapters.mail import Mailer
from portal.adapters.paper import PaperPress
from portal.adapters.payments.provider import Providers
from portal.adapters.press import Press
from portal.assets import Assets
from portal.core import clock
from portal.core.database import Database
from portal.discovery.service import SearchService
from portal.discovery.shared import SharedWords
from portal.orders.queries import cart_badge
from portal.settings import Settings

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

ACCOUNT_COOKIE: Final = "portal_account"
"""Keeps the account chosen last on this device beyond the session, so that nobody orders for another by surprise."""

login_manager = LoginManager()
csrf = CSRFProtect()
htmx = Htmx()


@dataclass(frozen=True, slots=True)
class Runtime:
    """The services of this process, chosen once by ``create_app``."""

    settings: Settings
    database: Database
    mailer: Mailer
    assets: Assets
    now: Callable[[], datetime] = clock.now
    search: SearchService = field(default_factory=SearchService)
    shared: SharedWords = field(default_factory=lambda: SharedWords(0))
    press: PaperPress = field(default_factory=Press)
    providers: Providers = field(default_factory=dict)
    """The ways to pay that are set up, in the order in which they are offered."""


class PortalUser(UserMixin):
    """The signed-in person as Flask-Login wants it: the id carries the session epoch, so raising it ends sessions."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def get_id(self) -> str:
        """User id and session epoch."""
        return f"{self.viewer.user.id}.{self.viewer.user.session_epoch}"


def runtime() -> Runtime:
    """The services of this process."""
    return cast(Runtime, current_app.extensions["portal"])


def now() -> datetime:
    """This request's moment, aware, UTC; the same however often it is asked for."""
    if "now" not in g:
        g.now = runtime().now()
    return cast(datetime, g.now)


def today() -> date:
    """This request's date where the viewer's account is; the seller's zone for staff and strangers."""
    looking = viewer()
    zone = looking.buyer.timezone if looking and looking.buyer else runtime().settings.seller_timezone
    return clock.local_date(now(), zone)


def session() -> Session:
    """This request's session, opened when first asked for."""
    if "session" not in g:
        database = runtime().database
        g.session = database.reading() if request.method in SAFE_METHODS else database.writing()
    return cast(Session, g.session)


def release_session() -> None:
    """Give up the request's transaction and its locks before slow work that needs no database (a password hash).

    The next call of ``session()`` begins a new one.
    """
    if opened := g.pop("session", None):
        opened.rollback()
        opened.close()


@contextmanager
def own_transaction() -> Iterator[Session]:
    """A transaction of its own, for what must be kept although the request is refused: a failed sign-in."""
    with runtime().database.transaction() as separate:
        yield separate


def reading() -> AbstractContextManager[Session]:
    """A reading session of its own, for look-ups that must not hold the request's write lock."""
    return runtime().database.reading()


def viewer() -> Viewer | None:
    """Who is looking, with account, locations and cart count; None when nobody is signed in."""
    # Flask-Login keeps the user it has loaded in g; asking its proxy each time costs ten times as much.
    user = g.get("_login_user") or current_user._get_current_object()
    return user.viewer if isinstance(user, PortalUser) else None


def look_anew() -> None:
    """Read again who is looking: they have changed the account, and the rest of the answer shows that one."""
    if (looking := viewer()) is not None:
        g._login_user = load_user(PortalUser(looking).get_id())


def buyer() -> Buyer:
    """The account that is looking. Only for routes that ``access.account_required`` guards."""
    looking = viewer()
    if looking is None or looking.buyer is None:
        raise LookupError("no account is looking: guard the route with account_required")
    return looking.buyer


def location() -> LocationView | None:
    """The place the viewer orders for; None for an account without a place."""
    looking = viewer()
    return looking.location if looking else None


@login_manager.user_loader
def load_user(key: str) -> PortalUser | None:
    """The person of a session or remember-me cookie; None if gone, barred, or signed out everywhere since."""
    user_id, _, epoch = key.partition(".")
    if not (user_id.isdigit() and epoch.isdigit()):
        return None
    found = viewer_of(session(), int(user_id), int(epoch), _chosen_account())
    if found is None:
        return None
    if found.account is not None:
        badge = cart_badge(session(), found.user.id, found.account.id)
        chosen = next((place for place in found.locations if place.id == badge.location_id), found.location)
        found = replace(found, cart_count=badge.count, location=chosen)
    return PortalUser(found)


def _chosen_account() -> int | None:
    """The account the person chose to act for; what they are no member of, ``viewer_of`` passes over."""
    if (chosen := flask.session.get("account_id")) is not None:
        return int(chosen)
    kept = request.cookies.get(ACCOUNT_COOKIE, "")
    return int(kept) if kept.isascii() and kept.isdigit() and len(kept) < 16 else None
