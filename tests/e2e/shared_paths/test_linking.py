"""Incidents I16 to I30: the linking step itself hides or destroys data. Spellings, kinds and mounts have files of
their own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings, Source
from lib.killing import killed_at_point
from lib.oracle import contents, digest
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

SKELETON = ("storage/framework/views", "storage/framework/sessions", "storage/framework/cache", "storage/logs")
HOME = {"index.php": "<?php // version {version}\n" * 9}


@pytest.fixture
def laravel(tmp_path):
    return World(tmp_path)


@pytest.fixture
def simple(tmp_path):
    world = World(tmp_path, HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads",))
    return world


@pytest.mark.parametrize("before", ["missing", "empty", "lacks views"])
def test_i16_the_skeleton_of_storage_stands_before_the_application_starts(before, laravel):
    """I16: a hook that renders a page before the switch finds every directory, whatever `shared/storage` was."""
    if before != "missing":
        (laravel.site / "shared/storage").mkdir()
    if before == "lacks views":
        laravel.precious.write("storage/framework/sessions/old", into=laravel.site / "shared")
    laravel.settings = Settings(before_activation=tuple(f"test -d {path} && test -w {path}" for path in SKELETON))
    laravel.ship()
    laravel.precious.assert_served()


def test_i16_making_the_skeleton_again_touches_no_file_that_is_there(laravel):
    """I16: a second and a third run add what is missing and leave all else, to the mode and the byte."""
    laravel.ship()
    laravel.precious.write("storage/logs/laravel.log")
    before = snapshot(laravel.site / "shared")
    shutil.rmtree(laravel.site / "shared/storage/framework/views")
    laravel.ship()
    laravel.ship()
    now = snapshot(laravel.site / "shared")
    assert (laravel.live / "storage/framework/views").is_dir()
    gone = ("storage/framework/views/.gitignore",)
    assert_unchanged({path: entry for path, entry in before.items() if path not in gone}, now)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_i17_seeds_land_at_their_own_depth(depth, tmp_path):
    """I17: what the release ships at `a/b/c` lies at `shared/a/b/c`, one to one, and is served there."""
    path = "/".join("abcde"[:depth])
    seeds = {f"{path}/leaf.txt": "leaf\n", f"{path}/more/leaf.txt": "more\n"}
    world = World(tmp_path, {**HOME, **seeds}, env=None)
    world.settings = Settings(framework="generic-php", shared=(path,))
    world.ship()
    found = snapshot(world.site / "shared" / path)
    assert {name: content for name, (kind, _, content) in found.items() if kind == "file"} == {
        "leaf.txt": b"leaf\n",
        "more/leaf.txt": b"more\n",
    }
    assert (world.live / path).is_symlink()


def test_i17_a_crash_at_any_point_of_the_seeding_never_leaves_fewer_files_and_the_next_run_completes(tmp_path):
    """I17, G4: the seeding stops at its first, second, … point; what a user wrote stays, and a repeat brings all."""
    for point in range(1, 400, 23):
        world = World(tmp_path / str(point), {**HOME, "a/b/leaf.txt": "leaf\n", "a/b/c/leaf.txt": "deep\n"}, env=None)
        world.settings = Settings(framework="generic-php", shared=("a/b",))
        world.precious.write("a/b/user.txt", into=world.site / "shared")
        ended = not killed_at_point(point, world.ship)
        world.precious.assert_none_lost()
        world.ship()
        world.precious.assert_served()
        assert (world.live / "a/b/leaf.txt").read_text() == "leaf\n"
        assert (world.live / "a/b/c/leaf.txt").read_text() == "deep\n"
        if ended:
            return
    raise AssertionError("the deploy never came to its end")


def test_i18_a_first_deploy_keeps_what_git_ships_at_a_shared_path(simple):
    """I18: there is no previous release to copy from, and nothing of the first one is taken away."""
    simple.ship({"uploads/default.png": "default", "uploads/deep/er.png": "deeper"})
    assert (simple.live / "uploads/default.png").read_text() == "default"
    assert (simple.live / "uploads/deep/er.png").read_text() == "deeper"


@pytest.mark.parametrize("tracked", ["uploads/.gitkeep", "uploads/index.php", "uploads/2020/x.jpg"])
def test_i20_i25_a_file_committed_below_a_shared_path_never_makes_it_a_real_folder(tracked, simple):
    """I20, I25: the path is our link, resolves to the shared inode, shows the marker, and the tracked file is told."""
    simple.ship()
    simple.precious.write("uploads/marker.jpg")
    answer = simple.ship({tracked: "tracked"})
    assert (simple.live / "uploads").is_symlink()
    assert os.path.samefile(simple.live / "uploads", simple.site / "shared/uploads")
    assert not (simple.site / "shared/uploads/uploads").exists()
    assert answer["data"]["seeded"] == [tracked]
    simple.precious.assert_served()


def test_i21_a_site_whose_current_is_a_real_folder_is_not_deployed_to_but_can_be_adopted(laravel):
    """I21: 20 with `adopt` as the hint and nothing changed; adopting keeps every byte and every page."""
    shutil.rmtree(laravel.site)
    laravel.precious.written.clear()
    for path in ("public/uploads/party.jpg", "storage/app/report.pdf", ".env"):
        laravel.precious.write(path, into=laravel.site / "current")
    laravel.commit()
    before = snapshot(laravel.top)
    with pytest.raises(Problem) as caught:
        laravel.deploy()
    assert caught.value.exit_code == 20
    assert "adopt" in caught.value.hint
    assert_unchanged(before, snapshot(laravel.top))
    laravel.perform("adopt", path=str(laravel.site))
    laravel.precious.assert_served()
    laravel.precious.assert_none_lost()


def test_i21_a_copy_put_in_the_place_of_current_is_refused_and_the_hint_brings_it_home(simple):
    """I21: somebody copied the release over the link; 20, nothing changed, and what the hint says works."""
    simple.ship()
    target = simple.live.resolve()
    simple.live.unlink()
    shutil.copytree(target, simple.live, symlinks=True)
    simple.precious.write("made/by/hand.txt")
    simple.commit()
    before = snapshot(simple.top)
    for act in (simple.deploy, simple.rollback):
        with pytest.raises(Problem) as caught:
            act()
        assert (caught.value.exit_code, caught.value.code) == (20, "current-is-a-directory")
        assert_unchanged(before, snapshot(simple.top))
    subprocess.run(caught.value.hint.split("`")[1], shell=True, check=True)
    simple.deploy()
    simple.assert_code_is(2, "index.php")
    simple.precious.assert_served()
    simple.precious.assert_none_lost()


@pytest.mark.parametrize("destination", ["exists", "empty", "missing"])
def test_i22_a_restored_folder_is_the_same_tree_whatever_stood_there(destination, simple):
    """I22: content goes to content, never one level too deep; what stood there is saved first (G5)."""
    simple.ship()
    shared = simple.site / "shared/things"
    simple.precious.write("things", text="a file in the place of a folder", into=simple.site / "shared")
    simple.ship()
    simple.live.joinpath("things").unlink()
    for name in ("one.jpg", "deep/two.jpg"):
        simple.precious.write(f"things/{name}")
    simple.ship()
    wanted = snapshot(shared)
    simple.perform("restore", path="things")  # the file once more: what stands there is saved first
    simple.precious.write("things", text="a file once more", into=simple.site / "shared")
    if destination != "exists":
        shared.unlink()
        simple.precious.written.pop("things")
    if destination == "empty":
        shared.mkdir()
    place = next(one for one in reversed(simple.perform("attic")["entries"]) if one["kind"] == "dir")
    simple.perform("restore", path="things", release=place["operation"])
    assert_unchanged(wanted, snapshot(shared))
    simple.precious.assert_none_lost()


def test_i24_links_empty_files_and_programs_come_out_of_the_source_as_they_went_in(tmp_path):
    """I24: type, mode and content of each entry are the source's; a link that leaves the release is warned of."""
    world = World(
        tmp_path, {**HOME, "lib/code.php": "<?php\n" * 40, "empty.txt": "", "bin/run": "#!/bin/sh\n"}, env=None
    )
    world.commit()
    (world.repository / "bin/run").chmod(0o755)
    links = {"code.php": "lib/code.php", "dangling": "nowhere", "away": "/etc/hostname", "up": "../../elsewhere"}
    for name, text in links.items():
        (world.repository / name).symlink_to(text)
    os.link(world.repository / "lib/code.php", world.repository / "lib/twin.php")
    for source in (world.source, Source("directory", str(world.repository))):
        world.commit()
        plan = world.perform("plan", source=source)
        warned = next(check for check in plan["checks"] if check["name"] == "links-leave-release")
        assert warned["verdict"] == "warn"
        told = warned["why"].rpartition(": ")[2].split(", ")
        assert set(told) == {"`away` leads to `/etc/hostname`", "`up` leads to `../../elsewhere`"}
        world.deploy(source=source)
        assert {name: os.readlink(world.live / name) for name in links} == links
        assert (world.live / "empty.txt").read_bytes() == b""
        assert (world.live / "bin/run").stat().st_mode & 0o111
        assert (world.live / "lib/twin.php").read_bytes() == (world.live / "lib/code.php").read_bytes()


