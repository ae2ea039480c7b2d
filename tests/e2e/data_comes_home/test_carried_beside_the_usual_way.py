"""Carried files where there is no ordinary deploy from one live release to the next: scripts, nothing live, ways back
(DESIGN 4).
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress

import pytest

from lib.killing import Killed, killed_at_point, listening
from lib.oracle import attic_texts
from lib.precious import let_write
from lib.refusals import acting_at
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n", "lib/code.php": "<?php // {version}\n", "robots.txt": "all\n"}


@pytest.fixture
def world(tmp_path):
    """A site that was deployed twice, its releases open to the application."""
    world = World(tmp_path, PHP, env=None)
    for _ in range(2):
        world.ship()
        let_write(world.live.resolve() / "new")
    return world


def retired(world):
    live = world.live.resolve()
    return next(one for one in sorted((world.site / "releases").iterdir()) if one != live)


def read(world, path):
    where = world.live / path
    return where.read_text() if where.is_file() else None


def test_a_script_that_links_shows_what_came_from_a_release_that_was_left(world):
    """G2: between `link` and the script's own switch nobody looks again."""
    (retired(world) / "ads.txt").write_text("written by a worker that stayed\n")
    release = world.site / "releases/by-hand"
    shutil.copytree(world.repository, release)
    world.perform("link", release=str(release), path=str(world.site / "shared"))
    assert read(world, "ads.txt") == "written by a worker that stayed\n"
    assert (release / "ads.txt").read_text() == "written by a worker that stayed\n"


@pytest.mark.parametrize("gone", ["the release", "the link"])
def test_a_deploy_while_nothing_is_live_carries_what_was_carried(world, gone):
    """G2: somebody's clean-up took what `current` names, or `current` itself."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.ship()
    shutil.rmtree(world.live.resolve()) if gone == "the release" else (world.site / "current").unlink()
    plan = world.perform("plan", source=world.source, only_plan=True)
    assert "ads.txt" in plan["data"]["carried"]
    world.ship()
    assert read(world, "ads.txt") == "pub-1\n"
    world.ship()
    assert read(world, "ads.txt") == "pub-1\n"


def test_a_deploy_while_nothing_is_live_serves_the_newest_that_was_written_anywhere(world):
    """G2: a worker wrote on in a release that is not live, and then the live one was removed."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.ship()
    let_write(retired(world) / "new")
    (retired(world) / "sitemap.xml").write_text("<map/>\n")
    shutil.rmtree(world.live.resolve())
    world.ship()
    assert (read(world, "ads.txt"), read(world, "sitemap.xml")) == ("pub-1\n", "<map/>\n")


def test_a_file_that_was_replaced_is_what_an_accident_brings_back(world):
    """G2: the last look was a sweep, and found nothing but that the file is another one; then `rsync --delete`."""
    (world.live / "ads.txt").write_text("old\n")
    world.ship()
    let_write(world.live.resolve() / "new")
    (world.live / "ads.new").write_text("new\n")
    os.replace(world.live / "ads.new", world.live / "ads.txt")
    world.perform("sweep")
    assert (world.site / ".holdfast/carried/files/ads.txt").read_text() == "new\n"
    for path in ("ads.txt", "robots.txt"):
        (world.live / path).unlink()
    world.ship()
    assert read(world, "ads.txt") == "new\n"


def test_what_was_deleted_is_gone_after_a_rollback_though_nothing_else_is_carried(world):
    """DESIGN 4: the live version always wins, and here that is none."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.ship()
    world.ship()
    let_write(world.live.resolve() / "new")
    (world.live / "ads.txt").unlink()
    world.rollback()
    assert read(world, "ads.txt") is None
    assert "pub-1\n" in attic_texts(world.site)


def test_what_is_deleted_while_a_rollback_carries_it_is_gone_in_the_release_that_has_it_already(world):
    """DESIGN 4, what vanished: both releases have the file, and the application deletes it in the live one."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.ship()
    let_write(world.live.resolve() / "new")
    with acting_at("second_names.give", (world.live / "ads.txt").unlink):
        world.rollback()
    assert read(world, "ads.txt") is None
    assert "pub-1\n" in attic_texts(world.site)


