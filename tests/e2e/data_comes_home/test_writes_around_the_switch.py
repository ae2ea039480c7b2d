"""Writes that land in the release that is being left, between the last look and the switch or right after it (I59)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import places
from lib.refusals import acting_at
from lib.world import World

BEFORE, AFTER = "place.switch", "place.switched"


@pytest.fixture
def site(tmp_path):
    """Two releases and a few shared files, each a link of its own in the release."""
    world = World(tmp_path)
    world.settings = Settings(shared=("public/sitemap.xml",))
    world.ship()
    world.precious.write("public/sitemap.xml")
    world.precious.write("public/feed.xml")
    world.precious.write("public/uploads/old.jpg")
    world.ship()
    assert (world.live / "public/sitemap.xml").is_symlink()
    assert not (world.live / "public/feed.xml").is_symlink()
    return world


def replace(world: World, path: str, *, into: Path | None = None) -> None:
    """The application replaces PATH by rename, which leaves a real file where our link was."""
    waiting = world.precious.write(f"{path}.tmp", into=into)
    world.precious.written.pop(f"{path}.tmp")
    os.replace((into or world.live) / f"{path}.tmp", (into or world.live) / path)
    world.precious.written[path] = waiting


ACTS = ["ship", "rollback"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("path", ["public/sitemap.xml", "public/feed.xml", ".env"])
def test_i59_a_file_replaced_by_rename_a_moment_before_the_switch_is_served_afterwards(path, act, site):
    """I59, I33: newer than what is shared, and acknowledged: the late sweep serves it, and keeps the older one."""
    older = (site.live / path).read_bytes()
    with acting_at(BEFORE, lambda: replace(site, path), surely=True):
        getattr(site, act)()
    site.precious.assert_served()
    assert places(site.site, older) != []


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("point", [BEFORE, AFTER])
def test_i59_an_upload_into_the_release_that_is_left_is_served_by_the_next(point, act, site):
    """I59: into known and new directories and beside code, through the path of the release that is left."""
    left = site.live.resolve()

    def write() -> None:
        for path in ("public/uploads/late.jpg", "public/brand/new/late.jpg", "public/late.xml", "storage/app/late.txt"):
            site.precious.write(path, into=left)

    with acting_at(point, write, surely=True):
        getattr(site, act)()
    site.precious.assert_served()


@pytest.mark.parametrize("act", ACTS)
def test_i59_of_two_versions_on_the_two_sides_of_the_switch_the_live_one_is_served(act, site):
    """I59, G2: written to the old release, then to the new one: what is seen now stays, the other is in the attic."""
    left = site.live.resolve()
    with acting_at(
        AFTER,
        lambda: (site.precious.write("public/late.xml", into=left), site.precious.write("public/late.xml")),
        surely=True,
    ):
        getattr(site, act)()
    site.precious.assert_served()


@pytest.mark.parametrize("act", ACTS)
def test_i59_a_file_replaced_on_both_sides_of_the_switch_shows_the_newer_one(act, site):
    """I59: detached in the release that is left, then in the live one: the last acknowledged version is served."""
    left = site.live.resolve()
    with acting_at(
        AFTER,
        lambda: (replace(site, "public/sitemap.xml", into=left), replace(site, "public/sitemap.xml")),
        surely=True,
    ):
        getattr(site, act)()
    site.precious.assert_served()
    site.ship()
    site.precious.assert_served()


@pytest.mark.parametrize("act", ACTS)
def test_i59_a_shared_file_rewritten_after_the_switch_beats_what_was_detached_before_it(act, site):
    """I59: detached before the switch, then written anew through the new release's link: the later write is served."""

    def later() -> None:
        replace(site, "public/sitemap.xml", into=left)
        os.utime(left / "public/sitemap.xml", (1_700_000_000, 1_700_000_000))
        site.precious.write("public/sitemap.xml")

    left = site.live.resolve()
    with acting_at(AFTER, later, surely=True):
        getattr(site, act)()
    site.precious.assert_served()
    site.precious.assert_none_lost()


@pytest.mark.parametrize("act", ACTS)
def test_i59_a_crash_before_the_late_sweep_does_not_lose_sight_of_a_late_write(act, site):
    """I59, G4: the next command finishes what was interrupted, the sweep of the release that was left included."""

    class Crash(BaseException):
        pass

    left = site.live.resolve()

    def write() -> None:
        site.precious.write("public/brand/new/late.jpg", into=left)
        replace(site, "public/sitemap.xml", into=left)
        raise Crash

    with pytest.raises(Crash), acting_at(AFTER, write, surely=True):
        getattr(site, act)()
    site.perform("recover")
    site.precious.assert_served()


def test_i59_a_process_that_stays_in_a_retired_release_is_heard_at_the_next_deploy(site):
    """I59, I60: two releases later something still writes into the old directory; the next commands bring it home."""
    left = site.live.resolve()
    site.ship()
    site.precious.write("public/uploads/two/late.jpg", into=left)
    site.precious.write("public/strange/late.jpg", into=left)
    site.ship()
    site.perform("recover")
    site.precious.assert_served()
