"""A whole site on one page: what it is made of, what was done to it, what each release changed, what was put aside."""

from __future__ import annotations

import os

import pytest

from holdfast.report.page import page
from holdfast_engine.fs.sizes import Sized, sizes
from holdfast_engine.model.request import Settings
from holdfast_engine.persistence import site_map
from lib.by_turns import by_turns
from lib.world import World

MOST = 1_000_000
BUILT = {"public/build/manifest.json": '{"version": {version}}\n'}


@pytest.fixture
def shop(tmp_path):
    """A Laravel shop that was deployed three times and taken back once, with people and a panel at work between."""
    world = World(tmp_path)
    world.ship()
    for number in range(20):
        world.precious.write(f"public/uploads/{number}.jpg")
    world.precious.write("public/certificates/1.pdf")
    world.precious.write("ads.txt")
    world.put("public/index.php", "<?php // mended in a hurry\n")
    world.ship({"app/New.php": "<?php\n", "public/robots.txt": None, "resources/views/home.blade.php": "{version}!\n"})
    world.ship({"app/More.php": "<?php\n"})
    world.rollback()
    world.precious.write("public/badges/1.png")
    return world


def parts(answer) -> dict[str, int]:
    return {one["care"]: one["files"] for one in answer["map"]["parts"]}


def test_every_file_of_the_site_is_counted_in_one_part(shop):
    """What is data, code, built, carried and new, in numbers that a person can count after us."""
    answer = shop.perform("report")
    real = [path for path in shop.live.resolve().rglob("*") if not path.is_symlink() and path.is_file()]
    data = [path for path in (shop.site / "shared").rglob("*") if path.is_file()]
    found = parts(answer)
    assert found["shared"] == len(data)
    assert sum(found.values()) - found["shared"] == len(real)
    assert (found["carried"], found["new"]) == (1, 1)
    assert found["built"] == len(list((shop.live / "public/build").iterdir()))
    assert {one["path"]: one["files"] for one in answer["shared"]}["public/certificates"] == 1
    assert sum(one["files"] for one in answer["shared"]) == len(data)


def test_the_time_line_tells_how_much_data_there_was_after_each_operation(shop):
    """Counted when it ended; a rollback takes none away (G5)."""
    steps = shop.perform("report")["operations"]
    assert [one["command"] for one in steps] == ["rollback", "deploy", "deploy", "deploy"]
    assert [one["outcome"] for one in steps] == ["activated", "deployed", "deployed", "deployed"]
    files = [one["files"] for one in steps]
    assert files[0] == files[1] == files[2] == files[3] + 21
    assert steps[2]["adopted"] == 2


def test_each_release_says_what_it_changed_against_the_one_before(shop):
    """By what both shipped: what came on the server is no change of theirs."""
    rows = shop.perform("report")["releases"]
    last, middle, first = (one["changes"] for one in rows)
    assert (first, middle["against"], last["against"]) == (None, rows[2]["id"], rows[1]["id"])
    assert middle["added"] == {"files": 1, "first": ["app/New.php"]}
    assert middle["removed"] == {"files": 1, "first": ["public/robots.txt"]}
    assert set(middle["changed"]["first"]) == {*BUILT, "public/index.php", "resources/views/home.blade.php"}
    assert middle["changed"]["first"][-1] in BUILT
    assert last["added"]["first"] == ["app/More.php"]


def test_what_lies_in_the_attic_comes_back_by_the_command_that_stands_beside_it(shop):
    """Path, reason, size and since when; the command is run as it is shown."""
    (row,) = [one for one in shop.perform("report")["attic"]["entries"] if one["path"] == "public/index.php"]
    assert (row["bytes"], row["kind"], bool(row["reason"]), row["at"] > 0) == (27, "file", True, True)
    words = row["back"].split()
    assert words[:2] == ["holdfast", "restore"]
    shop.perform("restore", path=words[2], release=words[4])
    assert (shop.live / "public/index.php").read_text() == "<?php // mended in a hurry\n"


def test_the_page_tells_all_of_it(shop, tmp_path):
    """Every release, every operation, what is in the attic, what appeared; names as they are."""
    answer = shop.perform("report")
    made = page(answer)
    for told in (*(one["id"] for one in answer["releases"]), "Rollback", "app/New.php", "public/badges", "1 added"):
        assert told in made.replace("<b>+1</b> added", "1 added"), told
    assert answer["attic"]["entries"][0]["back"] in made
    assert str(tmp_path) in made


def test_a_report_may_be_asked_for_at_any_time(tmp_path):
    """Before the first deploy ended, with nothing live, with directories that may not be read, after a release was
    removed by hand.
    """
    world = World(tmp_path)
    world.ship()
    world.ship()
    old = world.perform("status")["releases"][1]["id"]
    os.rename(world.site / "releases" / old, tmp_path / "away")
    assert "its directory is missing" in page(world.perform("report"))
    os.unlink(world.site / "current")
    answer = world.perform("report")
    assert (answer["current"], "Nothing is live." in page(answer)) == (None, True)


def made_up(number: int, name: str):
    """NUMBER uploads as a walk would meet them, in as many directories as people make."""
    for at in range(number):
        above = f"public/uploads/{at // 50_000:03}-{name}/{at // 500:04}-{name}"
        yield Sized(above, f"{at:07}-{name}.jpg", "file", at * 7919 % 5_000_000, 1)


LONG = {"not ascii": "фото" * 25, "escaped": "<photo>&'" * 12, "short": "photo"}


@pytest.mark.parametrize("name", by_turns(LONG, every=3, share=1))
def test_the_page_of_a_million_files_is_smaller_than_a_million_bytes(shop, monkeypatch, name):
    """What is large has a rectangle of its own, the rest is counted; all of it is in the sums."""

    def walk(root, top, unreadable):
        return made_up(1_000_000, name) if top == "shared" else sizes(root, top, unreadable)

    monkeypatch.setattr(site_map, "sizes", walk)
    answer = shop.perform("report")
    made = page(answer).encode()
    assert parts(answer)["shared"] == 1_000_000
    assert len(made) < MOST
    assert b"1,000,000 files" in made


def test_names_and_sizes_are_looked_at_and_no_content_of_data_is_read(shop, monkeypatch):
    """A census of uploads opens none of them, and a pipe among them keeps nobody waiting."""
    os.mkfifo(shop.site / "shared/public/uploads/pipe")
    os.chmod(shop.site / "shared/public/uploads/0.jpg", 0)
    opened = []
    real = os.open

    def listening(path, *rest, **more):
        opened.append(str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", listening)
    assert shop.perform("report")["map"]["unreadable"] == 0
    assert [name for name in opened if name.endswith((".jpg", "pipe"))] == []


def test_what_a_link_leads_to_elsewhere_is_not_looked_at(tmp_path):
    """G9: a link to another disk is one name in the count."""
    world = World(tmp_path / "site")
    world.settings = Settings(shared=("public/media/",))
    world.ship()
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "secret.txt").write_text("elsewhere\n")
    os.symlink(disk, world.site / "shared/public/link")
    answer = world.perform("report")
    assert "secret.txt" not in page(answer)


def test_a_deploy_that_was_undone_and_one_that_was_cut_short_are_told(shop):
    """What a person has to know stands in the first line."""
    shop.settings = Settings(before_activation=("false",))
    with pytest.raises(Exception, match="false"):
        shop.ship()
    made = page(shop.perform("report"))
    assert "undone before the switch" in made
