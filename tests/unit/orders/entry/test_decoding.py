"""Bytes of every code that dealers' programs write become the text that was meant."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from portal.core.errors import Refused
from portal.orders.entry.decoding import decode

PRODUCTS = json.loads((Path(__file__).parents[4] / "portal/demo/data/products.json").read_text())["products"]


def _writable(language: str, encoding: str) -> list[str]:
    names = []
    for one in PRODUCTS:
        name = one["names"][language].replace("’", "'")
        try:
            name.encode(encoding)
        except UnicodeEncodeError:
            continue
        names.append(name)
    return names


@pytest.mark.parametrize("locale", ["ko", "ja", "en", "fr"])
@pytest.mark.parametrize(
    "language, encoding",
    [
        ("ko", "cp949"),
        ("ko", "euc-kr"),
        ("ja", "cp932"),
        ("ja", "shift_jis"),
        ("fr", "cp1252"),
        ("fr", "latin-1"),
    ],
)
def test_short_lists_of_names_are_not_garbled(language: str, encoding: str, locale: str) -> None:
    names = _writable(language, encoding)
    random = Random(f"{language}{encoding}{locale}")

    garbled = []
    for _ in range(150):
        chosen = random.sample(names, 3)
        text = "".join(f"{name},{random.randrange(1, 99)}\r\n" for name in chosen)
        if decode(text.encode(encoding), locale) != text:
            garbled.append(text)

    assert garbled == []


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("language", ["ko", "ja", "en", "fr"])
def test_unicode_is_read_with_and_without_a_mark(language: str, encoding: str) -> None:
    text = "".join(f"{one['sku']},{one['names'][language]},3\r\n" for one in PRODUCTS[:20])

    assert decode(text.encode(encoding)) == text


def test_half_width_kana_are_read() -> None:
    text = "ﾊﾞﾆﾗｼﾛｯﾌﾟ,3\r\nｺｰﾋｰﾏﾒ,5\r\n"

    assert decode(text.encode("cp932"), "ja") == text


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02\x03" * 50,
        bytes(range(128, 256)) * 4,
        b"\xef\xbb\xbf\xff\xff",
        b"\x01\x02\x03\x04\x05 text",
    ],
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="not_text"):
        decode(content)
