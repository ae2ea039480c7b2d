"""`shared/PATH` is a link to a bigger disk, as people have it: the only way to what lies there (G1, G7, G9)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import assert_refused, fails
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

CODE = {
    "composer.json": "{}\n",
    "public/index.php": "<?php // version {version}\n" * 9,
    "public/uploads/.gitkeep": "",
    "data/.gitkeep": "",
}
AT = {
    "the path itself": "public/uploads",
    "below it": "data/archive",
    "a file": "settings.ini",
}


@pytest.fixture
def world(tmp_path):
    """Two releases; everything in AT leads to a disk of its own."""
    made = World(tmp_path, CODE, env=None)
    made.ship()
    disk = tmp_path / "disk"
    (disk / "uploads").mkdir(parents=True)
    (disk / "archive").mkdir()
    for number in range(3):
        (disk / f"uploads/{number}.jpg").write_text(f"upload {number}\n")
        (disk / f"archive/{number}.pdf").write_text(f"archived {number}\n")
    (disk / "settings.ini").write_text("key = 1\n")
    shutil.rmtree(made.site / "shared/public/uploads")
    for path in AT.values():
        (made.site / "shared" / path).parent.mkdir(parents=True, exist_ok=True)
        (made.site / "shared" / path).symlink_to(disk / Path(path).name)
    made.ship()
    made.ship()
    return made


def detach(world: World, path: str, top: Path | None = None) -> Path:
    """An installer, or `rsync`, puts something real in the place of the link; returns it."""
    live = top or world.live.resolve()
    link = live / ("data" if path.startswith("data") else path)
    link.parent.chmod(0o755)
    if link.is_symlink():
        link.unlink()
    here = live / path
    here.parent.mkdir(parents=True, exist_ok=True)
    if path.endswith(".ini"):
        here.write_text("key = 2\n")
    else:
        here.mkdir()
        (here / "new.jpg").write_text("new\n")
    return here


def both_are_kept(world: World, here: Path, disk: dict[str, object]) -> None:
    text = "key = 2\n" if here.suffix == ".ini" else "new\n"
    assert (here if here.suffix == ".ini" else here / "new.jpg").read_text() == text
    assert_unchanged(disk, snapshot(world.top / "disk"))
    for path in AT.values():
        assert (world.site / "shared" / path).is_symlink()


@pytest.mark.parametrize("at", AT)
def test_a_link_to_another_disk_never_gives_way_to_what_appeared_in_the_release(world, at):
    """G1, G2: refused by name before a deploy; a sweep, a way back and `recover` leave both and tell of them."""
    here, disk = detach(world, AT[at]), snapshot(world.top / "disk")
    world.commit()
    problem = assert_refused(world.top, world.deploy, exits=30, code="shared-is-a-link")
    assert f"shared/{AT[at]}" in problem.message
    where = {"release": str(world.live.resolve()), "path": str(world.site / "shared")}
    fails(lambda: world.perform("link", **where), exits=30, code="shared-is-a-link")
    told = [*world.perform("sweep")["warnings"]]
    assert any("is not replaced" in line for line in told), told
    found = world.perform("recover")["found"]
    assert [row["action"] for row in found if AT[at].startswith(row["path"])] == ["listed"]
    both_are_kept(world, here, disk)
    answer = world.rollback()
    assert any("is not replaced" in line for line in answer["warnings"])
    both_are_kept(world, here, disk)
    assert (world.live / AT[at]).exists()
    answer = world.perform("prune", keep=0)
    both_are_kept(world, here, disk)


def test_once_both_are_brought_together_the_deploy_goes_on(world):
    """The hint of the refusal, followed to its end."""
    here = detach(world, "public/uploads")
    world.commit()
    fails(world.deploy, exits=30, code="shared-is-a-link")
    shutil.copy2(here / "new.jpg", world.top / "disk/uploads/new.jpg")
    shutil.rmtree(here)
    world.deploy()
    assert sorted(os.listdir(world.live / "public/uploads")) == ["0.jpg", "1.jpg", "2.jpg", "new.jpg"]


def test_what_a_worker_makes_in_a_release_that_was_left_does_not_take_the_links_place_either(world):
    """G6: it stays there, the release is kept, and both are told of."""
    left = world.live.resolve()
    world.ship()
    here, disk = detach(world, "public/uploads", left), snapshot(world.top / "disk")
    answer = world.ship()
    assert any("is not replaced" in line for line in answer["warnings"])
    both_are_kept(world, here, disk)
    assert left.name in [row["release"] for row in world.perform("prune", keep=0)["kept"]]
    both_are_kept(world, here, disk)


def test_a_link_that_became_a_directory_is_refused_until_a_person_accepts_it(world):
    """I29, I76: a file in it is no proof that the data is there."""
    link = world.site / "shared/public/uploads"
    link.unlink()
    link.mkdir()
    (link / "new.jpg").write_text("new\n")
    world.commit()
    for _ in range(2):
        problem = fails(world.deploy, exits=30, code="checklist-refused")
        assert f"was a link to `{world.top / 'disk/uploads'}`" in "".join(problem.context)
        world.rollback()
    world.deploy(accept=("shared-identity",))
    world.ship()
    assert (world.live / "public/uploads/new.jpg").read_text() == "new\n"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_that_gave_way_to_another_is_listed_by_recover(world, there):
    """G7: the elder disk is out of sight; a new disk that is not there yet hides nothing either."""
    other = world.top / "other"
    other.mkdir() if there else None
    live = world.live.resolve()
    (live / "public/uploads").unlink()
    (live / "public/uploads").symlink_to(other)
    world.ship()
    rows = [row for row in world.perform("recover")["found"] if row["path"] == "public/uploads"]
    gone = world.top / "disk/uploads" if there else other
    assert [row["action"] for row in rows] == ["listed"]
    assert f"a link to `{gone}`" in rows[0]["what"]


def a_picture_that_gave_way(world: World) -> None:
    """`public/uploads` is on this disk, and `a.jpg` in it is "two"; "one" is in the attic."""
    (world.site / "shared/public/uploads").unlink()
    (world.site / "shared/public/uploads").mkdir()
    (world.site / "shared/public/uploads/a.jpg").write_text("one\n")
    world.ship(accept=("shared-identity",))
    here = world.live.resolve() / "public"
    (here / "uploads").unlink()
    (here / "uploads").mkdir()
    (here / "uploads/a.jpg").write_text("two\n")
    world.ship()


def test_a_restore_does_not_take_the_place_of_such_a_link(world):
    """G1, G5: what it leads to would be out of sight."""
    a_picture_that_gave_way(world)
    shutil.rmtree(world.site / "shared/public/uploads")
    (world.site / "shared/public/uploads").symlink_to(world.top / "disk/uploads")
    problem = fails(lambda: world.perform("restore", path="public/uploads/a.jpg"), exits=30, code="restore-blocked")
    assert "public/uploads" in problem.message
    assert (world.site / "shared/public/uploads").is_symlink()


def test_a_restore_takes_the_place_of_a_link_of_ours_that_waits_in_vain(world):
    """G4: killed while data came home, with a journal that was cut short: nothing tells of the link any more, and it
    leads nowhere.
    """
    a_picture_that_gave_way(world)
    picture = world.site / "shared/public/uploads/a.jpg"
    picture.unlink()
    picture.symlink_to("../../../../shared/public/uploads/a.jpg")
    world.perform("restore", path="public/uploads/a.jpg")
    assert (world.live / "public/uploads/a.jpg").read_text() == "one\n"


def test_a_link_that_leads_to_a_disk_by_a_text_like_ours_does_not_wait(tmp_path):
    """G2: a directory `shared` beside the site is a person's own, and what lies there is served."""
    world = World(tmp_path, {"index.php": "<?php // {version}\n"}, env=None)
    world.settings = Settings(shared=("uploads/",))
    disk = world.top / "shared/uploads"
    disk.mkdir(parents=True)
    (disk / "photo.jpg").write_text("a photo\n")
    (world.site / "shared").mkdir(parents=True)
    (world.site / "shared/uploads").symlink_to("../../shared/uploads")
    world.ship()
    live = world.live.resolve()
    live.chmod(0o755)
    (live / "uploads").unlink()
    (live / "uploads").mkdir()
    (live / "uploads/new.jpg").write_text("new\n")
    world.commit()
    assert_refused(world.top, world.deploy, exits=30, code="shared-is-a-link")
