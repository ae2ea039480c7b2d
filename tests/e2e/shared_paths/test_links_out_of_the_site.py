"""Links that lead out of the site lead where they led, wherever they come to lie, and it is said where that is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lib.precious import let_write
from lib.refusals import killed_at
from lib.world import PLAIN, World


@pytest.fixture
def world(tmp_path) -> World:
    """Something beside the site, and the same name one directory further up: what a wrong text would meet."""
    made = World(tmp_path / "top", PLAIN, env=None)
    for place, text in (("top/outside", "meant"), ("outside", "not meant"), ("top/site/outside", "nor this")):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "x").write_text(text)
    shutil.rmtree(made.site)
    return made


def link(at: Path, text: str) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(text)


def checks(world: World, command: str = "plan") -> dict[str, str]:
    more = {"source": world.source} if command == "plan" else {}
    return {one["name"]: one["why"] for one in world.perform(command, **more)["checks"]}


def test_a_link_in_a_directory_that_comes_home_leads_where_it_led(world):
    """G2: `shared/` lies at another depth than a release; the plan names the link and where it leads."""
    world.ship()
    let_write(world.live / "public")
    new = world.live.resolve() / "public/new"
    link(new / "out", "../../../../../outside")
    (new / "a.jpg").write_text("a")
    assert (new / "out/x").read_text() == "meant"
    world.commit()
    assert f"`public/new/out` leads to `{world.top / 'outside'}`" in checks(world)["links-leave-site"]
    world.deploy()
    world.ship()
    assert (world.live / "public/new").is_symlink()
    assert (world.live / "public/new/out/x").read_text() == "meant"
    assert (
        f"`shared/public/new/out` leads to `{world.top / 'outside'}`" in checks(world, "checklist")["links-leave-site"]
    )


def test_a_link_that_is_carried_is_told_at_every_deploy(world):
    """G2, G9: it stays as it is, for every release lies at one depth; it is never followed, and nobody is refused."""
    world.ship()
    let_write(world.live / "public")
    link(world.live.resolve() / "public/out.txt", "../../../../outside/x")
    for _ in range(2):
        answer = world.ship()
        assert [one for one in answer["warnings"] if f"`public/out.txt` leads to `{world.top / 'outside/x'}`" in one]
        assert os.readlink(world.live / "public/out.txt") == "../../../../outside/x"
        assert (world.live / "public/out.txt").read_text() == "meant"


def test_a_link_that_the_source_ships_is_told_with_where_it_leads(world):
    """I24, I63: code stays as the source has it."""
    world.commit()
    link(world.repository / "public/out", "../../../../outside")
    assert "`public/out` leads to `../../../../outside`" in checks(world)["links-leave-release"]
    world.deploy()
    assert (world.live / "public/out/x").read_text() == "meant"


def test_nothing_is_told_where_no_link_leads_out(world):
    """A warning that always stands there is read by nobody."""
    world.ship()
    let_write(world.live / "public")
    link(world.live.resolve() / "public/again.php", "index.php")
    link(world.live.resolve() / "public/by-name.php", str(world.site / "current/public/index.php"))
    world.commit()
    assert "links-leave-site" not in checks(world)


@pytest.mark.parametrize("how", ["moved", "copied"])
def test_a_site_elsewhere_says_where_its_links_lead_now(world, how):
    """G9: neither a copy nor a site that was moved reads or writes by them before it has said so."""
    world.ship()
    let_write(world.live / "public")
    new = world.live.resolve() / "public/new"
    link(new / "out", "../../../../../outside")
    (new / "a.jpg").write_text("a")
    link(world.live.resolve() / "public/also", "../../../../outside")
    world.ship()
    elsewhere = world.top / "deeper/site"
    elsewhere.parent.mkdir()
    shutil.copytree(world.site, elsewhere, symlinks=True) if how == "copied" else world.site.rename(elsewhere)
    world.site = elsewhere
    why = checks(world)["links-leave-site"]
    for path in ("shared/public/new/out", "public/also"):
        assert f"`{path}` leads to `{world.top / 'deeper/outside'}`" in why
    assert [one for one in world.ship()["warnings"] if "shared/public/new/out" in one]
    (elsewhere / "shared/public/new/out").unlink()
    assert "shared/public/new/out" not in checks(world)["links-leave-site"]


LINKS = {
    "public/x": "../../outside/x",
    "lib": "../outside",
    "public/uploads/x": "../../../outside/x",
    "public/uploads/deep/x": "../../../../outside/x",
}
INNER = {"public/inner.php": "../index.php"}


def _plain(world: World) -> None:
    """A site that is live in a plain directory, with links of all kinds."""
    world.commit()
    shutil.copytree(world.repository, world.site, dirs_exist_ok=True)
    shutil.rmtree(world.site / "outside", ignore_errors=True)
    for path, text in {**LINKS, **INNER}.items():
        link(world.site / path, text)


def _assert_led(world: World, top: Path) -> None:
    for path in LINKS:
        there = top / path / "x" if path == "lib" else top / path
        assert there.read_text() == "meant", path
    assert (top / "public/inner.php").read_text() == (top / "index.php").read_text()


def test_links_of_a_plain_directory_lead_where_they_led_after_its_adoption(world):
    """G2: a release lies two directories deeper; the adoption names the links before and after."""
    _plain(world)
    asked = world.perform("adopt", path=str(world.site), only_plan=True)
    assert [one for one in asked["notes"] if f"`public/x` leads to `{world.top / 'outside/x'}`" in one]
    answer = world.perform("adopt", path=str(world.site))
    assert [one for one in answer["warnings"] if f"`public/x` leads to `{world.top / 'outside/x'}`" in one]
    _assert_led(world, world.live)
    _assert_led(world, world.site)
    for act in (world.ship, world.ship, lambda: world.perform("recover")):
        act()
        _assert_led(world, world.live)


@pytest.mark.parametrize("point", ["place.switch", "place.move", "durable.append_own"])
@pytest.mark.parametrize("count", [2, 5, 9, 14])
def test_an_adoption_that_is_killed_mends_no_link_twice(world, point, count):
    """G4: what was mended already is known by the journal, for its text alone would be taken for another way out."""
    _plain(world)
    with killed_at(point, count=count):
        world.perform("adopt", path=str(world.site))
    world.perform("adopt", path=str(world.site)) if not (world.site / "current").exists() else world.perform("recover")
    _assert_led(world, world.live)
    world.ship()
    _assert_led(world, world.live)


@pytest.mark.parametrize("count", range(1, 12, 2))
def test_a_deploy_that_is_killed_mends_no_link_twice(world, count):
    """G4: between the mending of two links of one directory, and after it."""
    world.ship()
    let_write(world.live / "public")
    new = world.live.resolve() / "public/new"
    for name in ("one", "two"):
        link(new / name, "../../../../../outside")
    (new / "a.jpg").write_text("a")
    world.commit()

    with killed_at("place.switch", count=count):
        world.deploy()
    world.perform("recover")
    for name in ("one", "two"):
        assert (world.live / "public/new" / name / "x").read_text() == "meant"
