"""At three in the morning: what is missing since when, where each copy lies, and one line to type for each."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from holdfast_engine.persistence.copies import is_like
from lib.refusals import fails
from lib.snapshot import snapshot
from lib.world import PLAIN, World

UPLOADS = [f"public/uploads/{name}" for name in ("1.jpg", "2.jpg", "3.jpg", "2024/a.jpg", "2024/b.jpg")]


@pytest.fixture
def world(tmp_path):
    """A site whose five uploads were counted, and an older release."""
    world = World(tmp_path, PLAIN, env=None)
    world.ship()
    for path in UPLOADS:
        world.precious.write(path)
    world.ship()
    return world


def uploads(world: World) -> Path:
    return world.site / "shared/public/uploads"


def looked(world: World) -> dict[str, Any]:
    """What `recover --plan` answers; nothing at all is changed by it."""
    before = snapshot(world.site)
    answer = world.perform("recover", only_plan=True)
    assert snapshot(world.site) == before
    return answer


def missing(world: World, path: str = "public/uploads") -> dict[str, Any]:
    [row] = [row for row in looked(world)["missing"] if row["path"] == path]
    return row


def typed(command: str) -> None:
    """A person copies the line into a shell."""
    subprocess.run(["sh", "-ec", command], check=True)


def _aside(world: World, where: str) -> None:
    target = world.site / where
    target.parent.mkdir(parents=True, exist_ok=True)
    uploads(world).rename(target)


@pytest.mark.parametrize("where", ["shared/public/uploads.bak", "shared/kept", "uploads-2024", "old/of/users/files"])
@pytest.mark.parametrize("then", ["nothing", "an empty directory", "a new upload"])
def test_a_directory_that_was_renamed_is_known_by_its_inode_and_comes_back_by_the_line_that_is_shown(
    world, where, then
):
    """G7: whatever it is called now, wherever it is below the deploy root; nothing that stands there is overwritten."""
    _aside(world, where)
    if then != "nothing":
        uploads(world).mkdir()
    if then == "a new upload":
        world.precious.write("public/uploads/new.jpg")
    row = missing(world)
    assert (row["files_then"], row["files_now"], bool(row["since"])) == (5, int(then == "a new upload"), True)
    first = row["copies"][0]
    assert (first["where"], first["how"], first["files"]) == (where, "renamed", 5)
    assert (row["backup"], row["only_in_a_backup"]) == (None, 0)

    typed(first["command"])

    assert looked(world)["missing"] == []
    world.perform("recover")
    world.precious.assert_served()


def test_a_part_of_a_directory_is_found_where_it_was_moved_to(world):
    """G7: more than half of it went, in a directory that was counted by itself."""
    for number in range(9):
        world.precious.write(f"public/uploads/2024/{number}.jpg")
    world.ship()
    (uploads(world) / "2024").rename(world.site / "moved-away")
    [copy] = missing(world)["copies"]
    assert (copy["where"], copy["how"], copy["path"]) == ("moved-away", "renamed", "public/uploads/2024")
    typed(copy["command"])
    assert looked(world)["missing"] == []
    world.precious.assert_served()


def test_all_of_shared_that_was_renamed_is_found(world):
    """G7: every path of it, each with its line."""
    (world.site / "shared").rename(world.site / "shared.before")
    (world.site / "shared").mkdir()
    row = missing(world)
    assert (row["copies"][0]["where"], row["copies"][0]["how"]) == ("shared.before/public/uploads", "renamed")
    typed(row["copies"][0]["command"])
    assert looked(world)["missing"] == []
    world.precious.assert_served()


def test_a_copy_with_another_inode_is_known_by_its_name_or_by_its_number_of_files(world):
    """G7: somebody copied it aside, and deleted it."""
    shutil.copytree(uploads(world), world.site / "shared/public/uploads_old")
    shutil.copytree(uploads(world), world.site / "elsewhere")
    shutil.rmtree(uploads(world))
    copies = {copy["where"]: copy["how"] for copy in missing(world)["copies"]}
    assert copies == {"shared/public/uploads_old": "beside", "elsewhere": "as-many"}


def test_a_directory_that_was_given_the_number_of_a_deleted_one_is_no_copy_of_it(world, monkeypatch):
    """G7: file systems use numbers again; what holds less than half of it is not taken for it."""
    inode = uploads(world).stat().st_ino
    shutil.rmtree(uploads(world))
    other = world.site / "shared/public/notes"
    other.mkdir()
    (other / "n.txt").write_text("a note")
    real = os.lstat(other).st_ino
    file = world.site / ".holdfast/site.json"
    file.write_text(file.read_text().replace(f"{inode}", f"{real}"))
    assert missing(world)["copies"] == []


def test_copies_in_an_older_release_in_the_attic_and_in_the_trash_are_each_named_with_their_line(world):
    """G7: what holds most of it first; the line copies, adds what is not there, and leaves the copy where it is."""
    older = next(path for path in (world.site / "releases").iterdir() if path != world.live.resolve())
    (older / "public").chmod(0o755)
    (older / "public/uploads").unlink()
    shutil.copytree(uploads(world), older / "public/uploads")
    (world.site / ".holdfast/trash/000001-deploy@public%2Fuploads").mkdir()
    shutil.copy(uploads(world) / "1.jpg", world.site / ".holdfast/trash/000001-deploy@public%2Fuploads/1.jpg")
    shutil.rmtree(uploads(world))
    copies = {copy["how"]: copy for copy in missing(world)["copies"]}
    assert set(copies) == {"release", "trash"}
    assert [copy["files"] for copy in copies.values()] == [5, 1]
    typed(copies["trash"]["command"])
    typed(missing(world)["copies"][0]["command"])
    assert looked(world)["missing"] == []
    assert (older / "public/uploads/1.jpg").exists()
    world.precious.assert_served()


def test_what_lies_in_the_attic_comes_back_by_restore(world):
    """G5: the line names the operation, and works."""
    world.precious.written.clear()
    world.live.joinpath("public").chmod(0o755)
    (world.live / "public/uploads").unlink()
    (world.live / "public/uploads").mkdir()
    (world.live / "public/uploads/1.jpg").write_text("newer, of a person\n")
    world.ship()
    (uploads(world) / "1.jpg").unlink()
    found = [row for row in looked(world)["found"] if row["path"] == "public/uploads/1.jpg"]
    assert found
    assert all(
        row["command"].startswith(("holdfast restore public/uploads/1.jpg", "holdfast recover")) for row in found
    )


def test_a_file_that_was_deleted_is_told_of_though_it_alarms_nobody(world):
    """DESIGN 5: applications delete files every day; whoever looks for one hears that it was counted."""
    for name in "abcd":
        world.precious.write(f"public/uploads/{name}.jpg")
    world.ship()
    (world.live / "public/uploads/a.jpg").unlink()
    [note] = [one for one in world.perform("recover", only_plan=True)["notes"] if "public/uploads" in one]
    assert "files" in note
    assert note.endswith("what was deleted there is in a backup alone")
    assert "no lost data was found" not in world.perform("recover", only_plan=True)["notes"]


def test_a_forum_beside_the_code_that_somebody_deleted_is_told_of_with_what_brings_it_back(tmp_path):
    """G2, G7: it may have been a wish, so it is not put back; whoever looks for it hears where it is."""
    world = World(tmp_path, {"index.php": "<?php // {version}\n"}, env=None)
    world.ship()
    (world.live / "forum/lib").mkdir(parents=True)
    for name in ("forum/index.php", "forum/lib/User.php"):
        (world.live / name).write_text(f"<?php // {name}\n")
    world.ship()
    shutil.rmtree(world.live / "forum")
    lines = (f"`holdfast sweep --site {world.site}`", f"`holdfast restore forum --site {world.site}`")
    told = (
        f"`forum` was deleted from the live release, and is kept (2 files): {lines[0]}, then {lines[1]} brings it back"
    )
    assert world.perform("recover", only_plan=True)["notes"] == [told]
    assert world.perform("recover")["notes"] == [told]
    world.perform("sweep")
    world.perform("restore", path="forum")
    assert (world.live / "forum/lib/User.php").read_text() == "<?php // forum/lib/User.php\n"


def test_versions_in_the_attic_of_what_is_served_are_counted_and_nothing_is_said_to_be_missing(world):
    """A line that puts an old version over the live one, at three in the morning, makes things worse."""
    home_page = world.live / "public/index.php"
    home_page.chmod(0o644)
    home_page.write_text("edited here\n")
    world.ship()
    assert home_page.read_text() != "edited here\n"
    answer = looked(world)
    assert answer["found"] == []
    line = f"`holdfast attic --site {world.site}` lists 1 other version of what is served"
    assert answer["notes"] == ["no lost data was found", f"{line}: that is no loss"]
    assert world.perform("recover")["notes"] == [f"{line}: that is no loss"]
    assert home_page.read_text() != "edited here\n"


def test_what_no_copy_has_is_only_in_a_backup(world):
    """G7: said in words, with the line that puts it back and overwrites nothing."""
    shutil.rmtree(uploads(world))
    row = missing(world)
    assert (row["copies"], row["only_in_a_backup"]) == ([], 5)
    assert row["backup"] == f"rsync -a --ignore-existing BACKUP/public/uploads/ {uploads(world)}/"
    problem = fails(lambda: world.perform("recover"), exits=61, code="data-missing")
    assert problem.answer["missing"][0]["backup"] == row["backup"]


def test_a_small_directory_is_brought_back_from_a_backup_as_a_directory(tmp_path):
    """G7: a line without slashes for a folder with one picture in it made `shared/gallery/gallery/`."""
    world = World(tmp_path, PLAIN, env=None)
    world.ship()
    world.precious.write("public/uploads/only.jpg")
    world.ship()
    shutil.rmtree(world.site / "shared")
    shown = {row["path"]: row["backup"] for row in looked(world)["missing"]}
    assert shown["public/uploads"] == f"rsync -a --ignore-existing BACKUP/public/uploads/ {uploads(world)}/"


def test_shared_under_a_name_of_a_person_s_own_is_a_copy_and_no_data(tmp_path):
    """G1, G7: beside the old links of an adoption it was taken in as data, and then there was no copy any more."""
    world = World(tmp_path, {"index.php": "<?php // version {version}\n"}, env=None)
    for name in ("index.php", "uploads/a.jpg", "uploads/b.jpg", "uploads/c.jpg"):
        (world.site / name).parent.mkdir(parents=True, exist_ok=True)
        (world.site / name).write_text(name)
    world.perform("adopt", path=str(world.site))
    (world.site / "shared").rename(world.site / "shared.bak")
    for _ in range(2):
        row = missing(world, "uploads")
        assert (row["copies"][0]["where"], row["only_in_a_backup"]) == ("shared.bak/uploads", 0)
        fails(lambda: world.perform("recover"), exits=61, code="data-missing")
    typed(missing(world, "uploads")["copies"][0]["command"])
    world.perform("recover")
    assert (world.live / "uploads/c.jpg").read_text() == "uploads/c.jpg"


def test_every_row_of_recover_has_one_line_to_type(world):
    """Newcomers asked what to do with a row: each says it."""
    world.live.joinpath("public").chmod(0o755)
    (world.live / "public/uploads").unlink()
    older = next(path for path in (world.site / "releases").iterdir() if path != world.live.resolve())
    (older / "public").chmod(0o755)
    (older / "public/late").mkdir()
    (older / "public/late/a.pdf").write_text("late")
    shutil.copytree(older, world.site / "releases/by-hand", symlinks=True)
    (world.site / "releases/by-hand/diary").write_text("of a person")
    rows = looked(world)["found"]
    assert len(rows) >= 2
    assert [row for row in rows if not row["command"]] == []
    answer = world.perform("recover")
    assert [row for row in answer["found"] if not row["done"] and not row["command"]] == []


def test_whoever_may_not_is_told_as_whom_to_type_it(world, monkeypatch):
    """The line begins with `sudo -u` for the owner of what is to be written."""
    _aside(world, "uploads.bak")
    plain = missing(world)["copies"][0]["command"]
    assert "sudo" not in plain
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    for path in (world.site, world.site / "shared", world.site / "shared/public", world.site / ".holdfast"):
        os.chmod(path, 0o755)
    answer = world.perform("recover", only_plan=True)
    assert answer["missing"][0]["copies"][0]["command"].startswith("sudo ")
    assert answer["who"] == {"you": "54321", "site": answer["who"]["site"], "sudo": f"sudo -u {answer['who']['site']}"}
    shutil.rmtree(world.site / "uploads.bak")
    row = world.perform("recover", only_plan=True)["missing"][0]
    assert row["backup"].startswith(f"sudo -u {answer['who']['site']} rsync ")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user for a moment")
@pytest.mark.parametrize("command", ["recover", "status", "checklist"])
def test_whoever_may_not_even_look_is_told_the_whole_line(world, command):
    """One thing to type, as the owner of the site (exit 40)."""
    for path in (world.site, *world.site.parents):
        if path.stat().st_uid == 0 and not path.stat().st_mode & 0o001 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    os.seteuid(54321)
    try:
        problem = fails(lambda: world.perform(command), exits=40, code="no-permission")
    finally:
        os.seteuid(0)
    assert problem.hint == f"sudo -u root holdfast {command} --site {world.site}"


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("uploads.bak", True),
        ("uploads-2024-05-01", True),
        ("uploads_old", True),
        ("uploads~", True),
        ("uploads2", True),
        ("old.uploads", True),
        ("backup-uploads", True),
        ("user-uploads", False),
        ("uploadsx", False),
        ("up", False),
        ("uploads", False),
    ],
)
def test_names_that_people_give_to_what_they_put_aside(name, like):
    """A directory of its own is no copy for ending in the same word."""
    assert is_like(name, "uploads") == like


def test_a_database_that_was_put_aside_is_found_beside_its_place(world):
    """G7: `club-before.sqlite` is one of `club.sqlite`."""
    assert is_like("club-before.sqlite", "club.sqlite")
    assert is_like("club.sqlite.bak", "club.sqlite")
    data = world.site / "shared/public/uploads/club.sqlite"
    with closing(sqlite3.connect(data)) as base, base:
        base.execute("create table a(b)")
    world.ship()
    data.rename(data.with_name("club.sqlite.bak"))
    row = missing(world, "public/uploads/club.sqlite")
    assert [copy["where"] for copy in row["copies"]] == ["shared/public/uploads/club.sqlite.bak"]
    typed(row["copies"][0]["command"])
    assert looked(world)["missing"] == []


def test_nothing_is_looked_for_where_nothing_is_missing(world):
    """A site that is well is told so, without a walk through everything."""
    (world.site / "shared/public/uploads.bak").mkdir()
    assert looked(world)["missing"] == []
