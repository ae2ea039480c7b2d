"""What is costly to prepare is made once in a run of the tests, by whichever of its processes comes to it first."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_MEMORY, _TOP = "/dev/shm", "TESTS_MADE_ONCE"


def workshop() -> Path:
    """A directory for many small sites: in memory where that is possible, for nothing here is about power cuts."""
    return Path(tempfile.mkdtemp(prefix="holdfast-crash-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))


def begin() -> None:
    """The process that starts all others makes the directory that they share."""
    os.environ[_TOP] = str(workshop())


def end() -> None:
    shutil.rmtree(os.environ.pop(_TOP), ignore_errors=True)


def top() -> Path:
    """What the processes of this run share."""
    return Path(os.environ[_TOP])


def made_once(at: Path, make: Callable[[], T]) -> T:
    """What MAKE gave to the first that asked, as it lies at AT; others wait for it."""
    at.parent.mkdir(parents=True, exist_ok=True)
    with at.with_name(f"{at.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not at.exists():
            at.write_bytes(pickle.dumps(make()))
    found: T = pickle.loads(at.read_bytes())
    return found
