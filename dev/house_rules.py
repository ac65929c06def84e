"""The rules of the house that no common linter knows: `python -m dev.house_rules`.

Python rules read the syntax tree of portal/ and search/; template rules stand in dev/template_rules.py. A
breach is printed as `path:line: [rule] what is wrong`, and the program ends with 1.

Where a rule must give way, the line itself says so and why: `# house: allow clock, because ...` (in a
template `{# house: allow inline-style, because ... #}`).
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.template_rules import template_breaches

ROOT = Path(__file__).resolve().parent.parent

ROOMS = frozenset({"accounts", "catalog", "pricing", "orders", "invoices", "jobs", "adapters", "core"})
"""The folders of portal/ that are called by others and never end a transaction themselves."""

MAY_COMMIT = frozenset({"app", "cli", "worker", "demo", "importers"})
"""Who ends transactions: the request, the worker, and the commands (with what they alone run)."""

KNOW_HTMX_HEADERS = frozenset({"portal/blueprints/htmx.py", "portal/responses.py"})
"""The first reads and writes them; the second says that answers vary by them."""

_ALLOW = re.compile(r"house: allow (?P<rule>[a-z-]+), because \S+")
_NOT_A_REASON = re.compile(r"noqa|type: ignore|fmt:|pragma:")


@dataclass(frozen=True, order=True)
class Breach:
    """One place that breaks one rule. `line` counts from 1."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.text}"


@dataclass(frozen=True)
class Module:
    """A Python file as the rules see it: its place in the tree, its syntax, its comments by line."""

    path: str
    tree: ast.Module
    comments: dict[int, str]

    @property
    def place(self) -> str:
        """The file or folder right under portal/ (`orders`, `app`), or `` outside of portal."""
        parts = Path(self.path).parts
        return Path(parts[1]).stem if len(parts) > 1 and parts[0] == "portal" else ""


Finding = tuple[int, str]
"""A line, and what is wrong there."""


def commit(module: Module) -> Iterator[Finding]:
    """Only app, worker and the commands commit: a room's caller decides what belongs together."""
    if not module.place or module.place in MAY_COMMIT:
        return
    for call in method_calls(module, "commit"):
        yield call.lineno, "only app, worker and cli commit; take the session and leave the end to the caller"


def flush(module: Module) -> Iterator[Finding]:
    """A flush in a room says why it is needed, in a comment on its line or the line before."""
    if module.place not in ROOMS:
        return
    for call in method_calls(module, "flush"):
        nearby = (module.comments.get(line, "") for line in (call.lineno, call.lineno - 1))
        if not any(len(text) >= len("# why it") and not _NOT_A_REASON.search(text) for text in nearby):
            yield call.lineno, "a flush in a room needs a comment that says why"


def clock(module: Module) -> Iterator[Finding]:
    """The time comes from portal/core/clock.py or as an argument, so that a test can choose it."""
    if module.path == "portal/core/clock.py":
        return
    names = imported_names(module)
    readers = {
        f"datetime.{kind}.{reader}" for kind in ("datetime", "date") for reader in ("now", "utcnow", "today")
    } | {"time.time", "time.time_ns", "time.localtime", "time.gmtime"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node, names) in readers:
            yield (
                node.lineno,
                f"{dotted(node, names)} reads the clock; take the time as an argument",
            )


