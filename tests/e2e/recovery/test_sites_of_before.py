"""A site that an earlier version made, finished or interrupted, goes on with this one without a person's help (G4)."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest

from lib import once
from lib.by_turns import by_turns
from lib.world import World

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
ARCHIVES = sorted(SITES.glob("*.tar.xz"))


def unpacked(archive):
    """Where ARCHIVE lies, unpacked once in a run; each of its sites is taken from there by its own test."""
    place = once.top() / archive.name

    def unpack():
        with tarfile.open(archive) as found:
            found.extractall(place, filter="fully_trusted")
        return place, sorted(one.name for one in place.iterdir() if one.is_dir())

    return once.made_once(once.top() / f"{archive.name}.names", unpack)


def kept():
    """Every site in the fixtures, by archive and name."""
    return [(archive, name) for archive in ARCHIVES for name in unpacked(archive)[1]]


def world_of(tmp_path, archive, name):
    """The site, and the application as its next version."""
    world, (place, _) = World(tmp_path / "world", env=None, kind="directory"), unpacked(archive)
    os.rename(place / name, world.site)
    texts = json.loads((place / f"{name.replace('ended', '25')}.json").read_text())
    world.precious.written = {path: text.encode() for path, text in texts.items()}
    world.version = 10
    world.commit()
    return world


@pytest.mark.parametrize(
    "site", by_turns({f"{one.name}-{name}": (one, name) for one, name in kept()}, every=2, share=1)
)
def test_a_site_of_an_earlier_version_deploys_rolls_back_recovers_and_prunes(tmp_path, site):
    """What a crash of the old version left is finished by the new one; every file is there, and served."""
    world = world_of(tmp_path, *site)
    assert world.deploy()["outcome"] == "deployed"
    world.precious.assert_none_lost()
    world.precious.assert_served()
    first = os.readlink(world.live)
    assert json.loads((world.site / ".holdfast/site.json").read_text())["format"] == 2

    world.ship()
    assert world.rollback()["release"] == os.path.basename(first)
    world.precious.assert_served()
    world.perform("recover")
    world.perform("prune", keep=0)
    world.perform("prune", keep=0)
    world.precious.assert_none_lost()
    world.precious.assert_served()
    assert world.perform("checklist")["verdict"] != "refuse"


def test_every_command_has_sites_that_it_left_unfinished():
    """A fixture that is not there proves nothing."""
    commands = {name.rpartition("-")[0] for _, name in kept()}
    assert commands == {"deploy", "rollback", "link", "adopt", "restore", "prune", "sweep", "recover"}
