"""Where a list has nothing, the page says what it means and gives one next step."""

from __future__ import annotations

import re

from jinja2 import Environment, nodes

from portal.settings import ROOT

TEMPLATES = ROOT / "portal" / "templates"

WITHOUT_STEP = {
    # Who belongs to no company can only be helped by people, whom the portal does not know.
    "No account yet",
}


def empty_calls() -> list[tuple[str, nodes.Call]]:
    """Every use of the part for empty lists, with the page it is on."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        if name.startswith(("_shared/", "styleguide/")):
            continue
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "empty":
                found.append((name, call))
    return found


def words_of(node: nodes.Node) -> str:
    return next(constant.value for constant in node.find_all(nodes.Const) if isinstance(constant.value, str))


def test_nothing_is_never_the_end_of_the_way():
    calls = empty_calls()
    without = {(name, words_of(call.args[0])) for name, call in calls if len(call.args) < 5}
    assert {title for _name, title in without} == WITHOUT_STEP, without
    assert len(calls) > 25


def test_every_error_page_leads_on():
    source = (TEMPLATES / "errors" / "error.html").read_text(encoding="utf-8")
    assert re.search(r'<p class="empty__actions">.*href="/">', source, re.DOTALL)
