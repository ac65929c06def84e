"""The portal as an app: its manifest, its service worker, and the page for being offline."""

from __future__ import annotations

import dataclasses
import json
import re
import struct

import pytest

from portal.accounts.models import StaffRole
from portal.responses import CONTENT_SECURITY_POLICY
from tests.browser import Page
from tests.dealer import Person
from tests.factories import make_user

ADDRESSES = ("/manifest.webmanifest", "/sw.js", "/offline")

WORKER_BYTES = 2_048
"""The service worker is read anew on every visit: it stays small."""

IN_LANGUAGES = {
    "ko": ["검색", "빠른 주문", "주문 내역", "청구서"],
    "en": ["Search", "Quick order", "Orders", "Invoices"],
}


def kept_by(worker: str) -> tuple[str, list[str]]:
    """The version and the files of a service worker's text."""
    version = re.search(r'"portal-([0-9a-f]{12})"', worker)
    files = re.search(r"const files = (\[.*\]);", worker)
    assert version is not None
    assert files is not None
    return version[1], json.loads(files[1])


def read(client, address: str, language: str = "en"):
    return client.get(address, headers={"Accept-Language": language})


def test_the_manifest_names_the_app(client):
    answer = read(client, "/manifest.webmanifest")

    assert answer.content_type == "application/manifest+json; charset=utf-8"
    told = json.loads(answer.data)
    assert {key: told[key] for key in ("name", "id", "start_url", "scope", "display", "lang")} == {
        "name": "Partner Portal",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": "en",
    }
    assert all(re.fullmatch(r"#[0-9a-f]{6}", told[key]) for key in ("theme_color", "background_color"))


def test_the_app_has_the_sellers_name(app, client, monkeypatch):
    kept = app.extensions["portal"]
    named = dataclasses.replace(kept, settings=dataclasses.replace(kept.settings, brand_name="한빛 도매"))
    monkeypatch.setitem(app.extensions, "portal", named)

    told = json.loads(read(client, "/manifest.webmanifest").data)

    assert (told["name"], told["short_name"]) == ("한빛 도매", "한빛 도매")


def test_icons_are_as_large_as_they_say(client):
    icons = json.loads(read(client, "/manifest.webmanifest").data)["icons"]

    assert [(icon["sizes"], icon.get("purpose")) for icon in icons] == [
        ("192x192", None),
        ("512x512", None),
        ("512x512", "maskable"),
    ]
    for icon in icons:
        answer = client.get(icon["src"])
        assert (answer.status_code, answer.content_type) == (200, "image/png")
        # The header of a PNG: signature, length and name of the first chunk, then width and height.
        side = int(icon["sizes"].partition("x")[0])
        assert struct.unpack(">8s8xII", answer.data[:24]) == (b"\x89PNG\r\n\x1a\n", side, side)


@pytest.mark.parametrize("language", list(IN_LANGUAGES))
def test_shortcuts_speak_the_readers_language(client, language):
    told = json.loads(read(client, "/manifest.webmanifest", language).data)

    assert told["lang"] == language
    assert [shortcut["name"] for shortcut in told["shortcuts"]] == IN_LANGUAGES[language]
    assert [shortcut["url"] for shortcut in told["shortcuts"]] == [
        "/search",
        "/quick-order",
        "/orders",
        "/invoices",
    ]


def test_the_manifest_is_in_the_persons_own_language(dealer: Person):
    told = json.loads(read(dealer.browser.client, "/manifest.webmanifest", "ko").data)

    assert told["lang"] == "en"


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_keeps_the_policy_and_out_of_shared_stores(client, address):
    answer = read(client, address)

    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    expected = "private, no-store" if address == "/offline" else "private, no-cache"
    assert sorted(answer.headers["Cache-Control"].split(", ")) == sorted(expected.split(", "))
    assert {"Cookie", "Accept-Language"} <= set(answer.vary) or address == "/offline"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ADDRESSES[:2])
def test_what_has_not_changed_is_not_sent_again(client, address):
    first = read(client, address)

    again = client.get(address, headers={"Accept-Language": "en", "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_the_worker_keeps_hashed_files_only(client):
    answer = read(client, "/sw.js")

    assert answer.content_type == "text/javascript; charset=utf-8"
    assert len(answer.data) <= WORKER_BYTES
    _version, files = kept_by(answer.text)
    assert len(files) == 6
    for file in files:
        assert re.fullmatch(r"/static/[\w./-]+\.[0-9a-f]{12}\.(css|js|svg)", file)
        assert client.get(file).status_code == 200


def test_the_worker_is_another_one_in_another_language(client):
    english, korean = (kept_by(read(client, "/sw.js", tag).text) for tag in ("en", "ko"))

    assert english[0] != korean[0]
    assert english[1] == korean[1]
    assert kept_by(read(client, "/sw.js", "en").text) == english


def test_the_page_for_being_offline_knows_nobody(client, dealer: Person):
    to_dealer = read(dealer.browser.client, "/offline")

    assert to_dealer.data == read(client, "/offline").data
    page = Page(to_dealer.text)
    assert [heading.text for heading in page.all("h1")] == ["You are offline"]
    assert page.forms == []
    assert not re.search(r"csrf|data-unit-price|₩|김민지", to_dealer.text)


def test_what_the_page_for_being_offline_is_made_of_is_kept(client):
    page = Page(read(client, "/offline").text)
    _version, files = kept_by(read(client, "/sw.js").text)

    made_of = {
        *(element.attributes["src"] for element in page.all("script")),
        *(element.attributes["href"] for element in page.all("link", rel="stylesheet")),
        *(element.attributes["href"].partition("#")[0] for element in page.all("use")),
    }
    assert made_of <= set(files)


def test_every_page_leads_to_the_manifest(client):
    page = Page(read(client, "/login").text)

    (manifest,) = page.all("link", rel="manifest")
    assert manifest.attributes["href"] == "/manifest.webmanifest"
    # Without the cookie the phone would be told the browser's language.
    assert manifest.attributes["crossorigin"] == "use-credentials"
    (touch,) = page.all("link", rel="apple-touch-icon")
    assert client.get(touch.attributes["href"]).content_type == "image/png"


def test_the_sellers_people_have_their_desk_at_hand(app, shop):
    clerk = make_user(shop.session, staff_role=StaffRole.DESK, locale="en")
    shop.commit()

    told = json.loads(read(Person(app, clerk).browser.client, "/manifest.webmanifest").data)

    assert [shortcut["url"] for shortcut in told["shortcuts"]] == ["/desk", "/search"]
