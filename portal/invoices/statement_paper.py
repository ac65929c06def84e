"""The paper of a statement of account."""

from __future__ import annotations

from typing import Final

from portal.accounts.letterhead import party_of
from portal.adapters.mail_templates import translations
from portal.adapters.paper import Sheet
from portal.core.formats import local_date
from portal.core.locales import localized
from portal.invoices.statements import StatementView

LETTER_COUNTRIES: Final = frozenset({"US", "CA"})


def statement_sheet(statement: StatementView, *, locale: str) -> Sheet:
    """The sheet of a statement, in the language ``locale``."""
    home = str(statement.seller.get("country") or "")
    buyer = party_of(statement.buyer, home=home, locale=locale)
    name = str(statement.seller.get("name") or "")
    title = str(translations(locale).ugettext("Statement of account"))
    first, last = (local_date(day, locale=locale) for day in (statement.starts_on, statement.ends_on))
    return Sheet(
        template="statement",
        locale=locale,
        title=f"{title} {statement.account_code} {first} – {last}",
        values={
            "statement": statement,
            "layout": "",
            "seller_name": name,
            "seller": party_of(statement.seller, home=home, locale=locale),
            "buyer": buyer,
            "honorific": "御中" if locale == "ja" and buyer.country == "JP" else "",
            "footnote": localized(statement.seller.get("footnote") or {}, locale),
        },
        author=name,
        dated=statement.ends_on,
        page_size="Letter" if home in LETTER_COUNTRIES else "A4",
    )
