"""A command that is killed at each place at which the engine may be killed, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from holdfast_engine.fs import failpoint
from lib.refusals import Killed


@contextmanager
def listening(hook: Callable[[str], object]) -> Iterator[None]:
    """HOOK hears the name of each point that is reached inside the block."""
    heard = failpoint.listen(hook)
    try:
        yield
    finally:
        failpoint.listen(heard)


def points(act: Callable[[], object]) -> int:
    """How many points ACT reaches."""
    found: list[str] = []
    with listening(found.append):
        act()
    return len(found)


def killed_at_point(number: int, act: Callable[[], object]) -> None:
    """ACT ends where it reaches its NUMBERth point, as by a kill."""
    left = [number]

    def hook(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    with suppress(Killed), listening(hook):
        act()
