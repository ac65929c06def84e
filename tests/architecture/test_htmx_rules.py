"""What every template keeps of the rules for htmx; dev/template_rules.py judges names and values of attributes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "portal" / "templates"
TAG = re.compile(r"""<[a-z][a-z0-9-]*(?:"[^"]*"|'[^']*'|[^<>"'])*>""", re.DOTALL)
ALL = {str(path.relative_to(TEMPLATES)): path.read_text() for path in sorted(TEMPLATES.rglob("*.html"))}


def tags_with(attribute: str) -> list[tuple[str, str]]:
    """Every tag that has the attribute, with the template it stands in."""
    # What decides between two texts inside of a tag may hold signs of comparison; both texts stay.
    plain = {name: re.sub(r"\{%.*?%\}|\{#.*?#\}", " ", text, flags=re.DOTALL) for name, text in ALL.items()}
    plain = {name: re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL) for name, text in plain.items()}
    return [(name, tag) for name, text in plain.items() for tag in TAG.findall(text) if attribute in tag]


def test_whatever_htmx_posts_says_what_happens_to_a_second_one():
    posting = tags_with("data-hx-post=")

    assert len(posting) >= 10
    # Notes that a page takes by itself are sent once, when it is loaded.
    assert [
        (name, tag) for name, tag in posting if "data-hx-sync=" not in tag and "data-quiet" not in tag
    ] == []


def test_only_search_and_filters_change_the_address():
    assert {name for name, _tag in tags_with("data-hx-push-url")} == {"search/_facets.html"}


def test_whatever_is_asked_for_again_and_again_stops_when_nobody_looks():
    asking = tags_with("every ")

    assert {name for name, _tag in asking} >= {"orders/_order.html", "payments/_payment.html"}
    assert [(name, tag) for name, tag in asking if "data-poll" not in tag] == []


@pytest.mark.parametrize("attribute", ["data-hx-boost", "data-hx-on", "data-hx-vars"])
def test_what_nobody_uses_stays_unused(attribute: str):
    assert tags_with(attribute) == []


def test_no_text_is_put_into_a_page_unescaped():
    # A word of the template's own is safe to be; what comes from anywhere else is not.
    marked_safe = {name for name, text in ALL.items() if re.search(r"(?<!['\"])\|\s*safe\b", text)}
    unescaped = {name for name, text in ALL.items() if re.search(r"\{%-?\s*autoescape\s+false", text)}

    assert (marked_safe, unescaped) == (set(), set())


def test_the_one_configuration_keeps_nothing_and_evaluates_nothing():
    (found,) = re.findall(r"""name="htmx-config" content='([^']+)'""", ALL["_shared/shell.html"])
    config = json.loads(found)

    assert config["historyCacheSize"] == 0
    assert config["refreshOnHistoryMiss"] is True
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["selfRequestsOnly"] is True
    assert config["timeout"] == 15_000
    swapped = [rule["code"] for rule in config["responseHandling"] if rule["swap"]]
    assert swapped == ["[23]..", "409|422"]


def test_every_request_of_htmx_carries_the_form_token():
    assert """data-hx-headers='{"X-CSRFToken": "{{ csrf_token() }}"}'""" in ALL["base.html"]
