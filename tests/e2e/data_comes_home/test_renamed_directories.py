"""A directory that is shared gets another name in the live release: its data has that name everywhere (G2)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.killing import killed_at_point, points
from lib.mounts import may_mount, mount, tell, unmount
from lib.precious import let_write
from lib.world import World

CODE = {"composer.json": "{}\n", "public/index.php": "<?php // version {version}\n" * 9}
OLD = {"a.jpg": "OLD-A\n", "b.jpg": "OLD-B\n", "deep/c.jpg": "OLD-C\n"}


def fill(top: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)


@pytest.fixture
def world(tmp_path):
    """`public/up` is shared, with three files in it."""
    made = World(tmp_path, CODE, env=None)
    made.ship()
    fill(made.live / "public/up", OLD)
    made.ship()
    assert (made.live / "public/up").is_symlink()
    return made


def seen(world: World) -> dict[str, str]:
    """All that is served below `public/`, by path."""
    top = world.live.resolve() / "public"
    every = (Path(here, name) for here, _, names in os.walk(top, followlinks=True) for name in names)
    return {str(path.relative_to(top)): path.read_text() for path in every if path.suffix == ".jpg"}


def below(name: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{name}/{path}": text for path, text in files.items()}


def aside(world: World) -> dict[str, str]:
    """The old directory has another name, and another directory its old one; what is to be seen from then on."""
    public = world.live.resolve() / "public"
    (public / "up").rename(public / "up.old")
    fill(public / "up", {"a.jpg": "NEW-A\n"})
    return {**below("up.old", OLD), **below("up", {"a.jpg": "NEW-A\n"})}


def exchanged(world: World) -> dict[str, str]:
    """The same by renames alone: the new directory had come home under a name of its own."""
    public = world.live.resolve() / "public"
    fill(public / "up.new", {"a.jpg": "NEW-A\n"})
    world.ship()
    public = world.live.resolve() / "public"
    (public / "up").rename(public / "up.old")
    (public / "up.new").rename(public / "up")
    return {**below("up.old", OLD), **below("up", {"a.jpg": "NEW-A\n"})}


def renamed(world: World) -> dict[str, str]:
    public = world.live.resolve() / "public"
    (public / "up").rename(public / "media")
    return below("media", OLD)


def with_its_parent(world: World) -> dict[str, str]:
    """The directory that is renamed is real, and links of ours lie in it."""
    world.ship({"public/gallery/about.txt": "code\n"})
    fill(world.live / "public/gallery/one", OLD)
    world.ship()
    assert (world.live / "public/gallery/one").is_symlink()
    public = world.live.resolve() / "public"
    for step in (public, public / "gallery"):
        let_write(step)
    (public / "gallery").rename(public / "pictures")
    fill(public / "pictures/two", {"d.jpg": "D\n"})
    world.commit({"public/gallery/about.txt": None})
    return {**below("up", OLD), **below("pictures/one", OLD), "pictures/two/d.jpg": "D\n"}


@pytest.mark.parametrize("act", [aside, exchanged, renamed, with_its_parent])
@pytest.mark.parametrize("then", ["deploy", "sweep", "recover", "rollback"])
def test_what_a_renamed_directory_held_is_seen_under_its_new_name(world, act, then):
    """G2: through deploys and a way back; what was made anew under the old name never comes over it."""
    world.ship()
    expected = act(world)
    assert seen(world) == expected
    answer = world.ship() if then == "deploy" else world.perform(then)
    assert seen(world) == expected
    if then != "recover":
        assert (answer["data"]["lost"], answer["data"]["vanished"]) == (0, 0)
    world.ship()
    assert seen(world) == expected
    assert [str(path) for path in (world.site / "shared").rglob("*") if path.is_symlink()] == []
    checks = {check["name"]: check["verdict"] for check in world.perform("checklist")["checks"]}
    assert (checks["data-memory"], checks["shared-identity"]) == ("pass", "pass")


def test_recover_gives_a_directory_that_a_rule_names_its_link_back(tmp_path):
    """G2, G7: only its link was renamed; all pictures went to a new name, and an empty folder was made, with exit 0."""
    world = World(tmp_path, CODE, env=None)
    world.settings = Settings(shared=("public/pictures/",))
    world.ship()
    fill(world.live / "public/pictures", OLD)
    world.ship()
    public = world.live.resolve() / "public"
    let_write(public)
    (public / "pictures").rename(public / "pictures-old")
    [note] = [
        line for line in world.perform("plan", source=world.source, force=True)["notes"] if "pictures-old" in line
    ]
    assert "begins empty" in note
    answer = world.perform("recover")
    assert [(row["path"], row["action"], row["done"]) for row in answer["found"]] == [("public/pictures", "link", True)]
    assert seen(world) == below("pictures", OLD)
    world.ship()
    assert seen(world) == below("pictures", OLD)


def test_what_is_emptied_under_its_new_name_is_gone_there_alone(world):
    """G2: no second name of live data is left for the application to clean up."""
    expected = aside(world)
    world.ship()
    for path in (world.live / "public/up.old").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert seen(world) == {path: text for path, text in expected.items() if path.startswith("up/")}


def test_a_kill_while_a_renamed_directory_is_followed_leaves_both_names_with_their_content(world, tmp_path):
    """G3, G4: at each point of a sweep, and with the memory of what lies there."""
    expected = aside(world)
    shutil.copytree(world.site, tmp_path / "before", symlinks=True)
    count = points(lambda: world.perform("sweep"))
    for number in range(1, count + 1):
        shutil.rmtree(world.site)
        shutil.copytree(tmp_path / "before", world.site, symlinks=True)
        killed_at_point(number, lambda: world.perform("sweep"))
        assert seen(world) == expected, number
        world.perform("sweep")
        assert seen(world) == expected, number
        checks = {check["name"]: check["verdict"] for check in world.perform("checklist")["checks"]}
        assert checks["data-memory"] == "pass", number


def test_a_rename_in_a_release_that_was_left_makes_no_second_name_of_what_is_live(world):
    """G2: a worker that stayed there; what it makes anew comes home as any stray."""
    left = world.live.resolve()
    world.ship()
    (left / "public/up").rename(left / "public/up.old")
    fill(left / "public/up", {"d.jpg": "LATE-D\n"})
    world.ship()
    assert not (world.site / "shared/public/up.old").exists()
    assert seen(world) == below("up", {**OLD, "d.jpg": "LATE-D\n"})


def test_a_database_that_was_renamed_is_not_missed_under_its_old_name(tmp_path):
    """Its memory goes with it: nothing is away."""
    world = World(tmp_path, CODE, env=None)
    world.ship()
    fill(world.live / "public", {"one.sqlite": "SQLite format 3\0" + "x" * 4000})
    world.ship()
    (world.live.resolve() / "public/one.sqlite").rename(world.live.resolve() / "public/two.sqlite")
    world.ship()
    world.ship()
    assert (world.live / "public/two.sqlite").read_text().startswith("SQLite")
    (world.site / "shared/public/two.sqlite").unlink()
    checks = {check["name"]: check for check in world.perform("checklist")["checks"]}
    assert checks["data-memory"]["verdict"] == "refuse"
    assert "two.sqlite" in checks["data-memory"]["why"]


def disk_keeps_its_name(top: str) -> None:
    world = World(Path(top) / "sandbox", CODE, env=None)
    world.ship()
    point, disk = world.site / "shared/public/up", world.top / "disk"
    for one in (point, disk):
        one.mkdir(parents=True)
    mount(disk, point)
    fill(point, OLD)
    world.ship()
    renamed(world)
    answer = world.ship()
    assert any("on which a disk is mounted" in line for line in answer["warnings"]), answer["warnings"]
    assert {path.removeprefix("up/"): text for path, text in seen(world).items()} == OLD
    assert not (world.site / "shared/public/media").exists()
    unmount(point)


@pytest.mark.skipif(bool(may_mount()), reason=may_mount() or "mounts work")
def test_a_disk_that_is_mounted_keeps_its_name_and_a_renamed_link_to_it_is_told_of(tmp_path):
    """G7: a mount point cannot be renamed; its data stays served where it was."""
    tell(disk_keeps_its_name, str(tmp_path))
