"""What `recover` puts back stands there when it says so; what the application deleted or renamed is nothing to find."""

from __future__ import annotations

import shutil

import pytest

from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import World

SHOP = {"index.php": "<?php // version {version}\n", "lib/tool.php": "<?php echo 'tool';", "robots.txt": "{version}\n"}


@pytest.fixture
def shop(tmp_path):
    """A shop with a note beside its code and a tool in a directory of its own, both carried once."""
    world = World(tmp_path, SHOP, env=None)
    world.ship()
    for path, text in (("lib/note.txt", "a note\n"), ("tool/run.php", "<?php run();"), ("tool/log.txt", "one\n")):
        world.put(path, text)
    world.ship()
    return world


def found(world):
    return {row["path"]: (row["action"], row["done"]) for row in world.perform("recover")["found"]}


def test_what_went_by_an_accident_is_back_when_recover_says_so(shop):
    """G1, G7: a row that is done is seen in what is live, a directory with all that was in it."""
    let_write(shop.live.resolve() / "new")
    shutil.rmtree(shop.live / "tool")
    for name in ("lib/note.txt", "robots.txt"):
        let_write(shop.live / name)
        (shop.live / name).unlink()
    assert found(shop) == {"lib/note.txt": ("carry", True), "tool": ("carry", True)}
    shown = {path: (shop.live / path).read_text() for path in ("lib/note.txt", "tool/run.php", "tool/log.txt")}
    assert shown == {"lib/note.txt": "a note\n", "tool/run.php": "<?php run();", "tool/log.txt": "one\n"}


def test_what_was_written_to_and_deleted_is_not_found_in_an_older_release(shop):
    """G2: one file under several names; the older release has it as it was deleted, and the attic has it too."""
    shop.ship()
    shop.put("lib/note.txt", "written to once more\n")
    (shop.live / "lib/note.txt").unlink()
    shop.ship()
    assert "written to once more\n" in attic_texts(shop.site)
    assert found(shop) == {}
    assert not (shop.live / "lib/note.txt").exists()


def test_what_was_renamed_while_an_old_release_lay_in_the_trash_has_its_new_name_alone(shop):
    """G2, G6: the last look into the trash meets a file that is live, by another name than it had there."""
    shop.ship()
    shop.perform("prune", keep=0)
    (shop.live / "lib/note.txt").rename(shop.live / "lib/letter.txt")
    (shop.live / "tool/log.txt").unlink()
    shop.perform("sweep")
    shop.perform("prune", keep=0)
    assert found(shop) == {}
    assert (shop.live / "lib/letter.txt").read_text() == "a note\n"
    assert not (shop.live / "lib/note.txt").exists()
    assert attic_texts(shop.site) == ["one\n"]


def test_what_was_renamed_and_written_to_is_not_found_by_its_old_name(shop):
    """G2: the older release has the same file by the name that it had then."""
    (shop.live / "lib/note.txt").rename(shop.live / "lib/letter.txt")
    shop.perform("sweep")
    shop.put("lib/letter.txt", "a letter\n")
    assert found(shop) == {}
    assert not (shop.live / "lib/note.txt").exists()


@pytest.mark.parametrize("command", ["recover", "prune", "rollback"])
def test_what_was_deleted_stays_so_when_its_directory_is_shared_since(shop, command):
    """G2, G6: the program of a directory was deleted, and what came to it later made users' data of it."""
    shop.put("tool/run.php", "<?php run_again();")
    for name in ("run.php", "log.txt"):
        (shop.live / "tool" / name).unlink()
    shop.perform("sweep")
    (shop.live / "tool").rmdir()
    shop.perform("sweep")
    shop.put("tool/1.pdf", "a bill\n")
    shop.perform("sweep")
    shop.perform(command, **({"keep": 0} if command == "prune" else {}))
    assert [one.name for one in (shop.live / "tool").iterdir()] == ["1.pdf"]


def test_what_was_shared_once_and_renamed_since_has_its_new_name_alone(shop):
    """G2: a directory that holds a program now is a real one in each release; an older one was written to late."""
    shop.put("forum/posts.txt", "a post\n")
    shop.ship()
    shop.put("forum/run.php", "<?php run();")
    shop.ship()
    assert not (shop.live / "forum").is_symlink()
    (shop.live / "forum/posts.txt").rename(shop.live / "lib/posts.txt")
    (shop.live / "forum/run.php").unlink()
    shop.put("forum/run.php", "<?php run_again();")
    (min((shop.site / "releases").iterdir()) / "lib/late.txt").write_text("late\n")
    shop.ship()
    assert [one.name for one in (shop.live / "forum").iterdir()] == ["run.php"]
    assert [(shop.live / f"lib/{name}.txt").read_text() for name in ("posts", "late")] == ["a post\n", "late\n"]


def test_a_deploy_says_that_it_counts_fewer_files_than_were_counted(tmp_path):
    """G7: two of seven pictures were deleted, and the next count forgot them without a word; logs come and go."""
    world = World(tmp_path)
    world.ship()
    for number in range(7):
        world.precious.write(f"public/uploads/{number}.jpg")
        world.precious.write(f"storage/logs/{number}.log")
    world.ship()
    for name in ("public/uploads/1.jpg", "public/uploads/2.jpg", "storage/logs/3.log"):
        (world.live / name).unlink()
    world.commit()
    notes = [line for line in world.perform("plan", source=world.source)["notes"] if "held" in line]
    assert [line.partition(" held 7 files ")[0] for line in notes] == ["shared/public/uploads"]
    assert "holds 5 now" in notes[0]
    assert any("holds 5 now" in line for line in world.deploy()["warnings"])
    assert [line for line in world.perform("plan", source=world.source)["notes"] if "held" in line] == []
