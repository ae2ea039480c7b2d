"""S05 (I20 to I24): another kind of thing than expected at a shared path, on each of the three sides."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.precious import let_write
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

HOME = {"index.php": "<?php // version {version}\n" * 9}
MARKERS = ("uploads/marker.txt", "uploads/deep/er/marker.txt")


@pytest.fixture
def site(tmp_path):
    """Two releases, a shared directory with markers, a directory outside that is none of our business."""
    world = World(tmp_path / "sandbox", HOME, env=None)
    world.settings = Settings(framework="generic-php", shared=("uploads/", "other/"))
    for _ in range(2):
        world.ship()
    for path in (*MARKERS, "other/marker.txt"):
        world.precious.write(path)
    world.ship()
    (world.top / "outside").mkdir()
    (world.top / "outside/secret").write_text("not ours")
    return world


def older(world: World) -> str:
    return str(world.site / "releases" / world.perform("releases")["releases"][1]["id"])


def links(world: World) -> dict[str, str]:
    """Texts of links that somebody may put where ours belongs."""
    return {
        "dangling": "nowhere",
        "looping": "uploads",
        "long loop": "../current/uploads",
        "older": f"{older(world)}/uploads",
        "sibling": "other",
        "absolute": str(world.site / "shared/uploads"),
        "outside": str(world.top / "outside"),
        "far outside": "../../../outside",
    }


LINKS = ("dangling", "looping", "long loop", "older", "sibling", "absolute", "outside", "far outside")


def assert_refused(world: World, *, code: str) -> None:
    before = snapshot(world.top)
    with pytest.raises(Problem) as caught:
        world.deploy()
    assert (caught.value.exit_code, caught.value.code) == (30, code)
    assert_unchanged(before, snapshot(world.top))


@pytest.mark.parametrize("kind", LINKS)
def test_i23_a_link_that_the_source_ships_at_a_shared_path_goes_to_the_attic_and_is_named(kind, site):
    """I23: ours stands there afterwards and shows the markers; the shipped text is reported with where it led."""
    text = links(site)[kind]
    (site.repository / "uploads").symlink_to(text)
    answer = site.ship()
    assert [row["path"] for row in answer["data"]["attic"]] == ["uploads"]
    assert f"`{text}`" in answer["data"]["attic"][0]["reason"]
    assert os.readlink(site.site / answer["data"]["attic"][0]["place"]) == text
    assert os.path.samefile(site.live / "uploads", site.site / "shared/uploads")
    site.precious.assert_served()
    assert os.listdir(site.top / "outside") == ["secret"]


def test_s05_a_file_that_the_source_ships_at_a_shared_directory_is_refused(site):
    """S05: a change of type is refused before anything is touched, not guessed."""
    (site.repository / "uploads").write_text("a file")
    site.commit()
    assert_refused(site, code="seed-type-changed")
    site.precious.assert_served()


def test_s05_a_directory_that_the_source_ships_at_a_shared_file_is_refused(tmp_path):
    """S05: the reverse, `.env` as a directory."""
    world = World(tmp_path)
    world.ship()
    (world.repository / ".env").mkdir()
    (world.repository / ".env/local").write_text("A=1\n")
    world.commit()
    assert_refused(world, code="seed-type-changed")
    world.precious.assert_served()


CAME = {
    "reports/2025/may.pdf": "reports",
    "albums/summer/beach.jpg": "albums/summer",
    "modules/shop/shop.php": "modules/shop",
    "guide/notes of a user.txt": "guide",
}


def put_file(path: Path) -> None:
    path.write_text("a file")


def put_link(path: Path) -> None:
    path.symlink_to("index.php")


@pytest.mark.parametrize(
    ("put", "written", "deploys"),
    [
        *((put_file, path, deploys) for path in CAME for deploys in (0, 1)),
        *((put_link, path, 0) for path in CAME),
        (put_link, "guide/notes of a user.txt", 1),  # a link in the place of what is shared by then gives way to ours
    ],
)
def test_s05_what_is_no_directory_and_is_shipped_where_one_came_on_the_server_is_refused(put, written, deploys, site):
    """S05, G2: data, a module or what came to a directory of code; a file would hide all of it in the attic, and so
    would a link.
    """
    (site.repository / "guide").mkdir()
    (site.repository / "guide/index.txt").write_text("shipped")
    site.ship()
    site.precious.write(written)
    for _ in range(deploys):
        site.ship()
    shutil.rmtree(site.repository / "guide")
    place = site.repository / CAME[written]
    place.parent.mkdir(parents=True, exist_ok=True)
    put(place)
    site.commit()
    assert_refused(site, code="seed-type-changed")
    site.precious.assert_served()


def test_s05_a_file_that_came_to_an_old_release_where_the_source_ships_a_directory_is_refused(tmp_path):
    """S05, I59: a worker that stayed behind saved it; at home it would stand where the directory's data belongs."""
    world = World(tmp_path)
    world.ship()
    left = world.live.resolve()
    world.ship()
    let_write(left / "public")
    (left / "public/certificates").write_text("late\n")
    world.repository.joinpath("public/certificates").mkdir()
    (world.repository / "public/certificates/1.pdf").write_text("shipped\n")
    world.commit()
    assert_refused(world, code="seed-type-changed")
    (left / "public/certificates").rename(left / "public/late.txt")
    world.ship()
    assert (world.live / "public/certificates/1.pdf").read_text() == "shipped\n"
    assert (world.live / "public/late.txt").read_text() == "late\n"


