"""Named points at which tests stop, kill or fail the engine; nothing happens there otherwise."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Optional

Hook = Callable[[str], None]
_hook: Optional[Hook] = None


def reach(name: str) -> None:
    """Tell whoever listens that the point NAME is reached; it may raise or end the process."""
    if _hook is not None:
        _hook(name)


def listen(hook: Optional[Hook]) -> Optional[Hook]:
    """Let HOOK hear every point from now on (None: nobody); returns who heard them before."""
    global _hook
    before, _hook = _hook, hook
    return before


def _killer(order: str) -> Hook:
    """`NAME` or `NAME:COUNT`: end the process with SIGKILL at the COUNTth reach of NAME (`*`: of any point)."""
    wanted, _, count = order.partition(":")
    left = [int(count or 1)]

    def hook(name: str) -> None:
        if wanted in (name, "*"):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def obey_environment() -> None:
    """Arm the point that HOLDFAST_FAILPOINT names, for tests of the real process; called by entry points."""
    order = os.environ.get("HOLDFAST_FAILPOINT")
    if order:
        listen(_killer(order))
