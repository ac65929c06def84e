"""A logo is a picture and nothing else, and is never larger than its place in the header."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from portal.core.accents import Accent
from portal.core.brand import LOGO_BYTES, PNG_SIGNATURE, BadLogo, Logo, read_logo

STATIC = Path(__file__).resolve().parents[3] / "portal" / "static"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" {size}>{inside}</svg>'


def png(wide: int, high: int) -> bytes:
    return PNG_SIGNATURE + struct.pack(">I4sII", 13, b"IHDR", wide, high) + b"\x08\x06\0\0\0"


@pytest.fixture
def read(tmp_path):
    def read_bytes(content: bytes | str) -> Logo:
        path = tmp_path / "logo"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_logo(path)

    return read_bytes


def drawn(inside: str = "", size: str = 'viewBox="0 0 48 48"') -> str:
    return DRAWING.format(size=size, inside=inside)


@pytest.mark.parametrize(
    "wide,high,shown",
    [
        (48, 48, (28, 28)),
        (480, 120, (112, 28)),
        (800, 100, (112, 14)),
        (30, 60, (14, 28)),
        (9000, 1, (112, 1)),
    ],
)
def test_a_logo_keeps_its_shape_inside_the_header(read, wide, high, shown):
    of_png = read(png(wide, high))
    of_box = read(drawn(size=f'viewBox="-5 0 {wide} {high}"'))
    of_size = read(drawn(size=f'width="{wide}px" height="{high}"'))

    assert {(logo.width, logo.height) for logo in (of_png, of_box, of_size)} == {shown}
    assert (of_png.name, of_png.media_type) == ("brand/logo.png", "image/png")
    assert (of_box.name, of_box.media_type) == ("brand/logo.svg", "image/svg+xml")


def test_only_a_wide_logo_says_the_name_and_only_a_square_one_is_an_icon(read):
    shapes = {(wide, high): read(png(wide, high)) for wide, high in [(40, 40), (60, 40), (80, 40), (160, 40)]}
    assert [logo.is_square for logo in shapes.values()] == [True, False, False, False]
    assert [logo.is_wordmark for logo in shapes.values()] == [False, False, True, True]


def test_a_paper_carries_the_logo_inside(read):
    assert read(png(1, 1)).data_uri.startswith("data:image/png;base64,iVBORw0KGgo")


@pytest.mark.parametrize(
    "inside,why",
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<SCRIPT>alert(1)</SCRIPT>", "<script>"),
        ("<foreignObject><p>x</p></foreignObject>", "<foreignobject>"),
        ('<path onload="alert(1)"/>', "onload="),
        ('<image href="https://evil.example/x.png"/>', "another file"),
        ('<a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)"/>', "another file"),
        ('<use href="other.svg#x"/>', "another file"),
        ("<style>@import '//evil.example/x.css';</style>", "fetches"),
        ('<path style="fill: url(https://evil.example/x)"/>', "fetches"),
        ('<path fill="url(//evil.example/x)"/>', "fetches"),
    ],
)
def test_a_logo_may_only_be_drawn(read, inside, why):
    with pytest.raises(BadLogo, match=re.escape(why)):
        read(drawn(inside))


def test_a_drawing_may_say_what_made_it(read):
    assert read('<?xml version="1.0"?><!-- a pencil -->' + drawn("<!-- and a hand -->")).width == 28


def test_what_a_drawing_refers_to_inside_itself_is_fine(read):
    inside = '<linearGradient id="a"/><path fill="url(#a)"/><use href="#a"/><image href="data:image/png;base64,AA=="/>'
    assert read(drawn(inside)).width == 28


@pytest.mark.parametrize(
    "content,why",
    [
        (b"", "use an SVG or a PNG"),
        (b"GIF89a", "use an SVG or a PNG"),
        ("<html/>", "use an SVG or a PNG"),
        (PNG_SIGNATURE + b"short", "broken"),
        (png(0, 10), "no size"),
        (drawn(size=""), "needs a viewBox"),
        (drawn(size='width="100%" height="100%"'), "needs a viewBox"),
        (drawn(size='viewBox="0 0 0 10"'), "no size"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + drawn(), "document type"),
        ('<?xml-stylesheet href="//evil.example"?>' + drawn(), "processing"),
        (drawn("<?xml-stylesheet href='//evil.example'?>"), "processing"),
        (png(1, 1) + b"x" * LOGO_BYTES, "100000 are the most"),
    ],
)
def test_what_is_no_logo_is_refused(read, content, why):
    with pytest.raises(BadLogo, match=why):
        read(content)


def test_mails_have_the_accents_of_the_style_sheet():
    tokens = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    paper = (STATIC / "css/pages/paper.css").read_text(encoding="utf-8")
    for accent in Accent:
        opening = ":root" if accent is Accent.COBALT else f':root[data-accent="{accent}"]'
        for sheet in (tokens, paper):
            found = re.search(re.escape(opening) + r" \{[^}]*?--accent: (#[0-9a-f]{6})", sheet)
            assert found is not None, accent
            assert found[1] == accent.colour
