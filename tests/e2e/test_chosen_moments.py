"""Moments that an adversary chooses: somebody writes between two steps, or has a name that we might have taken."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager

import pytest

from holdfast_engine.fs import failpoint, probe
from holdfast_engine.model.request import Settings
from lib.world import World

PHP = {"index.php": "<?php // version {version}\n"}


@contextmanager
def told(*acts: tuple[str, Callable[[], bool], Callable[[], object]]):
    """Each of ACTS once, in their order: at its point, as soon as it is time for it."""
    left = list(acts)

    def hook(name):
        if left and left[0][0] == name and left[0][1]():
            left.pop(0)[2]()

    heard = failpoint.listen(hook)
    try:
        yield
    finally:
        failpoint.listen(heard)
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
    kept = [one.read_text() for one in (seeded.site / ".holdfast/attic").glob("*/files*/uploads/hint.txt")]
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
    kept = [one.read_text() for one in (seeded.site / ".holdfast/attic").glob("*/files*/uploads/hint.txt")]
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
