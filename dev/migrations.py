"""Say whether the migrations lead to what the models say, and back: `python -m dev.migrations`.

A new SQLite file is brought to the newest schema and compared, taken down to nothing and up again; nothing of one's
own database is touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Go up, compare, go down and up again; the exit code of the first command that fails, else 0."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PORTAL_MODE": "demo",
            "SECRET_KEY": "only-for-this-check-" + "0" * 32,
            "DATABASE_URL": f"sqlite:///{folder}/check.db",
        }
        for command in (["upgrade"], ["check"], ["downgrade", "base"], ["upgrade"]):
            done = subprocess.run(
                [sys.executable, "-m", "flask", "--app", "wsgi", "db", *command],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(f"flask db {' '.join(command)}:\n{done.stdout}{done.stderr}")
                return done.returncode
    print("migrations: they lead to what the models say, and back")
    return 0


if __name__ == "__main__":
    sys.exit(main())