@pytest.mark.parametrize("shipped", ["pub-1\n", "pub-2\n"], ids=["the same", "another"])
def test_a_file_that_the_next_version_ships_itself_is_there_again_after_a_rollback(world, shipped):
    """G2, G5: what was carried into the earlier release is nobody's deletion there because the later one ships it."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.ship()
    world.ship({"ads.txt": shipped})
    assert read(world, "ads.txt") == "pub-1\n"
    world.rollback()
    assert read(world, "ads.txt") == "pub-1\n"


@pytest.mark.parametrize("way", ["renamed", "deleted"])
def test_what_goes_away_while_it_takes_the_place_of_an_older_version_stops_no_rollback(world, way):
    """G2, G3: the release that comes back has the file as it was; the application renames or deletes the newer one."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.ship()
    let_write(world.live.resolve() / "new")
    (world.live / "ads.new").write_text("pub-2\n")
    (world.live / "ads.new").rename(world.live / "ads.txt")
    live = world.live.resolve()
    acts = {
        "renamed": lambda: (live / "ads.txt").rename(live / "moved.txt"),
        "deleted": (live / "ads.txt").unlink,
    }
    with acting_at("second_names.give_one", acts[way], surely=True):
        world.rollback()
    if way == "renamed":
        assert read(world, "moved.txt") == "pub-2\n"
    assert read(world, "ads.txt") is None
    assert "pub-1\n" in attic_texts(world.site)


def test_what_gave_way_in_a_deploy_that_was_undone_is_no_code_of_the_release_that_stays(world, tmp_path):
    """G2: nothing tells what the live release shipped; the version that would have replaced the file never came."""
    (world.live / "sitemap.xml").write_text("by the application\n")
    world.forget_state()
    world.perform("recover")
    world.commit({"sitemap.xml": "shipped\n"})
    killed_at_point(40, world.deploy)
    world.perform("recover")
    assert read(world, "sitemap.xml") == "by the application\n"
    world.ship({"sitemap.xml": None})
    assert read(world, "sitemap.xml") == "by the application\n"


@pytest.mark.parametrize("point", ["copy.file", "place.made_link", "place.switch"])
def test_what_is_saved_in_a_deploy_without_a_known_list_is_nothing_that_was_shipped(world, point):
    """G2: nothing tells what the live release shipped, and meanwhile somebody saves a text that came with it."""
    text = world.live.resolve() / "robots.txt"
    let_write(text.parent / "new")

    def save():
        (text.parent / "new").write_text("by a person\n")
        os.replace(text.parent / "new", text)

    world.forget_state()
    world.perform("recover")
    with acting_at(point, save, surely=True):
        world.ship()
    assert read(world, "robots.txt") == "all\n"
    world.rollback()
    assert read(world, "robots.txt") == "by a person\n"
    world.ship({"robots.txt": None})
    assert read(world, "robots.txt") == "by a person\n"


@pytest.mark.parametrize("place", ["ads.txt", "plugin/ads.txt"])
def test_recover_leaves_away_what_the_application_moved_after_it_had_written_to_it(world, place):
    """G2: the release that was left has it by a second name, and written in place it is not as it was carried."""
    (world.live / "plugin").mkdir()
    (world.live / "plugin/plugin.php").write_text("<?php // put here by hand\n")
    (world.live / place).write_text("first\n")
    world.ship()
    world.perform("rollback")
    (world.live / place).write_text("written in place\n")
    (world.live / place).rename(world.live / "moved.txt")
    assert not any(row["action"] == "carry" for row in world.perform("recover", only_plan=True)["found"])
    world.perform("recover")
    assert read(world, place) is None
    assert read(world, "moved.txt") == "written in place\n"


def test_recover_is_done_after_once_where_an_elder_version_gave_way(world):
    """G7: what a newer version overtook lies in the attic, and is not found again."""
    first, second = retired(world), world.live.resolve()
    world.ship()
    let_write(second / "new")
    (first / "ads.txt").write_text("elder\n")
    os.utime(first / "ads.txt", ns=(1, 1))
    (second / "ads.txt").write_text("newer\n")
    world.perform("recover")
    assert (read(world, "ads.txt"), "elder\n" in attic_texts(world.site)) == ("newer\n", True)
    assert world.perform("recover", only_plan=True)["found"] == []


