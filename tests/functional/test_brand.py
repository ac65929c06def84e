"""What the seller decides about looks stands wherever the seller stands: pages, papers, mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.adapters.mail import SmtpMailer
from portal.adapters.mail_templates import MailLook, MailRenderer
from portal.adapters.paper import Sheet
from portal.adapters.paper_templates import page_of
from portal.app import create_app
from portal.core.brand import Accent, Logo, read_logo
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
