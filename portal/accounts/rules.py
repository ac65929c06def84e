"""Rules of accounts and people: who may do what, which numbers and passwords hold.

Everything here is pure: no session, no clock, no settings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from stdnum.ca import bn
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.jp import cn
from stdnum.us import ein

from portal.accounts.models import AccountRole, StaffRole
from portal.core.errors import Refused

PASSWORD_MIN: Final = 10
"""Characters a password has at least. NIST SP 800-63B asks for eight or more, and for no composition."""

PASSWORD_MAX: Final = 256
"""Characters a password has at most, so that hashing one takes a bounded time."""

_COMMON: Final = """
    0123456789 0987654321 1029384756 1111111111 1122334455 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1234512345
    1234567890 12345678901 123456789a 12345678910 123456789q 1234567891 1234554321 123123123123 123qwe123qwe
    987654321a 9876543210 abc1234567 abcd1234567 abcdefghij administrator asdfasdfasdf asdfghjkl1 asdfghjkl;
    baseball123 basketball changeme123 christopher computer123 dragon1234 football123 iloveyou12 iloveyou123
    letmein123 liverpool1 manchester master1234 michelle123 monkey1234 p@ssw0rd123 passw0rd123 password01
    password10 password11 password12 password123 password1234 password123! passwordpassword princess123
    q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwe123qwe123 qwer123456 qwer1234qwer qwerasdfzxcv qwerty1234
    qwerty12345 qwerty123456 qwertyqwerty qwertyuiop qwertyuiop123 secret1234 starwars123 sunshine12
    sunshine123 superman123 test123456 testtest123 welcome123 welcome1234 whatever123 zaq12wsxcde3 zxcvbnm123
"""

COMMON_PASSWORDS: Final = frozenset(_COMMON.split())
"""The passwords of ten characters and more that leaked lists hold most often; what guessing tries first."""


class Deed(StrEnum):
    """What a dealer's person may or may not do at an account."""

    BROWSE = "browse"
    ORDER = "order"
    SEE_ORDERS = "see_orders"
    SEE_CREDIT = "see_credit"
    SEE_INVOICES = "see_invoices"
    """Invoices, payments and statements, with their papers."""
    PAY = "pay"
    """Pay invoices and orders, and use the account's credit for them."""
    SEE_MEMBERS = "see_members"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_LOCATIONS = "manage_locations"


class StaffDeed(StrEnum):
    """What one of the seller's people may or may not do at the desk."""

    SEE_ORDERS = "see_orders"
    CONFIRM_ORDERS = "confirm_orders"
    """Confirm, hold, release and cancel."""
    SHIP_ORDERS = "ship_orders"
    """Pick, ship and deliver."""
    SEE_SEARCHES = "see_searches"
    """What dealers look for, and the words that lead them."""
    MANAGE_SEARCH = "manage_search"
    """Synonyms and redirects."""
    SEE_MONEY = "see_money"
    """Invoices, payments, the books; a rep those of the own accounts."""
    MANAGE_MONEY = "manage_money"
    """Credit notes, write-offs, refunds, bank files, terms and limits."""


PERMISSIONS: Final[dict[AccountRole, frozenset[Deed]]] = {
    AccountRole.OWNER: frozenset(Deed),
    AccountRole.BUYER: frozenset(
        {Deed.BROWSE, Deed.ORDER, Deed.SEE_ORDERS, Deed.SEE_CREDIT, Deed.SEE_INVOICES, Deed.PAY}
    ),
    AccountRole.APPROVER: frozenset(
        {Deed.BROWSE, Deed.ORDER, Deed.SEE_ORDERS, Deed.SEE_CREDIT, Deed.SEE_INVOICES}
    ),
    AccountRole.FINANCE: frozenset(
        {Deed.BROWSE, Deed.SEE_ORDERS, Deed.SEE_CREDIT, Deed.SEE_INVOICES, Deed.PAY}
    ),
    AccountRole.VIEWER: frozenset({Deed.BROWSE, Deed.SEE_ORDERS}),
}

