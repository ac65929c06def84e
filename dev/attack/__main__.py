"""Let wapiti and sqlmap loose on a demo portal: `scripts/attack.sh`.

    scripts/attack.sh                                a demo portal of its own; 20 minutes
    scripts/attack.sh --only sqlmap --match /search
    scripts/attack.sh --base-url http://127.0.0.1:8000   one that runs, and that nobody needs any more

It ends with 1 when one of them finds something, or when the portal fails (500) under them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Playwright, sync_playwright

from dev.attack.targets import OWNER, TARGETS, Target
from dev.quality.__main__ import portal
from dev.quality.lighthouse import cookie_header
from dev.quality.pages import ADMIN, Fields, csrf_token
from e2e.visitor import DEMO_PASSWORD

TOOLS: Final = Path(__file__).resolve().parent.parent.parent / "instance" / "attack"
"""Where scripts/attack.sh puts the two programs, each with its own packages."""

SEVERE: Final = 2
"""Of wapiti's levels of severity, 1 to 4: what counts. Below are hints."""

MODULES: Final = (
    "sql,xss,permanentxss,exec,file,redirect,crlf,upload,csrf,csp,http_headers,cookieflags,htaccess"
)
"""What wapiti looks for. Left out is what asks a server of its authors', or for other people's software."""

LEFT_ALONE: Final = (
    "/logout",
    "/account/sign-out-everywhere",
    "/account/language",
    "/account/switch",
    "/static/*",
)
"""What would end the attack, or make every page another one; and files."""


def main() -> int:
    """Attack and tell. 0 when nothing was found, else 1."""
    options = arguments()
    found: list[str] = []
    with sync_playwright() as playwright, portal(options.base_url) as base:
        entries = {whom: enter(playwright, base, whom) for whom in (OWNER, ADMIN)}
        if options.only in (None, "sqlmap"):
            for target in TARGETS:
                if options.match in target.way.address:
                    found += sqlmap(playwright, base, target, options.database, *entries[target.whom])
        if options.only in (None, "wapiti"):
            for whom, (cookies, _) in entries.items():
                found += wapiti(base, whom, cookies, options.seconds)
    for told, count in Counter(found).items():
        print(f"FOUND {told}" + (f" ({count} times)" if count > 1 else ""))
    print("attack: " + (f"{len(set(found))} findings." if found else "nothing was found."))
    return 1 if found else 0


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/attack.sh", description="Attack a demo portal of one's own."
    )
    parser.add_argument("--base-url", help="a demo portal that runs and that nobody needs any more")
    parser.add_argument("--only", choices=("wapiti", "sqlmap"))
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the portal runs on"
    )
    parser.add_argument("--match", default="", help="only addresses that hold this (sqlmap)")
    parser.add_argument(
        "--seconds", type=int, default=60, help="for each of wapiti's modules and each person"
    )
    return parser.parse_args()


def enter(playwright: Playwright, base: str, whom: str) -> tuple[str, str]:
    """Sign in and give the cookies as a header, and the token that forms carry."""
    request = playwright.request.new_context()
    token = csrf_token(request.get(f"{base}/login").text())
    fields: Fields = {"csrf_token": token, "email": whom, "password": DEMO_PASSWORD}
    page = request.post(f"{base}/login", form=fields).text()
    entry = cookie_header(request.storage_state()), csrf_token(page)
    request.dispose()
    return entry


def sqlmap(
    playwright: Playwright, base: str, target: Target, database: str, cookies: str, token: str
) -> list[str]:
    """Attack one target by boolean, error and union queries; what was found, in words."""
    request = playwright.request.new_context(extra_http_headers={"Cookie": cookies})
    path = target.way.resolve(request, base)
    request.dispose()
    if path is None:
        return [f"sqlmap: the demo has nothing like {target.way.address}"]
    address = target.address(path)
    command = [
        str(TOOLS / "sqlmap" / "bin" / "sqlmap"),
        *("-u", f"{base}{address}", "--cookie", cookies),
        *("--batch", "--flush-session", "--disable-coloring", "--technique", "BEU", "--threads", "2"),
        # Where answers differ anyhow it believes in hundreds of columns, and sends more than the portal reads.
        *("--union-cols", "1-12"),
        # Without the name of the database it tries the tricks of all others too, ten times as many.
        *("--dbms", database),
        *(
            "--ignore-code",
            "*",
            "--ignore-redirects",
            "--skip",
            "csrf_token",
            "--output-dir",
            str(TOOLS / "out"),
        ),
    ]
    if target.names:
        command += ["-p", ",".join(target.names)]
    if target.posted is not None:
        fields = {"csrf_token": token, **target.posted}
        command += ["--data", "&".join(f"{name}={value}" for name, value in fields.items())]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    said = ended.stdout
    print(
        f"sqlmap {'POST' if target.posted is not None else 'GET'} {address} {','.join(target.names)}",
        flush=True,
    )
    found = []
    if "identified the following injection point" in said:
        found.append("can be injected into")
    if "(Internal Server Error)" in said:
        found.append("made the portal fail (500)")
    if "not appear to be injectable" not in said and not found:
        errors = re.findall(r"\[(?:CRITICAL|ERROR)\] (.*)", said)
        found.append(f"was not attacked: {errors[-1] if errors else said[-300:]}")
    return [f"sqlmap: {address} {','.join(target.names)} {one}" for one in found]


def wapiti(base: str, whom: str, cookies: str, seconds: int) -> list[str]:
    """Attack all that can be reached by links and forms, as one person; what was found, in words."""
    print(f"wapiti as {whom}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(str(TOOLS / "wapiti" / "bin" / "wapiti"), "-u", f"{base}/", "-H", f"Cookie: {cookies}"),
            *("-m", MODULES, "-l", "2", "-d", "4", "-S", "polite", "--max-files-per-dir", "12"),
            *(
                "--max-parameters",
                "30",
                "--max-attack-time",
                str(seconds),
                "--max-scan-time",
                str(4 * seconds),
            ),
            *("--drop-set-cookie", "--no-bugreport", "-f", "json", "-o", str(report), "-v", "1"),
            *("--store-session", folder, "--store-config", str(TOOLS / "config")),
        ]
        for path in LEFT_ALONE:
            command += ["-x", f"{base}{path}"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():
            return [f"wapiti gave no report: {(ended.stderr or ended.stdout)[-400:]}"]
        told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    print(f"wapiti as {whom}: {told['infos']['crawled_pages_nbr']} pages and forms attacked", flush=True)
    found = []
    for kind in ("vulnerabilities", "anomalies"):
        for name, ones in told[kind].items():
            for one in ones:
                words = f"wapiti as {whom}: {name}: {one['method']} {one['path']} {one['info']}"
                if one["level"] >= SEVERE or kind == "anomalies":
                    found.append(words)
                else:
                    print(f"hint: {words}")
    return found


if __name__ == "__main__":
    sys.exit(main())
