"""Each command of the tour in a process of its own, as it would be started by a person."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import holdfast
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings, Source


class Step(NamedTuple):
    """How one command ended. ANSWER is empty when it was KILLED."""

    seconds: float
    killed: bool
    answer: dict[str, Any]


@dataclass(frozen=True)
class Steps:
    """Commands on the site at SITE."""

    site: str
    settings: Settings
    source: Source

    def perform(self, command: str, *, kill_at: str = "") -> Step:
        """COMMAND ran to its end, or died by SIGKILL when it reached the point KILL_AT. Raises its Problem."""
        asked = {
            "command": command,
            "site": self.site,
            "now": time.time(),
            "who": "tour",
            "yes": True,
            "settings": self.settings.to_json(),
            "source": self.source.to_json(),
        }
        began = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "holdfast.tour"],
            input=json.dumps(asked),
            cwd=os.path.dirname(self.site),
            env=_environment(kill_at),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if ran.returncode == -signal.SIGKILL:
            return Step(seconds, killed=True, answer={})
        return Step(seconds, killed=False, answer=_answer(ran))


def _environment(kill_at: str) -> dict[str, str]:
    """Ours without our own variables; the package is found where this one was."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    top = os.path.dirname(os.path.dirname(os.path.abspath(holdfast.__file__)))
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (top, os.environ.get("PYTHONPATH", ""))))
    return {**kept, "HOLDFAST_FAILPOINT": kill_at} if kill_at else kept


def _answer(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        last = ran.stderr.strip().splitlines()[-3:]
        raise Problem("bug", f"a command of the tour ended with {ran.returncode}", context=last) from None
    if "error" in value:
        raise _problem(value["error"])
    return value


def _problem(said: dict[str, Any]) -> Problem:
    return Problem(
        said["code"],
        said["message"],
        context=said["context"],
        state=said["state"],
        whereabouts=said["whereabouts"],
        hint=said["hint"],
    )
