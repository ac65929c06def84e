"""The rules for templates, as dev/house_rules.py applies them.

They keep what the content security policy and the life without script rest on: nothing inline, plain forms,
and HTMX attributes spelled as HTMX knows them (a misspelled guard is silently no guard).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TemplateFinding = tuple[int, str, str]
"""A line (from 1), the rule, and what is wrong there."""

HTMX_ATTRIBUTES = frozenset({
    "boost", "confirm", "delete", "disable", "disabled-elt", "disinherit", "encoding", "ext", "get",
    "headers", "history", "history-elt", "include", "indicator", "inherit", "params", "patch", "post",
    "preserve", "prompt", "push-url", "put", "replace-url", "request", "select", "select-oob",
    "swap", "swap-oob", "sync", "target", "trigger", "validate", "vals",
})  # fmt: skip
"""The attributes of htmx 2, after `data-hx-`. `on` and `vars` are left out: they evaluate text as script."""

_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"""<(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:"[^"]*"|'[^']*'|[^<>"'])*)>""")
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s=/>"']+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s>"']+))?""")


def template_breaches(path: str, source: str) -> Iterator[TemplateFinding]:
    """Judge one template; `path` is relative to the root.

    Mails may style inline: the programs they are read in know no other way.
    """
    blank = _JINJA.sub(_fill, _COMMENT.sub(_blank, source))
    is_mail = path.startswith("portal/templates/mail/")
    for tag in _TAG.finditer(blank):
        line = blank.count("\n", 0, tag.start()) + 1
        name = tag["name"].lower()
        attributes = {
            match["name"].lower(): (match["value"] or "").strip("\"'")
            for match in _ATTRIBUTE.finditer(tag["attributes"])
        }
        if name == "style" and not is_mail:
            yield line, "inline-style", "a <style> element; rules belong in static/css"
        if name == "script" and "src" not in attributes and attributes.get("type") != "application/json":
            yield line, "inline-script", "a <script> without src; code belongs in static/js"
        if name == "form":
            yield from _form_findings(line, attributes)
        for attribute, value in attributes.items():
            if attribute == "style" and not is_mail:
                yield line, "inline-style", "a style attribute; rules belong in static/css"
            elif re.fullmatch(r"on[a-z]+", attribute):
                yield line, "inline-handler", f"{attribute}=: listeners belong in static/js"
            elif attribute.startswith("hx-"):
                yield line, "htmx-attribute", f"{attribute}: write data-{attribute}, which is valid HTML"
            elif attribute.startswith("data-hx-"):
                yield from _htmx_findings(line, attribute, value)


def _form_findings(line: int, attributes: dict[str, str]) -> Iterator[TemplateFinding]:
    if "method" not in attributes:
        yield line, "form", "a form without method"
    # A dialog's form closes the dialog and goes nowhere.
    if "action" not in attributes and attributes.get("method") != "dialog":
        yield line, "form", "a form without action"


def _htmx_findings(line: int, attribute: str, value: str) -> Iterator[TemplateFinding]:
    if attribute.removeprefix("data-hx-") not in HTMX_ATTRIBUTES:
        yield (
            line,
            "htmx-attribute",
            f"{attribute} is unknown to htmx 2, or evaluates script",
        )
    elif re.match(r"\s*(js|javascript):", value):
        yield line, "htmx-attribute", f"{attribute} evaluates script"
    elif attribute == "data-hx-trigger" and "[" in value:
        yield (
            line,
            "htmx-attribute",
            "a trigger filter is script: it is blocked, and every event passes",
        )


def _blank(match: re.Match[str]) -> str:
    """Replace by as much white space, so that lines keep their numbers."""
    return re.sub(r"[^\n]", " ", match[0])


def _fill(match: re.Match[str]) -> str:
    """Statements become space; an expression stands for some text, so it becomes letters."""
    return _blank(match) if match[0].startswith("{%") else re.sub(r"[^\n]", "x", match[0])
