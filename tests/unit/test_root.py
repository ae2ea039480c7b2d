"""An open root, and why nothing outside it is ever reached (G9)."""

from __future__ import annotations

import errno
import os
import resource
import stat
from pathlib import Path

import pytest

from holdfast_engine.fs import census, copy, dir_cursor, discard, durable, place
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import links_below, walk
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem


@pytest.fixture
def outside(tmp_path):
    victim = tmp_path / "outside"
    victim.mkdir()
    (victim / "secret").write_text("not ours")
    return victim


@pytest.fixture(params=["openat2", "step by step"])
def root(tmp_path, request, monkeypatch):
    """Once as the kernel allows it, and once as an older one, or a container's filter, makes us do it."""
    if request.param == "step by step":
        monkeypatch.setattr("holdfast_engine.fs.root._is_known", lambda: False)
    top = tmp_path / "site"
    (top / ".holdfast" / "scratch").mkdir(parents=True)
    (top / ".holdfast" / "trash").mkdir()
    with Root(str(top)) as opened:
        yield opened


def plant(root, outside, name="planted"):
    os.symlink(outside, os.path.join(root.path, name))
    return name


def test_a_link_that_becomes_a_directory_under_the_look_is_passed_over(root, monkeypatch):
    """R11: the application goes on working while we look, and an attacker as well."""
    for name in ("one", "two"):
        os.symlink("elsewhere", os.path.join(root.path, name))

    def swapped(name, *, dir_fd):
        if name == "one":
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
        return really(name, dir_fd=dir_fd)

    really = os.readlink
    monkeypatch.setattr(os, "readlink", swapped)
    assert list(links_below(root, "")) == [("two", "elsewhere")]


def test_a_way_down_ends_at_a_link_on_it_wherever_that_is(root, outside):
    """G9: at the first component, in the middle, and at the end; and a tree may be deeper than a path may be long."""
    deep = "/".join(["d" * 200] * 30)
    durable.make_directories(root, deep)
    os.makedirs(os.path.join(root.path, "a/b/c"))
    for link in ("first", "a/middle", "a/b/last"):
        os.symlink(outside if link == "first" else "/", os.path.join(root.path, link))
    for path in ("first/b", "first/secret", "a/middle/tmp", "a/b/last", "a/missing/b"):
        with pytest.raises(OSError) as refused:  # noqa: PT011 - which of these it is depends on the kernel
            root.open_directory(path)
        assert refused.value.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
    for path in ("", "a", "a/b/c", deep):
        os.close(root.open_directory(path))


def test_looks_one_after_the_other_say_what_single_looks_say(root, outside):
    """G9: a directory that is held open for the next look is one that no link leads to."""
    os.makedirs(os.path.join(root.path, "a/b"))
    plant(root, outside, "a/link")
    for number in range(12):
        os.makedirs(os.path.join(root.path, f"many/{number}/deep"))
    places = (f"many/{number}/deep" for number in range(12))
    asked = [*places, "a/b", "a/link", "a/link/secret", "a/none/x", "many/0/deep"]
    alone = [(root.kind(path), root.link(path), root.has(path)) for path in asked]
    before = len(os.listdir("/proc/self/fd"))
    with root.looking(), root.looking():
        assert [(root.kind(path), root.link(path), root.has(path)) for path in asked] == alone
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_questions_about_one_directory_are_answered_by_one_look_at_it(root, monkeypatch):
    """A directory with a name for each kind, and one with more names than are worth a look."""
    os.makedirs(os.path.join(root.path, "a/dir"))
    os.symlink("nowhere", os.path.join(root.path, "a/link"))
    os.mkfifo(os.path.join(root.path, "a/pipe"))
    for number in range(40):
        Path(root.path, f"a/file-{number}").touch()
    asked = ["a/dir", "a/link", "a/pipe", "a/none", *(f"a/file-{number}" for number in range(40))]
    alone = [root.kind(path) for path in asked]
    for most in (20_000, 10):
        monkeypatch.setattr("holdfast_engine.fs.root._TOO_MANY", most)
        with root.looking():
            assert [root.kind(path) for path in asked * 2] == alone * 2
            assert [root.has(path) for path in asked] == [kind is not None for kind in alone]


def test_what_lies_behind_a_planted_link_counts_as_absent(root, outside):
    """G9: nothing is read through a link."""
    name = plant(root, outside)
    assert root.read(f"{name}/secret") is None
    assert root.kind(f"{name}/secret") is None
    assert root.names(name) == []
    assert root.kind(name) == "link"


def test_a_walk_names_a_link_and_does_not_enter_it(root, outside):
    """G9."""
    plant(root, outside, "a")
    assert [(path, kind) for path, kind, _ in walk(root, "") if path == "a"] == [("a", "link")]
    assert not any(path.startswith("a/") for path, _, _ in walk(root, ""))


def test_nothing_is_made_moved_or_linked_through_a_planted_link(root, outside):
    """G9: every mutation refuses a parent that is a link."""
    name = plant(root, outside)
    for act in (
        lambda: durable.make_directories(root, f"{name}/new"),
        lambda: place.make_link(root, f"{name}/new", "x"),
        lambda: place.move(root, f"{name}/secret", "stolen"),
        lambda: durable.set_mode(root, f"{name}/secret", 0o777),
    ):
        with pytest.raises(OSError):  # noqa: PT011 - which of ELOOP, ENOTDIR and EEXIST depends on the call
            act()
    assert sorted(os.listdir(outside)) == ["secret"]


