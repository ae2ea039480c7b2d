"""What Holdfast says to type next: which commands a text names, and how they end where they are typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import holdfast

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))
_COMMAND = re.compile(r"`((?:holdfast|git clone) [^`]+)`|^(?:try: )?((?:holdfast|git clone) .+)$", re.MULTILINE)
_OPEN = re.compile(r"…|\b(?:DIR|PATH|NAME|RELEASE|SOURCE|TOPIC|COMMAND|HEX|ARCHIVE|REF|WHAT|PATH-OR-URL)\b")
"""What a person has to fill in."""
_LOOKS = frozenset("status releases history checklist attic docs detect explain plan config review".split())


def commands(text: str) -> list[str]:
    """The commands that TEXT names, but those with something to fill in."""
    found = [one or two for one, two in _COMMAND.findall(text)]
    return [line for line in dict.fromkeys(found) if not _OPEN.search(line)]


def typed(top: Path, line: str) -> subprocess.CompletedProcess[str]:
    """LINE typed at TOP, with nobody at the keyboard; `holdfast` is the one under test."""
    shell = f"holdfast() {{ '{sys.executable}' -m holdfast \"$@\"; }}; {line}"
    environment = {**os.environ, "PYTHONPATH": SRC, "HOME": str(top), "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-c", shell], cwd=top, env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def agreed(top: Path, line: str) -> subprocess.CompletedProcess[str]:
    """As `typed`, by somebody who says yes."""
    looks = "git clone" in line or line.split()[1].startswith("-") or line.split()[1] in _LOOKS or "--help" in line
    return typed(top, line if looks else f"{line} --yes")


def objections(top: Path, line: str) -> list[str]:
    """What is wrong with LINE, which was said to be typed: it helps, or is refused in words."""
    ended = agreed(top, line)
    if ended.returncode in (2, 70) or "Traceback" in ended.stderr:
        return [f"`{line}` ended with {ended.returncode}: {ended.stderr}"]
    return []
