"""WebKit, the engine of iPhones, as WebKitGTK drives it: a small window of 375 px, with scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

WIDTH: Final = 375
HEIGHT: Final = 760
"""CSS pixels of an iPhone's page."""

LOAD_SECONDS: Final = 60


def missing() -> str:
    """What must be installed before WebKit can be driven; empty if all is there."""
    wanted = []
    if shutil.which("WebKitWebDriver") is None or _browser() is None:
        wanted.append("webkit2gtk-driver")
    if shutil.which("Xvfb") is None:
        wanted.append("xvfb")
    try:
        import selenium  # noqa: F401 - asked for, and used where it is
    except ImportError:
        wanted.append("selenium (pip)")
    return ", ".join(wanted)


def _browser() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"), reverse=True)), None)


@contextmanager
def webkit() -> Iterator[WebDriver]:
    """A browser with nothing kept, on a screen of its own; both end with the block."""
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    # The browser's own processes write their caches for a moment longer than the driver lives.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, _screen() as display:
        surroundings = {
            **os.environ,
            "DISPLAY": display,
            "XDG_DATA_HOME": home,
            "XDG_CACHE_HOME": home,
            "XDG_CONFIG_HOME": home,
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }
        options = WebKitGTKOptions()
        options.binary_location = str(_browser())
        options.add_argument("--automation")
        # Without its bars the window can be as narrow as a phone.
        options.add_argument("--full-screen")
        service = Service(str(shutil.which("WebKitWebDriver")), env=surroundings)
        with warnings.catch_warnings():
            # Selenium warns of what its own driver for WebKitGTK does.
            warnings.simplefilter("ignore", DeprecationWarning)
            driver = WebKitGTK(options=options, service=service)
        try:
            driver.set_page_load_timeout(LOAD_SECONDS)
            driver.set_window_size(WIDTH, HEIGHT)
            yield driver
        finally:
            driver.quit()


@contextmanager
def _screen() -> Iterator[str]:
    """An X server of its own, on a display that the server chooses."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(60)
