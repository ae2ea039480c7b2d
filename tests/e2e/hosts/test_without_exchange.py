"""File systems that cannot exchange names: data is renamed, never copied, and each gap is ended by the next command."""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from lib.oracle import attic_texts, digest, served
from lib.other_disks import with_shared_apart, without_exchange
from lib.precious import let_write
from lib.refusals import Killed, killed_at, listening
from lib.world import World

PHP = {"public/index.php": "<?php // version {version}\n"}
LINES = 3


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, PHP, env=None)
    world.ship()
    return world


def made(world: World, path: str, text: str) -> Path:
    """The application makes PATH in the live release."""
    where = world.live / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(text)
    return where


def append(descriptor: int, text: str) -> None:
    os.write(descriptor, text.encode())


@pytest.mark.parametrize("path", ["public/incoming/deep/big.bin", "public/sitemap.xml", "log/app.log"])
def test_whoever_has_a_file_open_goes_on_writing_to_what_is_served(world, monkeypatch, path):
    """G2: on NFS as elsewhere, before a deploy, in it and after it, in directories and in single files."""
    without_exchange(monkeypatch)
    let_write(world.live / "public")
    let_write(world.live.resolve())
    descriptor = os.open(made(world, path, ""), os.O_WRONLY | os.O_APPEND)
    for version in range(LINES):
        append(descriptor, f"before {version}\n")
        world.ship()
        append(descriptor, f"after {version}\n")
    os.close(descriptor)
    wanted = "".join(f"before {version}\nafter {version}\n" for version in range(LINES))
    assert (world.live / path).read_text() == wanted
    world.assert_code_is(world.version)
    assert world.perform("attic")["entries"] == []


def test_the_gap_is_said_before_it_happens(world, monkeypatch):
    """G7: the plan tells of two renames, or of copies, where there will be some, and only there."""
    without_exchange(monkeypatch)
    world.perform("link", release=str(world.live.resolve()), path=str(world.site / "shared"))
    site_file = world.site / ".holdfast/site.json"
    site_file.write_text(site_file.read_text().replace('"exchange": true', '"exchange": false'))
    assert [note for note in world.perform("plan", source=world.source)["notes"] if "rename" in note] == []
    let_write(world.live / "public")
    made(world, "public/ads/one.txt", "ads")
    notes = world.perform("plan", source=world.source)["notes"]
    assert [note for note in notes if "two renames" in note]


def _prepared(world: World) -> dict[str, str]:
    """Strays of every kind: a directory, single files, one that is merged into what is shared, and a detached one."""
    let_write(world.live / "public")
    let_write(world.live.resolve())
    made(world, "public/uploads/first.jpg", "shared already")
    world.ship()
    let_write(world.live / "public")
    let_write(world.live.resolve())
    (world.live / "public/uploads").unlink()
    texts = {
        "public/uploads/second.jpg": "beside",
        "public/uploads/third.jpg": "and one more",
        "public/incoming/a.bin": "a directory",
        "public/sitemap.xml": "a file",
        "var/log/deep.log": "outside of the web root",
    }
    for path, text in texts.items():
        made(world, path, text)
    world.commit()
    return texts


def _reached(world: World) -> Counter[str]:
    """How often a deploy of WORLD reaches each failpoint before it links the new release."""
    found: Counter[str] = Counter()

    def hook(name: str) -> None:
        found[name] += not any((event.kind, event.name) == ("finished", "adopt") for event in world.events)

    world.events.clear()
    with listening(hook):
        world.deploy()
    return found


GAPS = ("place.drop_own_link", "place.two_names", "place.moved", "place.make_link")


def test_a_deploy_killed_around_any_rename_is_ended_with_everything_served(tmp_path, monkeypatch):
    """G1, G2, G4: a crash between two renames leaves no path without its link, and every byte where it was or home."""
    without_exchange(monkeypatch)
    template = World(tmp_path / "template", PHP, env=None)
    template.ship()
    texts = _prepared(template)
    shutil.copytree(template.site, tmp_path / "kept", symlinks=True)
    reached = _reached(template)
    counts = {point: reached[point] for point in GAPS}
    assert min(counts.values()) >= 2, counts
    for point, number in [(one, number) for one in GAPS for number in range(1, counts[one] + 1)]:
        shutil.rmtree(template.site)
        shutil.copytree(tmp_path / "kept", template.site, symlinks=True)
        with killed_at(point, count=number):
            template.deploy()
        template.perform("prune", keep=9)
        due = {path: digest(text.encode()) for path, text in texts.items()}
        assert served(template.live, due) == [], (point, number)
        assert (template.site / "shared/public/uploads/first.jpg").read_text() == "shared already"


def test_what_the_application_removed_after_its_move_is_not_brought_back_by_a_crash(world, monkeypatch):
    """G2: deleted stays deleted; only a gap that the journal knows is closed."""
    without_exchange(monkeypatch)
    let_write(world.live / "public")
    stray = made(world, "public/sitemap.xml", "text")
    world.commit()

    def hook(name: str) -> None:
        if name == "durable.sync_file_system":
            os.unlink(stray)
            raise Killed

    with suppress(Killed), listening(hook):
        world.deploy()
    assert not os.path.lexists(stray)
    world.perform("status")
    world.perform("prune")
    assert not os.path.lexists(stray)


def test_an_original_is_looked_into_for_as_long_as_a_process_writes_to_it(world, monkeypatch):
    """DESIGN 5, G2: `shared/` on a disk of its own takes a copy; what comes through a descriptor of the original is
    served by the next deploy, and by the one after.
    """
    (world.site / "shared").mkdir(exist_ok=True)
    with_shared_apart(monkeypatch)
    let_write(world.live / "public")
    descriptor = os.open(made(world, "public/incoming/big.bin", ""), os.O_WRONLY | os.O_APPEND)
    wanted = ""
    for version in range(LINES):
        append(descriptor, f"line {version}\n")
        wanted += f"line {version}\n"
        world.ship()
        assert (world.live / "public/incoming/big.bin").read_text() == wanted
    append(descriptor, "last\n")
    os.close(descriptor)
    world.ship()
    assert (world.live / "public/incoming/big.bin").read_text() == wanted + "last\n"
    world.ship()
    assert "copied" not in (world.site / ".holdfast/site.json").read_text()


def test_what_is_written_on_both_sides_of_a_copy_is_kept_twice_and_told(world, monkeypatch):
    """G7: a process that has the served file open loses no line to one that has the original open."""
    (world.site / "shared").mkdir(exist_ok=True)
    with_shared_apart(monkeypatch)
    let_write(world.live / "public")
    old = os.open(made(world, "public/incoming/big.bin", "1\n"), os.O_WRONLY | os.O_APPEND)
    world.ship()
    new = os.open(world.live / "public/incoming/big.bin", os.O_WRONLY | os.O_APPEND)
    append(old, "old\n")
    append(new, "new\n")
    answer = world.ship()
    append(new, "newer\n")
    assert (world.live / "public/incoming/big.bin").read_text() == "1\nnew\nnewer\n"
    assert [warning for warning in answer["warnings"] if "during a copy" in warning]
    kept = attic_texts(world.site, "public/incoming/big.bin")
    assert "1\nold\n" in kept
    os.close(old)
    os.close(new)


def test_the_double_refuses_what_nfs_refuses(tmp_path, monkeypatch):
    """The tests above would prove nothing if names were exchanged all the same."""
    from holdfast_engine.fs import place
    from holdfast_engine.fs.root import Root

    without_exchange(monkeypatch)
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    with Root(str(tmp_path)) as root, pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        place.exchange(root, "a", "b")
