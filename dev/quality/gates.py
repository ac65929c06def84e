"""The gates: what is measured of a page, and how much of it passes."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Gate:
    """One column of the table. A figure passes when it is not above ``limit``."""

    key: str
    title: str
    limit: float
    digits: int = 0
    what: str = ""


GATES: Final = (
    Gate("requests", "requests", 8, what="requests of a first visit, photos apart"),
    Gate("cold_kb", "kB cold", 60, 1, what="kB over the wire, first visit, photos apart"),
    Gate("photo_kb", "with photos", 200, 1, what="kB over the wire, first visit, with photos"),
    Gate("warm_kb", "kB warm", 15, 1, what="kB over the wire, second visit, photos apart"),
    Gate("lcp_cold", "LCP cold", 2000, what="largest paint of a first visit, ms"),
    Gate("lcp_warm", "LCP warm", 1500, what="largest paint of a second visit, ms"),
    Gate("inp", "INP", 100, what="a tap until the next paint, ms"),
    Gate("cls", "CLS", 0.02, 3, what="layout shift"),
    Gate("blocked", "blocked", 100, what="ms of tasks beyond 50 ms each, while loading"),
    Gate("axe", "axe", 0, what="findings of axe of any impact, at 360 and 1280 px"),
    Gate("html", "html", 0, what="findings of html-validate: the standard, and accessibility"),
    Gate("sideways", "320 px", 0, what="scrolls sideways at 320 px"),
    Gate("sideways_text", "200 %", 0, what="scrolls sideways at 360 px with text of twice the size"),
    Gate("targets", "<44 px", 0, what="targets smaller than 44 px"),
    Gate("fields", "<16 px", 0, what="fields with text smaller than 16 px"),
    Gate("texts", "<12 px", 0, what="texts smaller than 12 px"),
    Gate("refused", "CSP", 0, what="violations of the content security policy, and failed scripts"),
)
"""In the order of the table. Milliseconds are of the slow phone (vitals.SLOW_PHONE)."""


@dataclass
class Findings:
    """What was measured on one page: figures by the key of their gate, and what stands behind them in words."""

    page: str
    figures: dict[str, list[float]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)

    def note(self, key: str, figure: float) -> None:
        """Add a figure; of several the median counts."""
        self.figures.setdefault(key, []).append(figure)

    def name(self, key: str, found: Sequence[str]) -> None:
        """Add faults in words; their number is the figure."""
        self.words.setdefault(key, []).extend(found)

    def figure(self, gate: Gate) -> float | None:
        """What counts for a gate; None where it was not measured."""
        if gate.key in self.words:
            return len(self.words[gate.key])
        figures = self.figures.get(gate.key)
        return statistics.median(figures) if figures else None

    def failed(self) -> list[Gate]:
        """The gates this page does not pass."""
        return [gate for gate in GATES if (figure := self.figure(gate)) is not None and figure > gate.limit]


def table(all_findings: Sequence[Findings]) -> str:
    """The figures as a Markdown table; what fails is marked with an exclamation mark."""
    rows = [
        ["page", *(gate.title for gate in GATES)],
        ["---", *("--:" for _ in GATES)],
        ["**gate**", *(f"≤ {gate.limit:g}" for gate in GATES)],
    ]
    rows += [[findings.page, *(cell(findings, gate) for gate in GATES)] for findings in all_findings]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def cell(findings: Findings, gate: Gate) -> str:
    """One figure as the table shows it; a dash where it was not measured."""
    figure = findings.figure(gate)
    if figure is None:
        return "–"
    return f"{figure:.{gate.digits}f}" + ("!" if figure > gate.limit else "")


def faults(all_findings: Sequence[Findings]) -> list[str]:
    """Every fault in words, one to a line; the same fault of several pages once."""
    pages: dict[tuple[str, str], list[str]] = {}
    titles: Mapping[str, str] = {gate.key: gate.title for gate in GATES}
    for findings in all_findings:
        for key, found in findings.words.items():
            for fault in dict.fromkeys(found):
                pages.setdefault((key, fault), []).append(findings.page)
    return [f"{titles[key]}: {fault} ({', '.join(names)})" for (key, fault), names in sorted(pages.items())]
