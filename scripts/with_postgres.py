"""Run a command beside a private PostgreSQL that lives only as long as the command.

    python scripts/with_postgres.py pytest tests

A new cluster is made in a temporary folder, listens on a free port of this machine only, and is thrown away
at the end. The command finds it in TEST_DATABASE_URL, as a superuser. Nothing in it is kept, so it does not wait
for the disk.

Ends with the command's exit code, or with 3 where PostgreSQL is not installed or cannot be started.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NOT_TO_BE_HAD = 3
"""The exit code that says: no PostgreSQL here."""

START_SECONDS = 60
DATABASE = "portal_test"
ROLE = "portal"
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


class PostgreSQLNotToBeHad(Exception):
    """There is no PostgreSQL here that could be started; the text says why."""


def main(command: list[str]) -> int:
    """Run the command with TEST_DATABASE_URL set; give its exit code."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    # A stop asked for from outside must still take the server down: it becomes an exception.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    try:
        with postgres() as url:
            return subprocess.run(
                command, env={**os.environ, "TEST_DATABASE_URL": url}, check=False
            ).returncode
    except PostgreSQLNotToBeHad as reason:
        print(f"with_postgres: {reason}", file=sys.stderr)
        return NOT_TO_BE_HAD


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a server, give the URL of an empty database in it, and remove all of it at the end.

    Raises PostgreSQLNotToBeHad when the programs are missing or the server does not come up.
    """
    programs = find_programs()
    as_user = unprivileged_prefix()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        if as_user:
            shutil.chown(folder, "postgres")
        data, port = folder / "data", free_port()
        made = subprocess.run(
            [*as_user, programs / "initdb", "-D", data, "-U", ROLE, "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise PostgreSQLNotToBeHad(f"initdb failed: {made.stderr.strip()}")
        settings = {**SERVER_SETTINGS, "port": str(port), "unix_socket_directories": str(folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = folder / "log"
        with log.open("wb") as output:
            # Its own group: a Ctrl-C in the terminal stops the tests first, and the server after them.
            server = subprocess.Popen(
                [*as_user, programs / "postgres", "-D", data, *options],
                cwd=folder, stdout=output, stderr=subprocess.STDOUT, process_group=0,
            )  # fmt: skip
        create_database(programs, port, server, log)
        yield f"postgresql+psycopg://{ROLE}@127.0.0.1:{port}/{DATABASE}"
    finally:
        if server is not None and server.poll() is None:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for connections that are still open.
            # setpriv replaces itself by the server, so the signal goes to the server itself.
            server.send_signal(signal.SIGINT)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """Give the folder that holds initdb and postgres: of the newest version installed, else from the path."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgreSQLNotToBeHad("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    return Path(on_path).resolve().parent


def unprivileged_prefix() -> list[str]:
    """Give the command prefix under which PostgreSQL starts: it refuses root. Empty for an ordinary user."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise PostgreSQLNotToBeHad("PostgreSQL does not run as root, and there is no user postgres") from None
    if shutil.which("setpriv") is None:
        raise PostgreSQLNotToBeHad("PostgreSQL does not run as root, and setpriv (util-linux) is missing")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]


def free_port() -> int:
    """Give a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def create_database(programs: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers, and create the database in it."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        created = subprocess.run(
            [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", ROLE, DATABASE],
            capture_output=True, check=False,
        )  # fmt: skip
        if created.returncode == 0:
            return
        time.sleep(0.1)
    raise PostgreSQLNotToBeHad(f"the server did not start: {log.read_text(errors='replace').strip()[-2000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
