"""The living page shows every shared part, in any look, in a demo alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from portal.app import create_app
from portal.blueprints.styleguide.pages import drawings, icons
from portal.blueprints.styleguide.palette import PAIRS
from portal.settings import ROOT, Mode
from tests.browser import Browser

PARTS = ROOT / "portal" / "templates"


@pytest.fixture
def demo(app: Flask) -> Iterator[Browser]:
    settings = replace(app.extensions["portal"].settings, mode=Mode.DEMO)
    portal = create_app(settings)
    yield Browser(portal.test_client())
    portal.extensions["portal"].database.dispose()


def test_there_is_no_such_page_outside_a_demo(browser):
    for address in ("/styleguide", "/styleguide?beside=1", "/styleguide?theme=dark"):
        assert browser.client.get(address).status_code == 404


def test_every_shared_part_is_on_it():
    """By the source: what stands in _shared is imported by the living page, or is on every page."""
    on_every_page = {
        "shell.html",
        "_header.html",
        "_search_form.html",
        "_switcher.html",
        "_switch_language.html",
        "_tabs.html",
        "_cart_count.html",
        # A page of product cards, which are there.
        "_product_list.html",
    }
    shown = "".join(path.read_text(encoding="utf-8") for path in (PARTS / "styleguide").glob("*.html"))
    shared = {path.name for path in (PARTS / "_shared").glob("*.html")}
    assert {name for name in shared - on_every_page if f'"_shared/{name}"' not in shown} == set()


def test_it_shows_colours_pictures_and_states(demo):
    page = demo.open("/styleguide")

    assert demo.status == 200
    rows = [row.attributes["data-pair"] for row in page.all("tr") if "data-pair" in row.attributes]
    assert rows == [f"{front}/{ground}" for front, ground, _ in PAIRS]
    words = {element.text for element in page.all("code")}
    assert set(icons()) | set(drawings()) <= words
    assert len(page.all("article", class_="card product")) == 7
    invalid = [field for field in page.all("input") if field.attributes.get("aria-invalid") == "true"]
    assert [field.attributes["name"] for field in invalid] == [
        "quantity", "wrong-email", "wrong-boxes", "sg-wrong",
    ]  # fmt: skip
    assert len(page.all("dialog", id="sg-sheet")) == 1


def test_no_id_is_there_twice(demo):
    page = demo.open("/styleguide")
    assert demo.status == 200
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    "asked,shown",
    [
        ("", {"data-accent": "cobalt"}),
        (
            "?theme=dark&text=large&accent=plum",
            {"data-accent": "plum", "data-theme": "dark", "data-text": "large"},
        ),
        ("?theme=light", {"data-accent": "cobalt", "data-theme": "light"}),
        ("?theme=sepia&text=huge&accent=%22pink", {"data-accent": "cobalt"}),
    ],
)
def test_its_look_is_what_the_address_asks_for(demo, asked, shown):
    page = demo.open(f"/styleguide{asked}")
    assert demo.status == 200
    attributes = page.all("html")[0].attributes
    assert {name: value for name, value in attributes.items() if name != "lang"} == shown


def test_looks_stand_side_by_side_in_frames_of_our_own_alone(demo):
    page = demo.open("/styleguide?beside=1&accent=ember")
    frames = [frame.attributes["src"] for frame in page.all("iframe")]
    assert frames[1] == "/styleguide?theme=dark&text=normal&accent=ember"
    assert len(frames) == 4
    for address in frames:
        policy = demo.client.get(address).headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy
        assert "script-src 'self';" in policy
    beside = demo.client.get("/styleguide?beside=1").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in beside
