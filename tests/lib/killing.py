"""A command that is killed at each place at which the engine may be killed, one after the other."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress

from holdfast_engine.commands import perform
from holdfast_engine.model.event import Event
from holdfast_engine.model.request import Request
from lib.refusals import Killed, listening
from lib.world import World


def points(act: Callable[[], object]) -> int:
    """How many points ACT reaches."""
    found: list[str] = []
    with listening(found.append):
        act()
    return len(found)


def killed_at_point(number: int, act: Callable[[], object]) -> bool:
    """ACT ends where it reaches its NUMBERth point, as by a kill; False when it had fewer, and went through."""
    left = [number]

    def hook(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    with suppress(Killed), listening(hook):
        act()
    return left[0] <= 0


def killed_while_it_is_left(world: World, number: int, **more: object) -> bool:
    """The leaving ends at its NUMBERth point, as by a kill; False when it had fewer. The sweep before it counts not."""
    left = [number]

    def hook(_name: str) -> None:
        left[0] -= any(world.site.glob(".holdfast/journal/*-leave.jsonl"))
        if left[0] == 0:
            left[0] = -1
            raise Killed

    with suppress(Killed), listening(hook):
        world.perform("leave", **more)
    return left[0] < 0


def killed_in_step(step: str, request: Request) -> None:
    """REQUEST in a process of its own, killed as STEP begins."""

    def tell(event: Event) -> None:
        if (event.kind, event.name) == ("started", step):
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            perform(request, tell=tell, ask=lambda _plan: True)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it did not come to {step}"
