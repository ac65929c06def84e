"""Fixtures of the browser tests.

``pytest e2e`` starts a portal of its own; ``pytest e2e --base-url http://127.0.0.1:8000`` visits a demo that runs. The
browser is the one Playwright downloads, else one of this machine: PW_CHROMIUM, or Chromium on the path.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Cookie, Playwright, expect
from pytest_playwright import CreateContextCallback

from e2e.own_portal import own_portal, seeded_folder
from e2e.pages.sign_in import SignInPage
from e2e.shard import Shard
from e2e.visitor import DEVICES, Visitor
from e2e.words import spoken
from portal.core.locales import LOCALES

Visit = Callable[..., Visitor]
KeptSessions = dict[tuple[str, str], list[Cookie]]

BROWSER_LANGUAGES = {
    "ko": ("ko-KR", "Asia/Seoul"),
    "en": ("en-US", "America/New_York"),
    "ja": ("ja-JP", "Asia/Tokyo"),
    "fr-CA": ("fr-CA", "America/Toronto"),
}
"""Language and time zone of the browser for each language of the tests."""

EVERY_PAIR = pytest.mark.parametrize(
    "screen, scripts, language",
    [
        ("phone", True, "ko"),
        ("phone", False, "en"),
        ("iphone", True, "en"),
        ("iphone", False, "ko"),
        ("desktop", True, "en"),
        ("desktop", False, "ko"),
    ],
)
"""The devices with and without scripts in two languages: each meets each of the others, in half as many runs."""

# How long a thing may take to come. A loaded machine is slow, not broken.
expect.set_options(timeout=20_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shard",
        type=Shard.parse,
        help="run one part of the files, such as 1/4",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    shard: Shard | None = config.getoption("--shard")
    if shard is not None:
        files = shard.files()
        config.hook.pytest_deselected(items=[item for item in items if item.path.name not in files])
        items[:] = [item for item in items if item.path.name in files]
    for item in items:
        item.add_marker("e2e")
    # A long one that begins last keeps one process at work while the other has nothing left.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogs() -> None:
    """Without them the portal and its tests would both speak English, and agree where they should not."""
    missing = [language for language in LOCALES if language != "en" and not spoken(language)]
    assert missing == [], f"no compiled texts for {missing}: run scripts/setup.sh, or make translations"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, loaded once for all processes of this run."""
    own = tmp_path_factory.getbasetemp()
    # Each process of pytest-xdist has a folder of its own in the run's.
    return seeded_folder(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def base_url(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of the portal that is visited."""
    given = pytestconfig.getoption("--base-url") or os.environ.get("PYTEST_BASE_URL")
    if given:
        yield given
        return
    with own_portal(tmp_path_factory.mktemp("portal"), request.getfixturevalue("seeded")) as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_type: BrowserType
) -> dict[str, Any]:
    """How the browser is started: the system's, if Playwright's own is not there."""
    arguments = dict(browser_type_launch_args)
    if (
        browser_type.name == "chromium"
        and not arguments.get("channel")
        and not Path(browser_type.executable_path).exists()
    ):
        system = system_chromium(is_shown=arguments.get("headless") is False)
        if system:
            arguments["executable_path"] = system
    arguments["args"] = [
        *arguments.get("args", []),
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        arguments["chromium_sandbox"] = False
    return arguments


def system_chromium(*, is_shown: bool) -> str | None:
    """The Chromium of this machine, if it has one.

    Where nobody looks, the one without windows is taken: a page costs it a third of the work.
    """
    names = ["chromium", "google-chrome"]
    if not is_shown:
        names.insert(0, "chromium-headless-shell")
    return os.environ.get("PW_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def device() -> None:
    """No device for all: each visitor has its own."""


@pytest.fixture(scope="session")
def kept_sessions() -> KeptSessions:
    """The cookies of who has signed in before, with which they come back without the form."""
    return {}


@pytest.fixture
def visit(
    new_context: CreateContextCallback, playwright: Playwright, kept_sessions: KeptSessions
) -> Iterator[Visit]:
    """``visit(email)`` gives a Visitor who has signed in; without an e-mail address one who has not.

    After the test no visitor may have met an error in the console, a violation of the content security policy or a
    failed answer.
    """
    visitors: list[Visitor] = []

    def come(
        email: str | None = None,
        *,
        device: str = "phone",
        scripts: bool = True,
        language: str = "ko",
        **more: Any,
    ) -> Visitor:
        who = (email or "", device)
        kept = {"storage_state": {"cookies": kept_sessions[who]}} if who in kept_sessions else {}
        arguments = context_arguments(playwright, device, scripts, language) | kept | more
        visitor = Visitor(new_context(**arguments).new_page(), language, device, scripts)
        visitors.append(visitor)
        if email:
            SignInPage(visitor).come_back(email)
            kept_sessions[who] = visitor.page.context.cookies()
        return visitor

    yield come
    faults = [fault for visitor in visitors for fault in visitor.faults]
    assert faults == []


@pytest.fixture
def own_word() -> str:
    """A word nobody has used before, such as a PO number by which an order is found again."""
    return f"E2E-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def phone_that_keeps_pages(
    launch_browser: Callable[..., Browser], browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser with the back/forward cache that phones have.

    The driver switches it off, and Chromium without windows has none.
    """
    own: dict[str, Any] = {"ignore_default_args": ["--disable-back-forward-cache"]}
    if (whole := system_chromium(is_shown=True)) and "executable_path" in browser_type_launch_args:
        own["executable_path"] = whole
    browser = launch_browser(**own)
    yield browser
    browser.close()


def context_arguments(playwright: Playwright, device: str, scripts: bool, language: str) -> dict[str, Any]:
    """What makes a browser window that of a phone or a desktop of somebody who reads ``language``."""
    locale, timezone = BROWSER_LANGUAGES[language]
    described = dict(playwright.devices[DEVICES[device]])
    described.pop("default_browser_type", None)
    return described | {
        "locale": locale,
        "timezone_id": timezone,
        "java_script_enabled": scripts,
        "reduced_motion": "reduce",
        # A worker between page and server hides answers that a test puts in its place; test_offline.py has one.
        "service_workers": "block",
    }
