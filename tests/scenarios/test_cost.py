"""Scenario S26 of incidents.md, its other half: what a deploy costs does not depend on how much data there is."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from crash import victim
from crash.shim import Shim
from holdfast_engine.model.request import Request, Settings
from scenarios.play import Play, Step, Story

_STORY = Story(
    "S26",
    (Step("deploy", 1), Step("deploy", 2), Step("deploy", 3), Step("rollback"), Step("prune", more={"keep": 0})),
    settings=Settings(framework="generic-php", shared=("uploads/",)),
)
_FEW, _MANY = 30, 3000
_NOISE = 1000
"""A third of the uploads: code newer than a clock's tick is read once more, so that runs differ by some calls, and
one look at each upload would be all of them."""
_TICK = 0.03
"""After so many seconds a directory's times are settled and its count is believed."""


def _with(top: Path, files: int) -> Play:
    """A site with so many FILES in three directories, all of them counted once."""
    play = Play(_STORY, top / str(files))
    play.step(0)
    for number in range(files):
        where = play.shared / f"uploads/{number % 3}/{number}.jpg"
        where.parent.mkdir(exist_ok=True)
        where.write_text(f"upload {number}\n")
    time.sleep(_TICK)
    play.step(1)
    time.sleep(_TICK)
    return play


def _looks(request: Request) -> int:
    """How often REQUEST asks or changes anything of a disk; what is read of other processes is not counted."""
    seen: Counter[str] = Counter()

    def hear(frame: FrameType, event: str, what: Any) -> None:
        code = frame.f_code.co_filename
        if event == "c_call" and "holdfast_engine" in code and not code.endswith("/probe.py"):
            owner = getattr(what, "__module__", None) or type(getattr(what, "__self__", None)).__name__
            seen["disk"] += owner in ("posix", "DirEntry", "nt")

    sys.setprofile(hear)
    try:
        victim.run(request)
    finally:
        sys.setprofile(None)
    return seen["disk"]


@pytest.mark.parametrize("kind", ["", "kill", "ENOSPC"])
def test_a_deploy_a_rollback_and_a_clean_up_look_at_as_much_with_much_data_as_with_little(top, kind):
    """S26 (I103): a hundred times the uploads are no reason for more calls, in the recovery from a fault neither."""
    found = []
    for play in (_with(top, _FEW), _with(top, _MANY)):
        rows = []
        if kind:
            ended = victim.perform(play.request(2), Shim(str(play.site), 90, kind))
            assert ended.how in (victim.KILLED, "problem")
            rows = [_looks(replace(play.request(2), command="recover", source=None))]
        for number in (2, 3, 4):
            rows.append(_looks(play.request(number)))
        assert len(os.listdir(play.live / "uploads/1")) in (_FEW // 3, _MANY // 3)
        found.append(rows)
    assert min(found[0]) > 100
    assert [more - few for few, more in zip(*found, strict=True) if more - few > _NOISE] == []
