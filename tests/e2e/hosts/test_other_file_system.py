"""`shared/` on a file system of its own: names cannot be exchanged with it, so data is copied and verified.

Mounts live in a private namespace of a child process, so nothing of the machine changes.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from holdfast_engine.fs import place
from holdfast_engine.model.request import Settings
from lib.mounts import may_mount, mount_memory, tell
from lib.oracle import attic, attic_texts, litter
from lib.refusals import fails, killed_at, listening
from lib.world import World


def story(top: str) -> None:
    """Three deploys and a rollback with shared/ on a tmpfs: uploads, strays, seeds, a detached .env."""
    world = World(Path(top))
    env = (world.site / "shared/.env").read_bytes()
    mount_memory(world.site / "shared")
    (world.site / "shared/.env").write_bytes(env)
    world.ship({"public/uploads/default.png": "seed {version}\n"})
    assert os.stat(world.site).st_dev != os.stat(world.site / "shared").st_dev
    for path in ("public/uploads/a.jpg", "public/certificates/deep/c.pdf", "storage/logs/l.log", "public/sitemap.xml"):
        world.precious.write(path)
    os.remove(world.live / ".env")
    world.precious.write(".env", text="APP_KEY=base64:k\nAPP_NAME=Other\n")
    world.ship()
    world.precious.assert_served()
    world.rollback()
    world.precious.assert_served()
    world.precious.write("public/receipts/b.pdf")
    world.ship()
    world.precious.assert_served()
    world.precious.assert_none_lost()
    assert litter(world.site) == []


def seeds(top: str) -> None:
    """A seed that nobody changed follows the releases, a changed one stays; nothing waits in shared/ afterwards."""
    world = _mounted(top)
    world.settings = Settings(shared=("uploads/",))
    for number in (1, 2, 3):
        world.ship({"uploads/hint.txt": f"shipped {number}\n"})
        assert (world.live / "uploads/hint.txt").read_text() == f"shipped {number}\n"
    assert world.perform("attic")["entries"] == []
    (world.live / "uploads/hint.txt").write_text("changed here\n")
    world.ship({"uploads/hint.txt": "shipped 4\n"})
    assert (world.live / "uploads/hint.txt").read_text() == "changed here\n"
    assert os.listdir(world.site / "shared/uploads") == ["hint.txt"]


def restores(top: str) -> None:
    """A restore that is killed anywhere leaves its path resolving; the next command ends it, both versions kept."""
    world = _mounted(top)
    _restored_whatever_happens(world)


def late(top: str) -> None:
    """What is written into a directory while it is merged is served, new names and newer versions of old ones."""
    world = _mounted(top)
    world.settings = Settings(shared=("uploads/",))
    world.ship({"uploads/.gitkeep": ""})
    (world.live / "uploads/a.txt").write_text("shared")
    real = Path(os.path.realpath(world.live)) / "uploads"
    real.unlink()
    real.mkdir()
    (real / "a.txt").write_text("written to the release")
    written = []

    def hook(name: str) -> None:
        merged = not written and not real.is_symlink() and (real / "a.txt").is_symlink()
        if name == "place.exchange" and merged:
            (real / "a.txt").unlink()
            (real / "a.txt").write_text("newer")
            (real / "b.txt").write_text("late")
            written.append(name)

    with listening(hook):
        world.ship({"index.php": "<?php // other {version}\n"})
    assert written
    assert [(world.live / "uploads" / name).read_text() for name in ("a.txt", "b.txt")] == ["newer", "late"]
    assert sorted(os.listdir(world.site / "shared/uploads")) == [".gitkeep", "a.txt", "b.txt"]


def links(top: str) -> None:
    """A link that the move of its directory broke is mended, and nothing waits beside it."""
    world = _mounted(top)
    world.ship({"img/logo.png": "logo"})
    real = Path(os.path.realpath(world.live))
    (real / "media").mkdir()
    (real / "media/logo.png").symlink_to("../img/logo.png")
    world.ship()
    assert (world.live / "media/logo.png").read_text() == "logo"
    assert os.listdir(world.site / "shared/media") == ["logo.png"]


def pipes(top: str) -> None:
    """A pipe cannot be set aside from another file system: told by name, and nothing else of it was moved."""
    world = _mounted(top)
    world.ship()
    (world.site / "shared/run").mkdir()
    os.mkfifo(world.site / "shared/run/pipe")
    (world.site / "shared/run/a.txt").write_text("shared")
    other = Path(top) / "another disk"
    other.mkdir()
    (other / "a.txt").write_text("live")
    (Path(os.path.realpath(world.live)) / "run").symlink_to(other)
    told = fails(world.ship, exits=50, code="step-failed")
    assert "shared/run/pipe" in told.message
    assert (world.site / "shared/run/a.txt").read_text() == "shared"
    os.remove(world.site / "shared/run/pipe")
    world.ship()
    assert (world.live / "run/a.txt").read_text() == "live"


def layers(top: str) -> None:
    """A site that is part of an image: what overlayfs does not move stays served and told of, and blocks nothing else;
    a copy in its place comes home.
    """
    world = World(Path(top), {"index.php": "<?php // version {version}\n"}, env=None)
    world.ship()
    (Path(os.path.realpath(world.live)) / "media").mkdir()
    world.precious.write("media/m.txt")
    world.site.rename(world.top / "lower")
    world.site.mkdir()
    (world.top / "layer").mkdir()
    mount_memory(world.top / "layer")
    for name in ("upper", "work"):
        (world.top / "layer" / name).mkdir()
    place = (
        f"lowerdir={world.top}/lower,upperdir={world.top}/layer/upper,workdir={world.top}/layer/work,redirect_dir=off"
    )
    if subprocess.run(["mount", "-t", "overlay", "overlay", "-o", place, world.site], check=False).returncode != 0:
        return  # no overlayfs here
    assert "overlayfs" in fails(world.ship, exits=50, code="step-failed").message
    assert world.perform("status")["unfinished"] is None
    world.precious.assert_served()
    media = Path(os.path.realpath(world.live)) / "media"
    shutil.copytree(media, media.with_name("new"), symlinks=True)
    shutil.rmtree(media)
    media.with_name("new").rename(media)
    assert world.ship()["outcome"] == "deployed"
    world.precious.assert_served()


def _mounted(top: str) -> World:
    world = World(Path(top), {"index.php": "<?php // version {version}\n"}, env=None)
    (world.site / "shared").mkdir(parents=True)
    mount_memory(world.site / "shared")
    return world


POINTS = ("copy.file", "copy.name", "place.exchange", "place.exchanged", "place.move", "place.moved",
          "discard.drop_copied", "durable.append_own")  # fmt: skip


def _restored_whatever_happens(world: World, *, gap: bool = False) -> None:
    """Killed once at each of the first reaches of each point; with a GAP the path may be empty until recovery."""
    world.settings = Settings(shared=("uploads/",))
    world.ship({"uploads/.gitkeep": ""})
    path = world.live / "uploads/a.txt"
    path.write_text("old")
    world.ship({"index.php": "<?php // other {version}\n"})
    _displace(world, path)
    for point in POINTS:
        for count in (1, 2, 3):
            path.write_text(f"new {point} {count}")
            with killed_at(point, count=count):
                world.perform("restore", path="uploads/a.txt", release=FIRST)
            assert gap or path.read_text() in ("old", f"new {point} {count}")
            world.perform("recover")
            assert path.read_text() in ("old", f"new {point} {count}"), (point, count)
            kept = attic_texts(world.site, "uploads/a.txt")
            assert f"new {point} {count}" in (path.read_text(), *kept), (point, count, kept)
            assert "old" in kept
            assert sorted(os.listdir(world.site / "shared/uploads")) == [".gitkeep", "a.txt"], (point, count)
            assert litter(world.site) == [], (point, count)


FIRST = "000001-by-hand"


def _displace(world: World, path: Path) -> None:
    """The attic holds `old` under PATH, as an earlier operation would have left it."""
    shelf = world.site / ".holdfast/attic" / FIRST
    (shelf / "files/uploads").mkdir(parents=True)
    (shelf / "files/uploads/a.txt").write_text(path.read_text())
    note = {"path": "uploads/a.txt", "place": "files/uploads/a.txt", "origin": "shared/uploads/a.txt"}
    (shelf / "notes.jsonl").write_text(json.dumps({**note, "reason": "by hand", "care": "shared", "at": 1.0}) + "\n")


STORIES = (story, seeds, restores, late, links, pipes, layers)


@pytest.mark.skipif(bool(may_mount()), reason=may_mount() or "mounts work")
@pytest.mark.parametrize("what", STORIES, ids=lambda what: what.__name__)
def test_data_comes_home_to_another_file_system_by_verified_copies(tmp_path, what):
    """DESIGN 5, G4, I13, across file systems: copy, verify, exchange, sweep; the original goes to the attic; seeds
    follow the releases, a killed restore is ended, and what cannot be moved there keeps no later command from working.
    """
    tell(what, str(tmp_path))


def test_a_restore_killed_where_names_cannot_be_exchanged_is_ended_by_the_next_command(tmp_path, monkeypatch):
    """G4, G5: on NFS there is a gap, and never a path that only a person can bring back."""
    world = World(tmp_path, {"index.php": "<?php // version {version}\n"}, env=None)
    monkeypatch.setattr(place, "_renameat2", _no_flags)
    _restored_whatever_happens(world, gap=True)


def test_seeds_are_updated_where_names_cannot_be_exchanged(tmp_path, monkeypatch):
    """I13: by three renames, each of which overwrites nothing."""
    monkeypatch.setattr(place, "_renameat2", _no_flags)
    world = World(tmp_path, {"index.php": "<?php // version {version}\n"}, env=None)
    world.settings = Settings(shared=("uploads/",))
    for number in (1, 2):
        world.ship({"uploads/hint.txt": f"shipped {number}\n"})
        assert (world.live / "uploads/hint.txt").read_text() == f"shipped {number}\n"
    assert world.perform("attic")["entries"] == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_restore_killed_between_the_two_names_of_a_move_is_ended(tmp_path, monkeypatch, count):
    """G4, G5: where no rename is safe from overwriting, a file has two names for a moment; then one again, and what
    was to be restored is served.
    """
    world = World(tmp_path, {"index.php": "<?php // version {version}\n"}, env=None)
    world.settings = Settings(shared=("uploads/",))
    world.ship({"uploads/.gitkeep": ""})
    path = world.live / "uploads/a.txt"
    path.write_text("old")
    _displace(world, path)
    path.write_text("new")
    monkeypatch.setattr(place, "_renameat2", _no_flags)
    with killed_at("place.two_names", count=count):
        world.perform("restore", path="uploads/a.txt", release=FIRST)
    world.perform("recover")
    kept = attic(world.site, "uploads/a.txt")
    assert path.read_text() == "old"
    assert sorted(one.read_text() for one in kept) == ["new", "old"]
    assert {one.stat().st_nlink for one in (path, *kept)} == {1}


@pytest.mark.parametrize("count", range(1, 6))
def test_a_seed_update_killed_between_two_renames_is_ended_by_the_next_command(tmp_path, monkeypatch, count):
    """G4: the shared path comes back with the old or the new seed."""
    monkeypatch.setattr(place, "_renameat2", _no_flags)
    world = World(tmp_path, {"index.php": "<?php // version {version}\n"}, env=None)
    world.settings = Settings(shared=("uploads/",))
    world.ship({"uploads/hint.txt": "shipped 1\n"})
    world.commit({"uploads/hint.txt": "shipped 2\n"})
    with killed_at("place.move", count=count):
        world.deploy()
    world.perform("recover")
    assert (world.live / "uploads/hint.txt").read_text() in ("shipped 1\n", "shipped 2\n")
    assert os.listdir(world.site / "shared/uploads") == ["hint.txt"]
    assert litter(world.site) == []


def _no_flags(*_: object) -> None:
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
