"""Acts that must be refused, and failures at chosen points: what is left is compared with what was there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from holdfast_engine.fs import failpoint
from holdfast_engine.model.problem import Problem
from lib.snapshot import OWN, assert_unchanged, snapshot
from lib.world import World


def assert_refused(
    top: Path, act: Callable[[], object], *, exits: int, code: str, without: tuple[str, ...] = OWN
) -> Problem:
    """ACT raises the problem CODE, which EXITS so and says how things stand and what to do; all below TOP is as it
    was.
    """
    before = snapshot(top, without=without)
    with pytest.raises(Problem) as caught:
        act()
    assert_unchanged(before, snapshot(top, without=without))
    problem = caught.value
    assert (problem.code, problem.exit_code) == (code, exits), problem.message
    assert problem.message
    assert "\n" not in problem.message
    assert problem.state
    assert problem.hint
    return problem


def fails(act: Callable[[], object], *, exits: int, code: str) -> Problem:
    """ACT raises the problem CODE, which EXITS so."""
    with pytest.raises(Problem) as caught:
        act()
    assert (caught.value.code, caught.value.exit_code) == (code, exits), caught.value.message
    return caught.value


def ending(act: Callable[[], object]) -> int:
    """The exit code that ACT ends with; 70 for what is no problem in words."""
    try:
        act()
    except Problem as problem:
        return problem.exit_code
    except OSError:
        return 70
    return 0


def failing_at(
    point: str, error: BaseException, *, when: Callable[[], bool] = lambda: True
) -> AbstractContextManager[None]:
    """The first time that POINT is reached while WHEN is true, ERROR is raised there; later reaches go well."""

    def fail() -> None:
        raise error

    return acting_at(point, fail, when=when)


@contextmanager
def listening(hook: Callable[[str], object]) -> Iterator[None]:
    """HOOK hears the name of each point that is reached inside the block."""
    heard = failpoint.listen(hook)
    try:
        yield
    finally:
        failpoint.listen(heard)


@contextmanager
def acting_at(
    point: str,
    act: Callable[[], object],
    *,
    when: Callable[[], bool] = lambda: True,
    count: int = 1,
    surely: bool = False,
) -> Iterator[None]:
    """The COUNTth time that POINT is reached while WHEN is true, ACT happens there; SURELY: it must come to that."""
    left = [count]

    def hook(name: str) -> None:
        if left[0] and name == point and when():
            left[0] -= 1
            if left[0] == 0:
                act()

    with listening(hook):
        yield
    assert not (surely and left[0]), f"{point} was not reached {count} times"


class Killed(BaseException):
    """The power went: nothing in the engine may catch this."""


def die() -> None:
    raise Killed


@contextmanager
def killed_at(point: str, *, count: int = 1) -> Iterator[None]:
    """The COUNTth time that POINT is reached the block ends there, as by a kill; it goes through when that never is."""
    with suppress(Killed), acting_at(point, die, count=count):
        yield


@contextmanager
def failing_in_step(world: World, step: str, error: BaseException) -> Iterator[None]:
    """The step called STEP fails with ERROR as it begins."""
    heard = world.events

    class Listening(list):  # type: ignore[type-arg]
        def append(self, event):
            list.append(self, event)
            if (event.kind, event.name) == ("started", step):
                raise error

    world.events = Listening(heard)
    try:
        yield
    finally:
        world.events = list(world.events)


def releases(world: World) -> set[str]:
    """Names of the directories of releases that stand now."""
    return {path.name for path in (world.site / "releases").iterdir()}


def outcome(act: Callable[[], object]) -> Problem | None:
    """The problem that ACT ended with, if any, which says what it is; anything else that is raised is a finding."""
    try:
        act()
    except Problem as problem:
        told = problem
    else:
        return None
    assert told.code != "bug", told.message
    assert told.message
    assert "Traceback" not in told.message
    assert "[Errno" not in told.message
    return told
