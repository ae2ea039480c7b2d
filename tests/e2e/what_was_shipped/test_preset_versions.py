"""A newer Holdfast whose preset shares less than the one that a site was made with."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from holdfast_engine.model.request import Settings
from holdfast_engine.rules import presets
from lib.world import World

NAME = "preset-narrowed"


@pytest.fixture
def club(tmp_path):
    """A Laravel site with an upload in `storage` and one in `public/documents`, which only the preset names."""
    world = World(tmp_path / "club")
    world.precious.write("public/documents/a.pdf", text="a contract", into=world.site / "shared")
    world.ship()
    world.precious.write("storage/app/b.pdf", text="an invoice", into=world.live)
    return world


@pytest.fixture
def newer(monkeypatch):
    """The preset in a second version, which says nothing of `storage`, `auth.json` and `public/documents`."""
    before = presets._decoded

    def decoded(framework):
        found = before(framework)
        rest = tuple(path for path in found.candidates if not path.endswith("documents"))
        return replace(found, version=2, dirs=(), files=(".env",), candidates=rest, skeleton=())

    def install():
        monkeypatch.setattr(presets, "_decoded", decoded)

    return install


def remembered(world):
    return json.loads((world.site / ".holdfast/site.json").read_text())["options"]["preset"]


def said(world, command="checklist", **more):
    (found,) = [check for check in world.perform(command, **more)["checks"] if check["name"] == NAME]
    return found


def test_a_site_remembers_the_version_of_the_preset_that_decided(club):
    """I10: what was shared, and by which rules, is known without the program that decided it."""
    assert remembered(club) == {"id": "laravel", "version": 1}
    assert said(club)["verdict"] == "pass"


def test_a_narrower_preset_is_told_and_changes_nothing_until_somebody_agrees(club, newer):
    """G2, I10: every path stays linked, its data is served, and each command says so again."""
    newer()
    found = said(club, "plan", source=club.source)
    assert found["verdict"] == "warn"
    assert "public/documents, storage" in found["why"]
    assert f"--accept {NAME}" in found["mend"]
    told = club.ship()["warnings"]
    assert any("still shared: public/documents, storage" in text for text in told)
    assert said(club)["verdict"] == "warn"
    assert remembered(club) == {"id": "laravel", "version": 1}
    assert all((club.live / path).is_symlink() for path in ("storage", "public/documents"))
    club.precious.assert_none_lost()
    club.precious.assert_served()


def test_what_lies_in_shared_stays_linked_though_somebody_agreed(club, newer):
    """G2: `shared/` itself is the truth; a preset decides about what is not there yet."""
    newer()
    club.ship(accept=(NAME,))
    assert remembered(club) == {"id": "laravel", "version": 2}
    assert said(club)["verdict"] == "pass"
    club.ship()
    assert all((club.live / path).is_symlink() for path in ("storage", "public/documents"))
    club.precious.assert_none_lost()
    club.precious.assert_served()


def test_what_is_not_there_is_shared_no_longer_once_somebody_agreed(club, newer):
    """The agreement changes this alone: a path of which nothing lies in `shared/`."""
    (club.site / "shared/public/documents/a.pdf").rename(club.top / "a.pdf")
    (club.site / "shared/public/documents").rmdir()
    newer()
    club.ship(accept=("data-memory",))
    assert (club.site / "shared/public/documents").is_dir()
    (club.site / "shared/public/documents").rmdir()
    club.ship(accept=(NAME,))
    assert not (club.site / "shared/public/documents").exists()
    assert (club.live / "storage").is_symlink()


def test_agreeing_needs_no_new_version_of_the_code(club, newer):
    """A deploy that finds nothing new remembers the answer as well."""
    newer()
    assert club.deploy(accept=(NAME,))["outcome"] == "unchanged"
    assert said(club)["verdict"] == "pass"


def test_a_site_of_an_earlier_holdfast_counts_as_decided_by_an_earlier_preset(club, newer):
    """G7: where nothing is remembered, what is left out is told and not assumed to be meant."""
    path = club.site / ".holdfast/site.json"
    value = json.loads(path.read_text())
    del value["options"]["preset"]
    path.write_text(json.dumps(value))
    newer()
    assert said(club)["verdict"] == "warn"


def test_another_framework_is_no_narrower_preset(club, newer):
    """What was shared stays so (I10), and nobody is asked about a version of something else."""
    club.settings = Settings(framework="symfony")
    club.ship()
    assert said(club)["verdict"] == "pass"
    assert remembered(club)["id"] == "symfony"
    assert (club.live / "storage").is_symlink()