def _killed_once(is_so, act):
    """ACT ends as by a kill at the first point where IS_SO."""

    def hook(_name):
        if is_so():
            raise Killed

    with suppress(Killed), listening(hook):
        act()


@pytest.mark.parametrize("way", ["deleted", "saved anew"])
def test_the_last_name_of_a_carried_file_is_not_thrown_away_with_the_release_of_a_killed_deploy(world, way):
    """G11: nothing was carried before; between the kill and the next deploy the file went where it came from."""
    (world.live / "ads.txt").write_text("pub-1\n")
    world.commit({"index.php": "<?php // another\n"})
    ads, known = world.live.resolve() / "ads.txt", len(list(world.site.glob(".holdfast/baselines/*")))
    _killed_once(lambda: len(list(world.site.glob(".holdfast/baselines/*"))) > known, world.deploy)
    assert ads.stat().st_nlink == 2
    time.sleep(0.02)  # a tick of the clock
    (world.live / "ads.txt").unlink()
    if way == "saved anew":
        (world.live / "ads.txt").write_text("pub-2\n")
    world.deploy()
    assert read(world, "ads.txt") == (None if way == "deleted" else "pub-2\n")
    assert "pub-1\n" in attic_texts(world.site)


@pytest.mark.parametrize("known_by", ["a sweep", "a person's word", "the way back"])
def test_what_is_deleted_stays_so_where_an_installer_was_removed_long_ago(world, known_by):
    """G2: what is missing since the last look, or was meant, has not gone with what is deleted today."""
    for name in ("ads.txt", "proof.html"):
        (world.live / name).write_text(f"{name}\n")
    world.ship()
    let_write(world.live.resolve() / "new")
    (world.live / "robots.txt").unlink()
    if known_by == "a sweep":
        world.perform("sweep")
    elif known_by == "a person's word":
        world.perform("review", intent="keep", words=("robots.txt",))
    else:
        world.ship()
        world.rollback()
        assert read(world, "robots.txt") is None
    (world.live / "ads.txt").unlink()
    for act in (lambda: world.perform("sweep"), world.ship):
        act()
        assert (read(world, "ads.txt"), read(world, "proof.html")) == (None, "proof.html\n")
    assert "ads.txt\n" in attic_texts(world.site)


def adopted(world, files, at):
    """A site of a plain directory AT a place, with FILES, instead of the one that was deployed."""
    shutil.rmtree(world.site)
    for path, text in {**world.files, **files}.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(text)
    world.perform("adopt", path=str(at))


def test_what_is_deleted_stays_so_where_data_is_seen_by_links_of_what_is_in_it(world, tmp_path):
    """G2: a directory that is taken apart, because something was shipped in it, is no link that is missing."""
    world.commit({"uploads/.htaccess": "deny\n"})
    adopted(world, {"ads.txt": "an ad\n", "uploads/2024/a.json": "rows\n"}, tmp_path / "public_html")
    world.perform("baseline", was=(world.source,))
    world.perform("sweep")
    assert (world.live / "uploads/2024").is_symlink()
    (world.live / "ads.txt").unlink()
    for act in (lambda: world.perform("sweep"), world.ship):
        act()
        assert (read(world, "ads.txt"), read(world, "uploads/2024/a.json")) == (None, "rows\n")


def test_data_beside_what_goes_along_is_not_shared_together_with_it(world):
    """DESIGN 4: of one directory, what was shared stays shared by itself, and what is carried stays a real file."""
    world.commit({"plugins/hello/hello.php": "<?php hello();\n"})
    made = {"ads.txt": "an ad\n", "plugins/shop/1.pdf": "a bill\n", "plugins/hello/our.css": "a {}\n"}
    adopted(world, made, world.site)
    world.perform("baseline", was=(world.source,))
    world.perform("sweep")
    world.ship({"plugins/hello/hello.php": None})
    assert (world.live / "plugins/shop").is_symlink()
    assert not (world.live / "plugins/hello/our.css").resolve().is_relative_to(world.site / "shared")
    (world.live / "ads.txt").unlink()
    answer = world.ship()
    assert [line for line in answer["warnings"] if "attic" in line] == [
        "deleted on the server, and kept in the attic: `ads.txt`"
    ]
    assert {path: read(world, path) for path in made} == {**made, "ads.txt": None}
