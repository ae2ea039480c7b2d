"""A site that is moved while it is being left, and what `recover` says of one that was left (G1, G4)."""

from __future__ import annotations

import os
import shutil
from functools import partial

import pytest

from lib import old_sites
from lib.killing import killed_while_it_is_left
from lib.old_sites import as_it_is, differences
from lib.oracle import contents
from lib.refusals import assert_refused, fails
from lib.world import World

FLAT = {"index.php": "<?php // version {version}\n", "uploads/.gitkeep": ""}


def flat(site):
    """Pages at the top, so that what is not served has to lie beside it."""
    old_sites.write(site, {"index.php": "<?php // live\n", "uploads/a.jpg": "a picture\n"})


SITES = {
    "plain": (old_sites.plain, {**old_sites.CODE, "public/index.php": "<?php // version {version}\n"}),
    "flat": (flat, FLAT),
    "capistrano": (old_sites.capistrano, old_sites.CODE),
}


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("deployed", [False, True])
def test_a_site_that_was_moved_after_a_kill_is_given_back_where_it_is(tmp_path, name, deployed):
    """G1, G4: it is finished at its new place; where each part lies is told, wherever it was set apart before."""
    make, code = SITES[name]
    number, killed = 3, True
    while killed:
        world = World(tmp_path / str(number), code, env=None)
        world.site.mkdir()
        make(world.site)
        before = as_it_is(world.site)
        world.perform("adopt")
        for _ in range(2 if deployed else 0):
            world.ship()
        kept = set(contents(world.top, without=("site/.holdfast",)))
        killed = killed_while_it_is_left(world, number)
        moved = world.top / "elsewhere/deep"
        moved.parent.mkdir()
        world.site = world.site.rename(moved)
        if killed and (moved / ".holdfast").exists():
            fails(partial(world.perform, "leave"), exits=20, code="not-a-site")
        assert not (moved / ".holdfast").exists()
        assert not (world.top / "site").exists()
        assert kept <= set(contents(world.top)), number
        assert deployed or differences(before, as_it_is(moved)) == [], number
        told = [event.text for event in world.events if event.name == "leave"]
        assert [line for line in told if not os.path.lexists(line.split("`")[3])] == []
        shutil.rmtree(world.top)
        number += 131


@pytest.mark.parametrize("what", ["home", "club"])
def test_a_document_root_that_was_moved_after_a_kill_is_given_back(tmp_path, what):
    """G4: with its site, or the site alone; the old place is taken by somebody else meanwhile."""
    number, killed = 3, True
    while killed:
        world = World(tmp_path / str(number), FLAT, env=None)
        home = world.top / "home"
        world.root, world.site = home / "public_html", home / "club"
        flat(world.root)
        before = as_it_is(world.root)
        world.perform("adopt", path=str(world.root))
        killed = killed_while_it_is_left(world, number, words=("undo",))
        moved = world.top / "moved"
        if (home / what).exists() or what == "home":
            (home if what == "home" else world.site).rename(moved)
        if what == "home":
            world.root, world.site = moved / "public_html", moved / "club"
            (home / "public_html").mkdir(parents=True)
        else:
            world.site = moved
        if killed and (world.site / ".holdfast").exists():
            fails(partial(world.perform, "leave"), exits=20, code="not-a-site")
        assert differences(before, as_it_is(world.root)) == [], number
        assert what == "club" or os.listdir(home / "public_html") == []
        shutil.rmtree(world.top)
        number += 131


def test_a_layout_that_was_given_back_is_no_lost_site(tmp_path):
    """G7: nothing of it is missing; the way back is named, and after it a lost `.holdfast/` is one again."""
    world = World(tmp_path)
    world.ship()
    world.ship()
    world.perform("leave", words=("layout",))
    problem = assert_refused(tmp_path, lambda: world.perform("recover"), exits=20, code="not-a-site")
    assert "given back" in problem.message
    assert "holdfast adopt" in problem.hint
    assert world.perform("adopt", path=str(world.site))["outcome"] == "adopted"
    assert not os.path.lexists(world.site / ".holdfast-left")
    world.ship()
    world.forget_state()
    world.perform("recover")
    world.assert_code_is(3)
    world.ship()
    world.perform("leave", words=("plain",))
    assert not os.path.lexists(world.site / ".holdfast-left")
