"""The documents as the server sends them, held against the standard by two programs, and their policies."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from dev.quality.looks import PHONE
from dev.quality.surroundings import HERE, MODULES, NotMeasurable
from dev.quality.visits import FAILURES, Room, Visit

PROGRAM_SECONDS: Final = 240
"""How long a program may take over all documents of a person."""

VNU: Final = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"

Found = Mapping[str, Sequence[str]]
"""Faults in words by the path of a document."""


def judge_documents(room: Room, visits: Sequence[Visit]) -> None:
    """Note what the programs hold against the documents of one person, and against their policies."""
    files: dict[str, Visit] = {}
    policies: dict[str, str] = {}
    context = room.open(PHONE)
    for number, visit in enumerate(visits):
        with room.measuring(visit, "document"):
            answer = context.request.get(f"{room.base}{visit.address}")
            if answer.status != visit.stop.status:
                raise NotMeasurable(f"{visit.address} gave {answer.status}")
            file = room.folder / f"{visit.stop.as_whom or 'nobody'}-{number}.html"
            file.write_text(answer.text(), encoding="utf-8")
            files[str(file)] = visit
            policies[str(file)] = answer.headers.get("content-security-policy", "")
    context.close()
    if not files:
        return
    note("html", files, lambda: html_validate(room.folder, list(files)))
    if shutil.which("java"):
        note("vnu", files, lambda: vnu(list(files)))
    else:
        print("vnu needs Java 17, which is not here: left out", file=sys.stderr)
    note("policy", files, lambda: judge_policies(room.folder, policies))


def note(key: str, files: Mapping[str, Visit], judge: Callable[[], Found]) -> None:
    """Note what a program finds in each document; where it does not answer, that is a fault of each."""
    try:
        found = judge()
    except FAILURES as error:
        for visit in files.values():
            visit.findings.name("unmeasured", [f"{key}: {error}"])
        return
    for file, visit in files.items():
        visit.findings.name(key, found.get(file, []))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, whatever that is. Raises TimeoutExpired."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS)


def html_validate(folder: Path, files: Sequence[str]) -> Found:
    """Ask html-validate. Raises NotMeasurable when it does not answer."""
    # Into a file: what a program of node says last is lost on a pipe.
    told = folder / "told.json"
    told.unlink(missing_ok=True)
    program = MODULES / "html-validate" / "bin" / "html-validate.mjs"
    options = ["--config", str(HERE / "htmlvalidate.json"), "--formatter", f"json={told}"]
    ended = run(shutil.which("node") or "node", str(program), *options, *files)
    # It ends with 1 when it has found something, so its end tells nothing; a report does.
    if not told.exists():
        raise NotMeasurable(f"html-validate did not answer: {ended.stderr}")
    reports: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))
    return {
        report["filePath"]: [
            f"{one['ruleId']}: {one['message']} ({one['selector']})" for one in report["messages"]
        ]
        for report in reports
    }


def vnu(files: Sequence[str]) -> Found:
    """Ask the Nu checker, whose errors and warnings both count. Raises NotMeasurable when it does not answer."""
    ended = run("java", "-jar", str(VNU), "--stdout", "--format", "json", "--exit-zero-always", *files)
    if ended.returncode or not ended.stdout:
        raise NotMeasurable(f"vnu did not answer: {ended.stderr}")
    found: dict[str, list[str]] = {}
    for message in json.loads(ended.stdout)["messages"]:
        file = unquote(urlsplit(message.get("url", "")).path)
        extract = " ".join(message.get("extract", "").split())
        found.setdefault(file, []).append(f"{message['message']} ({extract})")
    return found


def judge_policies(folder: Path, policies: Mapping[str, str]) -> Found:
    """Ask csp_evaluator for what is severe. Raises NotMeasurable when it does not answer."""
    file = folder / "policies.json"
    file.write_text(json.dumps(policies), encoding="utf-8")
    ended = run(shutil.which("node") or "node", str(HERE / "policies.mjs"), str(MODULES), str(file))
    if ended.returncode:
        raise NotMeasurable(f"csp_evaluator did not answer: {ended.stderr}")
    found: dict[str, list[str]] = json.loads(ended.stdout)
    return found
