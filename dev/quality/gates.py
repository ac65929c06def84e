"""The gates: what is measured of a page, and how much of it passes."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Gate:
    """One column of the table. A figure passes when it is not above ``limit``; of a score, when it is not below."""

    key: str
    title: str
    limit: float
    digits: int = 0
    is_score: bool = False
    is_timed: bool = False
    """Whether it says how long something took: on a busy machine it says more about the machine."""

    def is_failed_by(self, figure: float) -> bool:
        """Whether a figure does not pass."""
        return figure < self.limit if self.is_score else figure > self.limit

    @property
    def limit_text(self) -> str:
        """The limit as the table shows it."""
        return f"{'≥' if self.is_score else '≤'} {self.limit:g}"


UNMEASURED: Final = "unmeasured"
"""The gate of what could not be measured: a page that does not answer is a fault of the page."""

GATES: Final = (
    Gate(UNMEASURED, "unmeasured", 0),
    Gate("requests", "requests", 8),
    Gate("cold_kb", "kB cold", 60, 1),
    Gate("photo_kb", "with photos", 200, 1),
    Gate("warm_kb", "kB warm", 15, 1),
    Gate("lcp_cold", "LCP cold", 2000, is_timed=True),
    Gate("lcp_warm", "LCP warm", 1500, is_timed=True),
    Gate("inp", "INP", 100, is_timed=True),
    Gate("cls", "CLS", 0.02, 3),
    Gate("blocked", "blocked", 100, is_timed=True),
    Gate("reaction", "reaction", 100, is_timed=True),
    Gate("result", "tap to result", 1500, is_timed=True),
    Gate("lh_speed", "LH speed", 97, is_score=True, is_timed=True),
    Gate("lh_access", "LH access", 100, is_score=True),
    Gate("lh_practice", "LH practice", 100, is_score=True),
    Gate("axe", "axe", 0),
    Gate("html", "html", 0),
    Gate("vnu", "vnu", 0),
    Gate("sideways", "320 px", 0),
    Gate("sideways_text", "200 %", 0),
    Gate("targets", "<44 px", 0),
    Gate("fields", "<16 px", 0),
    Gate("texts", "<12 px", 0),
    Gate("refused", "CSP", 0),
    Gate("policy", "policy", 0),
)
"""In the order of the table; docs/quality.md says what each is. Milliseconds are of the slow phone."""


@dataclass
class Findings:
    """What was measured on one page: figures by the key of their gate, and what stands behind them in words."""

    page: str
    is_timed: bool = True
    """Whether figures of time decide here; where not, they are shown beside."""
    figures: dict[str, list[float]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=lambda: {UNMEASURED: []})

    def note(self, key: str, figure: float) -> None:
        """Add a figure; of several the median counts."""
        self.figures.setdefault(key, []).append(figure)

    def name(self, key: str, found: Sequence[str]) -> None:
        """Add faults in words; their number is the figure."""
        self.words.setdefault(key, []).extend(found)

    def tell(self, key: str, found: Sequence[str]) -> None:
        """Add words to a figure that was noted; they do not count themselves."""
        if found:
            self.name(f"{key}?", found)

    @contextmanager
    def measuring(self, what: str, *failures: type[Exception]) -> Iterator[None]:
        """Take ``failures`` of a measurement for a fault of this page, and go on."""
        try:
            yield
        except failures as error:
            told = str(error).strip().splitlines()
            self.name(UNMEASURED, [f"{what}: {told[0] if told else type(error).__name__}"])

    def figure(self, gate: Gate) -> float | None:
        """What counts for a gate; None where it was not measured."""
        if gate.key in self.words:
            return len(self.words[gate.key])
        figures = self.figures.get(gate.key)
        return statistics.median(figures) if figures else None

    def above(self) -> list[Gate]:
        """The gates this page does not pass, whether or not they decide."""
        return [
            gate for gate in GATES if (figure := self.figure(gate)) is not None and gate.is_failed_by(figure)
        ]

    def failed(self) -> list[Gate]:
        """The gates that decide and that this page does not pass."""
        return [gate for gate in self.above() if self.is_timed or not gate.is_timed]


def table(all_findings: Sequence[Findings]) -> str:
    """The figures as a Markdown table; what fails is marked with an exclamation mark.

    A gate that was measured nowhere has no column.
    """
    gates = [gate for gate in GATES if any(found.figure(gate) is not None for found in all_findings)]
    rows = [
        ["page", *(gate.title for gate in gates)],
        ["---", *("--:" for _ in gates)],
        ["**gate**", *(gate.limit_text for gate in gates)],
    ]
    rows += [[findings.page, *(cell(findings, gate) for gate in gates)] for findings in all_findings]
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
    return f"{figure:.{gate.digits}f}" + ("!" if gate.is_failed_by(figure) else "")


def faults(all_findings: Sequence[Findings]) -> list[str]:
    """Every fault in words, one to a line; the same fault of several pages once."""
    pages: dict[tuple[str, str], list[str]] = {}
    titles: Mapping[str, str] = {gate.key: gate.title for gate in GATES}
    for findings in all_findings:
        for key, found in findings.words.items():
            for fault in dict.fromkeys(found):
                pages.setdefault((key.removesuffix("?"), fault), []).append(findings.page)
    return [f"{titles[key]}: {fault} ({', '.join(names)})" for (key, fault), names in sorted(pages.items())]
