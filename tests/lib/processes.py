"""Processes: acts in one of their own, and looks at others from outside."""

from __future__ import annotations

import os
import pickle
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def in_a_child(act: Callable[[], T]) -> T:
    """What ACT gives, in a process of its own: whatever it changes there is gone afterwards."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told: tuple[bool, object] = (True, act())
        except BaseException:  # noqa: BLE001 - the parent tells of it
            told = (False, traceback.format_exc())
        with os.fdopen(writing, "wb") as stream:
            pickle.dump(told, stream)
        os._exit(0)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as stream:
            went, found = pickle.load(stream)
    finally:
        os.waitpid(child, 0)
    assert went, found
    result: T = found
    return result


def is_running(pid: int) -> bool:
    """True unless PID is gone, or dead and not yet waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(fact: Callable[[], bool], seconds: float = 10) -> bool:
    """True as soon as FACT is; what it is after SECONDS."""
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.05)
    return fact()
