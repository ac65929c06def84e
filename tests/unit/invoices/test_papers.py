"""What stands on the papers of each country, in its language, and how they are made and filed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.letterhead import address_lines, party_of
from portal.accounts.models import Account
from portal.adapters.mail_templates import MailRenderer
from portal.adapters.press import Press
from portal.catalog.models import StoredFile
from portal.core.errors import NotFound
from portal.invoices import papers
from portal.invoices.document import InvoiceDocument
from portal.invoices.models import FileKind, InvoiceFile, InvoiceKind
from portal.invoices.papers import MAKE_PAPER, invoice_sheet, paper_of, sheet_of, statement_sheet
from portal.invoices.won import in_hangul
from portal.jobs.context import JobContext, Services
from tests.invoicing import make_invoice
from tests.ordering import NOW, Shop, open_shop
from tests.papers import BASE_URL, credit_note, document, statement


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def context(session: Session) -> JobContext:
    return JobContext(
        session=session,
        now=NOW,
        mail_renderer=MailRenderer(),
        base_url=BASE_URL,
        brand_name="Portal",
        secret_key="x",
    )


def words(press: Press, made: InvoiceDocument) -> str:
    """The text of the paper as a reader copies it, with single spaces."""
    return text_of(press.pdf(sheet_of(made, base_url=BASE_URL)))


def text_of(content: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_a_korean_statement_names_both_parties_and_is_no_tax_invoice(press: Press):
    made = document("KR")
    text = words(press, made)

    for said in (
        "거래명세서", "공급자", "공급받는자", "220-81-00001", "621-81-74812", "주식회사 한빛원두", "(주)모모커피",
        "김한빛", "이모모", "도매 및 소매업", "음식점업", "커피전문점", "(04799) 서울특별시 성동구 아차산로 17길 48",
        "월일", "품목", "규격", "수량", "단가", "공급가액", "세액", "이전 미수금", "금회 청구", "미수 잔액", "인수자",
        "쫀득한 찹쌀떡 뷁", "이 문서는 거래명세서이며 세금계산서가 아닙니다.", "한빛은행", "110-000-000000",
        f"₩{made.total:,}", "3,250,000", f"{made.open_before + made.total:,}", f"{made.net:,}", f"{made.tax:,}",
        "2026. 12. 22.", "11-02", in_hangul(made.total), "문의: 02-555-0100",
    ):  # fmt: skip
        assert said in text, said
    assert sum(text.count(f"{line.tax:,}") > 0 for line in made.lines) == len(made.lines)


def test_a_japanese_qualified_invoice_shows_each_rate_with_its_tax(press: Press):
    made = document("JP")
    text = words(press, made)

    standard, reduced = made.taxes
    for said in (
        "適格請求書", "株式会社丸山珈琲﨑 御中", "登録番号 T1234567890123", "〒150-0041", "東京都渋谷区神南1-2-3",
        "髙橋 一郎",
        "ご請求金額", f"¥{made.total:,}", "消費税 10%", "消費税 8%", f"{standard.base:,}", f"{standard.amount:,}",
        f"{reduced.base:,}", f"{reduced.amount:,}", "※ 軽減税率(8%)対象品目",
        "支払期限", "2026/12/22", "光銀行 渋谷支店",
        "普通 1234567", "月末締め30日以内", "髙級抹茶（宇治）",
    ):  # fmt: skip
        assert said in text, said
    reduced_lines = [line for line in made.lines if line.tax_class == "reduced"]
    assert text.count("※") == len(reduced_lines) + 1
    assert "￥" not in text


def test_a_paper_for_quebec_says_everything_in_french_first_and_in_english(press: Press):
    made = document("CA")
    text = words(press, made)

    for said in (
        "Facture Invoice HC-2026-000042", "Facturé à Bill to Café Névé inc.",
        "Montréal, QC H2W 1E1", "123456782 RT0001", "1234567890 TQ0001",
        "TPS / GST 5 %", "TVQ / QST 9,975 %", "Modes de paiement How to pay", "2026-12-22", "Café en grains Éthiopie",
        "Net 30 jours / 30 days net", "Date d’échéance Due date",
    ):  # fmt: skip
        assert said in text.replace("\N{NO-BREAK SPACE}", " "), said
    english = replace(made, locale="en")
    assert papers.languages_of(english) == ("fr-CA", "en")
    ontario = {**made.buyer, "address": {**made.buyer["address"], "region": "ON"}}
    assert papers.languages_of(replace(english, buyer=ontario)) == ("en", "")
    assert papers.languages_of(replace(made, buyer=ontario)) == ("fr-CA", "en")


def test_an_american_invoice_shows_no_tax_and_the_certificate_on_file(press: Press):
    text = words(press, document("US"))

    for said in (
        "Invoice", "EIN 12-3456789", "Tax exemption certificate OR-2231-X", "Portland, OR 97205", "Sales tax 0.00",
        "$50.00 less if paid by Dec 2, 2026", "Routing number 125000024",
    ):  # fmt: skip
        assert said in text, said


def test_a_european_invoice_gives_both_vat_numbers_and_the_reason_for_none(press: Press):
    text = words(press, document("DE"))

    for said in (
        "DE136695976", "FR40303265045", "Reverse charge: the recipient accounts for the VAT.", "(VATEX-EU-AE)",
        "IBAN DE89370400440532013000", "75011 Paris France", "Tax rate",
    ):  # fmt: skip
        assert said in text, said
    # One number is not said twice.
    assert text.count("DE136695976") == 1


def test_a_credit_note_refers_to_its_invoice_and_asks_for_no_money(press: Press):
    text = words(press, credit_note("US"))

    for said in (
        "Credit note",
        "HU-C2026-000007",
        "HU-2026-000031 (Oct 12, 2026)",
        "Goods returned",
        "R-2026-00012",
        "Credit in all",
    ):
        assert said in text, said
    for unsaid in ("How to pay", "Due date", "Amount to pay"):
        assert unsaid not in text, unsaid
    assert "적격" not in text
    assert "適格返還請求書" in words(press, credit_note("JP"))
    korean = words(press, credit_note("KR"))
    assert "차감 명세서" in korean
    assert "이전 미수금" not in korean


@pytest.mark.parametrize("lines", [13, 16])
def test_what_is_signed_stands_on_the_page_of_what_is_paid(press: Press, lines: int):
    text = words(press, document("KR", lines))

    _, last = text.split("1 / 2")
    assert all(said in last for said in ("결제 방법", "인수자", "세금계산서가 아닙니다", "문의: 02-555-0100"))


def test_an_interest_note_is_no_delivery(press: Press):
    text = words(press, document("KR", 1, kind=InvoiceKind.INTEREST, number="HB-2026-000043"))

    assert "연체이자 청구서" in text
    assert "공급일" not in text


def test_a_month_tells_which_order_each_line_is_of(press: Press):
    text = words(press, document("US", 6, shipments=3))

    for shipment in range(3):
        assert f"Order 2026-00{4231 + shipment} · Shipment S-2026-000{917 + shipment}" in text
    assert "Shipment" not in words(press, document("US", 6))


def test_a_foreign_buyer_of_a_korean_seller_gets_a_plain_invoice():
    abroad = document("KR", locale="en", buyer=document("US").buyer)

    assert papers.layout_of(abroad) == ""
    assert papers.title_of(abroad, "", "en") == "Invoice"
    html = Press().html(sheet_of(abroad, base_url=BASE_URL))
    assert "South Korea" not in html, "the seller's own country is not named"
    assert "United States" in html


def test_nothing_that_changes_later_is_on_paper(press: Press):
    made = document("KR")
    settled = replace(made, open_amount=0, settled_on=made.due_on)

    assert press.pdf(sheet_of(settled, base_url=BASE_URL)) == press.pdf(sheet_of(made, base_url=BASE_URL))


def test_the_code_leads_to_the_page_where_it_is_paid(press: Press):
    sheet = sheet_of(document("US"), base_url=BASE_URL)

    html = press.html(sheet)
    assert f'<a href="{BASE_URL}/payments/new?invoice=HU-2026-000042">' in html
    assert 'alt="QR code of the page where HU-2026-000042 is paid"' in html


def test_a_statement_adds_up_on_paper(press: Press):
    view = statement("JP")
    text = text_of(press.pdf(statement_sheet(view, locale="ja")))

    for said in (
        "取引残高明細書", "株式会社丸山珈琲﨑 御中", f"¥{view.closing:,}", "繰越残高", "期末残高", f"{view.charged:,}",
        f"{view.credited:,}", f"{view.ageing.total:,}", "¥30,000", "2026/11/30",
    ):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize(
    ("won", "said"),
    [
        (0, "일금 영원정"),
        (7, "일금 칠원정"),
        (10, "일금 일십원정"),
        (1_230_000, "일금 일백이십삼만원정"),
        (100_000_000, "일금 일억원정"),
        (305_000_020, "일금 삼억오백만이십원정"),
        (-1, ""),
        (10**20, ""),
    ],
)
def test_won_are_written_in_words(won: int, said: str):
    assert in_hangul(won) == said


@pytest.mark.parametrize(
    ("address", "country", "home", "said"),
    [
        ({"line1": "테헤란로 1", "city": "서울", "postal_code": "06130"}, "KR", "KR", ("(06130) 서울 테헤란로 1",)),
        ({"line1": "서울 테헤란로 1", "city": "서울"}, "KR", "KR", ("서울 테헤란로 1",)),
        ({"city": "Paris", "postal_code": "75001"}, "FR", "DE", ("75001 Paris", "France")),
        ({"line1": "1 Elm", "city": "Reno", "region": "NV"}, "US", "US", ("1 Elm", "Reno, NV")),
        ({}, "US", "US", ()),
    ],
)  # fmt: skip
def test_addresses_are_written_as_their_country_does(
    address: dict[str, str], country: str, home: str, said: tuple[str, ...]
):
    assert address_lines(address, country, home=home, locale="en") == said


def test_a_party_says_one_number_once():
    same = party_of(
        {"name": "X", "country": "DE", "business_number": "DE1", "tax_numbers": {"VAT": "DE1"}},
        home="DE",
        locale="en",
    )

    assert same.registration == ""
    assert same.tax_numbers == (("VAT", "DE1"),)


def make_paper(session: Session, press: Press, invoice_id: int) -> bool:
    """Do the errand as the worker does it; False if there was nothing to do."""
    wanted = MAKE_PAPER.read(context(session), invoice_id=invoice_id)
    if wanted is None:
        return False
    MAKE_PAPER.write(context(session), wanted, MAKE_PAPER.work(Services(press, {}), wanted))
    return True


def test_the_paper_is_made_once_and_filed_with_its_hash(session: Session, shop: Shop, press: Press):
    invoice = make_invoice(session, session.get_one(Account, shop.account_id))
    assert paper_of(session, invoice.id) is None

    assert make_paper(session, press, invoice.id)

    filed = paper_of(session, invoice.id)
    assert filed == press.pdf(invoice_sheet(session, invoice.id, base_url=BASE_URL))
    row = session.execute(
        select(
            InvoiceFile.kind, InvoiceFile.made_at, StoredFile.sha256, StoredFile.media_type, StoredFile.size
        ).join(StoredFile, StoredFile.id == InvoiceFile.stored_file_id)
    ).one()
    assert row == (FileKind.PDF, NOW, hashlib.sha256(filed).hexdigest(), "application/pdf", len(filed))
    assert not make_paper(session, press, invoice.id)


def test_two_workers_file_one_paper(session: Session, shop: Shop, press: Press):
    invoice = make_invoice(session, session.get_one(Account, shop.account_id))
    first = MAKE_PAPER.read(context(session), invoice_id=invoice.id)
    made = MAKE_PAPER.work(Services(press, {}), first)

    MAKE_PAPER.write(context(session), first, made)
    MAKE_PAPER.write(context(session), first, made)

    assert session.scalar(select(func.count()).select_from(InvoiceFile)) == 1


def test_a_paper_of_nothing_is_not_found(session: Session, press: Press):
    with pytest.raises(NotFound):
        make_paper(session, press, 404)


def test_a_european_document_is_filed_with_its_data(session: Session, press: Press):
    made = papers.print_paper(Services(press, {}), papers.WantedPaper(document("DE"), BASE_URL))

    assert set(made) == {FileKind.PDF, FileKind.XML, FileKind.UBL}
    assert b"CrossIndustryInvoice" in made[FileKind.XML]
    assert b"urn:oasis:names:specification:ubl" in made[FileKind.UBL]
    assert set(papers.print_paper(Services(press, {}), papers.WantedPaper(document("US"), BASE_URL))) == {
        FileKind.PDF
    }
