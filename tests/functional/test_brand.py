"""What the seller decides about looks stands wherever the seller stands: pages, papers, mail."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from portal.adapters.mail import SmtpMailer
from portal.adapters.mail_templates import MailLook, MailRenderer
from portal.adapters.paper import Sheet
from portal.adapters.paper_templates import page_of
from portal.adapters.press import Press
from portal.app import create_app
from portal.core.accents import Accent, OwnAccent
from portal.core.brand import Logo, read_logo
from portal.extensions import Runtime
from portal.settings import Settings
from portal.worker import mail_look
from tests.browser import Browser, Page

STATIC = Path(__file__).resolve().parents[2] / "portal" / "static"
SQUARE = read_logo(STATIC / "img/logo.svg")
WORDMARK = replace(SQUARE, width=112)
PICTURE = Logo("brand/logo.png", "image/png", b"no bytes are read", 56, 28)

Opened = Callable[..., FlaskClient]


@pytest.fixture
def opened(app: Flask) -> Iterator[Opened]:
    """The portal with other settings, for who is not signed in."""
    portals: list[Flask] = []
    runtime: Runtime = app.extensions["portal"]

    def open_with(**changes: object) -> FlaskClient:
        portals.append(create_app(replace(runtime.settings, **changes)))  # type: ignore[arg-type]
        return portals[-1].test_client()

    yield open_with
    for portal in portals:
        portal.extensions["portal"].database.dispose()


def head_of(client: FlaskClient) -> tuple[Page, dict[str, str], str]:
    page = Browser(client).open("/login")
    mark = next((image.attributes for image in page.all("img") if image.attributes["alt"] == ""), {})
    return page, mark, page.all("a", class_="header__brand")[0].text.strip()


def test_without_settings_the_portal_has_its_own_mark(opened):
    page, mark, name = head_of(opened())
    assert mark == {}
    drawn = page.all("use")[0].attributes["href"]
    assert re.fullmatch(r"/static/img/icons\.[0-9a-f]{12}\.svg#mark", drawn)
    assert (name, page.all("html")[0].attributes["data-accent"]) == ("Partner Portal", "cobalt")


def test_name_logo_and_accent_are_on_every_page(opened):
    client = opened(brand_name="Bean & Co", brand_logo=SQUARE, brand_accent=Accent.PLUM)
    page, mark, name = head_of(client)

    assert page.all("html")[0].attributes["data-accent"] == "plum"
    assert name == "Bean & Co"
    assert page.all("title")[0].text.endswith("· Bean & Co")
    assert (mark["width"], mark["height"]) == ("28", "28")
    icon = next(link.attributes for link in page.all("link") if link.attributes["rel"] == "icon")
    assert (icon["href"], icon["type"]) == (mark["src"], "image/svg+xml")

    served = client.get(mark["src"])
    assert (served.status_code, served.mimetype) == (200, "image/svg+xml")
    assert served.get_data() == SQUARE.content
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    # Opened by itself, the seller's drawing can do nothing.
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert served.headers["Content-Security-Policy"] == policy


def test_a_wide_logo_stands_for_the_name_which_is_still_read_out(opened):
    page, mark, name = head_of(opened(brand_name="Bean & Co", brand_logo=WORDMARK))
    spans = [element.attributes.get("class") for element in page.all("span") if element.text == "Bean & Co"]
    assert (mark["width"], name, spans) == ("112", "Bean & Co", ["visually-hidden"])
    icon = next(link.attributes for link in page.all("link") if link.attributes["rel"] == "icon")
    assert "/static/img/favicon." in icon["href"]


def test_papers_bear_the_logo_and_the_accent(opened):
    client = opened(brand_logo=SQUARE, brand_accent=Accent.EMBER)
    press = client.application.extensions["portal"].press
    assert (press.logo, press.accent) == (SQUARE.data_uri, "ember")


def test_a_paper_without_a_brand_has_no_logo():
    sheet = Sheet("_sheet", "en", "Paper", {"layout": "", "seller_name": "Bean & Co"})
    plain = page_of(sheet)
    assert '<html lang="en">' in plain
    assert "<img" not in plain
    branded = page_of(replace(sheet, logo=SQUARE.data_uri, accent="plum"))
    assert '<html lang="en" data-accent="plum">' in branded
    assert f'<img class="head__logo" src="{SQUARE.data_uri}" alt="Bean &amp; Co">' in branded
    assert '<p class="head__seller">Bean &amp; Co</p>' in branded


@pytest.fixture
def settings(app: Flask) -> Settings:
    runtime: Runtime = app.extensions["portal"]
    return runtime.settings


def mail_html(look: MailLook) -> str:
    values = {"person": "Kim", "brand_name": "Bean & Co", "link": "https://portal.example/x", "minutes": 60}
    return MailRenderer(look).render("password_reset", "en", **values)[2]


def test_mail_has_the_accent_and_a_logo_that_mail_programs_show(settings, opened):
    branded = replace(
        settings, brand_logo=PICTURE, brand_accent=Accent.FOREST, base_url="https://portal.example"
    )
    html = mail_html(mail_look(branded))
    assert "background:#17663f" in html
    assert "#1f4fd8" not in html
    image = re.search(
        r'<img src="https://portal\.example(/static/brand/logo\.[0-9a-f]{12}\.png)" alt="Bean &amp; Co"', html
    )
    assert image is not None
    assert 'width="56" height="28"' in html
    # The address the mail names is the one the portal serves.
    assert opened(brand_logo=PICTURE).get(image[1]).get_data() == PICTURE.content


def test_mail_without_a_picture_has_the_name_alone(settings):
    plain, drawn = mail_html(mail_look(settings)), mail_html(mail_look(replace(settings, brand_logo=SQUARE)))
    assert plain == drawn
    assert "<img" not in plain
    assert "background:#1f4fd8" in plain


def test_mail_comes_from_the_sender_that_is_named(opened):
    def sender(**changes: object) -> tuple[str, str]:
        client = opened(mail_url="smtp://127.0.0.1:1", mail_from="orders@bean.example", **changes)
        mailer = client.application.extensions["portal"].mailer
        assert isinstance(mailer, SmtpMailer)
        return mailer.brand_name, mailer.sender

    assert sender(brand_name="Bean") == ("Bean", "orders@bean.example")
    assert sender(brand_name="Bean", mail_from_name="Bean orders") == ("Bean orders", "orders@bean.example")


def png_of(client: FlaskClient, address: str) -> Image.Image:
    served = client.get(address)
    assert (served.status_code, served.content_type) == (200, "image/png")
    return Image.open(io.BytesIO(served.data)).convert("RGBA")


def icons_of(client: FlaskClient) -> dict[str, Image.Image]:
    told = json.loads(client.get("/manifest.webmanifest").data)
    found = {f"{icon['sizes']} {icon.get('purpose', '')}".strip(): icon["src"] for icon in told["icons"]}
    (touch,) = Browser(client).open("/login").all("link", rel="apple-touch-icon")
    return {
        name: png_of(client, address)
        for name, address in (found | {"touch": touch.attributes["href"]}).items()
    }


def test_the_apps_icons_are_the_sellers_letter_on_their_accent(opened):
    icons = icons_of(opened(brand_name="(Leafy) Tea", brand_accent=OwnAccent("#0f766e")))

    assert {name: image.size for name, image in icons.items()} == {
        "192x192": (192, 192), "512x512": (512, 512), "512x512 maskable": (512, 512), "touch": (180, 180),
    }  # fmt: skip
    teal = (15, 118, 110, 255)
    for name, image in icons.items():
        side = image.size[0]
        white = [
            place for place in range(side) for row in range(0, side, 4)
            if image.getpixel((place, row)) == (255, 255, 255, 255)
        ]  # fmt: skip
        assert white, name
        # The letter stands in the middle, within the circle that phones cut to.
        assert abs((min(white) + max(white)) / 2 - side / 2) <= side * 0.02, name
        assert min(white) > side * 0.2, name
        assert image.getpixel((side // 2, side // 20)) == teal, name
    for whole in ("512x512 maskable", "touch"):
        assert icons[whole].getpixel((0, 0)) == teal
    assert icons["192x192"].getchannel("A").getpixel((0, 0)) == 0


def test_another_brand_has_icons_at_other_addresses(opened):
    def address(**brand: object) -> str:
        told = json.loads(opened(**brand).get("/manifest.webmanifest").data)
        return str(told["icons"][0]["src"])

    found = [
        address(), address(brand_name="Leafy"), address(brand_name="원두상회"),
        address(brand_accent=OwnAccent("#0f766e")), address(brand_accent=Accent.PLUM),
    ]  # fmt: skip
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"/static/img/app/icon-192\.[0-9a-f]{12}\.png", each) for each in found)


def test_a_square_png_logo_is_the_icon(opened):
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "#123456").save(out, "PNG")
    icons = icons_of(opened(brand_logo=Logo("brand/logo.png", "image/png", out.getvalue(), 28, 28)))
    for name, image in icons.items():
        side = image.size[0]
        assert image.getpixel((side // 2, side // 2)) == (0x12, 0x34, 0x56, 255), name
    assert icons["touch"].getpixel((0, 0)) == (255, 255, 255, 255)


def test_a_square_png_that_cannot_be_read_gives_way_to_the_letter(opened):
    broken = Logo("brand/logo.png", "image/png", b"no picture", 28, 28)
    icons = icons_of(opened(brand_name="Bean", brand_logo=broken))
    assert icons["192x192"].getpixel((96, 8)) == (0x1F, 0x4F, 0xD8, 255)


def test_without_a_logo_the_letter_stands_in_the_header_and_the_tab(opened):
    client = opened(brand_name="bean & co")
    page, mark, name = head_of(client)
    icon = next(link.attributes for link in page.all("link") if link.attributes["rel"] == "icon")
    assert (name, mark["src"], mark["width"]) == ("bean & co", icon["href"], "28")
    drawing = client.get(icon["href"]).text
    assert ">B</text>" in drawing
    assert 'fill="#1f4fd8"' in drawing


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Bean & Co", "Bean & Co"), ("Leafy Tea & Company", "Leafy Tea"), ("Partner Portal", "Partner"),
        ("Donaudampfschiff Ltd", "Donaudampfsc"), ("한국원두유통 주식회사", "한국원두유통 주식회사"),
    ],
)  # fmt: skip
def test_the_name_under_the_icon_is_not_cut_by_the_phone(opened, name, short):
    told = json.loads(opened(brand_name=name).get("/manifest.webmanifest").data)
    assert (told["name"], told["short_name"]) == (name, short)


def test_a_colour_of_ones_own_is_on_pages_papers_and_in_mail(opened, settings):
    teal = OwnAccent("#0f766e")
    client = opened(brand_accent=teal, base_url="https://portal.example")
    page = Browser(client).open("/login")
    assert page.all("html")[0].attributes["data-accent"] == "own"
    (sheet,) = page.all("link", rel="stylesheet")
    styles = client.get(sheet.attributes["href"]).text
    assert '[data-accent="own"]{--accent: #0f766e' in styles
    dark = re.findall(r'\[data-accent="own"\]\s*\{--accent: (#[0-9a-f]{6})', styles)
    assert dark == ["#0f766e", teal.tokens("dark")["accent"], teal.tokens("dark")["accent"]]

    press = client.application.extensions["portal"].press
    paper = client.get(client.application.extensions["portal"].assets.url("css/pages/paper.css")).text
    assert ':root[data-accent="own"]{--accent: #0f766e' in paper
    assert (press.accent, press.accent_styles) == ("own", teal.paper_styles)
    assert "background:#0f766e" in mail_html(mail_look(replace(settings, brand_accent=teal)))


def test_a_printed_paper_has_the_colour_of_ones_own():
    sheet = Sheet("_sheet", "en", "Paper", {"layout": "", "seller_name": "Bean & Co"})
    teal = OwnAccent("#0f766e")
    own = Press(accent=teal.value, accent_styles=teal.paper_styles).pdf(sheet)
    plain = Press().pdf(sheet)
    assert own != plain
    assert own != Press(accent=teal.value).pdf(sheet)
