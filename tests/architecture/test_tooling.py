"""The tools stand together: commands, pinned requirements, import contracts."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from dev.translations import complaints
from scripts import with_postgres

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(name):
    """Give name → version of one pinned file, and fail on a line that is neither pin, hash nor comment."""
    found = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text().splitlines():
        pin = re.match(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)", line)
        if pin:
            found[pin[1]] = pin[2]
        else:
            assert re.match(r"    --hash=sha256:[0-9a-f]{64}|\s*#", line), line
    return found


def wanted(requirements):
    return {re.split(r"[\[<>=~!]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def test_every_requirement_is_pinned():
    assert wanted(PROJECT["project"]["dependencies"]) - pins("main").keys() == set()
    assert wanted(PROJECT["project"]["optional-dependencies"]["dev"]) - pins("dev").keys() == set()


def test_development_runs_on_the_versions_that_are_served():
    main, dev = pins("main"), pins("dev")
    assert {name: dev.get(name) for name in main} == main


def test_pinned_files_name_no_index():
    for name in ("main", "dev"):
        assert not re.search(
            r"://|--index|--find-links|--extra-index", (ROOT / "requirements" / f"{name}.txt").read_text()
        )


def test_make_help_lists_every_command():
    targets = set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    printed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = set(re.findall(r"^  make (\S+) +\S", printed.stdout, re.MULTILINE))
    assert listed == targets
    assert listed >= {
        "help",
        "setup",
        "run",
        "worker",
        "test",
        "check",
        "fix",
        "e2e",
        "seed",
        "bench",
        "db-upgrade",
        "lock",
    }


def test_ci_runs_what_people_run():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-2:] == ["make check", "make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def contract(kind):
    """Give the first import contract of a kind."""
    return next(found for found in PROJECT["tool"]["importlinter"]["contracts"] if found["type"] == kind)


def test_the_framework_contract_covers_every_module_but_the_door():
    layers = {
        name.strip("()") for layer in contract("layers")["layers"] for name in re.split(r" [|:] ", layer)
    }
    door = {"app", "cli", "blueprints", "responses", "extensions", "i18n", "assets", "security"}
    covered = {module.removeprefix("portal.") for module in contract("forbidden")["source_modules"]}
    present = {path.stem for path in (ROOT / "portal").iterdir()}
    assert (layers - door - covered) & present == set()
    assert covered & door == set()


@pytest.fixture
def source():
    catalog = Catalog(locale="en")
    catalog.add("Cart")
    catalog.add("%(count)d line", flags=["python-format"])
    return catalog


def test_a_complete_catalog_has_no_complaints(source):
    korean = Catalog(locale="ko")
    korean.add("Cart", "장바구니")
    korean.add("%(count)d line", "%(count)d줄", flags=["python-format"])
    assert list(complaints(source, korean, required=True)) == []


def test_missing_fuzzy_unused_and_broken_translations_are_named(source):
    korean = Catalog(locale="ko")
    korean.add("Cart", "장바구니", flags=["fuzzy"])
    korean.add("%(count)d line", "%(number)d줄", flags=["python-format"])
    korean.add("Basket", "바구니")
    source.add("Orders")
    assert list(complaints(source, korean, required=True)) == [
        "missing: 'Orders'",
        "uncertain (fuzzy): 'Cart'",
        "unknown named placeholder 'number': '%(count)d line'",
        "unused: 'Basket'",
    ]


def test_a_language_that_is_not_required_may_be_unfinished(source):
    assert list(complaints(source, Catalog(locale="ja"), required=False)) == []


def test_a_command_without_postgresql_is_not_run(monkeypatch, capsys, tmp_path):
    def nowhere():
        raise with_postgres.PostgreSQLNotToBeHad("not installed")

    monkeypatch.setattr(with_postgres, "find_programs", nowhere)
    marker = tmp_path / "ran"
    assert with_postgres.main(["touch", str(marker)]) == with_postgres.NOT_TO_BE_HAD
    assert capsys.readouterr().err == "with_postgres: not installed\n"
    assert not marker.exists()
