"""The user's own commands: how they are run, and what ends them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import holdfast_engine
from holdfast_engine.activation import programs
from lib.processes import is_running, wait_until

SRC = os.path.dirname(os.path.dirname(holdfast_engine.__file__))
RUNNING = """
import sys
from holdfast_engine.activation.programs import run
run(sys.argv[1], directory=sys.argv[2], environment={}, hear=lambda line: print(line, flush=True))
"""


def ran(command, place):
    return programs.run(command, directory=str(place), environment={}, hear=lambda _line: None)


def tells_of_pipes(shell):
    return subprocess.run([shell, "-o", "pipefail", "-c", ":"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not os.path.exists("/bin/bash"), reason="needs a shell that knows `pipefail`")
def test_a_pipe_fails_with_any_of_its_commands_where_the_shell_can_tell(tmp_path, monkeypatch):
    """I81: `mysqldump … | gzip > dump.gz` ended well although nothing was dumped."""
    monkeypatch.setattr(programs, "_SHELL", "/bin/bash")
    assert ran("false | true", tmp_path).code == 1
    assert ran("true | true", tmp_path).well


def test_the_system_s_own_shell_is_asked_what_it_knows(tmp_path):
    """`/bin/sh` runs every command; one that does not know `pipefail` runs them as before."""
    assert ran("false | true", tmp_path).well != tells_of_pipes("/bin/sh")
    assert ran("echo well | cat", tmp_path).output == "well\n"
    assert not ran("false; true", tmp_path).well


@pytest.mark.parametrize("deaf", [False, True])
def test_a_command_ends_with_whoever_runs_it(tmp_path, deaf):
    """I96: a build whose controller was killed went on writing into a release that had been undone."""
    deafness = "trap '' TERM; " if deaf else ""
    command = f"{deafness}echo $$; (sleep 100; echo never) & echo $!; wait; sleep 100"
    words = [sys.executable, "-c", RUNNING, command, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": SRC}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as runner:
        started = [int(runner.stdout.readline()) for _ in range(2)]
        assert all(map(is_running, started))
        runner.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_running, started)))


def test_a_command_begins_only_once_it_is_guarded(tmp_path):
    """G4: killed between the two, Holdfast left a build that wrote into what the next command undid."""
    killed = "import os\nfrom holdfast_engine.activation import programs\n"
    killed += "programs._guarded = lambda group: os.kill(os.getpid(), 9)\n" + RUNNING
    words = [sys.executable, "-c", killed, "touch begun; sleep 0.2; touch ended", str(tmp_path)]
    ended = subprocess.run(words, env={**os.environ, "PYTHONPATH": SRC}, check=False)
    assert ended.returncode == -signal.SIGKILL
    time.sleep(0.5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["line", "reply", "answer"])
def test_a_command_gets_what_its_caller_exported_whatever_its_name(tmp_path, monkeypatch, name):
    """Shows 2: the line that lets a command begin is read into no variable of anybody's."""
    monkeypatch.setenv(name, "production-eu")
    done = ran(f'printf %s "${name}"; cat; env | grep HOLDFAST_GUARDED || :', tmp_path)
    assert (done.code, done.output) == (0, "production-eu")


def test_a_worker_that_was_started_on_purpose_outlives_a_command_that_ended(tmp_path):
    """I81: only the death of whoever runs it ends what a command left behind."""
    worker = int(ran("sleep 30 >/dev/null 2>&1 & echo $!", tmp_path).output)
    try:
        time.sleep(0.2)
        assert is_running(worker)
    finally:
        os.kill(worker, signal.SIGKILL)


def test_no_guard_is_left_behind(tmp_path):
    """A command that ended needs none, however it ended."""

    def children():
        return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()

    before = children()
    for command in ("true", "false", "kill -s KILL $$"):
        ran(command, tmp_path)
    assert children() == before
