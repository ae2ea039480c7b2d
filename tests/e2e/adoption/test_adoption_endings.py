"""How an adoption ends: whatever it says is true, and what could not end is refused before anything changes."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from functools import partial

import pytest

from holdfast_engine.fs import place
from lib.refusals import Killed, acting_at, assert_refused, failing_at, fails, killed_at
from lib.world import World

PHP = {"index.php": "<?php 'version {version}';\n"}
LONG = "r" * 252
"""A directory may be called so, and nothing that ends with `.jsonl` may."""


@pytest.fixture
def plain(tmp_path):
    """A plain directory that is served as it is."""
    world = World(tmp_path, PHP, env=None)
    (world.site / "public").mkdir(parents=True)
    (world.site / "index.php").write_text("<?php 'live';\n")
    world.precious.write("public/a.jpg", into=world.site)
    return world


def laid_out(world: World, name: str) -> None:
    """Another tool's releases: 1, which is live, and NAME."""
    for one in ("1", name):
        (world.site / "releases" / one).mkdir(parents=True)
        (world.site / "releases" / one / "index.php").write_text("<?php 'live';\n")
    world.live.symlink_to("releases/1")


def no_exchange(monkeypatch) -> None:
    """A file system that knows no flags of rename, as NFS."""
    monkeypatch.setattr(place, "_renameat2", lambda *_: (_ for _ in ()).throw(OSError(errno.EINVAL, "no flags")))


def begun(world: World) -> bool:
    return any((world.site / ".holdfast/journal").iterdir())


def refused_here(code: int) -> OSError:
    return OSError(code, os.strerror(code))


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EEXIST])
def test_an_adoption_that_cannot_go_on_is_undone_and_can_be_tried_again(plain, code):
    """G3, G7: it says that it failed, never `adopted`; what is there is the plain directory, and no site."""
    with failing_at("place.exchange", refused_here(code), when=lambda: begun(plain)):
        fails(lambda: plain.perform("adopt"), exits=50, code="step-failed")
    assert not os.path.lexists(plain.live)
    assert not (plain.site / "index.php").is_symlink()
    assert (plain.site / "index.php").read_text() == "<?php 'live';\n"
    assert plain.perform("adopt")["outcome"] == "adopted"
    assert (plain.live / "index.php").read_text() == "<?php 'live';\n"
    plain.precious.assert_served()


def test_an_adoption_that_a_crash_cut_short_is_not_called_finished_by_the_next_command(plain):
    """G3, G4: while the reason lasts no command takes it for done, and `recover` does it afterwards."""
    with suppress(Killed), killed_at("place.switch"):
        plain.perform("adopt")
    for command in ("recover", "adopt"):
        with failing_at("place.switch", refused_here(errno.EACCES)):
            fails(partial(plain.perform, command), exits=60, code="unfinished")
    plain.perform("recover")
    assert (plain.live / "index.php").read_text() == "<?php 'live';\n"


def test_a_release_whose_name_is_too_long_for_a_record_is_refused(tmp_path):
    """G7: refused before the site is made, for no later command could have ended the adoption."""
    world = World(tmp_path, PHP, env=None)
    laid_out(world, LONG)
    assert_refused(world.top, lambda: world.perform("adopt"), exits=30, code="name-too-long")


@pytest.mark.parametrize("name", ["r" * 228, "r" * 249, "ü" * 124])
def test_a_release_with_the_longest_name_that_fits_is_adopted(tmp_path, name):
    """G4: temporary names of Holdfast's own are never longer than the name they stand for."""
    world = World(tmp_path, PHP, env=None)
    laid_out(world, name)
    assert world.perform("adopt")["release"] == "1"
    assert name in [one["id"] for one in world.perform("releases")["releases"]]
    assert world.ship()["outcome"] == "deployed"


@pytest.mark.parametrize("name", ["e" * 255, "ä" * 127])
def test_an_entry_with_the_longest_name_there_is_is_adopted(plain, name):
    """G2: a name that the file system allows is served after the adoption as before."""
    (plain.site / name).write_text("<?php 'long';\n")
    assert plain.perform("adopt")["outcome"] == "adopted"
    assert (plain.live / name).read_text() == (plain.site / name).read_text() == "<?php 'long';\n"


def test_link_refuses_a_release_whose_name_is_too_long_for_a_record(tmp_path):
    """G7: somebody's own script gets the refusal before anything is made, not an operation that never ends."""
    world = World(tmp_path, PHP, env=None)
    laid_out(world, LONG)
    (world.site / "shared").mkdir()
    words = {"release": str(world.site / "releases" / LONG), "path": str(world.site / "shared")}
    assert_refused(world.top, lambda: world.perform("link", **words), exits=30, code="name-too-long")


def test_recover_leaves_a_release_whose_name_is_too_long_unregistered_and_works(tmp_path):
    """G4: it cannot be remembered, and keeps no command from working."""
    world = World(tmp_path, PHP, env=None)
    world.ship()
    (world.site / "releases" / LONG).mkdir()
    world.forget_state()
    world.perform("recover")
    assert len(world.perform("releases")["releases"]) == 1


def test_an_adoption_where_names_cannot_be_exchanged_is_made_of_two_renames_each(plain, monkeypatch):
    """G1, G3: on NFS there is a gap, and never a site that no command can finish."""
    no_exchange(monkeypatch)
    assert plain.perform("adopt")["outcome"] == "adopted"
    assert (plain.live / "index.php").read_text() == (plain.site / "index.php").read_text() == "<?php 'live';\n"
    plain.precious.assert_served()


def test_a_directory_that_is_made_anew_in_the_gap_of_an_adoption_hides_no_upload(plain, monkeypatch):
    """G2, G4: what was moved before the kill and what was saved after it are served together, the newer of two."""
    no_exchange(monkeypatch)
    public = plain.site / "public"

    def made_anew() -> None:
        public.mkdir()
        (public / "b.jpg").write_text("made anew")
        (public / "a.jpg").write_text("the newer one")
        raise Killed

    (public / "c").mkdir()
    (public / "c/c.jpg").write_text("below")
    with suppress(Killed), acting_at("place.moved", made_anew, when=lambda: not os.path.lexists(public)):
        plain.perform("adopt")
    assert plain.perform("adopt")["outcome"] == "adopted"
    served = {one: (plain.live / "public" / one).read_text() for one in ("a.jpg", "b.jpg", "c/c.jpg")}
    assert served == {"a.jpg": "the newer one", "b.jpg": "made anew", "c/c.jpg": "below"}
    plain.precious.assert_none_lost()


@pytest.mark.parametrize("count", range(1, 13))
def test_an_adoption_killed_between_two_renames_is_finished_by_the_next_command(plain, monkeypatch, count):
    """G4: what lies in the release alone is served at its old place again."""
    no_exchange(monkeypatch)
    with killed_at("place.move", count=count):
        plain.perform("adopt")
    plain.perform("adopt") if not os.path.lexists(plain.live) else plain.perform("recover")
    assert (plain.live / "index.php").read_text() == (plain.site / "index.php").read_text() == "<?php 'live';\n"
    plain.precious.assert_served()
