"""What signals do while a command runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signals() -> Iterator[None]:
    """A termination takes the way of Ctrl-C, once; a terminal that closes stops nothing.

    After the first one the engine undoes what was begun, and is left to do so: a second Ctrl-C
    would only leave more to the next command. Who cannot wait may kill (G4). Afterwards, and in
    a thread that may set none, signals are as they were.
    """
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (*_ENDING, signal.SIGHUP)}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _set(_interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _set(handler: Callable[[int, FrameType | None], None]) -> None:
    """A signal that whoever started us has us ignore, as a shell does for what runs behind it, stays ignored."""
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _set(_wait)
    raise KeyboardInterrupt


def _wait(_number: int, _frame: FrameType | None) -> None:
    """The undoing goes on."""
