"""Few files may be open at a time: trees of any depth and width are deployed all the same, or it is said before."""

from __future__ import annotations

import os
import resource
import shutil
from pathlib import Path

import pytest

from lib.by_turns import by_turns
from lib.precious import let_write
from lib.processes import in_a_child
from lib.refusals import assert_refused
from lib.world import PLAIN, World

DEEP, WIDE = 60, 80


def _tree(top: Path) -> None:
    """Files far down, and many directories beside each other."""
    here = top
    for number in range(DEEP):
        here = here / f"d{number}"
        here.mkdir(parents=True)
        (here / "file.txt").write_text(str(number))
    for number in range(WIDE):
        (top / f"w{number}").mkdir()
        (top / f"w{number}/file.txt").write_text(str(number))


def _content(top: Path) -> dict[str, str]:
    return {str(path.relative_to(top)): path.read_text() for path in top.rglob("file.txt")}


def _limit(number: int) -> None:
    """No more than NUMBER files, beside those that the tests have open, may be from now on, whatever is asked for."""
    number += max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


def _deployed_back_and_pruned(top: Path, limit: int) -> None:
    world = World(top, PLAIN, env=None)
    world.commit()
    _tree(world.repository / "lib")
    wanted = _content(world.repository / "lib")
    _limit(limit)
    world.deploy()
    for place in ("public", "public/plugin", "public/photos"):
        (world.live / place).mkdir(exist_ok=True)
        let_write(world.live / place)
    (world.live / "public/plugin/plugin.php").write_text("<?php")
    _tree(world.live.resolve() / "public/plugin")
    _tree(world.live.resolve() / "public/photos")
    for act in (world.ship, world.ship, world.rollback, world.ship, lambda: world.perform("prune", keep=0)):
        act()
        for place in ("lib", "public/plugin", "public/photos"):
            assert _content(world.live / place) == wanted
    assert len(list((world.site / "releases").iterdir())) == 1
    world.perform("prune", keep=0)
    assert not [one for one in (world.site / ".holdfast/trash").iterdir() if one.is_dir()]


def _adopted(top: Path, limit: int) -> None:
    world = World(top, PLAIN, env=None)
    world.commit()
    shutil.copytree(world.repository, world.site)
    _tree(world.site / "public/uploads")
    _tree(world.site / "lib")
    wanted = _content(world.site / "lib")
    _limit(limit)
    world.perform("adopt", path=str(world.site))
    assert _content(world.site / "public/uploads") == wanted
    assert _content(world.live / "lib") == wanted


@pytest.mark.parametrize("limit", by_turns([64, 256], every=2, share=1))
def test_a_deep_and_wide_tree_comes_and_goes_with_few_descriptors(tmp_path, limit):
    """G2, G6: a deploy, what is carried and what is shared, a way back and a clean-up, with as many files open as a
    host allows.
    """
    in_a_child(lambda: _deployed_back_and_pruned(tmp_path, limit))


@pytest.mark.parametrize("limit", [64, 256])
def test_a_deep_and_wide_site_is_adopted_with_few_descriptors(tmp_path, limit):
    """G1, G2: nothing half-done for want of a descriptor."""
    in_a_child(lambda: _adopted(tmp_path, limit))


def test_too_few_descriptors_are_told_before_anything_is_begun(tmp_path):
    """G7, exit 40: a look that ends half-way would take for gone what it has not seen."""
    world = World(tmp_path, PLAIN, env=None)
    world.ship()
    world.commit()

    def short() -> None:
        most = len(os.listdir("/proc/self/fd")) + 20
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        for act in (world.deploy, world.rollback, lambda: world.perform("prune", keep=0)):
            problem = assert_refused(world.top, act, exits=40, code="descriptors-used-up")
            assert "ulimit -n 1024" in problem.hint

    in_a_child(short)


def test_a_soft_limit_is_raised_as_far_as_the_hard_one_allows(tmp_path):
    """A shell's `ulimit -S -n 20` stops nothing."""
    world = World(tmp_path, PLAIN, env=None)

    def soft() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        world.ship()

    in_a_child(soft)
    assert (world.live / "public/index.php").exists()
