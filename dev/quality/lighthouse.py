"""Lighthouse, as a phone it emulates: its scores of speed, accessibility and best practices."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any, Final

from playwright.sync_api import StorageState

from dev.quality.surroundings import MODULES, SILENT, NotMeasurable, chromium_of
from dev.quality.visits import Room, Visit

SECONDS: Final = 120
"""How long one run may take; it usually takes a fifth of that."""

SCORES: Final = {"performance": "lh_speed", "accessibility": "lh_access", "best-practices": "lh_practice"}
"""The gate of each of its categories."""


UNRECORDED: Final = {"NO_NAVSTART", "NO_FCP", "NO_TRACING_STARTED"}
"""The failures Lighthouse asks to be run again after: Chromium lost the beginning of the load's record."""

TRIES: Final = 4


def judge(room: Room, visit: Visit) -> None:
    """Run Lighthouse once on a page and note its scores, 0 to 100; and what it holds against the page.

    What could not be recorded is loaded again, three times at most. Raises NotMeasurable when it gives no score.
    """
    for _ in range(TRIES):
        told = run(room, visit)
        failure = told.get("runtimeError")
        if not failure or failure["code"] not in UNRECORDED:
            break
    if failure:
        raise NotMeasurable(f"lighthouse: {failure['message']}")
    for category, key in SCORES.items():
        score = told["categories"][category]["score"]
        if score is None:
            raise NotMeasurable(f"lighthouse gave no score of {category}")
        visit.findings.note(key, 100 * score)
        if category != "performance":
            visit.findings.tell(key, lost(told, category))


def run(room: Room, visit: Visit) -> dict[str, Any]:
    """Lighthouse's whole report of one load. Raises NotMeasurable when there is none."""
    report = room.folder / "lighthouse.json"
    report.unlink(missing_ok=True)
    flags = ["--headless=new", *SILENT, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    ended = subprocess.run(
        [
            shutil.which("node") or "node",
            str(MODULES / "lighthouse" / "cli" / "index.js"),
            f"{room.base}{visit.address}",
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(SCORES)}",
            f"--chrome-flags={' '.join(flags)}",
            f"--extra-headers={json.dumps({'Cookie': cookie_header(room.state)})}",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, "CHROME_PATH": chromium_of(room.playwright) or ""},
    )
    if not report.exists():
        raise NotMeasurable(f"lighthouse gave no report: {ended.stderr.strip()[-200:]}")
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return told


def lost(told: dict[str, Any], category: str) -> list[str]:
    """The audits of a category that cost points, in Lighthouse's words."""
    audits = told["audits"]
    return [
        f"{audits[one['id']]['title']} ({one['id']})"
        for one in told["categories"][category]["auditRefs"]
        if one["weight"] and audits[one["id"]]["score"] not in (None, 1)
    ]


def cookie_header(state: StorageState | None) -> str:
    """The cookies of who is signed in, as a browser sends them; empty for nobody."""
    cookies = (state or {}).get("cookies", [])
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)
