"""Take a picture of every screen: `make pictures`.

    make pictures                                     a demo portal of its own, in Korean and French, 360 and 1280 px
    make pictures ARGS="--language ja --width 360 --only cart,checkout"
    make pictures ARGS="--theme dark --large-text"

They go to instance/pictures/<language>-<width>/, one file a screen, the whole page each.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, sync_playwright

from dev.quality.__main__ import portal
from dev.quality.pages import DEALERS, choose, sign_in
from dev.quality.screens import SCREENS, Screen
from dev.quality.surroundings import LOCALES, browser_of, window

WIDTHS: Final = (360, 1280)
"""CSS pixels: a phone, a desktop."""

TALLEST: Final = 4000
"""CSS pixels of a page that are shown; what follows on a longer one is more of the same."""


def main() -> int:
    """Take the pictures and tell what could not be shown. 0 when every screen was, else 1."""
    options = arguments()
    names = options.only.split(",") if options.only else [screen.name for screen in SCREENS]
    missing: list[str] = []
    with sync_playwright() as playwright, portal(options.base_url) as base, browser_of(playwright) as browser:
        for language in options.language.split(","):
            for width in map(int, options.width.split(",")):
                folder = options.folder / f"{language}-{width}"
                folder.mkdir(parents=True, exist_ok=True)
                rooms: dict[str | None, BrowserContext] = {}
                for number, screen in enumerate(SCREENS):
                    if screen.name not in names:
                        continue
                    whose = DEALERS[language] if screen.whose == "dealer" else screen.whose
                    if whose not in rooms:
                        rooms[whose] = browser.new_context(
                            **window(playwright, language, width, None), reduced_motion="reduce"
                        )
                        enter(rooms[whose], base, whose, language, options)
                    file = folder / f"{number:02} {screen.name}.png"
                    if not show(rooms[whose], base, screen, file):
                        missing.append(f"{language}: {screen.name}")
                for room in rooms.values():
                    room.close()
    for told in dict.fromkeys(missing):
        print(f"nothing of the kind in the demo: {told}")
    print(f"pictures: {options.folder}")
    return 1 if missing else 0


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="make pictures", description="Take a picture of every screen.")
    parser.add_argument("--base-url", default=os.environ.get("BASE_URL"), help="a demo portal that runs")
    parser.add_argument("--language", default="ko,fr", help=f"of {', '.join(LOCALES)}, with commas between")
    parser.add_argument(
        "--width", default=",".join(map(str, WIDTHS)), help="in CSS pixels, with commas between"
    )
    parser.add_argument("--only", default="", help="names of screens, with commas between")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--large-text", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path("instance/pictures"))
    return parser.parse_args()


def enter(
    room: BrowserContext, base: str, email: str | None, language: str, options: argparse.Namespace
) -> None:
    """Sign in where somebody is to be, and choose language, theme and size of text."""
    page = room.new_page()
    if email:
        sign_in(page, base, email)
    else:
        page.goto(f"{base}/login")
    choose(page, language, options.theme, options.large_text)
    page.close()


def show(room: BrowserContext, base: str, screen: Screen, file: Path) -> bool:
    """Open a screen and take its picture; False when there is nothing of the kind."""
    address = screen.way.resolve(room.request, base)
    if address is None:
        return False
    page = room.new_page()
    page.goto(f"{base}{address}", wait_until="networkidle")
    if screen.act:
        screen.act(page)
        page.wait_for_load_state("networkidle")
    load_all(page)
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    width = (page.viewport_size or {"width": 0})["width"]
    page.screenshot(
        path=file, full_page=True, scale="css", clip={"x": 0, "y": 0, "width": width, "height": height}
    )
    page.close()
    return True


def load_all(page: Page) -> None:
    """Scroll to the foot and back, so that what is loaded late is there."""
    page.evaluate(
        "async () => { for (let y = 0; y < document.documentElement.scrollHeight; y += 700) {"
        " scrollTo(0, y); await new Promise((done) => setTimeout(done, 30)); } scrollTo(0, 0); }"
    )
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    sys.exit(main())
