"""Draw the icons of the installed app from the mark of the portal: `python -m dev.app_icons`.

Phones want pictures made of dots. A browser draws them from ``static/img/logo.svg``, so that a seller's own mark
needs no more than another drawing and this command.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES: Final = Path(__file__).resolve().parent.parent / "portal" / "static" / "img"

#: Name, size in pixels, and the share of the side that the mark takes. A maskable icon is cut to a circle of 80 % by
#: some phones, and Apple rounds the corners itself: both want the ground to reach the edges.
ICONS: Final = (
    ("icon-192.png", 192, 1.0),
    ("icon-512.png", 512, 1.0),
    ("maskable-512.png", 512, 0.72),
    ("apple-touch-icon.png", 180, 0.86),
)

#: Colours in an icon: drawings of three colours need no more for smooth edges.
COLOURS: Final = 64


def drawings() -> dict[str, bytes]:
    """Each icon's PNG by file name."""
    mark = (IMAGES / "logo.svg").read_text(encoding="utf-8")
    ground = re.search(r'fill="(#[0-9a-f]{6})"', mark)
    if ground is None:
        raise SystemExit("the first shape of the mark is its ground, with a colour of six digits")
    drawn: dict[str, bytes] = {}
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(
            executable_path=own if own.exists() else shutil.which("chromium"),
            chromium_sandbox=os.geteuid() != 0,
        )
        for name, size, share in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            side = round(size * share)
            style = f"body{{margin:0;display:grid;place-items:center;height:{size}px}}"
            style += f"svg{{width:{side}px;height:{side}px}}"
            style += "" if share == 1 else f"body{{background:{ground[1]}}}"
            page.set_content(f"<style>{style}</style>{mark}")
            drawn[name] = _smaller(page.screenshot(omit_background=True))
        browser.close()
    return drawn


def _smaller(png: bytes) -> bytes:
    image = Image.open(io.BytesIO(png)).quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    for file, content in drawings().items():
        (IMAGES / "app" / file).write_bytes(content)
