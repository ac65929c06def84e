"""Settings: one frozen object, read once from the environment, strict about what it is given.

A wrong value stops the start with a message that names it; nothing falls back in silence. A secret may come from a
file named by ``NAME_FILE``. Units stand in the names.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import available_timezones

from portal.core.accents import Accent, AnyAccent, BadAccent, accent_of
from portal.core.brand import BadLogo, Logo, read_logo

ROOT: Final = Path(__file__).resolve().parent.parent
"""The project's folder."""


class Mode(StrEnum):
    """What the portal runs for. Demo data and its sign-ins exist in DEMO alone."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class BadSetting(Exception):
    """A setting is missing or cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """Everything that may differ from one installation to another."""

    mode: Mode
    secret_key: str
    database_url: str
    base_url: str
    """Address people reach the portal at, without a trailing slash; used in mail."""
    brand_name: str = "Partner Portal"
    brand_logo: Logo | None = None
    """None: the portal's own mark."""
    brand_accent: AnyAccent = Accent.COBALT
    mail_url: str | None = None
    """``smtp://user:password@host:port`` or ``smtps://…``; None writes mail to the console."""
    mail_from: str = "portal@localhost"
    """The sender's address, without a name."""
    mail_from_name: str | None = None
    """The sender's name; None: the brand's."""
    seller_timezone: str = "Asia/Seoul"
    """Decides the year of order numbers and the hour of nightly work."""
    trusted_proxies: int = 0
    """How many proxies stand before the portal and set X-Forwarded-*; 0 trusts none."""
    remember_days: int = 30
    session_hours: int = 12
    metrics_token: str | None = None
    """Bearer token of /metrics; None answers on the loopback address alone."""
    search_url: str | None = None
    """Address of a Meilisearch server; None: the index on this machine answers every search."""
    search_key: str | None = None
    """The server's key that may read, write and make indexes."""
    search_index: str = "products"
    """Name of the server's index, where several portals share one server."""
    search_folder: Path | None = None
    """Folder of the index on this machine; None: there is none, and the database answers what no server does."""
    stripe_secret_key: str | None = None
    """None: nobody pays through Stripe."""
    stripe_publishable_key: str | None = None
    stripe_webhook_secret: str | None = None
    stripe_api: str | None = None
    """Where Stripe's interface is, for tests; None: at Stripe."""
    toss_secret_key: str | None = None
    """None: nobody pays through Toss Payments."""
    toss_client_key: str | None = None
    toss_api: str = "https://api.tosspayments.com"
    test_card: bool = False
    """Offers a card that moves no money. Never in production: the portal does not start with it."""
    payment_hold_minutes: int = 60
    """How long an order that is paid in advance waits for its payment by card; transfers have their own days."""
    transfer_days: int = 3
    """How many business days an order that is paid in advance waits for a transfer."""
    worker_poll_seconds: float = 1.0
    feed_poll_seconds: float = 0.02
    """How often a worker looks whether search has something to hear."""
    feed_lease_seconds: int = 30
    shared_words_seconds: float = 2.0
    """How long a process keeps categories, names of brands and redirects for search; 0: not at all."""
    job_lease_seconds: int = 300

    @property
    def is_branded(self) -> bool:
        """Whether the seller has decided anything about looks."""
        decided = (self.brand_name, self.brand_logo, self.brand_accent)
        return decided != (Settings.brand_name, None, Accent.COBALT)

    @property
    def is_demo(self) -> bool:
        """True where the demo data may be loaded and its sign-ins shown."""
        return self.mode is Mode.DEMO

    @property
    def secure_cookies(self) -> bool:
        """Cookies travel over TLS alone wherever the portal is reached by TLS."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment. Raises BadSetting."""
        read = _Reader(environ)
        mode = read.word("PORTAL_MODE", Mode, Mode.PRODUCTION)
        database_url = read.text("DATABASE_URL") or _default_database()
        mail_from_name, mail_from = read.sender("MAIL_FROM", cls.mail_from)
        return cls(
            mode=mode,
            secret_key=read.secret_key(mode),
            database_url=database_url,
            base_url=read.address("BASE_URL", None if mode is Mode.PRODUCTION else "http://127.0.0.1:8000"),
            brand_name=read.text("BRAND_NAME") or cls.brand_name,
            brand_logo=read.logo("BRAND_LOGO"),
            brand_accent=read.accent("BRAND_ACCENT", cls.brand_accent),
            mail_url=read.text("MAIL_URL"),
            mail_from=mail_from,
            mail_from_name=mail_from_name,
            seller_timezone=read.timezone("SELLER_TIMEZONE", cls.seller_timezone),
            trusted_proxies=read.number("TRUSTED_PROXIES", cls.trusted_proxies, lowest=0),
            remember_days=read.number("REMEMBER_DAYS", cls.remember_days, lowest=1),
            session_hours=read.number("SESSION_HOURS", cls.session_hours, lowest=1),
            metrics_token=read.text("METRICS_TOKEN"),
            search_url=read.address("SEARCH_URL", None) if read.text("SEARCH_URL") else None,
            search_key=read.text("SEARCH_KEY"),
            search_index=read.text("SEARCH_INDEX") or cls.search_index,
            search_folder=Path(read.text("SEARCH_FOLDER") or _index_folder(database_url)),
            **_payments(read, mode),
        )


