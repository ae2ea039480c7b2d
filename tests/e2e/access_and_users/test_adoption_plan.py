"""Who runs an application that is adopted, and where it may write: said first, and so afterwards (G10)."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.users import APPLICATION, TOOL, Hosted, give, why_not
from lib.world import World

SHOP = {
    "index.php": "<?php // version {version}\n",
    "lib/cart.php": "<?php\n",
    "upload/.gitkeep": "",
    "css/site.css": "body\n",
}
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which root alone may")
AS_OTHERS = pytest.mark.skipif(bool(why_not()), reason=why_not() or "two users")


def lay(root: Path) -> None:
    for path, text in {**SHOP, "upload/a.jpg": "photo\n"}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("{version}", "0"))


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-users-")
    yield Path(made)
    shutil.rmtree(made)


@AS_ROOT
def test_g10_the_plan_names_the_web_user_how_it_was_found_and_where_it_writes(tmp_path):
    """Whose the uploads are; the directories in which it may make names, and those in it where it may not."""
    world = World(tmp_path, SHOP, env=None)
    lay(world.site)
    give(world.site / "upload", APPLICATION)
    access = world.perform("adopt", only_plan=True)["access"]
    assert (access["web_user"]["uid"], "owns" in access["web_user"]["how"]) == (APPLICATION, True)
    assert access["writes"] == ["upload"]
    world.perform("adopt")
    kept = {row["path"]: row["writable"] for row in world.perform("access")["paths"]}
    assert [path for path, writable in kept.items() if writable] == ["upload"]


@AS_ROOT
def test_g10_a_configured_user_is_said_to_be_one(tmp_path):
    """G10: how it was found is told; what is shut to it in what is open is named."""
    world = World(tmp_path, SHOP, env=None)
    world.settings = Settings(web_user=str(APPLICATION))
    lay(world.site)
    give(world.site, APPLICATION)
    os.chown(world.site / "lib", 0, 0)
    access = world.perform("adopt", only_plan=True)["access"]
    assert "[site] web_user" in access["web_user"]["how"]
    assert (access["writes"], access["but_not"]) == (["."], ["lib"])


@AS_OTHERS
def test_g10_an_application_that_is_taken_out_of_its_document_root_may_write_where_it_could(top):
    """Two users on a shared host: at the adoption, after two deploys and a rollback."""
    world = Hosted(top, files=SHOP, env=None)
    root, world.site = top / "home/public_html", top / "home/site"
    world.precious.site = world.site
    lay(root)
    give(top / "home", TOOL)
    os.chown(root / "upload", TOOL, APPLICATION)
    (root / "upload").chmod(0o2775)
    (root / "stats").mkdir()
    (root / "stats/index.html").write_text("of the host\n")
    inode, mode = root.stat().st_ino, stat.S_IMODE(root.stat().st_mode)
    plan = world.perform("adopt", path=str(root), only_plan=True)
    assert (plan["stays"], "stats" in plan["entries"]) == (["stats"], False)
    world.perform("adopt", path=str(root))
    for act in (lambda: None, world.ship, world.ship, world.rollback):
        act()
        world.application_writes(f"upload/{len(world.precious.written)}.jpg")
        world.precious.assert_served()
        assert "version" in (root / "index.php").read_text()
        assert (root / "upload/a.jpg").read_text() == "photo\n"
    assert (root / "stats/index.html").read_text() == "of the host\n"
    assert not (root / "stats").is_symlink()
    assert (root.stat().st_ino, stat.S_IMODE(root.stat().st_mode)) == (inode, mode)
