"""Spec sheets and a manual of some demo products, in Korean and English.

The files under data/documents were made once by this module (``python -m portal.demo.papers``): drawing PDFs takes
longer than loading all the rest of the demo, and what is loaded is then the same to the byte.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from portal.catalog.actions import add_document
from portal.catalog.models import DocumentKind
from portal.demo.goods import Article, articles, families
from portal.demo.masters import Keys
from portal.demo.words import CHILDREN, Texts, texts

FOLDER: Final = Path(__file__).parent / "data" / "documents"

TITLES: Final = {
    DocumentKind.SPEC_SHEET: texts("규격서", "Spec sheet", "仕様書", "Fiche technique"),
    DocumentKind.MANUAL: texts("사용 설명서", "Manual", "取扱説明書", "Mode d’emploi"),
}

CARE: Final = (
    (
        "매일 영업이 끝나면 그룹 헤드를 세정제로 역세척하세요.",
        "Backflush the group head with cleaner after closing, every day.",
    ),
    (
        "스팀 노즐은 쓸 때마다 젖은 천으로 닦고 한 번 내뿜으세요.",
        "Wipe the steam wand with a damp cloth after each use and purge it.",
    ),
    ("정수 필터는 6개월 또는 4,000 L마다 바꾸세요.", "Change the water filter every six months or 4,000 L."),
    (
        "보일러 압력이 1.4 bar를 넘으면 전원을 끄고 판매자에게 연락하세요.",
        "Above 1.4 bar of boiler pressure switch off and call the seller.",
    ),
)
"""The manual's advice, Korean and English."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of a product family."""

    family: str
    kind: DocumentKind

    @property
    def file_name(self) -> str:
        """Name of the file, in data/documents and when it is saved."""
        return f"{self.family}-{self.kind.value.replace('_', '-')}.pdf"


PAPERS: Final = (
    Paper("MB-ESP", DocumentKind.SPEC_SHEET),
    Paper("KR-EM", DocumentKind.SPEC_SHEET),
    Paper("KR-EM", DocumentKind.MANUAL),
    Paper("HG-PCP", DocumentKind.SPEC_SHEET),
    Paper("A-100", DocumentKind.SPEC_SHEET),
)


def write_papers(session: Session, keys: Keys) -> int:
    """Keep the documents with their products; gives how many."""
    for paper in PAPERS:
        add_document(
            session,
            keys.products[paper.family],
            (FOLDER / paper.file_name).read_bytes(),
            kind=paper.kind,
            titles=TITLES[paper.kind],
            file_name=paper.file_name,
        )
    return len(PAPERS)


def page_of(paper: Paper, members: list[Article]) -> str:
    """The document as HTML."""
    first = members[0]
    title = f"{first.product_names['ko']} / {first.product_names['en']}"
    kind = TITLES[paper.kind]
    body = _care() if paper.kind is DocumentKind.MANUAL else _table(members)
    category: Texts = CHILDREN[first.category]
    brand = f"{first.brand_names['ko']} {first.brand_names['en']}"
    return f"""<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<style>
@page {{ size: A4; margin: 18mm;
  @bottom-right {{ content: counter(page) " / " counter(pages); font: 8pt "Noto Sans CJK KR", sans-serif }} }}
body {{ font: 10pt/1.5 "Noto Sans CJK KR", sans-serif; color: #222 }}
h1 {{ font-size: 18pt; font-weight: 400; margin: 0 0 2mm }} p.kind {{ color: #666; margin: 0 0 6mm }}
table {{ width: 100%; border-collapse: collapse }}
th, td {{ text-align: left; padding: 2mm; border-bottom: .2mm solid #bbb; font-weight: 400 }}
th {{ color: #666 }}
td.number, th.number {{ text-align: right }} li {{ margin-bottom: 3mm }}
</style></head><body>
<h1>{html.escape(title)}</h1>
<p class="kind">{kind["ko"]} / {kind["en"]} · {html.escape(brand)} · {category["ko"]} / {category["en"]}</p>
{body}
<p>견본 문서: 이 상품과 회사는 지어낸 것입니다. Sample document: product and company are invented.</p>
</body></html>"""


def _table(members: list[Article]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(article.sku)}</td><td>{html.escape(article.option_values['ko'])}</td>"
        f"<td>{html.escape(article.option_values['en'])}</td><td>{article.barcode or ''}</td>"
        f'<td class="number">{article.weight_grams:,} g</td><td class="number">{article.step}</td></tr>'
        for article in members
    )
    return (
        "<table><tr><th>품번 SKU</th><th>규격</th><th>Option</th><th>바코드 Barcode</th>"
        '<th class="number">중량 Weight</th><th class="number">주문 단위 Step</th></tr>' + rows + "</table>"
    )


def _care() -> str:
    return "<ol>" + "".join(f"<li>{korean}<br>{english}</li>" for korean, english in CARE) + "</ol>"


def drawn_papers() -> Iterator[tuple[Paper, bytes]]:
    """Every document as a PDF."""
    # Only needed to make the files: the portal itself must not wait for a PDF library when it starts.
    from weasyprint import HTML

    by_family = families(articles())
    for paper in PAPERS:
        pdf = HTML(string=page_of(paper, by_family[paper.family])).write_pdf(
            pdf_identifier=paper.file_name.encode()
        )
        assert pdf is not None  # noqa: S101 -- bytes, as no target was given.
        yield paper, pdf


def main() -> None:
    """Make the files of data/documents anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for paper, pdf in drawn_papers():
        (FOLDER / paper.file_name).write_bytes(pdf)


if __name__ == "__main__":
    main()
