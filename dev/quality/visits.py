"""Pages on the way to being measured: where each is, what was found on it, and the room in which it is opened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Error, Playwright, StorageState

from dev.quality.gates import Findings, cell
from dev.quality.pages import Stop
from dev.quality.surroundings import NotMeasurable, window

FAILURES: Final = (Error, NotMeasurable, OSError, ValueError, subprocess.SubprocessError)
"""What a measurement fails with, when a page or a program does not answer as it should."""


@dataclass
class Visit:
    """A page that is measured. ``address`` is known once somebody has signed in who may see it."""

    stop: Stop
    findings: Findings
    address: str = ""


@dataclass(frozen=True)
class Room:
    """What one person's pages are opened in; ``folder`` takes files for other programs."""

    playwright: Playwright
    browser: Browser
    base: str
    language: str
    state: StorageState | None
    folder: Path

    def open(self, width: int, **more: Any) -> BrowserContext:
        """A window of a width in CSS pixels in which the person is signed in."""
        return self.browser.new_context(**window(self.playwright, self.language, width, self.state), **more)

    def measuring(self, visit: Visit, what: str) -> AbstractContextManager[None]:
        """Take a failed measurement for a fault of its page."""
        return visit.findings.measuring(what, *FAILURES)


def tell(number: int, visits: Sequence[Visit], what: str) -> None:
    """Say which page has been measured, beside the table, and what it does not pass so far."""
    findings = visits[number - 1].findings
    above = ", ".join(f"{gate.title} {cell(findings, gate)}" for gate in findings.above())
    words = f"[{number}/{len(visits)}] {findings.page}: {what}" + (f"; {above}" if above else "")
    print(words, file=sys.stderr, flush=True)
