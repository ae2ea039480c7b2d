"""Stories with mounts, told in a child with a namespace of its own for them: nothing of the machine changes."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from lib.processes import in_a_child

T = TypeVar("T")
_NEW_NAMESPACE, _RECURSIVELY, _PRIVATE = 0x20000, 0x4000, 0x40000
"""CLONE_NEWNS of unshare(2), MS_REC and MS_PRIVATE of mount(2)."""


@cache
def may_mount() -> str:
    """Why nothing can be mounted here; nothing where it can."""
    if os.geteuid() != 0:
        return "needs root for a mount namespace of its own"
    ran = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return "" if ran.returncode == 0 else f"`unshare -m` does not work here: {ran.stderr.decode().strip()}"


def tell(story: Callable[..., T], *words: str) -> T:
    """STORY runs with WORDS in a namespace of its own, and goes well; what it gives."""

    def told() -> T:
        _be_alone()
        return story(*words)

    return in_a_child(told)


def _be_alone() -> None:
    """What this process mounts from now on is seen by it and its children alone."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_NEW_NAMESPACE) or library.mount(b"none", b"/", None, _RECURSIVELY | _PRIVATE, None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(disk: Path, point: Path) -> None:
    subprocess.run(["mount", "--bind", disk, point], check=True)


def mount_memory(point: Path, options: str = "") -> None:
    subprocess.run(["mount", "-t", "tmpfs", *(["-o", options] if options else []), "tmpfs", point], check=True)


def unmount(point: Path) -> None:
    subprocess.run(["umount", point], check=True)
