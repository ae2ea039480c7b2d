"""What Holdfast says to type next is typed, in the state for which it was said: it helps, or is refused and changes
nothing for the worse (G2; every refusal names the next command).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import holdfast
from hints.states import STATES
from lib.world import World

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))
COMMAND = re.compile(r"`((?:holdfast|git clone) [^`]+)`|^try: ((?:holdfast|git clone) .+)$", re.MULTILINE)
OPEN = re.compile(r"…|\b(?:DIR|PATH|NAME|RELEASE|SOURCE|TOPIC|COMMAND|HEX|ARCHIVE|REF)\b")
"""What a person has to fill in."""
LOOKS = ("status", "releases", "history", "checklist", "attic", "docs", "detect", "explain", "plan", "config", "review")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, kind="git")


def typed(world, line, *more):
    """LINE typed in the test's directory, with nobody at the keyboard; `holdfast` is the one under test."""
    shell = f"holdfast() {{ '{sys.executable}' -m holdfast \"$@\"; }}; {line} {' '.join(more)}"
    environment = {**os.environ, "PYTHONPATH": SRC, "HOME": str(world.top), "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-c", shell], cwd=world.top, env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def said(ended):
    """The commands that were named, but those with something to fill in."""
    found = [one or two for one, two in COMMAND.findall(ended.stderr + ended.stdout)]
    return [line for line in dict.fromkeys(found) if not OPEN.search(line)]


@pytest.mark.parametrize("name", STATES)
def test_what_is_said_to_be_typed_helps_or_is_refused_safely(world, name):
    """G2, G5: no usage error, no mistake inside, and nothing that users wrote is lost by it."""
    told = typed(world, f"holdfast {STATES[name](world)}")
    assert told.returncode in range(1, 62), told.stdout
    assert "Traceback" not in told.stderr
    assert "try: " in told.stderr or "do: " in told.stdout + told.stderr, told.stderr
    for line in said(told):
        looks = "git clone" in line or line.split()[1].startswith("-") or line.split()[1] in LOOKS
        ended = typed(world, line, *([] if looks else ["--yes"]))
        assert ended.returncode not in (2, 70), f"{line}: {ended.stderr}"
        assert "Traceback" not in ended.stderr
    if name not in ("data_is_gone", "data_is_gone_at_a_deploy"):
        world.precious.assert_none_lost()
