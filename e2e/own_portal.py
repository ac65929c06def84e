"""A demo portal of the tests' own: web server and worker on a free port, its data in a folder that is thrown away."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

START_SECONDS = 600.0
"""How long the portal may take until it answers. A loaded machine is slow, not broken."""

STOP_SECONDS = 90.0
"""How long web server and worker may take to finish what they hold: scripts/run.py gives each of them 35."""


FORGOTTEN = ("SECRET_KEY_FILE", "MAIL_URL", "TEST_DATABASE_URL")
"""Variables of the environment that are not for a portal of the tests."""


def seeded_folder(shared: Path) -> Path:
    """A folder below ``shared`` with a freshly loaded demo: database and search index, to be copied.

    The tests run in several processes; the first to ask loads the demo, the others wait for it.
    """
    done = shared / "seeded"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            making = shared / "seeding"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            environment = portal_environment(making)
            for command in (["db", "upgrade"], ["seed"]):
                subprocess.run(
                    [sys.executable, "-m", "flask", "--app", "wsgi", *command],
                    cwd=ROOT,
                    env=environment,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            making.rename(done)
    return done


def portal_environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a demo portal whose data is in ``folder``."""
    environment = {
        **os.environ,
        "PORTAL_MODE": "demo",
        "SECRET_KEY": "a secret of the browser tests alone",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.db'}",
        **settings,
    }
    for name in FORGOTTEN:
        environment.pop(name, None)
    return environment


@contextmanager
def own_portal(folder: Path, seeded: Path, **settings: str) -> Iterator[str]:
    """Start a portal with a copy of the demo in ``seeded`` and give its address; stop it afterwards.

    ``folder`` takes its data; ``settings`` are more variables of its environment.
    """
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = portal_environment(folder, BASE_URL=address, HOST="127.0.0.1", PORT=str(port), **settings)
    with (folder / "portal.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "scripts/run.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            wait_until_ready(address, process, folder / "portal.log")
            yield address
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the portal can serve. Raises AssertionError if it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"the portal did not start:\n{log.read_text()[-4000:]}"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(
        f"no answer from {address} in {START_SECONDS:.0f} seconds:\n{log.read_text()[-4000:]}"
    )