def _payments(read: _Reader, mode: Mode) -> dict[str, Any]:
    """What is set of the ways to pay. Raises BadSetting for half of one, and for the test card in production."""
    stripe = [
        read.text(name) for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
    ]
    if any(stripe) and not all(stripe):
        raise BadSetting("Stripe needs STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET")
    toss = [read.text(name) for name in ("TOSS_SECRET_KEY", "TOSS_CLIENT_KEY")]
    if any(toss) and not all(toss):
        raise BadSetting("Toss Payments needs TOSS_SECRET_KEY and TOSS_CLIENT_KEY")
    test_card = read.flag("TEST_CARD", mode is not Mode.PRODUCTION)
    if test_card and mode is Mode.PRODUCTION:
        raise BadSetting("TEST_CARD moves no money and cannot be offered in production: leave it out")
    return {
        "stripe_secret_key": stripe[0],
        "stripe_publishable_key": stripe[1],
        "stripe_webhook_secret": stripe[2],
        "stripe_api": read.address("STRIPE_API", None) if read.text("STRIPE_API") else None,
        "toss_secret_key": toss[0],
        "toss_client_key": toss[1],
        "toss_api": read.address("TOSS_API", Settings.toss_api),
        "test_card": test_card,
        "payment_hold_minutes": read.number("PAYMENT_HOLD_MINUTES", Settings.payment_hold_minutes, lowest=1),
        "transfer_days": read.number("TRANSFER_DAYS", Settings.transfer_days, lowest=1),
    }


Word = TypeVar("Word", bound=StrEnum)


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str) -> str | None:
        """The value of NAME, or the content of the file NAME_FILE names; empty counts as absent."""
        value = self.environ.get(name, "").strip()
        path = self.environ.get(f"{name}_FILE", "").strip()
        if value and path:
            raise BadSetting(f"{name} and {name}_FILE are both set: keep one")
        if path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSetting(f"{name}_FILE: {error}") from error
        return value or None

    def word(self, name: str, words: type[Word], default: Word) -> Word:
        value = self.text(name)
        if value is None:
            return default
        try:
            return words(value)
        except ValueError:
            raise BadSetting(f"{name} is {value!r}: use one of {', '.join(words)}") from None

    def number(self, name: str, default: int, *, lowest: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit()) or int(value) < lowest:
            raise BadSetting(f"{name} is {value!r}: use a whole number, {lowest} or more")
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value not in ("0", "1"):
            raise BadSetting(f"{name} is {value!r}: use 1 or 0")
        return value == "1"

    def timezone(self, name: str, default: str) -> str:
        value = self.text(name) or default
        if value not in available_timezones():
            raise BadSetting(f"{name} is {value!r}: use an IANA name such as Asia/Seoul")
        return value

    def accent(self, name: str, default: AnyAccent) -> AnyAccent:
        value = self.text(name)
        if value is None:
            return default
        try:
            return accent_of(value)
        except BadAccent as error:
            raise BadSetting(f"{name} is {value!r}: {error}") from error

    def logo(self, name: str) -> Logo | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return read_logo(ROOT / value)
        except BadLogo as error:
            raise BadSetting(f"{name}: {error}") from error

    def sender(self, name: str, default: str) -> tuple[str | None, str]:
        """Name, if there is one, and address of ``portal@example.com`` or ``Example Foods <portal@example.com>``."""
        value = self.text(name) or default
        called, address = parseaddr(value)
        plain = address if not called else f"{called} <{address}>"
        local, _, host = address.rpartition("@")
        if not (local and host) or any(sign.isspace() for sign in address) or value.replace('"', "") != plain:
            raise BadSetting(f"{name} is {value!r}: use an address, or a name and <address>")
        return called or None, address

    def address(self, name: str, default: str | None) -> str:
        value = self.text(name) or default
        if value is None or not value.startswith(("http://", "https://")):
            raise BadSetting(f"{name} must be an address, beginning with https://")
        return value.rstrip("/")

    def secret_key(self, mode: Mode) -> str:
        value = self.text("SECRET_KEY")
        if value is None:
            if mode is Mode.PRODUCTION:
                raise BadSetting(
                    "SECRET_KEY (or SECRET_KEY_FILE) is missing: set 32 or more random characters"
                )
            return _kept_secret()
        if mode is Mode.PRODUCTION and len(value) < 32:
            raise BadSetting("SECRET_KEY is too short: set 32 or more random characters")
        return value


def _default_database() -> str:
    folder = ROOT / "instance"
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{folder / 'portal.db'}"


def _index_folder(database_url: str) -> Path:
    """Where the index of this database is kept: two portals on one machine never share one by accident."""
    scheme, _, rest = database_url.partition("://")
    if scheme.startswith("sqlite") and rest.strip("/"):
        # Beside the database: whoever throws that away throws the index away with it.
        return Path(rest.removeprefix("/").partition("?")[0]).with_suffix(".search")
    # The password is no part of what a database is.
    place = rest.rpartition("@")[2]
    return ROOT / "instance" / f"search-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def _kept_secret() -> str:
    # Outside production a secret made once and kept is enough; two processes starting together must agree on it.
    path = ROOT / "instance" / "secret_key"
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
        path.chmod(0o600)
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()
