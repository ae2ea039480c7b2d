"""What cannot be moved or removed: immutable files, mount points inside the site. Nothing is lost; it is said."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast_engine.fs import discard
from holdfast_engine.fs.root import Root
from lib.everything import kept, things, users
from lib.freezing import may_freeze
from lib.mounts import may_mount, mount_memory, tell, unmount
from lib.refusals import outcome
from lib.world import PLAIN, World

freezing = pytest.mark.skipif(bool(may_freeze()), reason=may_freeze() or "files can be made immutable")


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    made = World(tmp_path, PLAIN, env=None)
    made.ship()
    made.ship()
    yield made
    subprocess.run(["chattr", "-R", "-i", tmp_path], check=False, stderr=subprocess.DEVNULL)


def frozen(world: World, path: str) -> Path:
    where = world.live.resolve() / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(f"{path} must not change")
    subprocess.run(["chattr", "+i", where], check=True)
    return where


def rounds(world: World) -> list[str]:
    """Deploy, back, deploy, prune twice, recover; what was said. Every byte is there after each."""
    found, said = kept(world.site), []
    for act in (
        world.ship,
        world.rollback,
        world.ship,
        lambda: world.perform("prune", keep=0),
        lambda: world.perform("recover"),
        lambda: world.perform("prune", keep=0),
    ):
        problem = outcome(act)
        said += [f"{problem.message} {' '.join(problem.context)} {problem.hint}"] if problem else []
        files = {thing: 1 for thing in found if "must not change" not in thing[1]}
        lost = {thing for thing in files if thing[0] == "file" and thing not in kept(world.site)}
        assert not [one for one in lost if one in found and _is_users(one, world)], f"lost: {lost}"
    return said


def _is_users(thing: tuple[str, str], world: World) -> bool:
    return thing in users(things(world.site / "shared"))


@freezing
@pytest.mark.parametrize("path", ["public/uploads/a.jpg", "public/uploads/deep/b.jpg"])
def test_an_immutable_file_in_shared_data_stops_nothing(world, path):
    """G1: nobody has to touch it."""
    where = frozen(world, path)
    assert rounds(world) == []
    assert where.exists() or (world.live / path).read_text() == f"{path} must not change"


@freezing
@pytest.mark.parametrize("path", ["public/report.pdf", "public/reports/2025.pdf"])
def test_an_immutable_stray_is_named_and_served_and_nothing_is_lost(world, path):
    """G2, G7: the kernel lets nobody move it: the command says which file, and what was live is live."""
    where = frozen(world, path)
    said = rounds(world)
    content = f"{path} must not change"
    assert (world.live / path).read_text() == content
    assert all(path.rpartition("/")[2] in one for one in said), said
    subprocess.run(["chattr", "-i", where if where.exists() else world.live / path], check=False)
    world.ship()
    world.ship()
    assert (world.live / path).read_text() == content


@freezing
def test_an_immutable_file_in_the_trash_stays_and_the_rest_goes(tmp_path):
    """G6: one file that cannot be deleted keeps nothing else from going, and is told of."""
    trash = tmp_path / ".holdfast/trash/old"
    for name in "abc":
        (trash / name).mkdir(parents=True)
        (trash / name / "file").write_text(name)
    subprocess.run(["chattr", "+i", trash / "b/file"], check=True)
    with Root(str(tmp_path)) as root:
        assert not discard.empty_trash(root, "old")
        assert [str(one.relative_to(trash)) for one in trash.rglob("file")] == ["b/file"]
        subprocess.run(["chattr", "-i", trash / "b/file"], check=True)
        assert discard.empty_trash(root, "old")


def mounted(top: str, where: str) -> None:
    """Commands with another file system mounted at WHERE, as the application sees it."""
    world = World(Path(top) / "sandbox", PLAIN, env=None)
    world.ship()
    world.ship()
    point = (world.site / where) if where.startswith("shared") else world.live.resolve() / where
    point.mkdir(parents=True, exist_ok=True)
    mount_memory(point)
    (point / "on the other disk").write_text("bytes of another disk")
    found = things(point)
    prune = lambda: world.perform("prune", keep=0)  # noqa: E731
    for act in (world.ship, world.ship, world.rollback, prune, lambda: world.perform("recover"), prune):
        problem = outcome(act)
        assert problem is None or problem.hint, problem
        assert things(mount_below(world.site)) == found, f"the other disk was changed; {problem}"
    unmount(mount_below(world.site))
    problem = outcome(world.ship)  # what was mounted in shared data, or came there with its directory, is missed
    assert problem is None or "shared-identity" in problem.message


def mount_below(site: Path) -> Path:
    """Where the other file system is mounted now: it goes with the directory in which it is."""
    with open("/proc/self/mountinfo") as lines:
        places = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    [found] = [place for place in places if place.startswith(f"{site}/")]
    return Path(found)


@pytest.mark.skipif(bool(may_mount()), reason=may_mount() or "mounts work")
@pytest.mark.parametrize("where", ["shared/public/uploads/disk", "public/disk", "public/a/disk", "vendor/disk"])
def test_another_file_system_inside_the_site_is_never_emptied_or_moved(where, tmp_path):
    """G1, G9: whatever is mounted in shared data, in the web root or in a release stays as it is, and is told of."""
    tell(mounted, str(tmp_path), where)
