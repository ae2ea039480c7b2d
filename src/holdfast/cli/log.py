"""One file for each run that may change something: all of what was told, also what the screen left out.

It lies where the person who runs Holdfast keeps such things (XDG_STATE_HOME), never below the deploy
root: a run that is refused leaves nothing there, and the record of what was done to a site is its
journal. Only that person may read it, and no run fails because it cannot be written.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from shlex import join
from typing import Any

from holdfast import __version__
from holdfast.cli.masking import Masks, environment_files, secrets_in, secrets_of
from holdfast.cli.render.plain import problem_lines
from holdfast.cli.render.view import View
from holdfast.cli.table import TABLE
from holdfast.config.places import working_directory
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem

KEPT = 50
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_OURS = re.compile(r"\d{8}-\d{6}\.\d{6}-[a-z]+-\d+\.log")


def place(environment: Mapping[str, str]) -> str:
    """The directory of the logs; empty where the person has no home. A relative XDG_STATE_HOME says nothing."""
    state = environment.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):
        if environment.get("HOME") == "":  # for `expanduser` that is the top of the host
            return ""
        state = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "holdfast", "logs") if os.path.isabs(state) else ""


class Log:
    """A file with mode 0600 that lines are added to as they come, so that a run that is killed leaves what it said."""

    def __init__(self, path: str, masks: Masks) -> None:
        self.path, self._masks, self._began = path, masks, time.monotonic()
        self._file = os.open(path, _NEW, 0o600)

    def close(self) -> None:
        """What is added from now on is in no file."""
        file, self._file = self._file, -1
        with suppress(OSError):
            os.close(file)

    @classmethod
    def begin(cls, words: Sequence[str], environment: Mapping[str, str], site: Callable[[], str]) -> Log | None:
        """A new log of the command line WORDS; None where none can be written. SITE says which site is meant."""
        folder = place(environment)
        if not folder:
            return None
        seconds, rest = divmod(time.time_ns(), 10**9)
        now = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}.{rest // 1000:06}"
        command = next((word for word in words if word in TABLE), "holdfast")
        try:
            _require_own(folder)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            path = os.path.join(folder, f"{now}-{command}-{os.getpid()}.log")
            log = cls(path, Masks(secrets_of(environment)))
            _keep_the_newest(folder)
        except OSError:
            return None
        with suppress(Problem, OSError):
            log.learn_from(site())
        version = ".".join(map(str, sys.version_info[:3]))
        log.add(f"holdfast {join(words)}")
        log.add(f"{now} UTC, user {os.getuid()}, in {working_directory()}, Holdfast {__version__}, Python {version}")
        return log

    def learn_from(self, site: str) -> None:
        """The secrets of the application at SITE are hidden from now on."""
        for path in environment_files(site):
            self._masks.learn(secrets_in(path))

    def add(self, text: str) -> None:
        """TEXT is in the file, each line with the seconds since the run began; a disk that is full stops nothing."""
        seconds = time.monotonic() - self._began
        lines = "".join(f"{seconds:9.3f}  {line}\n" for line in self._masks(text).splitlines())
        with suppress(OSError):
            os.write(self._file, lines.encode("utf-8", "backslashreplace"))


def _require_own(folder: str) -> None:
    """What stands nearest to FOLDER is ours: root with the home of another makes no directories there."""
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if os.stat(folder).st_uid != os.geteuid():
        raise PermissionError(folder)


def _keep_the_newest(folder: str) -> None:
    """Names begin with the time; a clock that was set back costs an old log, and nothing else."""
    ours = sorted(name for name in os.listdir(folder) if _OURS.fullmatch(name))
    for name in ours[:-KEPT]:
        with suppress(FileNotFoundError):  # another run was quicker
            os.unlink(os.path.join(folder, name))


class LoggedView:
    """A view whose words are written down as well, whatever the screen is told to leave out."""

    def __init__(self, view: View, log: Log) -> None:
        self._view, self._log = view, log

    def tell(self, event: Event) -> None:
        seconds = f"{event.seconds:.3f} s" if event.kind == "finished" else ""
        data = json.dumps(event.data, default=str) if event.data else ""
        self._log.add(" ".join(part for part in (event.kind, event.name, seconds, event.text, data) if part))
        self._view.tell(event)

    def say(self, line: str) -> None:
        self._log.add(line)
        self._view.say(line)

    def plan(self, plan: dict[str, Any]) -> None:
        self._log.add(f"asked {json.dumps(plan, default=str)}")
        self._view.plan(plan)

    def end_line(self) -> None:
        self._view.end_line()

    def question(self, text: str) -> None:
        self._view.question(text)

    def result(self, page: str, result: dict[str, Any]) -> None:
        self._log.add(f"answered {json.dumps(result, default=str)}")
        self._view.result(page, result)

    def trace(self, text: str) -> None:
        self._log.add(text)
        self._view.trace(text)

    def problem(self, problem: Problem, log: str = "") -> int:
        self._log.add("\n".join(line.text for line in problem_lines(problem)))
        self._log.add(f"exit {problem.exit_code}")
        return self._view.problem(problem, log or self._log.path)
