"""What the measurements run in: the browser, its devices, and the programs that npm brings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Playwright, StorageState

HERE: Final = Path(__file__).resolve().parent
MODULES: Final = HERE.parent.parent / "instance" / "quality" / "node_modules"
"""Where scripts/quality.sh puts what package.json names."""

LOCALES: Final = {
    "ko": ("ko-KR", "Asia/Seoul"),
    "en": ("en-US", "America/New_York"),
    "ja": ("ja-JP", "Asia/Tokyo"),
    "fr": ("fr-CA", "America/Toronto"),
}
"""Language and time zone of the browser, by the language of the pages."""

SILENT: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
)
"""The browser asks nobody for anything while it is measured."""


class NotMeasurable(Exception):
    """The portal or a program does not answer as a measurement needs it; the message says which."""


def chromium_of(playwright: Playwright) -> str | None:
    """Where Chromium is: Playwright's own, else this machine's (PW_CHROMIUM, or on the path); None if nowhere."""
    own = Path(playwright.chromium.executable_path)
    if own.exists():
        return str(own)
    return os.environ.get("PW_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def browser_of(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium, wherever it is."""
    browser = playwright.chromium.launch(
        executable_path=chromium_of(playwright),
        args=list(SILENT),
        chromium_sandbox=os.geteuid() != 0,
    )
    try:
        yield browser
    finally:
        browser.close()


def window(playwright: Playwright, language: str, width: int, state: StorageState | None) -> dict[str, Any]:
    """Arguments for a browser window: a phone up to 480 px, a desktop above; ``state`` is who is signed in."""
    device = dict(playwright.devices["Galaxy S24" if width <= 480 else "Desktop Chrome"])
    device.pop("default_browser_type", None)
    height = 780 if width <= 480 else 900
    locale, timezone = LOCALES[language]
    return device | {
        "viewport": {"width": width, "height": height},
        "screen": {"width": width, "height": height},
        "locale": locale,
        "timezone_id": timezone,
        "storage_state": state,
    }


def script(name: str) -> str:
    """The text of a script of this folder."""
    return (HERE / name).read_text(encoding="utf-8")


def module(path: str) -> str:
    """The text of a file that npm brought. Raises FileNotFoundError before scripts/quality.sh has run."""
    return (MODULES / path).read_text(encoding="utf-8")