def test_i26_an_upload_and_the_environment_can_be_read_at_every_instant_of_a_deploy(laravel):
    """I26, G3: a reader in a tight loop through deploys and rollbacks never misses either."""
    laravel.ship()
    upload = laravel.precious.write("public/uploads/always.jpg")
    missed: list[str] = []
    ended, looks = threading.Event(), [0]

    def look() -> None:
        while not ended.is_set():
            looks[0] += 1
            try:
                content = (laravel.live / "public/uploads/always.jpg").read_bytes()
                if content != upload or b"APP_KEY" not in (laravel.live / ".env").read_bytes():
                    missed.append("other content")
            except OSError as error:
                missed.append(str(error))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for act in (laravel.ship, laravel.ship, laravel.rollback, laravel.ship):
            act()
    finally:
        ended.set()
        reader.join()
    assert missed == []
    assert looks[0] > 200


@pytest.mark.parametrize("flag", ["storage/framework/down", "maintenance.flag", "storage/framework/maintenance.php"])
def test_i28_a_shared_file_that_does_not_exist_is_never_made(flag, laravel):
    """I28, I31: the mere existence of a flag takes the site down, so that no run and no rollback makes one."""
    laravel.settings = Settings(shared=(flag,))
    for act in (laravel.ship, laravel.ship, laravel.rollback):
        act()
        assert not os.path.lexists(laravel.site / "shared" / flag)
        assert not (laravel.live / flag).exists()


def test_i28_build_output_is_each_release_s_own_unless_a_person_shares_it(laravel):
    """I28: `public/build` is an artifact of its release and goes back with the code."""
    laravel.ship()
    laravel.ship()
    assert '"version": 2' in (laravel.live / "public/build/manifest.json").read_text()
    laravel.rollback()
    assert '"version": 1' in (laravel.live / "public/build/manifest.json").read_text()


@pytest.mark.parametrize("name", ["current", "release", "releases", "tmp", "current.tmp", "lock", "shared", "attic"])
def test_i30_user_data_with_the_names_of_a_tool_stays_untouched(name, simple):
    """I30: Holdfast's own names lie in `.holdfast/` alone; entries of `shared/` that look like a tool's are data."""
    simple.precious.write(f"{name}/file.txt", into=simple.site / "shared")
    before = snapshot(simple.site / "shared")
    for act in (simple.ship, simple.ship, simple.rollback, simple.ship):
        act()
        now = snapshot(simple.site / "shared")
        assert_unchanged(before, {path: entry for path, entry in now.items() if path in before})
    assert set(now) - set(before) <= {"uploads"}
    assert digest(next(iter(simple.precious.written.values()))) in contents(simple.site / "shared", without=())
