"""A command in a child process, and what befalls it at a chosen point."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn

from crash.frames import step_of
from crash.scenarios import run
from holdfast_engine.fs import failpoint
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request

KILLED = "killed"
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EPERM": errno.EPERM}


class Crash(BaseException):
    """The power went: nothing in the engine may catch this."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: HOW is `done`, `killed`, `problem`, `crash`, `interrupted` or `bug`; WHAT tells more."""

    how: str
    what: Any = None
    reached: bool = True
    struck: str = ""
    retried: bool = False


@dataclass
class Fate:
    """What happens at the COUNTth reach of NAME (`*`: of any point). KIND is `kill`, `crash`, `interrupt` or an
    error's name, with `+` from there on.
    """

    name: str
    count: int
    kind: str = "kill"
    reached: bool = False

    def __post_init__(self) -> None:
        self.left = self.count

    def __call__(self, name: str) -> None:
        met = self.name in (name, "*")
        if met:
            self.left -= 1
        if self.reached and self.kind.endswith("+"):
            self._strike(name)
        elif met and self.left == 0:
            self.reached = True
            self._strike(name)

    def _strike(self, name: str) -> None:
        if self.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == "crash":
            raise Crash(name)
        if self.kind == "interrupt":
            raise KeyboardInterrupt
        number = ERRORS[self.kind.rstrip("+")]
        raise OSError(number, os.strerror(number))


def fate(point: str, kind: str = "kill") -> Fate:
    """POINT is `NAME:COUNT`."""
    name, _, count = point.rpartition(":")
    return Fate(name, int(count), kind)


def perform(request: Request, hook: Any = None) -> Ended:
    """REQUEST ran in a child of its own, HOOK listening; whatever happened there, this process is as before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_and_exit(request, hook, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Ended(KILLED, os.WTERMSIG(status))
    return Ended(**json.loads(told)) if told else Ended("bug", f"no answer, status {status}")


def _run_and_exit(request: Request, hook: Any, writing: int) -> NoReturn:
    arm = getattr(hook, "arm", None)
    arm() if arm else failpoint.listen(hook)
    ended = _ending(request)
    more = {name: getattr(hook, name) for name in ("reached", "struck", "retried") if hasattr(hook, name)}
    told = {**vars(ended), **more}
    os.write(writing, json.dumps(told).encode()[:60_000])
    os._exit(0)


def _ending(request: Request) -> Ended:
    try:
        run(request)
    except Problem as problem:
        return Ended("problem", [problem.code, problem.exit_code, problem.message])
    except Crash:
        return Ended("crash")
    except KeyboardInterrupt:
        return Ended("interrupted")
    except BaseException:  # noqa: BLE001 - whatever it is, the judge wants to see it
        return Ended("bug", _last_lines())
    return Ended("done")


def _last_lines() -> str:
    """The error, then where it came from, innermost first."""
    lines = [line.strip() for line in traceback.format_exc().splitlines() if line.strip(" ^")]
    return " < ".join(reversed(lines))[:1500]


def points_of(request: Request) -> list[tuple[str, int]]:
    """Every point that REQUEST reaches, as `NAME:COUNT`, with a number for the place in the code it is reached from."""
    found: list[tuple[str, int]] = []
    seen: Counter[str] = Counter()

    def hook(name: str) -> None:
        seen[name] += 1
        found.append((f"{name}:{seen[name]}", hash(_places(sys._getframe(2)))))

    before = failpoint.listen(hook)
    try:
        with suppress(Problem):  # a recovery that finds no site any more says so at its end
            run(request)
    finally:
        failpoint.listen(before)
    return found


def _places(frame: FrameType | None) -> tuple[tuple[str, int, str], ...]:
    """The lines of the engine that lead to FRAME."""
    places = []
    while frame is not None and "crash/" not in frame.f_code.co_filename:
        places.append((frame.f_code.co_filename, frame.f_lineno, step_of(frame)))
        frame = frame.f_back
    return tuple(places)


def telling(points: list[tuple[str, int]]) -> list[str]:
    """The first of the points that are reached by one way through the code, for each such way."""
    first: dict[int, str] = {}
    for point, place in points:
        first.setdefault(place, point)
    return list(first.values())