def money(module: Module) -> Iterator[Finding]:
    """Prices are rounded in core/money.py and reckoned in pricing/, nowhere else."""
    if not module.place or module.place == "pricing" or module.path == "portal/core/money.py":
        return
    names = imported_names(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "round":
                yield (
                    node.lineno,
                    "round() outside core/money.py and pricing; core/money.py has the one way",
                )
            elif isinstance(node.func, ast.Attribute) and node.func.attr in {"quantize", "to_integral_value"}:
                yield node.lineno, f"{node.func.attr}() rounds a Decimal outside core/money.py and pricing"
        elif isinstance(node, ast.BinOp) and (is_decimal(node.left, names) or is_decimal(node.right, names)):
            yield node.lineno, "Decimal arithmetic outside core/money.py and pricing; amounts are integers"


def htmx_literal(module: Module) -> Iterator[Finding]:
    """HTMX attributes belong in templates, its headers in blueprints/htmx.py, where a new version is met."""
    if not module.place:
        return
    for node in literals(module):
        value = str(node.value)
        if re.search(r"\bhx-[a-z]", value):
            yield node.lineno, f"{value[:40]!r}: HTMX attributes and ids belong in templates"
        elif re.match(r"HX-[A-Z]", value) and module.path not in KNOW_HTMX_HEADERS:
            yield (
                node.lineno,
                f"{value[:40]!r}: HTMX headers belong in portal/blueprints/htmx.py",
            )


def translated_text(module: Module) -> Iterator[Finding]:
    """A translated text is written out whole: what is built at run time is in no catalog."""
    names = imported_names(module)
    translators = {"gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "pgettext", "lazy_pgettext"}
    calls = {
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func, names) in {f"flask_babel.{translator}" for translator in translators}
    }
    for call in calls:
        if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in call.args[:2]):
            yield call.lineno, "a translated text is one literal; give what varies as %(name)s"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.JoinedStr):
            for inner in ast.walk(node):
                if inner in calls:
                    yield node.lineno, "a translation inside an f-string: a sentence is translated whole"


PYTHON_RULES: dict[str, Callable[[Module], Iterator[Finding]]] = {
    "commit": commit,
    "flush": flush,
    "clock": clock,
    "money": money,
    "htmx-literal": htmx_literal,
    "translated-text": translated_text,
}


def method_calls(module: Module, name: str) -> Iterator[ast.Call]:
    """Give each call of a method of that name, on whatever object."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def imported_names(module: Module) -> dict[str, str]:
    """Give, for each name an import binds anywhere in the file, the dotted name it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Give the full dotted name an expression stands for, or `` where it is not an imported name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def is_decimal(node: ast.expr, names: dict[str, str]) -> bool:
    """Say whether an expression plainly is a Decimal: built right there, or itself such arithmetic."""
    if isinstance(node, ast.Call):
        return dotted(node.func, names) == "decimal.Decimal"
    return isinstance(node, ast.BinOp) and (is_decimal(node.left, names) or is_decimal(node.right, names))


def literals(module: Module) -> Iterator[ast.Constant]:
    """Give each text written in the code, docstrings left out."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def python_breaches(path: str, source: str) -> list[Breach]:
    """Judge one Python file; `path` is relative to the root and decides which rules apply.

    Raises SyntaxError for a file that is not Python.
    """
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    module = Module(path, ast.parse(source, path), comments)
    found = {
        Breach(path, line, rule, text) for rule, check in PYTHON_RULES.items() for line, text in check(module)
    }
    return without_allowed(found, source)


def without_allowed(breaches: set[Breach], source: str) -> list[Breach]:
    """Leave out the breaches whose own line allows them with a reason; sorted by line."""
    lines = source.splitlines()
    allowed = {
        (number, match["rule"]) for number, line in enumerate(lines, 1) for match in _ALLOW.finditer(line)
    }
    return sorted(breach for breach in breaches if (breach.line, breach.rule) not in allowed)


def tree_breaches(root: Path) -> list[Breach]:
    """Judge all Python files and templates under a root."""
    found: list[Breach] = []
    for folder in ("portal", "search"):
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            found += python_breaches(path, file.read_text(encoding="utf-8"))
    for file in sorted((root / "portal" / "templates").rglob("*.html")):
        path, source = file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
        found += without_allowed(
            {Breach(path, *finding) for finding in template_breaches(path, source)}, source
        )
    return found


def main() -> int:
    """Print every breach in the tree; 1 where there is one, else 0."""
    breaches = tree_breaches(ROOT)
    for breach in breaches:
        print(breach)
    print(f"house rules: {len(breaches)} broken" if breaches else "house rules: all kept")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
