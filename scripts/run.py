"""Run the web server and the worker together: the whole portal in one terminal.

Both stop on Ctrl-C or SIGTERM. When one of them dies by itself the other is stopped too, and this program
ends with a failure: half a portal takes orders and sends no mail, and looks well.

The address is HOST:PORT (127.0.0.1:8000); WEB_WORKERS and WEB_THREADS size the server. gunicorn also reads
its own GUNICORN_CMD_ARGS.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

STOP_SECONDS = 35.0
"""How long a part may take to finish what it holds. gunicorn gives its requests 30 seconds."""

CHECK_SECONDS = 0.5
"""How often the two are looked at."""


def main() -> int:
    """Run both until asked to stop (0) or until one of them dies (its exit code, or 1)."""
    stop_asked = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop_asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)

    # Each part has its own process group, so that Ctrl-C reaches this program alone and both are stopped in
    # order.
    parts = {
        name: subprocess.Popen(command, process_group=0)
        for name, command in (("web", web_command()), ("worker", worker_command()))
    }
    failure = 0
    while not stop_asked.wait(CHECK_SECONDS):
        dead = {name: part.returncode for name, part in parts.items() if part.poll() is not None}
        if dead:
            for name, code in dead.items():
                print(f"run: {name} ended by itself (exit code {code}); stopping", file=sys.stderr)
            failure = next((code for code in dead.values() if code > 0), 1)
            break
    for part in parts.values():
        stop(part)
    return failure


def web_command() -> list[str]:
    """Give the command of the web server."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    return [
        sys.executable, "-m", "gunicorn", "wsgi:app",
        "--bind", f"{host}:{port}",
        "--workers", os.environ.get("WEB_WORKERS", "2"),
        # Threads keep a browser's idle connections from holding a whole process.
        "--worker-class", "gthread",
        "--threads", os.environ.get("WEB_THREADS", "4"),
        # It would be one file in the home folder, shared by every portal started from this account.
        "--no-control-socket",
    ]  # fmt: skip


def worker_command() -> list[str]:
    """Give the command of the worker."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]


def stop(part: subprocess.Popen[bytes]) -> None:
    """Ask a part to finish, and end what is left of its process group when it has, or has had its time."""
    part.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        part.wait(STOP_SECONDS)
    # A web server that was killed leaves its children behind, and they would keep the port.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(part.pid, signal.SIGKILL)
    part.wait()


if __name__ == "__main__":
    sys.exit(main())