def test_emptying_the_trash_removes_links_and_not_what_they_lead_to(root, outside):
    """The classic clean-up defect (reliability finding 6): a delete that walks through a link."""
    os.makedirs(os.path.join(root.path, ".holdfast/trash/old/deep"))
    plant(root, outside, ".holdfast/trash/old/deep/uploads")
    assert discard.empty_trash(root, "old")
    assert os.listdir(os.path.join(root.path, ".holdfast/trash")) == []
    assert (outside / "secret").read_text() == "not ours"


def test_emptying_the_trash_copes_with_read_only_directories(root):
    """Releases are sealed; their directories must go all the same."""
    deep = os.path.join(root.path, ".holdfast/trash/old/a/b")
    os.makedirs(deep)
    open(os.path.join(deep, "f"), "w").close()
    for path in (deep, os.path.dirname(deep)):
        os.chmod(path, 0o555)
    assert discard.empty_trash(root, "old")
    assert root.names(".holdfast/trash") == []


def test_only_the_state_directory_may_be_written_in_place(root):
    """G1: user files are never replaced."""
    with pytest.raises(ValueError, match="not Holdfast's own"):
        durable.replace_own(root, RelPath("shared/.env"), b"")


def test_a_move_and_a_link_never_overwrite(root):
    """G1: RENAME_NOREPLACE and O_EXCL semantics."""
    for name in ("a", "b"):
        with open(os.path.join(root.path, name), "w") as stream:
            stream.write(name)
    with pytest.raises(FileExistsError):
        place.move(root, "a", "b")
    with pytest.raises(FileExistsError):
        place.make_link(root, "b", "a")
    assert (root.read("a"), root.read("b")) == (b"a", b"b")


def test_an_exchange_leaves_no_moment_without_either_name(root):
    """DESIGN 5: one system call, directory against link."""
    os.mkdir(os.path.join(root.path, "live"))
    os.symlink("shared", os.path.join(root.path, "waiting"))
    before = os.lstat(os.path.join(root.path, "live")).st_ino
    place.exchange(root, "live", "waiting")
    assert root.link("live") == "shared"
    assert os.lstat(os.path.join(root.path, "waiting")).st_ino == before


def test_a_switch_over_a_directory_is_refused_and_leaves_it(root):
    """I21: `current` as a real directory is somebody's live site."""
    os.mkdir(os.path.join(root.path, "current"))
    open(os.path.join(root.path, "current", "index.php"), "w").close()
    with pytest.raises(OSError):  # noqa: PT011
        place.switch(root, "current", "releases/1", waiting=".holdfast/current")
    assert root.names("current") == ["index.php"]


def test_a_missing_root_is_a_problem_with_a_way_on():
    """Bad input gets a clear error."""
    with pytest.raises(Problem) as caught:
        Root("/nonexistent/holdfast")
    assert (caught.value.code, caught.value.exit_code) == ("site-missing", 11)
    assert caught.value.hint


def test_a_closed_directory_in_the_trash_that_becomes_a_link_is_not_followed(root, outside, monkeypatch):
    """G9: between the refusal and the chmod somebody who stands in the trash puts a link in the directory's place."""
    closed = Path(root.path) / ".holdfast/trash/closed"
    closed.mkdir(parents=True)
    outside.chmod(0o755)
    real_open, real_chmod, opened = os.open, os.chmod, []

    def refusing(name, flags, *words, **more):
        if name == "closed" and not flags & os.O_PATH and not opened:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
        return real_open(name, flags, *words, **more)

    def swapping(name, mode, **more):
        opened.append(name)
        closed.rename(closed.with_name("away"))
        closed.symlink_to(outside)
        real_chmod(name, mode, **more)

    monkeypatch.setattr(os, "open", refusing)
    monkeypatch.setattr(os, "chmod", swapping)
    discard.empty_trash(root, "closed")
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755
    assert not closed.is_dir() or closed.is_symlink()


@pytest.mark.parametrize(("levels", "copied"), [(1200, False), (300, True)])
def test_a_tree_deeper_than_a_process_may_open_files_is_walked_copied_and_removed(root, levels, copied):
    """G7: twelve hundred levels, with 80 descriptors more than are open now: no recursion, and few at once."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 80, limits[1]))
    try:
        here = os.open(root.path, os.O_RDONLY)
        for level in range(levels):
            name = "top" if level == 0 else "deep-and-deeper"
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=here))
        os.close(here)
        found = [path for path, _, _ in walk(root, "top")]
        assert len(found) == levels
        assert len(found[-1]) > 4096
        assert list(census.full(root, "top")) == [found[-1]]
        if copied:
            assert copy.copy_tree(root, "top", ".holdfast/scratch/copied") == 1
            assert discard.drop_copied(root, "top", ".holdfast/scratch/copied")
            place.move(root, ".holdfast/scratch/copied", ".holdfast/trash/top")
        else:
            place.move(root, "top", ".holdfast/trash/top")
        assert discard.empty_trash(root, "top")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert root.names(".holdfast/trash") == []


def test_a_tree_that_is_moved_while_it_is_left_leads_nobody_out(root, outside):
    """G9: on the way up, `..` of a directory that was moved elsewhere is not where we came from."""
    way = "/".join(["top", *(["deep"] * 60)])
    os.makedirs(os.path.join(root.path, way))
    names = walk(root, "top")
    seen = [next(names)[0] for _ in range(60)]
    os.rename(os.path.join(root.path, seen[20].join(("top/", ""))), outside / "moved")
    assert [path for path, _, _ in names if "secret" in path] == []
    with dir_cursor.Descent(root, "top") as steps:
        for _ in range(15):
            steps.enter("deep")
        assert steps.leave() == "deep"
