"""Web and worker live and die together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import sys
from scripts import run

part = "import sys, pathlib, time; pathlib.Path(sys.argv[1]).write_text(''); time.sleep(60)"
dying = "import sys, pathlib, time; pathlib.Path(sys.argv[1]).write_text(''); sys.exit(7)"
run.web_command = lambda: [sys.executable, "-c", part, sys.argv[1] + "/web"]
worker = dying if "dying" in sys.argv else part
run.worker_command = lambda: [sys.executable, "-c", worker, sys.argv[1] + "/worker"]
sys.exit(run.main())
"""


@pytest.fixture
def start(tmp_path):
    """Start the program with stand-ins for both parts; it is ended after the test, come what may."""
    started = []

    def start(*words):
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), *words],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()
        program.communicate()


def wait_for(*files):
    deadline = time.monotonic() + 20
    while not all(file.exists() for file in files):
        assert time.monotonic() < deadline, f"not started: {files}"
        time.sleep(0.02)


def children(program):
    """Give the process ids a program has started."""
    return [int(pid) for pid in Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the processes are read from /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_stop_when_asked(start, tmp_path, number):
    program = start()
    wait_for(tmp_path / "web", tmp_path / "worker")
    pids = children(program)
    assert len(pids) == 2

    program.send_signal(number)

    assert program.wait(20) == 0
    assert [pid for pid in pids if is_running(pid)] == []


def test_when_one_dies_the_other_is_stopped_and_the_failure_shown(start, tmp_path):
    program = start("dying")
    assert program.wait(20) == 7
    assert program.stderr.read() == "run: worker ended by itself (exit code 7); stopping\n"
