"""What does not depend on time: axe, sizes of targets and texts, scrolling sideways, the document itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Playwright, StorageState

from dev.quality.gates import Findings
from dev.quality.pages import Stop
from dev.quality.surroundings import HERE, MODULES, NotMeasurable, module, script, window

PHONE: Final = 360
DESKTOP: Final = 1280
NARROWEST: Final = 320
"""Widths in CSS pixels. The last is that of WCAG 2.2, 1.4.10: a desktop at 400 %."""

TWICE: Final = {"standard": 32, "fixed": 26}
"""The browser's own text sizes, doubled (WCAG 2.2, 1.4.4)."""

ASK_AXE: Final = """
async () => {
  const answer = await axe.run(document, { resultTypes: ["violations"] });
  const why = (node) => (node.any[0] || node.all[0] || node.none[0] || {}).message || "";
  return answer.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}) ${node.target.join(" ")}: ${why(node) || rule.help}`));
}
"""


def look(
    playwright: Playwright,
    browser: Browser,
    base: str,
    language: str,
    visits: list[tuple[Stop, Findings]],
    state: StorageState | None,
) -> None:
    """Look at every page of ``visits`` as one person, at each width, and note what is found."""
    axe = module("axe-core/axe.min.js")
    # What moves is measured when it has come to rest.
    for width in (PHONE, DESKTOP, NARROWEST):
        context = browser.new_context(**window(playwright, language, width, state), reduced_motion="reduce")
        page = context.new_page()
        for stop, findings in visits:
            open_page(page, base, stop)
            if width == NARROWEST:
                findings.name("sideways", page.evaluate(script("wide.js")))
                continue
            page.evaluate(axe)
            findings.name("axe", [f"{width} px {fault}" for fault in page.evaluate(ASK_AXE)])
            if width == PHONE:
                found: dict[str, list[str]] = page.evaluate(script("look.js"))
                for key, faults in found.items():
                    findings.name(key, faults)
        context.close()
    context = browser.new_context(**window(playwright, language, PHONE, state), reduced_motion="reduce")
    page = context.new_page()
    context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": TWICE})
    for stop, findings in visits:
        open_page(page, base, stop)
        findings.name("sideways_text", page.evaluate(script("wide.js")))
    context.close()


def open_page(page: Page, base: str, stop: Stop) -> None:
    """Open a page and wait until nothing is asked for any more. Raises NotMeasurable for a failure page."""
    answer = page.goto(f"{base}{stop.address}", wait_until="networkidle")
    if answer is None or not answer.ok:
        raise NotMeasurable(f"{stop.address} gave {answer.status if answer else 'no answer'}")


def judge_documents(
    playwright: Playwright,
    browser: Browser,
    base: str,
    language: str,
    visits: list[tuple[Stop, Findings]],
    state: StorageState | None,
    folder: Path,
) -> None:
    """Hold the documents, as the server sends them, against the standard.

    Raises NotMeasurable when html-validate does not answer.
    """
    context = browser.new_context(**window(playwright, language, PHONE, state))
    files = {}
    for number, (stop, findings) in enumerate(visits):
        file = folder / f"{stop.as_whom or 'nobody'}-{number}.html"
        file.write_text(context.request.get(f"{base}{stop.address}").text(), encoding="utf-8")
        files[str(file)] = findings
        findings.name("html", [])
    context.close()
    # Into a file: what a program of node says last is lost on a pipe.
    told = folder / "told.json"
    told.unlink(missing_ok=True)
    run = subprocess.run(
        [
            shutil.which("node") or "node",
            str(MODULES / "html-validate" / "bin" / "html-validate.mjs"),
            "--config",
            str(HERE / "htmlvalidate.json"),
            "--formatter",
            f"json={told}",
            *files,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    # It ends with 1 when it has found something, so its end tells nothing; a report does.
    if not told.exists():
        raise NotMeasurable(f"html-validate did not answer: {run.stderr}")
    reports: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))
    for report in reports:
        files[report["filePath"]].name(
            "html", [f"{one['ruleId']}: {one['message']} ({one['selector']})" for one in report["messages"]]
        )
