"""Measure the gates on every page that is bought on, and what does not depend on time beside it: `make quality`.

    make quality                                          a demo portal of its own, in Korean
    make quality ARGS="--language fr --only cart,checkout"
    make quality ARGS="--base-url http://127.0.0.1:8000"  a demo that runs
    make quality ARGS="--no-vitals"                       without what depends on time
    make quality ARGS="--vitals"                          what depends on time alone
    make quality ARGS="--no-vitals --theme dark --large-text"
    make quality ARGS="--lighthouse --only home"

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

from playwright.sync_api import Browser, Playwright, StorageState, sync_playwright

from dev.quality import documents, lighthouse, looks, vitals
from dev.quality.gates import UNMEASURED, Findings, faults, table
from dev.quality.pages import DEALERS, choose, fill_cart, have_list, sign_in, stops
from dev.quality.surroundings import LOCALES, NotMeasurable, browser_of, window
from dev.quality.visits import FAILURES, Room, Visit, tell
from e2e.own_portal import own_portal, seeded_folder


def main() -> int:
    """Measure and print. 0 when all gates are passed, else 1."""
    options = arguments()
    with sync_playwright() as playwright, portal(options.base_url) as base:
        found = measure(playwright, base, options)
    print(table(found))
    told = faults(found)
    if told:
        print("\n" + "\n".join(told))
    failed = [
        f"{findings.page}: {', '.join(gate.title for gate in findings.failed())}"
        for findings in found
        if findings.failed()
    ]
    load = os.getloadavg()[0]
    print(
        f"\n{len(found)} pages, {options.theme}{', large text' if options.large_text else ''}, {options.language};"
        f" load of the machine {load:.1f} on {os.cpu_count()} cores."
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
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--large-text", action="store_true", help="with the larger size of text chosen")
    parser.add_argument("--lighthouse", action="store_true", help="Lighthouse too: a minute a page")
    parser.add_argument("--lighthouse-runs", type=int, default=3, help="runs of it; the median counts")
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


def measure(playwright: Playwright, base: str, options: argparse.Namespace) -> list[Findings]:
    """Visit the pages and give what was found, in the order of the pages.

    Raises NotMeasurable when --only names a page that there is not.
    """
    visits = [Visit(stop, Findings(stop.name, stop.is_timed)) for stop in stops(options.language)]
    if options.only:
        names = options.only.split(",")
        if unknown := set(names) - {visit.stop.name for visit in visits}:
            raise NotMeasurable(f"there is no page called {', '.join(sorted(unknown))}")
        visits = [visit for visit in visits if visit.stop.name in names]
    with browser_of(playwright) as browser, tempfile.TemporaryDirectory() as folder:
        for person in dict.fromkeys(visit.stop.as_whom for visit in visits):
            theirs = [visit for visit in visits if visit.stop.as_whom == person]
            try:
                state = enter(playwright, browser, base, options, person, theirs)
            except FAILURES as error:
                for visit in theirs:
                    visit.findings.name(UNMEASURED, [f"signing in as {person}: {error}".splitlines()[0]])
                continue
            room = Room(playwright, browser, base, options.language, state, Path(folder))
            measure_room(room, [visit for visit in theirs if visit.address], options)
    return [visit.findings for visit in visits]


def enter(
    playwright: Playwright,
    browser: Browser,
    base: str,
    options: argparse.Namespace,
    person: str | None,
    theirs: list[Visit],
) -> StorageState:
    """Sign in where somebody is to be, choose how pages look, and find out the addresses of the pages.

    What the demo has nothing of is a fault of its page. Gives the person's cookies.
    """
    context = browser.new_context(**window(playwright, options.language, looks.PHONE, None))
    page = context.new_page()
    if person:
        sign_in(page, base, person)
    else:
        page.goto(f"{base}/login")
    choose(page, options.language, options.theme, options.large_text)
    if person == DEALERS[options.language]:
        fill_cart(context.request, base)
        have_list(context.request, base)
    for visit in theirs:
        visit.address = visit.stop.way.resolve(context.request, base) or ""
        if not visit.address:
            visit.findings.name(UNMEASURED, [f"the demo has nothing of the kind for {person}"])
    state = context.storage_state()
    context.close()
    return state


def measure_room(room: Room, visits: list[Visit], options: argparse.Namespace) -> None:
    """Measure what one person sees, as far as it was asked for."""
    if not options.vitals:
        looks.look(room, visits)
        documents.judge_documents(room, visits)
    slow = [visit for visit in visits if visit.stop.is_on_slow_phone]
    for turn in range(0 if options.no_vitals else options.runs):
        for number, visit in enumerate(slow, 1):
            with room.measuring(visit, "slow phone"):
                vitals.visit(room, visit)
            tell(number, slow, f"slow phone, {turn + 1} of {options.runs}")
    for number, visit in enumerate(slow if options.lighthouse else [], 1):
        with room.measuring(visit, "lighthouse"):
            for _ in range(options.lighthouse_runs):
                lighthouse.judge(room, visit)
        tell(number, slow, "lighthouse")


if __name__ == "__main__":
    sys.exit(main())
