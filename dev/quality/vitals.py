"""What depends on time: bytes, paints, shifts and taps on a slow phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import CDPSession, ConsoleMessage, Page

from dev.quality.gates import Findings
from dev.quality.looks import PHONE, open_page
from dev.quality.pages import SEARCHED, Deed
from dev.quality.surroundings import module, script
from dev.quality.visits import Room, Visit

SLOW_NETWORK: Final[dict[str, Any]] = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1.44e6 / 8,
    "uploadThroughput": 675e3 / 8,
}
"""The browser's own "Slow 4G": milliseconds, bytes a second."""

SLOWER_BY: Final = 4
"""How many times slower the phone computes than this machine."""

PHOTO: Final = re.compile(r"/media/|/img/categories/|/img/favicon")
"""Pictures of products, photos or drawn; and the icon, which a browser fetches once, after the page."""

TAP_MS: Final = 5000
"""How long what is tapped may take to be there."""

RESULT_MS: Final = 10_000
"""How long the result of a tap may take to be there at all."""

SETTLE_MS: Final = 400
"""How long after a load or a tap the last figures may take to be reported."""


class Wire:
    """Counts what goes over the wire for one page, photos apart."""

    def __init__(self, session: CDPSession) -> None:
        self.requests = 0
        self.bytes = 0
        self.photo_bytes = 0
        self._photos: set[str] = set()
        self._kept: set[str] = set()
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.requestServedFromCache", lambda event: self._kept.add(event["requestId"]))
        session.on("Network.loadingFinished", self._finished)

    def begin(self) -> None:
        """Count from here."""
        self.requests, self.bytes, self.photo_bytes = 0, 0, 0
        self._kept.clear()
        self._photos.clear()

    def _asked(self, event: dict[str, Any]) -> None:
        if PHOTO.search(event["request"]["url"]):
            self._photos.add(event["requestId"])
        elif event["request"]["url"].startswith("http"):
            self.requests += 1

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._photos:
            self.photo_bytes += int(event["encodedDataLength"])
        elif event["requestId"] not in self._kept:
            self.bytes += int(event["encodedDataLength"])


def visit(room: Room, visited: Visit) -> None:
    """Open a page on the slow phone twice, first with nothing kept, and tap on it; note what that took."""
    # What a service worker fetches is neither slowed down nor counted; without it nothing is hidden.
    context = room.open(PHONE, service_workers="block")
    try:
        context.add_init_script(module("web-vitals/dist/web-vitals.iife.js") + "\n" + script("watch.js"))
        load_and_tap(room, visited, context.new_page())
        if visited.stop.deed:
            with room.measuring(visited, "tap to result"):
                do(room, visited, visited.stop.deed, context.new_page())
    finally:
        context.close()


def load_and_tap(room: Room, visited: Visit, page: Page) -> None:
    """Note what a first and a second load take, and a tap that stays on the page."""
    findings = visited.findings
    wire = slow_phone(page)
    findings.name("refused", [])
    page.on("console", complaint(findings))
    page.on("pageerror", lambda error: findings.name("refused", [f"script failed: {error}"]))

    open_page(page, room.base, visited)
    page.wait_for_timeout(SETTLE_MS)
    noted = page.evaluate("window.__quality")
    findings.note("requests", wire.requests)
    findings.note("cold_kb", wire.bytes / 1000)
    findings.note("photo_kb", (wire.bytes + wire.photo_bytes) / 1000)
    findings.note("lcp_cold", noted["lcp"])
    findings.note("blocked", noted["blocked"])

    # As somebody comes back to it: what may be kept is kept, and the page is asked for anew.
    page.goto("about:blank")
    wire.begin()
    open_page(page, room.base, visited)
    page.wait_for_timeout(SETTLE_MS)
    findings.note("warm_kb", wire.bytes / 1000)
    findings.note("lcp_warm", page.evaluate("window.__quality.lcp"))

    page.locator(visited.stop.tap).filter(visible=True).first.tap(timeout=TAP_MS)
    page.wait_for_timeout(SETTLE_MS)
    # The vitals of an interaction are told when the browser is idle, or when the page is left.
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    noted = page.evaluate("window.__quality")
    findings.note("inp", noted["inp"])
    findings.note("cls", noted["cls"])
    findings.name("refused", noted["refused"])
    page.close()


def do(room: Room, visited: Visit, deed: Deed, page: Page) -> None:
    """Do what the page is for with one tap; note when the tap was felt, and when its result was on the page."""
    slow_phone(page)
    open_page(page, room.base, visited)
    if deed.typed:
        page.locator("header [type=search]").filter(visible=True).first.tap(timeout=TAP_MS)
        page.keyboard.type(SEARCHED[room.language])
        page.locator(deed.tapped).filter(visible=True).first.wait_for(timeout=RESULT_MS)
        page.wait_for_load_state("networkidle")
    button = page.locator(deed.tapped).filter(visible=True).first
    button.scroll_into_view_if_needed(timeout=TAP_MS)
    page.wait_for_timeout(SETTLE_MS)
    tapped = button.element_handle(timeout=TAP_MS)
    page.evaluate(script("deed.js"), [tapped, deed.around, deed.words, RESULT_MS])
    button.tap(timeout=TAP_MS)
    noted = page.evaluate("window.__deed")
    for key in ("reaction", "result"):
        visited.findings.note(key, noted[key])
    page.close()


def slow_phone(page: Page) -> Wire:
    """Make the page that of a slow phone on a slow network, and count what it fetches."""
    session = page.context.new_cdp_session(page)
    wire = Wire(session)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_BY})
    return wire


def complaint(findings: Findings) -> Callable[[ConsoleMessage], None]:
    """What notes the errors of a page's console."""

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            findings.name("refused", [message.text])

    return heard
