from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.orders.cart_search import matcher
from tests.ordering import open_shop


@pytest.mark.parametrize(
    "query, name, is_found",
    [
        ("", "원두 에티오피아", True),
        ("원두", "원두 에티오피아", True),
        ("원ㄷ", "원두 에티오피아", True),
        ("ㅇㄷ", "원두 에티오피아", True),
        ("ㅇㅌㅇㅍㅇ", "원두 에티오피아", True),
        ("dnjsen", "원두 에티오피아", True),
        ("에티오피아 원두", "원두 에티오피아", True),
        ("에티오피아원두", "에티오피아 원두", True),
        ("ㄱㄴ", "원두 에티오피아", False),
        ("원두 과테말라", "원두 에티오피아", False),
        ("CAFÉ", "Cafe latte", True),
        ("latte", "Café Latte", True),
        ("コーヒー", "こーひー豆", True),
        ("tea", "Coffee", False),
        ("ab12", "Coffee", True),
        ("AB-12", "Coffee", True),
        ("ＡＢ１２", "Coffee", True),
        ("88012", "Coffee", True),
        ("PN.7", "Coffee", True),
        ("-", "Coffee", False),
    ],
)
def test_a_line_is_found_by_what_people_type(session: Session, query: str, name: str, is_found: bool):
    shop = open_shop(session)
    row = shop.variant(session, shop.sell(session, won=100))
    row = replace(row, name=name, sku="AB-12", barcode="8801234567893", part_number="PN-7")

    assert matcher(query)(row) is is_found
