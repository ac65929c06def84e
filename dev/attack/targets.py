"""What sqlmap is let loose on: every parameter of an address, parts of paths, and the main forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from dev.quality.pages import ADMIN, Way

OWNER: Final = "owner.kr@demo.example"
"""May do everything a dealer can."""


@dataclass(frozen=True)
class Target:
    """An address with the parameters that are attacked. ``posted`` are fields of a form; None asks by GET.

    An asterisk within the address is attacked too.
    """

    way: Way
    asked: dict[str, str]
    posted: dict[str, str] | None = None
    whom: str = OWNER

    def address(self, path: str) -> str:
        """The path with its parameters."""
        return f"{path}?{urlencode(self.asked)}" if self.asked else path

    @property
    def names(self) -> list[str]:
        """The parameters that are attacked."""
        return list(self.asked if self.posted is None else self.posted)


def order(page: str) -> Way:
    """A page of the newest delivered order."""
    return Way("/orders/{}" + page, "/orders?status=delivered", r'data-order="([^"]+)"')


def invoice(page: str) -> Way:
    """A page that names the first open invoice."""
    return Way(page, "/invoices?status=open", r'data-invoice="([^"]+)"')


def asked(address: str | Way, whom: str = OWNER, **parameters: str) -> Target:
    """A page with parameters in its address."""
    return Target(Way(address) if isinstance(address, str) else address, parameters, None, whom)


def posted(address: str | Way, whom: str = OWNER, **fields: str) -> Target:
    """A form."""
    return Target(Way(address) if isinstance(address, str) else address, {}, fields, whom)


TARGETS: Final = (
    asked(
        "/search",
        q="syrup",
        category="cafe",
        brand="Daelim",
        attr="size:1",
        in_stock="1",
        bought="1",
        promo="1",
        sort="price",
        page="1",
        redirect="no",
    ),
    asked("/search/suggest", q="syrup"),
    asked("/search/code", code="DL-VAN-02"),
    asked("/categories/cafe", sort="price", page="1"),
    asked("/products/DL-VAN-02", quantity="12"),
    asked("/categories/cafe*"),
    asked("/products/DL-VAN-02*"),
    asked("/cart", q="syrup", by="category", only="wrong", page="1", emptied="a"),
    asked("/cart/sums", shown="1-100-1"),
    asked("/cart/places", line="1", view="table", c="1"),
    asked("/checkout", po_number="1", note="a"),
    asked("/quick-order", code="DL-VAN-02"),
    asked("/quick-order/check", code="DL-VAN-02", quantity="3"),
    asked("/lists/new", **{"name": "a", "order": "1", "from": "cart", "text": "a"}),
    asked("/orders", q="syrup", status="delivered", page="1"),
    asked(order(""), placed="1"),
    asked(order("*")),
    asked(order("/returns"), at="door", credit="1"),
    asked(
        "/invoices", **{"status": "open", "q": "2026", "from": "2026-01-01", "to": "2026-12-31", "page": "1"}
    ),
    asked(invoice("/invoices/{}*")),
    asked("/statement", **{"from": "2026-01-01", "to": "2026-12-31", "page": "1", "inline": "1"}),
    asked(invoice("/payments/new?invoice={}*")),
    asked("/payments/new", invoice="1", amount="1", order="1"),
    asked("/payments", before="2026-01-01"),
    asked("/payments/P-1*", state="paid"),
    asked("/styleguide", theme="light", text="large", accent="#123456", beside="1"),
    asked("/desk/orders", ADMIN, q="syrup", status="placed", page="1"),
    asked("/desk/orders/1*", ADMIN),
    asked("/desk/accounts/1*/money", ADMIN),
    asked("/desk/invoices", ADMIN, q="2026", status="open", page="1"),
    asked("/desk/tax-reports", ADMIN, month="2026-10"),
    asked("/desk/bank", ADMIN, q="a", state="open", page="1"),
    asked("/desk/returns", ADMIN, status="requested", page="1"),
    asked("/desk/search/synonyms/new", ADMIN, word="syrup"),
    asked("/desk/search/redirects/new", ADMIN, words="syrup"),
    posted("/cart/lines", sku="DL-VAN-02", quantity="24"),
    posted("/cart/code", code="SUMMER"),
    posted("/quick-order", lines="DL-VAN-02 24"),
    posted("/lists", name="weekly"),
    posted("/search/chosen", q="syrup", sku="DL-VAN-02", position="1"),
    posted(order("/reorder"), submit_key="attack", quantity="1"),
    posted(order("/returns"), submit_key="attack", reason="damaged", note="a"),
    posted("/invoices/selection", invoice="1"),
    posted("/payments/new", invoice="1", amount="1", method="transfer", submit_key="attack"),
    posted("/checkout", submit_key="attack", po_number="1", note="a"),
    posted("/account/mail", topic="order"),
    posted("/account/location", location_id="1"),
    posted("/desk/search/synonyms/new", ADMIN, words="syrup, sirup", kind="same"),
    posted("/password/forgot", email="nobody@demo.example"),
    # Last: after a few wrong passwords the portal answers nothing else for a while.
    posted("/login", email="nobody@demo.example", password="a", next="/cart"),  # noqa: S106 - a wrong one
)