STAFF_PERMISSIONS: Final[dict[StaffRole, frozenset[StaffDeed]]] = {
    StaffRole.REP: frozenset({StaffDeed.SEE_ORDERS, StaffDeed.SEE_SEARCHES, StaffDeed.SEE_MONEY}),
    StaffRole.DESK: frozenset(StaffDeed) - {StaffDeed.MANAGE_MONEY},
    StaffRole.FINANCE: frozenset(
        {StaffDeed.SEE_ORDERS, StaffDeed.SEE_SEARCHES, StaffDeed.SEE_MONEY, StaffDeed.MANAGE_MONEY}
    ),
    StaffRole.MANAGER: frozenset(StaffDeed),
    StaffRole.ADMIN: frozenset(StaffDeed),
}


def may(role: AccountRole, deed: Deed) -> bool:
    """True if a person of this role may do this at the account."""
    return deed in PERMISSIONS[role]


def staff_may(role: StaffRole, deed: StaffDeed) -> bool:
    """True if one of the seller's people of this role may do this."""
    return deed in STAFF_PERMISSIONS[role]


def email_of(text: str) -> str:
    """A mail address in the one form it is kept and looked up in: lower case, no space around it.

    Signs that cannot be seen are left out; PostgreSQL would not even take some of them.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return "".join(sign for sign in plain if sign.isprintable())


def password_problem(password: str, email: str) -> str | None:
    """Why this cannot be the password of the person with this mail address; None if it can.

    One of ``too_short``, ``too_long``, ``is_email``, ``common``. No kind of sign is prescribed.
    """
    if len(password) < PASSWORD_MIN:
        return "too_short"
    if len(password) > PASSWORD_MAX:
        return "too_long"
    folded = unicodedata.normalize("NFKC", password).strip().casefold()
    if folded in {email.casefold(), email.partition("@")[0].casefold()}:
        return "is_email"
    if folded in COMMON_PASSWORDS or len(set(folded)) < 2:
        return "common"
    return None


def business_number_of(country: str, text: str) -> str:
    """The registration number of a company in the plain form it is kept in.

    KR: ten digits with their check digit. JP: T and thirteen digits. CA: nine digits, with or without a
    programme account such as RT0001. US: nine digits of an EIN. EU countries: VAT number with its country
    letters. Elsewhere as typed, without the space around it.

    Raises Refused("business_number") with the country if it cannot be such a number, or is empty.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    try:
        number = _NUMBERS.get(country, _as_typed)(typed)
    except ValidationError:
        number = ""
    if not number:
        raise Refused("business_number", field="business_number", country=country)
    return number


def business_number_text(country: str, number: str) -> str:
    """A number from ``business_number_of`` as people of the country write it."""
    if country == "KR" and len(number) == 10:
        return f"{number[:3]}-{number[3:5]}-{number[5:]}"
    if country == "US" and len(number) == 9:
        return f"{number[:2]}-{number[2:]}"
    if country == "CA" and len(number) == 15:
        return f"{number[:9]} {number[9:]}"
    return number


def _korean(typed: str) -> str:
    digits = typed.replace("-", "").replace(" ", "")
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit():
        return ""
    # The National Tax Service's rule: a weighted sum, and the tens of five times the ninth digit.
    values = [int(digit) for digit in digits]
    total = sum(value * weight for value, weight in zip(values, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False))
    total += values[8] * 5 // 10
    return digits if (10 - total % 10) % 10 == values[9] else ""


def _japanese(typed: str) -> str:
    return "T" + str(cn.validate(typed.upper().removeprefix("T")))


def _canadian(typed: str) -> str:
    return str(bn.validate(typed.upper()))


def _american(typed: str) -> str:
    return str(ein.validate(typed))


def _european(country: str) -> Callable[[str], str]:
    letters = "EL" if country == "GR" else country

    def check(typed: str) -> str:
        number = "".join(sign for sign in typed.upper() if sign.isalnum() or sign in "+*")
        return str(vat.validate(letters + number.removeprefix(letters)))

    return check


def _as_typed(typed: str) -> str:
    return "".join(sign for sign in typed if sign.isprintable())[:40]


_EU: Final[tuple[str, ...]] = (
    *(
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
    ),
    *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)

_NUMBERS: Final[dict[str, Callable[[str], str]]] = {
    "KR": _korean,
    "JP": _japanese,
    "CA": _canadian,
    "US": _american,
    **{country: _european(country) for country in _EU},
}
