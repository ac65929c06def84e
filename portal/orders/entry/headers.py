"""What columns are called, in four languages."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from portal.orders.entry.folding import plain_text


class Role(StrEnum):
    """What a column holds."""

    SKU = "sku"
    BARCODE = "barcode"
    PART_NUMBER = "part_number"
    NAME = "name"
    OPTION = "option"
    """What belongs to the name: size, colour."""
    QUANTITY = "quantity"
    UNIT = "unit"
    NOTE = "note"
    PLACE = "place"
    DATE = "date"
    OTHER = "other"
    """Known to be none of these: a price, a stock, a running number."""


_WORDS: Final = {
    Role.SKU: (
        "sku|상품코드|제품코드|품목코드|품번|자사코드|코드|상품번호|품목번호|제품번호|아이템코드|물품코드|code|itemcode|item|itemno|"
        "itemnumber|item#|productcode"
        "|product#|productno|productid|articleno|articlenumber|article|stockcode|partcode|"
        "商品コード|品番|商品番号|コード|製品コード|製品番号|注文番号コード"
        "|référence|réf|ref|reference|refarticle|réfarticle|codearticle|codeproduit|"
        "référenceproduit|codeinterne|no.article|noarticle|sku코드|skucode|vendorsku"
    ),
    Role.BARCODE: (
        "바코드|ean|ean13|upc|gtin|jan|barcode|barcodeno|バーコード|janコード|jancode|code-barres|"
        "codebarres|codeàbarres|codebarre|codeean|eancode|바코드번호|88코드|upccode"
    ),
    Role.PART_NUMBER: (
        "mpn|partnumber|partno|part#|pn|p/n|파트넘버|제조사품번|부품번호|메이커품번|型番|型式|メーカー品番|部品番号|"
        "référencefabricant|réffabricant|manufacturerpartnumber|mfrpart|mfgpart#|모델명|모델|model|"
        "modelno"
    ),
    Role.NAME: (
        "품명|상품명|제품명|품목|품목명|상품|제품|이름|자재명|물품명|내역|내용|name|productname|itemname|product|"
        "description|itemdescription|productdescription|goods"
        "|商品名|品名|商品|名称|製品名|désignation|designation|libellé|libelle|produit|nom|nomduproduit|"
        "articles|품목및규격"
    ),
    Role.OPTION: (
        "규격|옵션|사이즈|용량|색상|size|option|spec|specification|colour|color|variant|規格|サイズ|容量|色|"
        "taille|format|contenance|couleur"
    ),
    Role.QUANTITY: (
        "수량|주문수량|발주수량|주문량|발주량|요청수량|필요수량|신청수량|구매수량|qty|quantity|orderqty|qtyordered|"
        "orderquantity|orderedqty|qtyorder|amountordered|order|toorder"
        "|qtyneeded|数量|注文数|注文数量|発注数|発注数量|個数|本数|ご注文数|quantité|qté|qte|quantite|"
        "quantitécommandée|qtécommandée|nombre|qtécmd|nb|수량개|수량ea|주문|발주"
    ),
    Role.UNIT: "단위|포장단위|uom|unit|units|unitofmeasure|u/m|um|単位|荷姿|unité|unite|conditionnement|udm",
    Role.NOTE: (
        "비고|메모|적요|요청사항|특이사항|배송메모|note|notes|remark|remarks|comment|comments|memo|instructions|"
        "備考|メモ|摘要|備考欄|remarque|remarques|commentaire|commentaires"
    ),
    Role.PLACE: (
        "지점|매장|배송지|납품처|점포|배송처|입고처|지점명|매장명|도착지|place|store|location|shipto|branch|deliverto|"
        "site|shop|storename|納品先|店舗|届け先|お届け先|納入先|店舗名"
        "|magasin|lieu|livraison|adresse|succursale|pointdelivraison|lieudelivraison"
    ),
    Role.DATE: (
        "납기|납기일|희망일|배송일|배송희망일|납품일|요청일|도착일|입고일|날짜|일자|date|deliverydate|duedate|requireddate|"
        "needby|shipdate|requesteddate|wanted|納期|納品日|希望日|日付"
        "|着日|納品希望日|datedelivraison|livraisonle|datesouhaitée|échéance"
    ),
    Role.OTHER: (
        "no|no.|번호|순번|연번|#|번|nr|n°|line|lineno|row|行|番号|통번|단가|가격|금액|공급가|공급가액|부가세|세액|합계|합계금액|"
        "소비자가|판매가|재고|현재고|재고수량|입수|입수량|price|unitprice"
        "|listprice|amount|total|subtotal|linetotal|tax|vat|stock|onhand|instock|available|"
        "qtyonhand|packsize|casepack|moq|minqty|weight|単価|価格|金額|合計|小計|税|在庫|在庫数|入数|定価"
        "|prix|prixunitaire|pu|puht|montant|totalht|tva|stockdisponible|enstock|colisage|"
        "previousqty|lastorder|lastqty|전월수량|지난주문|전회수량|前回数|brand|브랜드|제조사|maker|メーカー|marque|"
        "category|분류|카테고리"
        "|カテゴリ|catégorie|box입수|박스입수|주문일|주문일자|작성일|orderdate|invoiceno|po|ponumber|po번호|발주번호|"
        "주문번호|거래처|거래처명|공급처|customer|ean여부"
    ),
}
_ROLES: Final = {word: role for role, words in _WORDS.items() for word in words.split("|")}
_DROPPED: Final = re.compile(r"\(.*?\)|\[.*?\]|（.*?）|[\s_*:.·・\-]+")
_UNIT_IN_HEADER: Final = re.compile(r"[(\[]\s*([^)\]]{1,10})\s*[)\]]")


def role_of(header: str) -> Role | None:
    """What a column called so holds; None if the word is not known."""
    plain = plain_text(header)
    if not plain or len(plain) > 40:
        return None
    for form in (plain.replace(" ", ""), _DROPPED.sub("", plain), re.sub(r"[\s_*:·]+", "", plain)):
        if form in _ROLES:
            return _ROLES[form]
    words = re.split(r"[\s/|,]+", _DROPPED.sub(" ", plain).strip())
    found = [_ROLES[word] for word in words if word in _ROLES]
    return found[0] if found and len(found) == len(words) else None


def unit_in(header: str) -> str:
    """The word in brackets of 수량(박스) or Qty (cases); empty if there is none."""
    found = _UNIT_IN_HEADER.search(plain_text(header))
    return found[1] if found else ""


# fmt: off
_TOTALS: Final = frozenset({
    "합계", "총계", "소계", "계", "총합계", "total", "totals", "subtotal", "grandtotal", "sum",
    "合計", "小計", "総計", "計", "totalgénéral", "soustotal", "sous-total",
})
# fmt: on


def is_total(cells: tuple[str, ...]) -> bool:
    """Whether a row sums up the rows above it."""
    first = next((cell for cell in cells if cell), "")
    return re.sub(r"[\s:.]+", "", plain_text(first)) in _TOTALS