def test_s05_a_directory_that_came_gives_way_to_a_file_once_a_person_calls_it_code(site):
    """S05, G2: the way on that the refusal names; what was there is kept in the attic."""
    site.precious.write("reports/2025/may.pdf")
    (site.repository / "reports").write_text("a file")
    site.settings = Settings(framework="generic-php", shared=("uploads/", "other/"), code=("reports",))
    answer = site.ship()
    assert (site.live / "reports").read_text() == "a file"
    assert [row["path"] for row in answer["data"]["attic"]] == ["reports"]
    site.precious.assert_none_lost()


@pytest.mark.parametrize("deploys", [0, 1, 2])
def test_s05_an_edited_file_and_an_empty_directory_stop_no_release_that_ships_a_file_there(deploys, site):
    """S05, G2: no user put anything there, so the release wins, and the edit, known from before or not, is kept in the
    attic.
    """
    (site.repository / "guide").mkdir()
    (site.repository / "guide/index.txt").write_text("shipped")
    site.ship()
    (site.live / "guide/index.txt").chmod(0o644)
    site.precious.write("guide/index.txt")
    for _ in range(deploys):
        site.ship()
    (site.live / "empty").mkdir()
    shutil.rmtree(site.repository / "guide")
    (site.repository / "guide").write_text("a file")
    (site.repository / "empty").write_text("a file")
    site.ship()
    assert {(site.live / name).read_text() for name in ("guide", "empty")} == {"a file"}
    site.precious.assert_none_lost()


@pytest.mark.parametrize("kind", ["dangling", "looping", "long loop", "older", "absolute"])
def test_s05_a_live_link_that_leads_nowhere_new_is_put_right(kind, site):
    """S05, I63: whatever broke our link in the live release, the next one shows the markers again."""
    text = links(site)[kind]
    (site.live / "uploads").unlink()
    (site.live / "uploads").symlink_to(text)
    site.ship()
    assert os.path.samefile(site.live / "uploads", site.site / "shared/uploads")
    site.precious.assert_served()
    site.precious.assert_none_lost()


@pytest.mark.parametrize("kind", ["outside", "sibling", "far outside"])
def test_s05_a_live_link_to_elsewhere_goes_on_showing_what_it_showed_and_the_rest_is_in_the_attic(kind, site):
    """S05, G2, G9: the application sees what it saw; nothing behind the link is read, copied or changed."""
    (site.live / "uploads").unlink()
    (site.live / "uploads").symlink_to(links(site)["outside" if kind == "far outside" else kind])
    seen = sorted(os.listdir(site.live / "uploads"))
    outside = snapshot(site.top / "outside")
    answer = site.ship()
    assert sorted(os.listdir(site.live / "uploads")) == seen
    assert "uploads" in {row["path"] for row in answer["data"]["attic"]}
    assert_unchanged(outside, snapshot(site.top / "outside"))
    site.precious.assert_none_lost()
    assert b"not ours" not in b"".join(content for _, _, content in snapshot(site.site).values())


@pytest.mark.parametrize("content", ["nothing", "a new file", "a newer version", "a folder for a file"])
def test_s05_a_live_directory_in_the_place_of_our_link_is_merged_and_what_the_application_sees_wins(content, site):
    """S05, I20: both sides are served together; where they differ the live one's content is, the other is kept."""
    (site.live / "uploads").unlink()
    (site.live / "uploads").mkdir()
    if content == "a new file":
        site.precious.write("uploads/new.txt")
    if content == "a newer version":
        site.precious.write("uploads/marker.txt")
    if content == "a folder for a file":
        site.precious.written.pop("uploads/marker.txt")
        site.precious.write("uploads/marker.txt/inner.txt")
    site.ship()
    site.precious.assert_served()
    assert (site.live / "uploads").is_symlink()


