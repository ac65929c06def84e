"""Documents in the form of each country, to be printed; `python -m tests.papers FOLDER` prints them all."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from portal.adapters.paper import Sheet
from portal.adapters.press import Press
from portal.core.money import divide, e4_per_minor
from portal.invoices.ageing import Ageing
from portal.invoices.document import DocumentLine, DocumentTax, InvoiceDocument
from portal.invoices.models import InvoiceKind, LineKind
from portal.invoices.papers import sheet_of, statement_sheet
from portal.invoices.statements import StatementLine, StatementView
from portal.ledger.models import JournalKind

BASE_URL: Final = "https://portal.example"

SELLERS: Final[dict[str, dict[str, Any]]] = {
    "KR": {
        "code": "HB", "name": "주식회사 한빛원두", "country": "KR", "representative": "김한빛",
        "address": {"line1": "서울특별시 성동구 아차산로 17길 48", "line2": "1203호", "postal_code": "04799"},
        "business_number": "2208100001", "business_type": "도매 및 소매업", "business_item": "커피, 식음료 기자재",
        "phone": "02-555-0100", "email": "billing@seller.example",
        "bank": {"currency": "KRW", "bank": "한빛은행", "number": "110-000-000000", "holder": "주식회사 한빛원두"},
        "footnote": {"ko": "문의: 02-555-0100 (평일 09:00–18:00)"},
    },
    "JP": {
        "code": "HJ", "name": "株式会社光商事", "country": "JP", "representative": "髙橋 一郎",
        "address": {"region": "東京都", "city": "渋谷区", "line1": "神南1-2-3", "postal_code": "150-0041"},
        "business_number": "T1234567890123", "phone": "03-5550-0100",
        "bank": {"currency": "JPY", "bank": "光銀行", "branch": "渋谷支店", "number": "普通 1234567"},
    },
    "CA": {
        "code": "HC", "name": "Lumière Canada inc.", "country": "CA",
        "address": {"line1": "1250, rue Guy, bureau 600", "city": "Montréal", "region": "QC", "postal_code": "H3H 2T4"},
        "business_number": "123456782", "tax_numbers": {"GST": "123456782 RT0001", "QST": "1234567890 TQ0001"},
        "bank": {"currency": "CAD", "bank": "Banque du Nord", "number": "00123-006-1234567"},
    },
    "US": {
        "code": "HU", "name": "Lumen USA LLC", "country": "US",
        "address": {"line1": "500 Market St", "city": "Seattle", "region": "WA", "postal_code": "98101"},
        "business_number": "123456789",
        "bank": {"currency": "USD", "bank": "First Bank", "number": "000123456789", "routing": "125000024"},
    },
    "DE": {
        "code": "HD", "name": "Lichtblick Kaffee GmbH", "country": "DE",
        "address": {"line1": "Hafenstraße 12", "city": "Hamburg", "postal_code": "20457"},
        "business_number": "DE136695976", "tax_numbers": {"VAT": "DE136695976"},
        "bank": {"currency": "EUR", "bank": "Hafenbank", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"},
    },
}  # fmt: skip

BUYERS: Final[dict[str, dict[str, Any]]] = {
    "KR": {
        "code": "D-1", "name": "(주)모모커피", "country": "KR", "representative": "이모모",
        "address": {"line1": "부산광역시 금정구 오시게로 20", "postal_code": "46204"},
        "business_number": "6218174812", "business_type": "음식점업", "business_item": "커피전문점",
    },
    "JP": {
        "code": "D-2", "name": "株式会社丸山珈琲﨑", "country": "JP",
        "address": {"region": "長野県", "city": "北佐久郡", "line1": "軽井沢町1154-10", "postal_code": "389-0103"},
    },
    "CA": {
        "code": "D-3", "name": "Café Névé inc.", "country": "CA",
        "address": {"line1": "151, rue Rachel Est", "city": "Montréal", "region": "QC", "postal_code": "H2W 1E1"},
    },
    "US": {
        "code": "D-4", "name": "Blue Door Coffeehouse, Inc.", "country": "US",
        "address": {"line1": "12 Elm Street", "city": "Portland", "region": "OR", "postal_code": "97205"},
        "business_number": "987654321", "tax_numbers": {"EXEMPTION": "OR-2231-X"},
    },
    "DE": {
        "code": "D-5", "name": "Café de l’Œuvre S.A.S.", "country": "FR",
        "address": {"line1": "14, rue Oberkampf", "city": "Paris", "postal_code": "75011"},
        "business_number": "FR40303265045", "tax_numbers": {"VAT": "FR40303265045"},
    },
}  # fmt: skip

TAXES: Final[dict[str, tuple[tuple[str, int, str, str], ...]]] = {
    "KR": (("VAT", 100_000, "S", ""),),
    "JP": (("JCT", 100_000, "S", ""), ("JCT", 80_000, "S", "")),
    "CA": (("GST", 50_000, "S", ""), ("QST", 99_750, "S", "")),
    "US": (),
    "DE": (("VAT", 0, "AE", "VATEX-EU-AE"),),
}

CURRENCIES: Final = {"KR": "KRW", "JP": "JPY", "CA": "CAD", "US": "USD", "DE": "EUR"}
LOCALES: Final = {"KR": "ko", "JP": "ja", "CA": "fr-CA", "US": "en", "DE": "en"}
NAMES: Final = {
    "ko": ("에티오피아 예가체프 G1 내추럴", "바닐라 시럽 제로", "12oz 더블월 종이컵", "쫀득한 찹쌀떡 뷁"),
    "ja": ("エチオピア イルガチェフェ G1", "バニラシロップ", "紙コップ 12oz", "髙級抹茶（宇治）"),
    "fr-CA": ("Café en grains Éthiopie", "Sirop de vanille", "Gobelets 12 oz", "Nettoyant à espresso"),
    "en": ("Ethiopia Yirgacheffe G1", "Vanilla syrup", "Paper cups 12 oz", "Espresso machine cleaner"),
}


def document(country: str, lines: int = 8, *, shipments: int = 1, **changes: Any) -> InvoiceDocument:
    """An invoice of a seller in ``country``; ``changes`` are its fields."""
    currency, locale = CURRENCIES[country], LOCALES[country]
    made = [_line(country, number, shipments, lines) for number in range(lines)]
    taxes = []
    for code, rate_ppm, category, exemption in TAXES[country]:
        base = sum(line.net for line in made if any(tax["rate_ppm"] == rate_ppm for tax in line.taxes))
        amount = sum(line.tax or 0 for line in made) or divide(base * rate_ppm, 1_000_000)
        taxes.append(DocumentTax(code, rate_ppm, base, amount, category, exemption))
    net, tax = sum(line.net for line in made), sum(tax.amount for tax in taxes)
    plain = InvoiceDocument(
        id=1,
        number=f"{SELLERS[country]['code']}-2026-000042",
        kind=InvoiceKind.INVOICE,
        account_id=1,
        order_number="2026-004231" if shipments == 1 else "",
        credits_number="",
        credits_issued_on=None,
        return_number="",
        reason="",
        note="",
        currency=currency,
        locale=locale,
        po_numbers=("PO-7781",),
        issued_on=date(2026, 11, 22),
        supplied_from=date(2026, 11, 2),
        supplied_to=date(2026, 11, 2) + timedelta(days=3 * (shipments - 1)),
        due_on=date(2026, 12, 22),
        discount_until=date(2026, 12, 2) if country == "US" else None,
        discount=5_000 if country == "US" else 0,
        terms={"code": "net30", "kind": "net", "net_days": 30, "end_of_month": country == "JP"},
        seller=SELLERS[country],
        buyer=BUYERS[country],
        ship_to=({"name": "Store 1", "country": BUYERS[country]["country"], **BUYERS[country]["address"]},),
        freight=0,
        net=net,
        tax=tax,
        total=net + tax,
        taxes=tuple(taxes),
        tax_rounding="line_down" if country == "KR" else "document_half_up",
        open_before=3_250_000 if country == "KR" else 0,
        open_amount=net + tax,
        settled_on=None,
        lines=tuple(made),
    )
    return replace(plain, **changes)


def _line(country: str, number: int, shipments: int, lines: int) -> DocumentLine:
    currency = CURRENCIES[country]
    quantity, price = number * 7 % 23 + 1, 1_250 + 37 * number
    shipment = number * shipments // lines
    is_reduced = country == "JP" and number % 3 == 0
    borne = TAXES[country] if country != "JP" else (TAXES["JP"][1 if is_reduced else 0],)
    return DocumentLine(
        id=number + 1,
        position=number + 1,
        kind=LineKind.GOODS,
        order_line_id=number + 1,
        credits_line_id=None,
        order_number=f"2026-00{4231 + shipment}",
        shipment_number=f"S-2026-000{917 + shipment}",
        supplied_on=date(2026, 11, 2) + timedelta(days=3 * shipment),
        sku=f"BEAN-{1000 + number}",
        name=NAMES[LOCALES[country]][number % 4],
        unit=("box", "bag", "case", "each")[number % 4],
        pack_size=(1, 12, 50, 1)[number % 4],
        quantity=quantity,
        unit_price_e4=price * e4_per_minor(currency),
        line_total=quantity * price,
        net=quantity * price,
        tax=quantity * price // 10 if country == "KR" else None,
        tax_class="reduced" if is_reduced else "standard",
        tax_included=False,
        taxes=tuple(
            {"code": code, "rate_ppm": rate, "category": category} for code, rate, category, _ in borne
        ),
    )


def credit_note(country: str, lines: int = 3) -> InvoiceDocument:
    """A credit note of goods that came back."""
    return document(
        country,
        lines,
        number=f"{SELLERS[country]['code']}-C2026-000007",
        kind=InvoiceKind.CREDIT_NOTE,
        credits_number=f"{SELLERS[country]['code']}-2026-000031",
        credits_issued_on=date(2026, 10, 12),
        return_number="R-2026-00012",
        reason="return",
    )


def statement(country: str, lines: int = 12) -> StatementView:
    """A statement of account of November 2026."""
    balance, events = 1_200_000, []
    for number in range(lines):
        charge, credit = (50_000 + number * 1_333, 0) if number % 3 else (0, 120_000)
        balance += charge - credit
        kind = JournalKind.INVOICE if charge else (JournalKind.PAYMENT, JournalKind.CREDIT_NOTE)[number % 2]
        day = date(2026, 11, 1) + timedelta(days=number % 30)
        due_on = date(2026, 12, 1) if charge else None
        events.append(
            StatementLine(day, kind, f"HB-2026-{number:06}", "", None, due_on, charge, credit, balance, "")
        )
    charged, credited = sum(line.charge for line in events), sum(line.credit for line in events)
    return StatementView(
        account_id=1,
        account_code="D-0001",
        account_name=BUYERS[country]["name"],
        currency=CURRENCIES[country],
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 30),
        opening=1_200_000,
        lines=tuple(events),
        charged=charged,
        credited=credited,
        closing=balance,
        unused=30_000,
        ageing=Ageing(balance - 230_000, 200_000, 0, 60_000, 0),
        seller=SELLERS[country],
        buyer=BUYERS[country],
    )


def sheets() -> Mapping[str, Sheet]:
    """Papers of every kind and country by a name for each."""
    found: dict[str, Sheet] = {}
    for country, locale in LOCALES.items():
        found[f"invoice-{country}"] = sheet_of(document(country), base_url=BASE_URL)
        found[f"credit-note-{country}"] = sheet_of(credit_note(country), base_url=BASE_URL)
        found[f"month-{country}"] = sheet_of(document(country, 60, shipments=5), base_url=BASE_URL)
        found[f"statement-{country}"] = statement_sheet(statement(country), locale=locale)
    interest = document("KR", 1, kind=InvoiceKind.INTEREST, number="HB-2026-000043")
    found["interest-KR"] = sheet_of(interest, base_url=BASE_URL)

    return found


if __name__ == "__main__":
    folder, press = Path(sys.argv[1]), Press()
    folder.mkdir(parents=True, exist_ok=True)
    for name, sheet in sheets().items():
        (folder / f"{name}.pdf").write_bytes(press.pdf(sheet))
