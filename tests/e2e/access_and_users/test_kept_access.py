"""What the application could do before a deploy it can do after it (G10)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lib.world import World

WIKI = {
    "index.php": "<?php // version {version}\n",
    "inc/init.php": "<?php // {version}\n",
    "data/pages/_dummy": "",
    "data/pages/welcome.txt": "welcome\n",
    "plugins/base/base.php": "<?php\n",
}
WEB = 33
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which root alone may")


def plain(top: Path, *, owner: int) -> World:
    """A wiki that is live in a plain directory, all of it OWNER's."""
    world = World(top, WIKI, env=None)
    for path, text in WIKI.items():
        where = world.site / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    if owner != os.geteuid():
        for here, _, files in os.walk(world.site):
            os.chown(here, owner, owner)
            for name in files:
                os.chown(Path(here) / name, owner, owner)
    return world


def owned(world: World, path: str) -> tuple[int, int]:
    """Owner and mode of PATH in what is live."""
    status = (world.live / path).stat()
    return status.st_uid, stat.S_IMODE(status.st_mode)


DIRECTORIES = ("", "data", "data/pages", "plugins", "plugins/base", "inc")


@AS_ROOT
def test_root_deploys_for_the_application_and_its_directories_stay_its_own(tmp_path):
    """G10: after the adoption, two deploys and a rollback names can be made wherever they could."""
    world = plain(tmp_path, owner=WEB)
    world.perform("adopt", path=str(world.site))
    for act in (world.ship, world.ship, world.rollback):
        act()
        assert {path: owned(world, path) for path in DIRECTORIES} == dict.fromkeys(DIRECTORIES, (WEB, 0o755))


@AS_ROOT
def test_a_page_can_be_edited_and_a_program_is_read_only(tmp_path):
    """G10, data.md (sealing): settings and pages are no programs; an edit of one stays, as of a seed."""
    world = plain(tmp_path, owner=WEB)
    world.perform("adopt", path=str(world.site))
    world.ship()
    assert owned(world, "data/pages/welcome.txt") == (WEB, 0o644)
    assert owned(world, "inc/init.php")[1] & 0o222 == 0
    (world.live / "data/pages/welcome.txt").write_text("edited\n")
    world.ship()
    assert (world.live / "data/pages/welcome.txt").read_text() == "edited\n"


def test_one_user_for_both_makes_names_beside_its_code(tmp_path):
    """G10: a database, a log or a directory that nobody declared, in the root and in a shipped directory."""
    world = plain(tmp_path, owner=os.geteuid())
    world.perform("adopt", path=str(world.site))
    world.ship()
    assert all(owned(world, path)[1] & 0o200 for path in DIRECTORIES)


def test_what_a_first_deploy_makes_is_open_to_its_owner(tmp_path):
    """G10: without a live tree there is nothing to measure."""
    world = World(tmp_path, WIKI, env=None)
    world.ship()
    assert all(owned(world, path)[1] & 0o200 for path in DIRECTORIES)
    assert not (world.live / "inc/init.php").stat().st_mode & 0o222


@AS_ROOT
def test_what_was_measured_once_is_never_read_off_a_later_tree(tmp_path):
    """G10: a panel that gives everything to root every night does not take the application's access away."""
    world = plain(tmp_path, owner=WEB)
    world.perform("adopt", path=str(world.site))
    world.ship()
    for here, _, _ in os.walk(world.live.resolve()):
        os.chown(here, 0, 0)
    world.ship()
    assert owned(world, "data/pages")[0] == WEB


@AS_ROOT
def test_a_first_deploy_by_root_for_nobody_known_names_every_place(tmp_path):
    """G10: whom it is for is asked before anybody meets a directory that is shut."""
    world = World(tmp_path)
    world.commit()
    warned = " ".join(world.deploy()["warnings"])
    assert all(f"`{path}`" in warned for path in ("storage", "storage/logs", "bootstrap/cache"))
    assert "web_user" in warned
