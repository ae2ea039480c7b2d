"""Files that nobody may move, as hosting panels leave them (chattr(1))."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path


@cache
def may_freeze() -> str:
    """Why nothing can be made immutable here; nothing where it can."""
    with tempfile.NamedTemporaryFile() as one:
        if subprocess.run(["chattr", "+i", one.name], capture_output=True, check=False).returncode != 0:
            return "needs root and a file system that knows immutable files"
        subprocess.run(["chattr", "-i", one.name], check=True)
    return ""


def freeze(path: Path, flag: str = "+i") -> None:
    subprocess.run(["chattr", flag, path], check=True)


def thaw(path: Path) -> None:
    """Nothing at or below PATH is immutable or append-only."""
    subprocess.run(["chattr", "-R", "-i", "-a", path], check=False, stderr=subprocess.DEVNULL)