def test_s05_a_live_file_in_the_place_of_a_shared_directory_is_refused_and_every_copy_stays(site):
    """S05: the application made a file where a directory is shared; 30, nothing moved, and the page is as it was."""
    (site.live / "uploads").unlink()
    (site.live / "uploads").write_text("a file")
    site.commit()
    assert_refused(site, code="seed-type-changed")
    assert (site.live / "uploads").read_text() == "a file"
    site.precious.assert_none_lost()


def test_s05_recover_leaves_a_live_file_in_the_place_of_a_shared_directory_for_a_person_to_decide(site):
    """It went into `shared/`, and the directory with all uploads to the attic, with exit 0; a deploy had refused it."""
    let_write(site.live)
    (site.live / "uploads").unlink()
    (site.live / "uploads").write_text("a file")
    before = snapshot(site.site / "shared")
    answer = site.perform("recover")
    [row] = [one for one in answer["found"] if one["path"] == "uploads"]
    assert (row["action"], row["done"], row["command"].startswith("ls -ld ")) == ("listed", False, True)
    assert "stays where it is: it is a file, and `shared/uploads` is a directory" in row["what"]
    assert_unchanged(before, snapshot(site.site / "shared"))
    (site.live / "uploads").rename(site.live / "saved.txt")
    site.ship()
    site.precious.assert_served()
    assert (site.live / "saved.txt").read_text() == "a file"


def test_s05_a_fifo_in_the_place_of_our_link_is_named_and_left(site):
    """S05: neither read nor moved; the new release is linked as ever."""
    (site.live / "uploads").unlink()
    os.mkfifo(site.live / "uploads")
    left = site.live.resolve()
    answer = site.ship()
    assert any("uploads" in line and "no file, directory or link" in line for line in answer["warnings"])
    assert (left / "uploads").is_fifo()
    site.precious.assert_served()


def test_s05_a_missing_link_is_made_again(site):
    """S05: nothing stands where the link was; the markers are back with the next release."""
    (site.live / "uploads").unlink()
    site.ship()
    site.precious.assert_served()


@pytest.mark.parametrize("kind", ["missing", "file", "dangling", "looping", "empty"])
def test_s05_a_shared_directory_that_is_no_longer_there_is_refused(kind, site):
    """S05, I29: gone, emptied by a swap, a file, a dead or looping link: 30 before anything is touched."""
    shared = site.site / "shared/uploads"
    shutil.move(shared, site.top / "outside/uploads")
    made = {"file": lambda: shared.write_text("x"), "empty": shared.mkdir}
    made |= {"dangling": lambda: shared.symlink_to("nowhere"), "looping": lambda: shared.symlink_to("uploads")}
    made.get(kind, lambda: None)()
    site.commit()
    assert_refused(site, code="checklist-refused")


def test_s05_a_shared_directory_that_is_a_link_to_another_disk_is_served_and_never_walked(site):
    """S05, G9: a person moved the data to a bigger disk; deploys and rollbacks leave link and data alone."""
    shared = site.site / "shared/uploads"
    shutil.move(shared, site.top / "outside/uploads")
    shared.symlink_to(site.top / "outside/uploads")
    outside = snapshot(site.top / "outside")
    for act in (site.ship, site.ship, site.rollback):
        act()
        site.precious.assert_served()
        assert_unchanged(outside, snapshot(site.top / "outside"))
    assert shared.is_symlink()


@pytest.mark.parametrize("kind", ["dangling", "looping", "missing"])
def test_s05_current_that_leads_nowhere_does_not_stop_a_deploy(kind, site):
    """S05, G3: what was broken before Holdfast came is whole afterwards."""
    site.live.unlink()
    if kind != "missing":
        site.live.symlink_to("current" if kind == "looping" else "releases/gone")
    site.ship()
    site.assert_code_is(4, "index.php")
    site.precious.assert_served()


def test_s05_a_file_in_the_place_of_current_is_refused(site):
    """S05, I21: 20, and nothing is changed."""
    site.live.unlink()
    site.live.write_text("x")
    site.commit()
    before = snapshot(site.top)
    with pytest.raises(Problem) as caught:
        site.deploy()
    assert (caught.value.exit_code, caught.value.code) == (20, "current-is-a-directory")
    assert_unchanged(before, snapshot(site.top))
