"""Measure the gates on every page that is bought on: `make quality`.

    make quality                                          a demo portal of its own, in Korean
    make quality ARGS="--language fr --only cart,checkout"
    make quality ARGS="--base-url http://127.0.0.1:8000"  a demo that runs
    make quality ARGS="--no-vitals"                       without what depends on time
    make quality ARGS="--vitals"                          what depends on time alone

It prints one table and what stands behind each fault, and ends with 1 when a page that counts does not pass.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Playwright, StorageState, sync_playwright

from dev.quality import looks, vitals
from dev.quality.gates import GATES, Findings, faults, table
from dev.quality.pages import BUYER, Stop, fill_cart, sign_in, stops
from dev.quality.surroundings import LOCALES, browser_of, window
from e2e.own_portal import own_portal, seeded_folder

BUYERS = {
    "ko": BUYER,
    "en": "buyer.us@demo.example",
    "ja": "buyer.jp@demo.example",
    "fr": "buyer.ca@demo.example",
}
"""Who reads the pages in which language."""


def main() -> int:
    """Measure and print. 0 when all gates are passed, else 1."""
    options = arguments()
    with sync_playwright() as playwright, portal(options.base_url) as base:
        found = measure(playwright, base, options)
    print(table([findings for _, findings in found]))
    told = faults([findings for _, findings in found])
    if told:
        print("\n" + "\n".join(told))
    failed = [
        f"{findings.page}: {', '.join(gate.title for gate in findings.failed())}"
        for stop, findings in found
        if stop.gated and findings.failed()
    ]
    load = os.getloadavg()[0]
    print(
        f"\n{len(GATES)} gates on {len(found)} pages; load of the machine {load:.1f} on {os.cpu_count()} cores."
    )
    if failed:
        print("make quality: FAILED: " + "; ".join(failed))
        return 1
    print("make quality: all gates passed.")
    return 0


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="make quality", description="Measure the gates of every page.")
    parser.add_argument("--base-url", default=os.environ.get("BASE_URL"), help="a demo portal that runs")
    parser.add_argument("--language", choices=sorted(LOCALES), default="ko")
    parser.add_argument("--only", default="", help="names of pages, with commas between")
    parser.add_argument("--runs", type=int, default=3, help="visits on the slow phone; the median counts")
    parser.add_argument("--no-vitals", action="store_true", help="leave out what depends on time")
    parser.add_argument("--vitals", action="store_true", help="only what depends on time")
    return parser.parse_args()


@contextmanager
def portal(base_url: str | None) -> Iterator[str]:
    """The address of the portal: the one given, else one of its own with the demo data."""
    if base_url:
        yield base_url.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder:
        seeded = seeded_folder(Path(folder))
        (Path(folder) / "own").mkdir()
        with own_portal(Path(folder) / "own", seeded) as address:
            yield address


def measure(playwright: Playwright, base: str, options: argparse.Namespace) -> list[tuple[Stop, Findings]]:
    """Visit the pages and give what was found, in the order of the pages."""
    buyer = BUYERS[options.language]
    with browser_of(playwright) as browser, tempfile.TemporaryDirectory() as folder:
        states: dict[str | None, StorageState | None] = {None: None}
        wanted: list[Stop] = []

        def enter(email: str) -> None:
            context = browser.new_context(**window(playwright, options.language, looks.PHONE, None))
            page = context.new_page()
            sign_in(page, base, email)
            if email == buyer:
                fill_cart(context.request, base)
                wanted.extend(stops(context.request, base, options.language, buyer))
            states[email] = context.storage_state()
            context.close()

        enter(buyer)
        if options.only:
            names = options.only.split(",")
            wanted = [stop for stop in wanted if stop.name in names]
        found = [(stop, Findings(stop.name)) for stop in wanted]
        for person in dict.fromkeys(stop.as_whom for stop in wanted):
            if person is not None and person not in states:
                enter(person)
            theirs = [pair for pair in found if pair[0].as_whom == person]
            surroundings = (playwright, browser, base, options.language)
            if not options.vitals:
                looks.look(*surroundings, theirs, states[person])
                looks.judge_documents(*surroundings, theirs, states[person], Path(folder))
            for _ in range(0 if options.no_vitals else options.runs):
                for stop, findings in theirs:
                    vitals.visit(*surroundings, stop, findings, states[person])
    return found


if __name__ == "__main__":
    sys.exit(main())
