"""What make quality counts as passed, and how it says so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Error, StorageStateCookie

from dev.quality.gates import GATES, UNMEASURED, Findings, cell, faults, table
from dev.quality.lighthouse import cookie_header, lost
from dev.quality.pages import DEALERS, stops

ROOT = Path(__file__).resolve().parents[2]
GATE = {gate.key: gate for gate in GATES}


@pytest.mark.parametrize(
    ("key", "figure", "is_failed"),
    [
        ("lcp_cold", 2000, False),
        ("lcp_cold", 2000.1, True),
        ("result", 1501, True),
        ("lh_speed", 97, False),
        ("lh_speed", 96.9, True),
        ("axe", 0, False),
        ("axe", 1, True),
    ],
)
def test_a_limit_itself_passes_and_a_score_is_judged_from_below(key, figure, is_failed):
    assert GATE[key].is_failed_by(figure) is is_failed


def test_of_several_figures_the_median_counts():
    found = Findings("cart")
    for figure in (2600, 1400, 1900):
        found.note("lcp_cold", figure)
    assert found.figure(GATE["lcp_cold"]) == 1900
    assert found.failed() == []


def test_of_faults_their_number_counts_and_none_is_not_the_same_as_not_measured():
    found = Findings("cart")
    assert cell(found, GATE["axe"]) == "–"
    found.name("axe", [])
    assert cell(found, GATE["axe"]) == "0"
    found.name("axe", ["label", "contrast"])
    assert cell(found, GATE["axe"]) == "2!"
    assert found.failed() == [GATE["axe"]]


def test_words_told_of_a_score_do_not_count_themselves():
    found = Findings("cart")
    found.note("lh_access", 96)
    found.tell("lh_access", ["Links have no name (link-name)"])
    assert cell(found, GATE["lh_access"]) == "96!"
    assert faults([found]) == ["LH access: Links have no name (link-name) (cart)"]


def test_where_time_does_not_decide_everything_else_does():
    desk = Findings("desk queue", is_timed=False)
    desk.note("lcp_cold", 3000)
    desk.note("cold_kb", 70)
    assert desk.above() == [GATE["cold_kb"], GATE["lcp_cold"]]
    assert desk.failed() == [GATE["cold_kb"]]


def test_what_cannot_be_measured_is_a_fault_of_its_page():
    found = Findings("cart")
    with found.measuring("slow phone", Error):
        raise Error("Timeout 5000ms exceeded.\nCall log: much more")
    assert found.failed() == [GATE[UNMEASURED]]
    assert faults([found]) == ["unmeasured: slow phone: Timeout 5000ms exceeded. (cart)"]


def test_a_fault_of_the_measurement_itself_is_not_hidden():
    with pytest.raises(KeyError), Findings("cart").measuring("slow phone", Error):
        raise KeyError("a slip of the tool")


def test_the_table_has_only_what_was_measured_somewhere():
    home, cart = Findings("home"), Findings("cart")
    home.note("cls", 0.004)
    cart.name("axe", ["label"])
    assert table([home, cart]).splitlines() == [
        "| page     | unmeasured | CLS    | axe |",
        "| ---      | --:        | --:    | --: |",
        "| **gate** | ≤ 0        | ≤ 0.02 | ≤ 0 |",
        "| home     | 0          | 0.004  | –   |",
        "| cart     | 0          | –      | 1!  |",
    ]


def test_the_same_fault_of_several_pages_is_told_once():
    home, cart = Findings("home"), Findings("cart")
    for found in (home, cart):
        found.name("axe", ["label", "label"])
    assert faults([home, cart]) == ["axe: label (home, cart)"]


@pytest.mark.parametrize("language", sorted(DEALERS))
def test_every_page_has_a_name_of_its_own_and_the_desk_is_not_judged_by_time(language):
    pages = stops(language)
    assert len({page.name for page in pages}) == len(pages)
    assert {page.name for page in pages if page.is_on_slow_phone and not page.is_timed} == {
        page.name for page in pages if page.is_on_slow_phone and page.name.startswith("desk ")
    }
    assert {page.as_whom for page in pages if page.is_timed} == {DEALERS[language], None}
    assert not [page.name for page in pages if page.is_timed and not page.is_on_slow_phone]


def test_lighthouse_is_signed_in_by_the_cookies_of_the_person():
    cookies: list[StorageStateCookie] = [
        {"name": "session", "value": "a.b"},
        {"name": "portal_text", "value": "large"},
    ]
    assert cookie_header({"cookies": cookies}) == "session=a.b; portal_text=large"
    assert cookie_header(None) == ""


def test_what_costs_no_points_in_lighthouse_is_not_told():
    audits = {
        "label": {"title": "Fields have no label", "score": 0},
        "contrast": {"title": "Contrast is right", "score": 1},
        "video": {"title": "Not there", "score": None},
        "hint": {"title": "Weighs nothing", "score": 0},
    }
    refs = [{"id": name, "weight": 0 if name == "hint" else 1} for name in audits]
    told = {"audits": audits, "categories": {"accessibility": {"auditRefs": refs}}}
    assert lost(told, "accessibility") == ["Fields have no label (label)"]


def test_the_programs_are_pinned_and_their_lock_names_no_host():
    folder = ROOT / "dev" / "quality"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    unsafe = [
        name for name, one in packages.items() if name and ("resolved" in one or "integrity" not in one)
    ]
    assert unsafe == []
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
