"""The static bundle: addresses that change with the content, and answers that may be kept for ever."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask, render_template_string

from portal.assets import Assets, bundle_styles, minify_css, register_assets

STATIC = Path(__file__).parents[2] / "portal" / "static"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    for name, text in {
        "css/tokens.css": "@layer tokens, part;\n:root { --ink: #111; }\n",
        "css/badge.css": "/* A pill. */\n.badge { color: var(--ink); }\n",
        "js/app.js": "// " + "a" * 500 + "\nstart();\n",
        "img/categories/cafe.svg": "<svg/>",
        "img/categories/default.svg": "<svg></svg>",
        "vendor/htmx/LICENSE": "free",
        "notes.md": "for people",
    }.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text)
    return static


@pytest.fixture
def app(folder: Path) -> Flask:
    application = Flask("small", static_folder=None, root_path=str(folder.parent))
    register_assets(application)
    return application


def test_style_sheets_become_one_file_with_tokens_first(folder: Path, app: Flask) -> None:
    answer = app.test_client().get(Assets(folder).url("css/portal.css"))

    assert answer.status_code == 200
    assert answer.text == "@layer tokens, part;:root{--ink: #111}.badge{color: var(--ink)}"
    assert answer.content_type == "text/css; charset=utf-8"


def test_address_changes_with_the_content_and_only_then(folder: Path) -> None:
    before = Assets(folder)
    assert Assets(folder).url("js/app.js") == before.url("js/app.js")

    (folder / "js/app.js").write_text("stop();")
    after = Assets(folder)

    assert re.fullmatch(r"/static/js/app\.[0-9a-f]{12}\.js", before.url("js/app.js"))
    assert after.url("js/app.js") != before.url("js/app.js")
    assert after.url("css/portal.css") == before.url("css/portal.css")


def test_unknown_name_is_a_mistake_in_a_template(folder: Path) -> None:
    with pytest.raises(KeyError, match=r"css/missing\.css"):
        Assets(folder).url("css/missing.css")


def test_answer_may_be_kept_for_a_year(folder: Path, app: Flask) -> None:
    answer = app.test_client().get(Assets(folder).url("js/app.js"))

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_body_comes_in_the_best_encoding_the_browser_takes(
    folder: Path, app: Flask, accepted: str, encoding: str | None, decode: object
) -> None:
    answer = app.test_client().get(Assets(folder).url("js/app.js"), headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == encoding
    assert callable(decode)
    assert decode(answer.data) == (folder / "js/app.js").read_bytes()


def test_what_does_not_shrink_is_sent_as_it_is(folder: Path, app: Flask) -> None:
    answer = app.test_client().get(
        Assets(folder).url("img/categories/cafe.svg"), headers={"Accept-Encoding": "br, gzip"}
    )

    assert answer.data == b"<svg/>"
    assert "Content-Encoding" not in answer.headers


def test_known_tag_is_answered_without_a_body(folder: Path, app: Flask) -> None:
    client = app.test_client()
    address = Assets(folder).url("js/app.js")
    first = client.get(address, headers={"Accept-Encoding": "br"})

    again = client.get(address, headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})
    other_encoding = client.get(
        address, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )

    assert (again.status_code, again.data) == (304, b"")
    assert other_encoding.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/js/app.js",
        "/static/js/app.000000000000.js",
        "/static/css/badge.css",
        "/static/vendor/htmx/LICENSE",
        "/static/notes.md",
        "/static/../assets.py",
    ],
)
def test_only_hashed_addresses_of_files_exist(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)

    assert (answer.status_code, answer.data) == (404, b"")
    assert "Cache-Control" not in answer.headers


def test_static_files_are_only_read(folder: Path, app: Flask) -> None:
    assert app.test_client().post(Assets(folder).url("js/app.js")).status_code == 405


def test_category_without_a_drawing_gets_that_of_its_branch(folder: Path) -> None:
    assets = Assets(folder)
    branch, default = assets.url("img/categories/cafe.svg"), assets.url("img/categories/default.svg")

    assert assets.category_picture("cafe-beans") == branch
    assert assets.category_picture("cafe/beans") == branch
    assert assets.category_picture("toys-dolls") == default
    assert assets.category_picture("") == default
    assert assets.category_picture(None) == default


def test_development_reads_changed_and_new_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.assets.RELOAD_SECONDS", 0)
    assets = Assets(folder, reload=True)
    before = assets.url("css/portal.css")

    (folder / "css/badge.css").write_text(".badge { color: red; }")
    (folder / "js/new.js").write_text("new();")

    assert assets.url("css/portal.css") != before
    assert assets.find(assets.url("js/new.js").removeprefix("/static/")) is not None
    assert assets.find(before.removeprefix("/static/")) is None


def test_production_reads_files_once(folder: Path) -> None:
    assets = Assets(folder)
    before = assets.url("js/app.js")
    changed = folder / "js/app.js"
    changed.write_text("stop();")
    os.utime(changed, ns=(1, 1))

    assert assets.url("js/app.js") == before


def test_templates_ask_by_name(folder: Path, app: Flask) -> None:
    with app.app_context():
        text = render_template_string("{{ asset_url('js/app.js') }} {{ category_picture('cafe-tea') }}")

    assets = Assets(folder)
    assert text == f"{assets.url('js/app.js')} {assets.url('img/categories/cafe.svg')}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a  {  color : red ;  }", "a{color : red}"),
        (".a :hover { width: calc(1rem + 2px); }", ".a :hover{width: calc(1rem + 2px)}"),
        ("a { content: '/* not a comment */  { x }'; }", "a{content: '/* not a comment */  { x }'}"),
        ('/* it\'s */ a { content: "\\"  }"; }', 'a{content: "\\"  }"}'),
        ("a/**/b { }", "a b{}"),
        ("@media (min-width: 900px) { a { top: 0; } }", "@media (min-width: 900px){a{top: 0}}"),
    ],
)
def test_minifying_keeps_what_has_a_meaning(source: str, expected: str) -> None:
    assert minify_css(source) == expected


def test_sheets_follow_in_a_fixed_order() -> None:
    sheets = {"b.css": "b{}", "layout.css": "l{}", "a.css": "a{}", "reset.css": "r{}", "tokens.css": "t{}"}

    assert bundle_styles(sheets) == "t{}r{}l{}a{}b{}"


def test_every_drawing_and_script_stays_within_its_budget() -> None:
    assets = Assets(STATIC)

    def compressed(name: str) -> int:
        found = assets.find(assets.url(name).removeprefix("/static/"))
        assert found is not None
        assert found.body_gzip is not None
        return len(found.body_gzip)

    assert compressed("css/portal.css") <= 12_000
    assert compressed("css/pages/quick-order.css") <= 2_000
    assert compressed("css/pages/change.css") <= 2_000
    assert compressed("js/app.js") <= 6_000
    assert compressed("js/typed.js") <= 2_000
    assert compressed("img/icons.svg") <= 3_000
    drawings = sorted((STATIC / "img/categories").glob("*.svg"))
    assert len(drawings) == 25
    assert {path.name: path.stat().st_size for path in drawings if path.stat().st_size > 2_048} == {}


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    templates = STATIC.parent / "templates"
    there = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "img/icons.svg").read_text()))
    named = {
        name
        for path in templates.rglob("*.html")
        for name in re.findall(r"\bicon\(['\"]([a-z-]+)['\"]", path.read_text())
    }

    assert named - there == set()
    assert "cart" in named
