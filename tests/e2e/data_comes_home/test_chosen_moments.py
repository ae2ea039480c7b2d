"""Moments that an adversary chooses: somebody writes between two steps, or has a name that we might have taken."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from holdfast_engine.fs import copy, probe
from holdfast_engine.fs.root import Root
from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.other_disks import with_shared_apart
from lib.refusals import Killed, failing_at, listening
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n"}


@contextmanager
def told(*acts: tuple[str, Callable[[], bool], Callable[[], object]]):
    """Each of ACTS once, in their order: at its point, as soon as it is time for it."""
    left = list(acts)

    def hook(name):
        if left and left[0][0] == name and left[0][1]():
            left.pop(0)[2]()

    with listening(hook):
        yield
    assert left == []


@pytest.fixture
def seeded(tmp_path):
    """A site whose release ships `uploads/hint.txt`, which nobody changed."""
    world = World(tmp_path, PHP, env=None)
    world.settings = Settings(shared=("uploads/",))
    world.ship({"uploads/hint.txt": "shipped 1\n"})
    return world


@pytest.mark.parametrize("writes", [1, 2])
def test_a_seed_that_is_written_again_and_again_while_it_is_updated_keeps_every_write(seeded, writes):
    """G1, G2: of two writes around the change of places the newer is served and the elder kept."""
    hint, scratch = seeded.site / "shared/uploads/hint.txt", seeded.site / ".holdfast/scratch"
    acts = [
        (point, lambda: any(scratch.glob("seed-*")), lambda number=number: hint.write_text(f"write {number}"))
        for number, point in enumerate(("place.exchange", "place.exchanged")[:writes], 1)
    ]
    seeded.commit({"uploads/hint.txt": "shipped 2\n"})
    with told(*acts):
        seeded.deploy()
    kept = attic_texts(seeded.site, "uploads/hint.txt")
    assert hint.read_text() == f"write {writes}"
    assert set(kept) == {"shipped 2\n", *(["write 1"] if writes == 2 else [])}


def test_a_seed_that_is_written_while_it_goes_back_is_kept(seeded):
    """G1: the shipped version was served for a moment, and what somebody made of it then is theirs."""
    hint, scratch = seeded.site / "shared/uploads/hint.txt", seeded.site / ".holdfast/scratch"

    def waits() -> bool:
        return any(scratch.glob("seed-*"))

    acts = [("place.exchange", waits, lambda: hint.write_text("one")), ("place.exchanged", waits, lambda: None)]
    acts.append(("place.exchange", waits, lambda: hint.write_text("two")))
    with told(*acts):
        seeded.ship({"uploads/hint.txt": "shipped 2\n"})
    kept = attic_texts(seeded.site, "uploads/hint.txt")
    assert {"one", "two"} <= {hint.read_text(), *kept}


def test_a_file_of_the_users_that_is_called_like_a_waiting_seed_stays(seeded, monkeypatch):
    """G1: where shared/ is another file system a seed waits beside people's files, under a name that nobody has."""
    monkeypatch.setattr(probe, "may_change_places", lambda *_: False)
    uploads = seeded.site / "shared/uploads"
    named = [f".holdfast-seed-{number:06d}-deploy-0" for number in range(1, 5)]
    for name in named:
        (uploads / name).write_text(f"somebody's {name}")
    seeded.ship({"uploads/hint.txt": "shipped 2\n"})
    assert (uploads / "hint.txt").read_text() == "shipped 2\n"
    assert {one.name: one.read_text() for one in uploads.iterdir() if one.name in named} == {
        name: f"somebody's {name}" for name in named
    }
    assert len(list(uploads.iterdir())) == len(named) + 1


@pytest.fixture
def logging(tmp_path, monkeypatch):
    """A site with `shared/` on another disk that writes `log/` into its release: the log is copied home."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    log = Path(os.path.realpath(world.live)) / "log"
    log.parent.chmod(0o755)
    log.mkdir()
    (log / "a.log").write_text("1\n")
    with_shared_apart(monkeypatch)
    return world, log


def _append(path: Path) -> None:
    with path.open("a") as log:
        log.write("2\n")


def test_what_is_written_through_the_link_to_a_copy_stays_served(logging):
    """G2: the original, which is older by then, does not come over it."""
    world, log = logging
    with told(("place.made_link", log.is_symlink, lambda: _append(log / "a.log"))):
        world.ship()
    assert (world.live / "log/a.log").read_text() == "1\n2\n"


@pytest.mark.parametrize("killed", [False, True])
def test_what_is_written_to_an_original_after_it_was_copied_is_served(logging, killed):
    """G2, G4: new names and newer versions of old ones, whoever ends the deploy."""
    world, log = logging

    def late() -> None:
        _append(log / "a.log")
        (log / "late.txt").write_text("late\n")

    copied = ("place.make_link", (world.site / "shared/log/a.log").exists, late)
    with suppress(Killed), told(copied, ("place.made_link", log.is_symlink, _kill if killed else list)):
        world.ship()
    if killed:
        world.perform("recover")
    assert (world.live / "log/a.log").read_text() == "1\n2\n"
    assert (world.live / "log/late.txt").read_text() == "late\n"


def test_a_log_that_grows_while_it_is_copied_is_copied_as_far_as_it_was(tmp_path, monkeypatch):
    """G2, G4: a busy log must not keep every deploy from ending; what comes later is looked for afterwards."""
    log, real = tmp_path / "a.log", copy._copy_bytes
    log.write_text("1\n")
    monkeypatch.setattr(copy, "_copy_bytes", lambda *words: (real(*words), _append(log)))
    with Root(str(tmp_path)) as root:
        copy.copy_file(root, "a.log", "copy.log")
        assert (tmp_path / "copy.log").read_text() == "1\n"
        monkeypatch.setattr(copy, "_copy_bytes", lambda *words: (real(*words), log.write_text("other\n")))
        with pytest.raises(OSError, match="changed while it was copied"):
            copy.copy_file(root, "a.log", "other.log")


def _kill() -> None:
    raise Killed


def test_what_could_not_be_brought_home_is_not_called_home(tmp_path):
    """G7: a deploy that was killed is ended, and what may not be moved any more is told of as that."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    world.precious.write("box/stray.txt")
    with suppress(Killed), told(("place.exchange", (world.site / "shared/box").is_symlink, _kill)):
        world.ship()
    world.events.clear()
    with failing_at("place.exchange", PermissionError(errno.EACCES, os.strerror(errno.EACCES))):
        world.perform("recover")
    said = [event.text for event in world.events if event.name == "adopt"]
    assert said == ["`box` could not be moved, and is where it was"]
    world.precious.assert_served()
