"""What the pages of signing in are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from portal.extensions import runtime


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """One of the invented people of the demo."""

    email: str
    who: LazyString


DEMO_SIGN_INS: Final = (
    DemoSignIn("buyer.kr@demo.example", lazy_gettext("Korean dealer: buyer")),
    DemoSignIn("owner.kr@demo.example", lazy_gettext("Korean dealer: owner")),
    DemoSignIn("rival.kr@demo.example", lazy_gettext("Another Korean dealer")),
    DemoSignIn("buyer.us@demo.example", lazy_gettext("US coffeehouse, five stores")),
    DemoSignIn("buyer.ca@demo.example", lazy_gettext("Café in Montréal")),
    DemoSignIn("buyer.jp@demo.example", lazy_gettext("Japanese dealer")),
    DemoSignIn("new.us@demo.example", lazy_gettext("New US dealer, no credit")),
    DemoSignIn("rep@demo.example", lazy_gettext("Seller: sales representative")),
    DemoSignIn("desk@demo.example", lazy_gettext("Seller: order desk")),
    DemoSignIn("finance@demo.example", lazy_gettext("Seller: finance")),
    DemoSignIn("admin@demo.example", lazy_gettext("Seller: administrator")),
)


def demo_sign_ins() -> tuple[DemoSignIn, ...]:
    """The demo's people in demo mode; nobody elsewhere."""
    return DEMO_SIGN_INS if runtime().settings.is_demo else ()


def wait_in_words(seconds: int) -> str:
    """How long to wait, in whole minutes and never less than the wait."""
    minutes = -(-seconds // 60)
    return str(gettext("%(minutes)s min", minutes=minutes))
