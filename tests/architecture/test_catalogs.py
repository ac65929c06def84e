"""The catalogs of texts: the check that fails, the update that mends, and what scripts say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from dev import translations

ROOT = Path(__file__).resolve().parents[2]

NBSP = "\N{NO-BREAK SPACE}"

FRENCH = f"Panier{NBSP}: %(name)s"
"""What is set right already."""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """The texts of a small program."""
    source = Catalog(locale="en")
    source.add("Cart", locations=[("portal/templates/cart.html", 1)])
    source.add("Cart: %(name)s", flags=["python-format"], locations=[("portal/templates/cart.html", 2)])
    path = tmp_path / "messages.pot"
    with path.open("wb") as file:
        write_po(file, source)
    return path


@pytest.fixture
def catalogs(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Catalogs of that program, complete in every language."""
    folder = tmp_path / "translations"
    monkeypatch.setattr(translations, "CATALOGS", folder)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    assert translations.update(template) == 0
    for locale, cart, named in (
        ("ko", "장바구니", "장바구니: %(name)s"),
        ("ja", "カート", "カート：%(name)s"),
        ("fr_CA", "Panier", FRENCH),
    ):
        rewrite(locale, {"Cart": cart, "Cart: %(name)s": named})
    return folder


def rewrite(locale: str, texts: dict[str, str], *, fuzzy: bool = False, more: str = "") -> None:
    """Put texts into a language's catalog; ``more`` is a text that nobody uses."""
    catalog = catalog_of(locale)
    for source, text in texts.items():
        message = catalog[source]
        message.string = text
        if fuzzy:
            message.flags.add("fuzzy")
    if more:
        catalog.add(more, more)
    translations.write(catalog, translations.catalog_path(locale))


def catalog_of(locale: str) -> Catalog:
    with translations.catalog_path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def test_complete_catalogs_pass(catalogs, template, capsys):
    assert translations.check(template) == 0
    assert capsys.readouterr().out == "translations: complete (2 texts)\n"


@pytest.mark.parametrize("locale", translations.REQUIRED_LOCALES)
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"texts": {"Cart": ""}}, "missing: 'Cart'"),
        ({"texts": {"Cart": "X"}, "fuzzy": True}, "uncertain (fuzzy): 'Cart'"),
        ({"texts": {}, "more": "Basket"}, "unused: 'Basket'"),
        (
            {"texts": {"Cart: %(name)s": "X %(nom)s"}},
            "unknown named placeholder 'nom': 'Cart: %(name)s'",
        ),
    ],
)
def test_what_is_missing_uncertain_unused_or_broken_fails(
    catalogs, template, capsys, locale, change, complaint
):
    rewrite(locale, **change)

    assert translations.check(template) == 1
    assert capsys.readouterr().out == (
        f"translations/{locale}/LC_MESSAGES/messages.po: {complaint}\ntranslations: 1 wrong\n"
    )


def test_a_language_without_its_catalog_fails(catalogs, template, capsys):
    translations.catalog_path("ja").unlink()

    assert translations.check(template) == 1
    assert (
        capsys.readouterr().out
        == "translations/ja/LC_MESSAGES/messages.po: there is no catalog\ntranslations: 1 wrong\n"
    )


def test_an_update_drops_what_nobody_uses_and_keeps_the_rest(catalogs, template):
    rewrite("ko", {}, more="Basket")

    assert translations.update(template) == 0

    assert {message.id: message.string for message in catalog_of("ko") if message.id} == {
        "Cart": "장바구니",
        "Cart: %(name)s": "장바구니: %(name)s",
    }


def test_an_update_sets_the_spaces_of_french(catalogs, template):
    rewrite("fr_CA", {"Cart": "« Panier »", "Cart: %(name)s": "Panier : %(name)s"})

    translations.update(template)

    catalog = catalog_of("fr_CA")
    assert catalog["Cart"].string == f"«{NBSP}Panier{NBSP}»"
    assert catalog["Cart: %(name)s"].string == FRENCH


def test_the_check_of_the_project_is_that_command():
    checks = (ROOT / "scripts" / "check.sh").read_text()

    assert "dev.translations check" in checks


SAID = re.compile(r"dataset\.((?:text|word)[A-Z]?\w*)")
"""A text that a script takes from the page."""

WORDED = re.compile(
    r"data-((?:text|word)[a-z-]*)=\"\{\{ n?(?:get)?text\(|data-((?:text|word)[a-z-]*)=\"\{\{ _\("
)


def test_what_scripts_say_stands_translated_in_a_page():
    scripts = sorted((ROOT / "portal" / "static" / "js").glob("*.js"))
    said = {name for script in scripts for name in SAID.findall(script.read_text())}
    pages = "\n".join(path.read_text() for path in (ROOT / "portal" / "templates").rglob("*.html"))
    worded = {
        re.sub(r"-(\w)", lambda letter: letter[1].upper(), first or second)
        for first, second in WORDED.findall(pages)
    }

    assert {"textKept", "textAim", "words"} <= said
    assert said - worded == set()


def test_scripts_hold_no_sentence_of_their_own():
    sentence = re.compile(r"""["'`][A-Z][a-z]+ [a-z]+[^"'`]*["'`]""")
    found = [
        f"{script.name}: {line.strip()}"
        for script in sorted((ROOT / "portal" / "static" / "js").glob("*.js"))
        for line in script.read_text().splitlines()
        if sentence.search(line) and not line.lstrip().startswith(("//", "*"))
    ]

    assert found == []
