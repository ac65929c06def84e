"""The seller's companies in the demo, and whom they name on invoices; all invented, numbers valid in form alone."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, BillingProfile, InvoiceRhythm, PaymentTerms, Seller, TermsKind
from portal.accounts.rules import business_number_of
from portal.demo.dealers import DEALERS
from portal.demo.masters import Keys
from portal.importers.bulk import table_of

SELLERS: Final[tuple[dict[str, Any], ...]] = (
    {
        "code": "NW",
        "name": "너울유통 주식회사",
        "country": "KR",
        "address": {
            "line1": "서초대로 411, 너울빌딩 7층",
            "city": "서초구",
            "region": "서울특별시",
            "postal_code": "06615",
        },
        "representative": "문가람",
        "business_number": "5978800424",
        "business_type": "도매 및 소매업",
        "business_item": "커피, 식자재, 철물",
        "phone": "02-555-0100",
        "email": "billing@demo.example",
        "bank_accounts": [
            {
                "currency": "KRW",
                "bank": "데모은행",
                "number": "100-2026-004170",
                "holder": "너울유통(주)",
            }
        ],
        "footnote": {
            "ko": "문의: 02-555-0100 (평일 09:00–18:00)",
            "en": "Questions: +82 2 555 0100 (weekdays, 9:00–18:00 in Seoul)",
        },
        "is_default": True,
    },
    {
        "code": "NWJ",
        "name": "ノウルジャパン株式会社",
        "country": "JP",
        "address": {
            "line1": "日本橋浜町 2-8-3",
            "city": "中央区",
            "region": "東京都",
            "postal_code": "103-0007",
        },
        "representative": "水野 蓮",
        "business_number": "T6900000000077",
        "tax_numbers": {"JCT": "T6900000000077"},
        "phone": "03-5550-0100",
        "email": "billing.jp@demo.example",
        "bank_accounts": [
            {
                "currency": "JPY",
                "bank": "デモ銀行",
                "branch": "本店営業部",
                "number": "普通 1234567",
                "holder": "ノウルジヤパン(カ",
            }
        ],
        "footnote": {"ja": "お問い合わせ：03-5550-0100（平日 9:00～18:00）"},
    },
    {
        "code": "NWU",
        "name": "Nowul Trading Inc.",
        "country": "US",
        "address": {
            "line1": "300 Harbor Blvd, Unit 12",
            "city": "Weehawken",
            "region": "NJ",
            "postal_code": "07086",
        },
        "business_number": "874561230",
        "phone": "+1 201 555 0100",
        "email": "billing.us@demo.example",
        "bank_accounts": [
            {
                "currency": "USD",
                "bank": "Demo Bank, N.A.",
                "routing": "123456780",
                "number": "0004170026",
                "holder": "Nowul Trading Inc.",
            }
        ],
        "footnote": {"en": "Goods sold for resale; the certificate is on file."},
    },
    {
        "code": "NWC",
        "name": "Distribution Nowul inc.",
        "country": "CA",
        "address": {
            "line1": "1250, rue Guy, bureau 600",
            "city": "Montréal",
            "region": "QC",
            "postal_code": "H3H 2T4",
        },
        "business_number": "812345676RT0001",
        "tax_numbers": {"GST": "812345676 RT0001", "QST": "1081234567 TQ0001"},
        "phone": "+1 514 555 0100",
        "email": "billing.ca@demo.example",
        "bank_accounts": [
            {
                "currency": "CAD",
                "bank": "Banque Démo",
                "branch": "00001-999",
                "number": "1004170",
                "holder": "Distribution Nowul inc.",
            }
        ],
        "footnote": {
            "fr-CA": "Questions : +1 514 555 0100, en semaine de 9 h à 17 h",
            "en": "Questions: +1 514 555 0100, weekdays 9 a.m. to 5 p.m.",
        },
    },
)

BILLING: Final[dict[str, dict[str, Any]]] = {
    "KR-1001": {
        "representative": "한상우",
        "business_type": "도매업",
        "business_item": "커피, 식자재",
        "payer_names": ["한빛커피유통"],
    },
    "KR-1002": {
        "representative": "조은호",
        "business_type": "소매업",
        "business_item": "철물, 건축자재",
        "payer_names": ["새벽종합상사", "조은호"],
    },
    "KR-1003": {
        "name": "한빛커피유통 주식회사 해운대지점",
        "representative": "한상우",
        "business_type": "도매업",
        "business_item": "커피, 식자재",
    },
    "US-2001": {
        "tax_numbers": {"EXEMPTION": "NY ST-120 2024-0417"},
        "address": {
            "line1": "412 Atlantic Ave, Suite 3",
            "city": "Brooklyn",
            "region": "NY",
            "postal_code": "11217",
            "country": "US",
        },
        "payer_names": ["BLUE HARBOR COFFEEHOUSE"],
    },
    "JP-4001": {"payer_names": ["カ)ツキノワシヨウテン"]},
}
"""By account: what its invoices name beyond its own name and number."""

RHYTHMS: Final = {"JP-4001": InvoiceRhythm.MONTH}
"""Accounts that get one invoice for a month; all others get one for a shipment."""

EARLY: Final[dict[str, Any]] = {
    "code": "demo-net30-2-10",
    "kind": TermsKind.NET,
    "net_days": 30,
    "discount_ppm": 20_000,
    "discount_days": 10,
}
"""Terms that reward paying early: 2 % within ten days, else all of it within thirty."""

PAYS_EARLY: Final = "CA-3001"
"""The account that has them; all others have those of their row in the dealers' table."""

REMINDER_DAYS: Final = [3, 10, 20]


def write_companies(session: Session, keys: Keys, terms: dict[str, int]) -> None:
    """Write the seller's companies and who names what on invoices; ``terms`` are keys of payment terms by code."""
    rows = {
        each["country"]: Seller(
            **each | {"business_number": business_number_of(each["country"], each["business_number"])}
        )
        for each in SELLERS
    }
    session.add_all(rows.values())
    session.add_all(
        BillingProfile(account_id=keys.accounts[code], **profile) for code, profile in BILLING.items()
    )
    early = PaymentTerms(**EARLY)
    session.add(early)
    session.flush()
    account = table_of(Account)
    session.connection().execute(
        update(account)
        .where(account.c.id == bindparam("of_account"))
        .values(
            seller_id=bindparam("seller"),
            invoice_rhythm=bindparam("rhythm"),
            payment_terms_id=bindparam("pays"),
        ),
        [
            {
                "of_account": keys.accounts[dealer.code],
                "seller": rows[dealer.country].id,
                "rhythm": RHYTHMS.get(dealer.code, InvoiceRhythm.SHIPMENT),
                "pays": early.id if dealer.code == PAYS_EARLY else terms[dealer.terms],
            }
            for dealer in DEALERS
        ],
    )
    session.execute(update(PaymentTerms).where(PaymentTerms.net_days > 0).values(reminder_days=REMINDER_DAYS))
    session.expire_all()
