"""Papers come out as archives and screen readers want them, the same every time, and fetch nothing."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from babel.messages.pofile import read_po
from facturx import get_level, get_xml_from_pdf
from fontTools.ttLib import TTFont

from portal.adapters import press as press_module
from portal.adapters.mail_templates import FOLDER
from portal.adapters.paper import Attachment, Sheet
from portal.adapters.paper_templates import qr
from portal.adapters.press import FONTS, Press
from portal.core.brand import read_logo
from portal.core.locales import BABEL_NAMES, LOCALES
from portal.invoices.papers import sheet_of
from tests.papers import BASE_URL, credit_note, document
from tests.papers import LOCALES as COUNTRIES

NOT_INSTALLED = "poppler-utils is not installed"


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def run(program: str, content: bytes, *options: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(NOT_INSTALLED)
    done = subprocess.run([program, *options], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def text_of(content: bytes) -> str:
    return run("pdftotext", content, "-layout", "-", "-")


def glyphs(name: str) -> set[int]:
    return set(TTFont(FONTS / name).getBestCmap())


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_paper_is_an_archive_with_tags_and_its_own_fonts(press: Press, country: str):
    made = press.pdf(sheet_of(document(country), base_url=BASE_URL))

    with pikepdf.open(io.BytesIO(made)) as pdf:
        catalog = pdf.Root
        assert bool(catalog.MarkInfo.Marked)
        assert catalog.StructTreeRoot.K
        assert str(catalog.Lang) == COUNTRIES[country]
        assert bool(catalog.ViewerPreferences.DisplayDocTitle)
        assert str(catalog.OutputIntents[0].S) == "/GTS_PDFA1"
        metadata = bytes(catalog.Metadata.read_bytes()).decode()
        assert re.search(r'pdfaid:part="3"', metadata)
        assert re.search(r'pdfaid:conformance="A"', metadata)
        assert str(pdf.docinfo["/Title"]).endswith("2026-000042")
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261122")
    fonts = run("pdffonts", made, "-").splitlines()[2:]
    assert fonts
    for line in fonts:
        name, *rest = line.split()
        assert re.fullmatch(r"[A-Z]{6}\+Portal-Paper(-Signs)?(-Bold)?", name), line
        assert rest[-5:-2] == ["yes", "yes", "yes"], f"embedded, subset, with its characters: {line}"


def test_the_same_sheet_gives_the_same_bytes_in_another_process(press: Press):
    sheets = [
        sheet_of(document("DE"), base_url=BASE_URL),
        sheet_of(document("KR"), base_url=BASE_URL),
        sheet_of(document("CA"), base_url=BASE_URL),
    ]
    here = [hashlib.sha256(press.pdf(sheet)).hexdigest() for sheet in sheets]
    script = (
        "import hashlib\n"
        "from portal.adapters.press import Press\n"
        "from portal.invoices.papers import sheet_of\n"
        "from tests.papers import BASE_URL, document\n"
        "press = Press()\n"
        "for country in ('DE', 'KR', 'CA'):\n"
        "    made = press.pdf(sheet_of(document(country), base_url=BASE_URL))\n"
        "    print(hashlib.sha256(made).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", script], cwd=FOLDER.parent, capture_output=True, check=True, text=True
    )

    assert there.stdout.split() == here
    assert [hashlib.sha256(press.pdf(sheet)).hexdigest() for sheet in sheets] == here


@pytest.mark.parametrize(
    "asked",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/a.png">',
        '<img src="https://portal.example/a.png">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
        '<img src="press:../press.py">',
        '<img src="secret.txt">',
    ],
)
def test_a_page_that_asks_for_a_file_is_not_printed(
    press: Press, monkeypatch: pytest.MonkeyPatch, asked: str
):
    monkeypatch.setattr(press_module, "page_of", lambda _: f"<html lang=en><title>x</title>{asked}x</html>")

    with pytest.raises(ValueError, match="a paper may not ask for"):
        press.pdf(Sheet("any", "en", "x"))


def test_a_page_cannot_enclose_a_file(press: Press, monkeypatch: pytest.MonkeyPatch):
    page = '<html lang="en"><title>x</title><link rel="attachment" href="file:///etc/passwd">x</html>'
    monkeypatch.setattr(press_module, "page_of", lambda _: page)

    with pikepdf.open(io.BytesIO(press.pdf(Sheet("any", "en", "x")))) as pdf:
        assert list(pdf.attachments) == []
        assert "/AF" not in pdf.Root


def test_what_is_inside_the_page_is_printed(press: Press, monkeypatch: pytest.MonkeyPatch):
    page = f'<html lang="en"><title>x</title><p>Inside</p><img alt="code" src="{qr("x")}"></html>'
    monkeypatch.setattr(press_module, "page_of", lambda _: page)

    assert "Inside" in text_of(press.pdf(Sheet("any", "en", "x")))


def test_paper_has_a_known_size(press: Press):
    with pytest.raises(ValueError, match="no paper of size A0"):
        press.pdf(Sheet("any", "en", "x", page_size="A0"))
    for country, size in (("KR", [595, 842]), ("US", [612, 792])):
        with pikepdf.open(io.BytesIO(press.pdf(sheet_of(document(country), base_url=BASE_URL)))) as pdf:
            assert [round(float(part)) for part in pdf.pages[0].MediaBox[2:]] == size


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (30, 2), (300, 8)])
def test_long_papers_repeat_their_heads_and_count_their_pages(press: Press, lines: int, pages: int):
    made = press.pdf(sheet_of(document("KR", lines), base_url=BASE_URL))

    texts = text_of(made).split("\f")[:-1]
    assert len(texts) == pages
    for number, text in enumerate(texts, 1):
        assert re.search(rf"\b{number} */ *{pages}\b", text), text[-300:]
        assert "거래명세서 HB-2026-000042" in text
        if number < pages:
            assert all(head in text for head in ("월일", "품목", "공급가액", "세액")), number
    # The sum never stands alone on its page.
    assert "합계" in texts[-1]
    assert f"BEAN-{1000 + lines - 1}" in texts[-1]


def test_every_letter_of_the_trade_has_a_glyph():
    for weight in ("Regular", "Bold"):
        own = glyphs(f"PortalPaper-{weight}.otf")
        signs = glyphs(f"PortalPaperSigns-{weight}.otf")
        assert set(range(0xAC00, 0xD7A4)) <= own, "all 11,172 syllables of Hangul"
        kanji = {
            ord(bytes([high, low]).decode("euc_jp"))
            for high in range(0xB0, 0xF5)
            for low in range(0xA1, 0xFF)
            if (high, low) <= (0xCF, 0xD3)
            or 0xD0 <= high < 0xF4
            or (high, low) in {(0xF4, 0xA1 + n) for n in range(6)}
        }
        assert len(kanji) == 6355
        assert kanji <= own, "all kanji of JIS X 0208"
        assert {ord(sign) for sign in "髙﨑₩¥€£–—’“”œŒçéèêàùâîôûëïüÇÉÈÊÀ※①"} <= own
        assert {ord(sign) for sign in "〒㊞"} <= signs


def test_every_word_of_the_catalogs_has_a_glyph():
    known = glyphs("PortalPaper-Regular.otf") | glyphs("PortalPaperSigns-Regular.otf")
    bold = glyphs("PortalPaper-Bold.otf") | glyphs("PortalPaperSigns-Bold.otf")
    assert known == bold
    texts = [path.read_text("utf-8") for path in (FOLDER / "templates" / "paper").glob("*.html")]
    for locale in LOCALES:
        path = FOLDER / "translations" / BABEL_NAMES[locale] / "LC_MESSAGES" / "messages.po"
        if path.exists():
            with path.open("rb") as file:
                for message in read_po(file):
                    paper = any(place.startswith("portal/templates/paper/") for place, _ in message.locations)
                    forms = message.string if isinstance(message.string, tuple) else (message.string,)
                    texts += [str(form) for form in forms if paper and form]
    missing = {letter for text in texts for letter in text if letter.isprintable()} - {
        chr(code) for code in known
    }
    assert missing == set()


def test_glyphs_are_numbered_as_readers_look_for_them():
    # WeasyPrint writes the place of a glyph in the font where a reader expects its CID.
    for path in FONTS.glob("*.otf"):
        names = TTFont(path).getGlyphOrder()
        assert names == [".notdef", *(f"cid{number:05d}" for number in range(1, len(names)))], path.name


def test_an_invoice_of_the_eu_carries_its_data_once(press: Press):
    sheet = sheet_of(document("DE"), base_url=BASE_URL)
    made = press.pdf(sheet)

    name, content = get_xml_from_pdf(made, check_xsd=True)
    assert name == "factur-x.xml"
    assert content == sheet.attachments[0].content
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.Root.AF) == 1
        assert str(pdf.Root.AF[0].AFRelationship) == "/Alternative"
        metadata = bytes(pdf.Root.Metadata.read_bytes()).decode()
    assert metadata.count("<rdf:RDF") == 1
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in metadata
    from lxml import etree

    assert get_level(etree.fromstring(content)) == "en16931"


def test_a_file_without_factur_x_is_only_enclosed(press: Press):
    plain = sheet_of(document("KR"), base_url=BASE_URL)
    sheet = Sheet(
        plain.template,
        plain.locale,
        plain.title,
        plain.values,
        attachments=(Attachment("terms.txt", "text/plain", "조건".encode()),),
    )

    with pikepdf.open(io.BytesIO(press.pdf(sheet))) as pdf:
        assert list(pdf.attachments) == ["terms.txt"]
        assert pdf.attachments["terms.txt"].get_file().read_bytes().decode() == "조건"
        assert "factur-x" not in bytes(pdf.Root.Metadata.read_bytes()).decode()


def test_the_screen_gets_the_same_page_with_the_styles_it_is_told(press: Press):
    sheet = sheet_of(credit_note("KR"), base_url=BASE_URL)

    plain, styled = press.html(sheet), press.html(sheet, stylesheet="/static/css/pages/paper.x.css")

    assert "stylesheet" not in plain
    assert '<link rel="stylesheet" href="/static/css/pages/paper.x.css">' in styled
    assert styled.replace('  <link rel="stylesheet" href="/static/css/pages/paper.x.css">\n', "") == plain
    assert "style=" not in plain
    assert "<script" not in plain


def test_names_are_text_and_never_markup(press: Press):
    buyer = {**document("US").buyer, "name": '<img src="file:///etc/passwd"> & Sons'}
    sheet = sheet_of(document("US", buyer=buyer), base_url=BASE_URL)

    assert "&lt;img src=&#34;file:///etc/passwd&#34;&gt; &amp; Sons" in press.html(sheet)
    assert '<img src="file:///etc/passwd"> & Sons' in " ".join(text_of(press.pdf(sheet)).split())


def test_fonts_come_with_their_licence():
    assert "SIL Open Font License" in (FONTS / "LICENSE-Pretendard-JP.txt").read_text("utf-8")
    assert {path.name for path in Path(FONTS).glob("*.otf")} == press_module.OWN_FILES


def test_a_branded_paper_bears_the_logo_as_a_picture_with_a_name():
    logo = read_logo(FOLDER / "static/img/logo.svg")
    branded = Press(logo=logo.data_uri, accent="plum")
    sheet = sheet_of(document("KR"), base_url=BASE_URL)
    made = branded.pdf(sheet)

    assert made == branded.pdf(sheet)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        named = {
            str(item.Alt) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
        }
    seller = str(sheet.values["seller_name"])
    assert seller in named
    with pikepdf.open(io.BytesIO(Press().pdf(sheet))) as pdf:
        plain = {
            str(item.Alt) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
        }
    assert named - plain == {seller}
