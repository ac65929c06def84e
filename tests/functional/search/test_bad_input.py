"""Whatever is typed: an answer, and never another account's product."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser import Browser
from tests.factories import PASSWORD, make_assortment
from tests.storefront import Shop

TYPED = {
    "10 kB of Hangul": "커피" * 1_700,
    "10 kB of Latin": "espresso " * 1_100,
    "10 kB of one letter": "a" * 10_000,
    "10 kB of initials": "ㅋㅍ" * 1_700,
    "10 kB of digits": "0123456789" * 1_000,
    "500 different words": " ".join(f"w{number}" for number in range(500)),
    "control characters": "\x01\x02\x1b[31m\x7f\x85",
    "emoji": "☕️👩‍👩‍👧‍👦🇰🇷" * 50,
    "right to left": "\u202e\u2067שלום\u2069 مرحبا \u200f",
    "combining marks": "a" + "\u0301" * 3_000,
    "SQL": "' OR 1=1; DROP TABLE variant; --",
    "wildcards": "%_\\*?[a-z]+(.*)",
    "engine syntax": 'name:* AND (sku:"SECRET" OR category IN [1]) NOT x^9 ~2',
    "filter syntax": "assort != 1 OR id EXISTS",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }}{% raw %}",
    "unassigned": "\U000e0001\ufffe\uffff",
}

RAW = {"lone surrogate": "%ED%A0%80", "cut off": "%E2%82", "NUL": "a%00b", "not UTF-8": "%FF%FE%C0%AF"}


@pytest.mark.parametrize("typed", [*map(quote, TYPED.values()), *RAW.values()], ids=[*TYPED, *RAW])
def test_it_is_answered(shop: Shop, index, browser: Browser, typed: str) -> None:
    shop.sell("ONE", name="커피 espresso")
    hidden = shop.sell("SECRET-1", name="비밀 커피")
    make_assortment(shop.session, [hidden], account=shop.account, hides=True)
    index()
    browser.sign_in(shop.buyer.email, PASSWORD)
    for path in ("/search", "/search/suggest", "/search/code"):
        browser.open(f"{path}?q={typed}&brand={typed[:90]}&attr=a:{typed[:90]}")
        assert browser.status == 200, path
        body = browser.response.text if browser.response else ""
        assert "/products/SECRET" not in body
        assert "<script>alert" not in body
