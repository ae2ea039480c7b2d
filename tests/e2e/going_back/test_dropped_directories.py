"""A directory that one release ships and another does not, with users' files in it: dropped, left, shipped anew."""

from __future__ import annotations

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic
from lib.world import NEXT, World

GUIDE = {"guide/first.txt": "one\n", "guide/deep/second.js": "two()\n"}
DROPPED = dict.fromkeys(GUIDE)


@pytest.fixture
def world(tmp_path):
    """Three releases: without the directory, with it, and without it again; a user wrote into the second one."""
    world = World(tmp_path, {**NEXT, "public/robots.txt": "all\n"}, env=None)
    world.settings = Settings(framework="nextjs")
    world.ship()
    world.ship(GUIDE)
    write(world, "guide/of-a-user.csv", "a;b\n")
    return world


def write(world, path, text):
    where = world.live / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(text)


def read(world, path):
    where = world.live / path
    return where.read_text() if where.is_file() else None


def files_of(world):
    return sorted(path.name for path in (world.live / "guide").rglob("*.*"))


def releases(world):
    """Their ids, the oldest first."""
    return [one["id"] for one in reversed(world.perform("releases")["releases"])]


def assert_nothing_is_said_of_it(world):
    """No check refuses, nothing is found to be put back, and nothing is called code."""
    answer = world.perform("checklist")
    assert [check for check in answer["checks"] if check["verdict"] == "refuse"] == []
    found = world.perform("recover", only_plan=True)["found"]
    assert [one for one in found if one["action"] != "listed"] == []
    assert world.perform("review")["entries"] == []


def test_a_users_file_in_a_directory_that_is_dropped_makes_no_data_of_the_directory(world):
    """G2, G3: it goes along as it is; a directory that holds nothing else is no empty one that an author shipped."""
    answer = world.ship(DROPPED)
    assert answer["data"]["carried"] == ["guide"]
    assert files_of(world) == ["of-a-user.csv"]
    assert_nothing_is_said_of_it(world)


def test_a_way_back_to_before_the_directory_was_shipped_leaves_nothing_to_find(world):
    """G2, G5: what goes along into a release that never shipped the directory did not appear there."""
    first, second = releases(world)
    world.ship(DROPPED)
    world.rollback(first)
    assert files_of(world) == ["of-a-user.csv"]
    assert_nothing_is_said_of_it(world)
    world.rollback(second)
    assert files_of(world) == ["first.txt", "of-a-user.csv", "second.js"]
    assert_nothing_is_said_of_it(world)


def test_a_way_there_and_back_leaves_nothing_to_find_either(world):
    """G2, G5: the directory was made for that file, and stands there from before."""
    world.ship(DROPPED)
    world.rollback(releases(world)[1])
    world.rollback(releases(world)[2])
    assert files_of(world) == ["of-a-user.csv"]
    assert_nothing_is_said_of_it(world)


def test_a_directory_that_is_shipped_again_is_the_release_s_around_what_users_have(world):
    """G2: the code comes back, and goes again, and the file stays."""
    world.ship(DROPPED)
    world.ship(GUIDE)
    assert files_of(world) == ["first.txt", "of-a-user.csv", "second.js"]
    world.ship(DROPPED)
    assert files_of(world) == ["of-a-user.csv"]
    assert_nothing_is_said_of_it(world)


def test_what_went_along_and_is_shared_by_now_is_not_called_deleted(world):
    """G2: users go on writing into the directory, so it is shared; the first file has its place there as well."""
    world.ship(DROPPED)
    write(world, "guide/more.csv", "c;d\n")
    answer = world.ship()
    assert answer["data"]["adopted"] == ["guide"]
    assert [line for line in answer["warnings"] if "deleted" in line] == []
    assert attic(world.site) == []
    assert (read(world, "guide/of-a-user.csv"), read(world, "guide/more.csv")) == ("a;b\n", "c;d\n")
    assert_nothing_is_said_of_it(world)
    world.rollback(releases(world)[1])
    assert files_of(world) == ["first.txt", "more.csv", "of-a-user.csv", "second.js"]
    assert_nothing_is_said_of_it(world)


def test_an_edit_that_gave_way_is_not_found_in_a_release_that_was_left(world):
    """G2: two releases back the file was not shipped yet; the attic has the edit, and nobody brings it there."""
    (world.live / "guide/deep/second.js").chmod(0o644)
    write(world, "guide/deep/second.js", "edited()\n")
    world.ship()
    world.rollback(releases(world)[0])
    world.perform("recover")
    assert files_of(world) == ["of-a-user.csv"]
    assert [path.read_text() for path in attic(world.site, "guide/deep/second.js")] == ["edited()\n"]


def test_what_was_deleted_beside_code_stays_deleted_where_all_of_its_directory_is_shared(tmp_path):
    """G2, G5: the earlier release shipped nothing there and still holds the file; it is no seed of that release."""
    world = World(tmp_path, NEXT, env=None)
    world.ship()
    for name in ("2026/a.jpg", "b.jpg", "c.pdf"):
        write(world, f"public/uploads/{name}", name)
    answer = world.ship({"public/uploads/our-logo.png": "a logo\n"})
    assert answer["data"]["carried"] == ["public/uploads/b.jpg", "public/uploads/c.pdf"]
    (world.live / "public/uploads/c.pdf").unlink()
    world.ship()
    answer = world.rollback(releases(world)[0])
    assert (world.live / "public/uploads").is_symlink()
    assert (answer["data"]["seeded"], answer["data"]["kept"]) == ([], [])
    assert read(world, "public/uploads/c.pdf") is None
    assert (read(world, "public/uploads/2026/a.jpg"), read(world, "public/uploads/b.jpg")) == ("2026/a.jpg", "b.jpg")
    assert [path.name for path in attic(world.site)] == ["c.pdf"]


def test_of_such_a_directory_each_file_is_reviewed_by_itself(world):
    """G2: to drop an edit of code that no release ships any more drops nothing that users put beside it."""
    (world.live / "guide/deep/second.js").chmod(0o644)
    write(world, "guide/deep/second.js", "edited()\n")
    world.ship(DROPPED)
    [row] = world.perform("review")["entries"]
    assert (row["path"], row["files"]) == ("guide/deep/second.js", 1)
    assert [one["word"] for one in row["evidence"]] == ["runs", "shipped"]
    world.perform("review", intent="drop", words=("guide/deep/second.js",))
    assert files_of(world) == ["of-a-user.csv"]


@pytest.mark.parametrize("path", ["guide/deep/second.js", "guide/first.txt"])
def test_an_edit_of_what_the_next_release_drops_does_not_bar_the_way_back(world, path):
    """G2, G3: the edit goes along; the release that it was made in has no other version of what it ships."""
    (world.live / path).chmod(0o644)
    write(world, path, "edited here\n")
    world.ship(DROPPED)
    assert read(world, path) == "edited here\n"
    world.rollback()
    assert files_of(world) == ["first.txt", "of-a-user.csv", "second.js"]
    assert read(world, path) == "edited here\n"
    world.ship()
    assert read(world, path) == "edited here\n"
