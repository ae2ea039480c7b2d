"""Scenarios that `bench/peers` plays with every tool, played with Holdfast alone."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile

import pytest

from holdfast.cli.main import main
from peers import refusing, undeclared
from peers.gauntlet import run
from peers.scene import Scene
from peers.site import HIDDEN, KEPT, LOST, Site
from peers.tool import Ran
from peers.tools.holdfast import Holdfast

ALL = {one.number: one for one in (*undeclared.SCENARIOS, *refusing.SCENARIOS)}
SEEN = {
    "1": "kept",
    "4": "user's kept; defaults arriving: first, changed, new",
    "10a": "refused, exit 10; kept",
    "12c": "refused, exit 30",
    "16": "refused, exit 20; kept",
}


class InThisProcess(Holdfast):
    """The same command lines, without the start of an interpreter."""

    def run(self, act, more=None):
        self.configure()
        told = io.StringIO()
        with contextlib.chdir(self.control), contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            code = main(self.words(act)[3:])
        return Ran(code, told.getvalue())


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    """Two deploys after the write, in memory: what this looks at is what lies where, not what a disk keeps."""
    monkeypatch.setattr(Scene, "rounds", 2)
    if os.access("/dev/shm", os.W_OK):
        monkeypatch.setattr(tempfile, "tempdir", "/dev/shm")


@pytest.mark.parametrize("number", SEEN)
def test_holdfast_stands_a_scenario_of_the_gauntlet(number):
    """G2, G5, G7: what the table in docs/comparison.md says of Holdfast is seen on the disk."""
    assert run(InThisProcess, "Holdfast", [ALL[number]]).cells == {number: SEEN[number]}


def test_the_judge_of_the_gauntlet_tells_kept_from_hidden_from_lost(tmp_path):
    """G2: a judge that cannot see a loss proves nothing."""
    os.makedirs(tmp_path / "releases/1/public")
    os.symlink("releases/1", tmp_path / "current")
    site = Site(str(tmp_path))

    (tmp_path / "releases/1/public/a").write_bytes(b"a user's")
    assert site.fate("public/a", b"a user's") == KEPT
    os.rename(tmp_path / "releases/1/public/a", tmp_path / "releases/elsewhere")
    assert site.fate("public/a", b"a user's") == HIDDEN
    os.unlink(tmp_path / "releases/elsewhere")
    assert site.fate("public/a", b"a user's") == LOST
