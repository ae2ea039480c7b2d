"""What a hosting panel makes immutable: carried as a copy where a link may not be made, else named before anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.freezing import freeze, may_freeze, thaw
from lib.precious import let_write
from lib.refusals import assert_refused
from lib.world import PLAIN, World

pytestmark = pytest.mark.skipif(bool(may_freeze()), reason=may_freeze() or "files can be made immutable")
SEED = "public/uploads/seed.txt"


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    made = World(tmp_path, {**PLAIN, SEED: "seed {version}\n", ".gitignore": "/public/uploads\n"}, env=None)
    made.ship()
    yield made
    thaw(tmp_path)


def put(world: World, path: str, text: str, flag: str = "") -> Path:
    """TEXT stands at PATH in what is live, and is immutable where FLAG says so."""
    where = world.live.resolve() / path
    let_write(where.parent)
    where.write_text(text)
    if flag:
        freeze(where, flag)
    return where


@pytest.mark.parametrize("flag", ["+i", "+a"])
def test_what_is_frozen_goes_along_as_a_copy_and_it_is_said(world, flag):
    """DESIGN 4: the plan says how; deploys, ways back and clean-ups go on."""
    put(world, "public/.user.ini", "memory_limit=1G\n", flag)
    world.commit()
    assert "`public/.user.ini` is immutable" in " ".join(world.perform("plan", source=world.source)["notes"])
    assert "the copy is not" in " ".join(world.deploy()["warnings"])
    for act in (world.ship, world.rollback, world.ship, lambda: world.perform("prune", keep=0)):
        act()
        assert (world.live / "public/.user.ini").read_text() == "memory_limit=1G\n"


def test_what_a_panel_freezes_after_each_deploy_stops_none(world):
    """One file under two names is immutable under both: the name below `.holdfast/carried/` stays until it may go."""
    put(world, "public/.user.ini", "1\n")
    world.ship()
    for _ in range(3):
        freeze(world.live.resolve() / "public/.user.ini")
        world.ship()
        assert (world.live / "public/.user.ini").read_text() == "1\n"
    assert world.perform("recover")["warnings"] == []
    thaw(world.site)
    put(world, "public/.user.ini", "2\n")
    world.ship()
    assert (world.site / ".holdfast/carried/files/public/.user.ini").read_text() == "2\n"


def test_a_way_back_onto_a_frozen_file_of_another_content_is_refused_by_name(world):
    """Exit 30: the live version wins, and cannot take the place of what nobody may move."""
    put(world, "public/.user.ini", "old\n")
    world.ship()
    freeze(target := world.live.resolve() / "public/.user.ini")
    world.ship()
    put(world, "public/.user.ini", "new\n")
    problem = assert_refused(world.top, world.rollback, exits=30, code="checklist-refused")
    assert f"chattr -ia {target}" in problem.hint
    thaw(target)
    world.rollback()
    assert (world.live / "public/.user.ini").read_text() == "new\n"


@pytest.mark.parametrize("place", ["", "releases", ".holdfast"])
def test_a_frozen_directory_of_the_site_is_named(world, place):
    """Exit 30, nothing begun: neither a deploy nor a way back fails half-way."""
    world.ship()
    world.commit()
    freeze(world.site / place)
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")
    assert f"chattr -ia {(world.site / place)}".rstrip("/") in problem.hint
    world.assert_code_is(2)


def test_a_frozen_directory_around_what_comes_home_is_named(world):
    """Exit 30: an exchange needs both of its directories."""
    put(world, "public/x", "")
    (world.live.resolve() / "public/new").mkdir()
    put(world, "public/new/a.jpg", "a")
    freeze(world.live.resolve() / "public")
    world.commit()
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")
    assert "nothing can be made or moved in it" in problem.context[0]


@pytest.mark.parametrize("place", [SEED, "public/uploads"])
def test_a_frozen_seed_that_the_source_changed_is_named(world, place):
    """Exit 30: a seed that nobody edited is replaced, and this one cannot be."""
    freeze(world.site / "shared" / place)
    world.commit()
    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")
    assert f"chattr -ia {world.site / 'shared' / place}" in problem.hint
    thaw(world.site)
    world.deploy()
    assert (world.live / SEED).read_text() == "seed 2\n"


def test_a_frozen_seed_that_stays_as_it_is_stops_nothing(world):
    """No refusal for what nobody has to move."""
    world.files[SEED] = "seed 1\n"
    freeze(world.site / "shared" / SEED)
    world.ship()
    world.assert_code_is(2)


def test_a_clean_up_names_what_it_cannot_take_away(world):
    """G6: a frozen file stays in the trash, a frozen release where it is; each with its command, and the rest goes."""
    freeze(world.live.resolve() / "public/index.php")
    world.ship()
    freeze(frozen := world.live.resolve())
    world.ship()
    world.ship()
    kept = world.perform("prune", keep=0)["kept"]
    assert [one["why"] for one in kept] == [f"it is immutable; `chattr -ia {frozen}`, and the next clean-up removes it"]
    warnings = " ".join(world.perform("prune", keep=0)["warnings"])
    assert "`public/index.php` in it is immutable; `chattr -ia " in warnings
    thaw(world.site)
    world.perform("prune", keep=0)
    world.perform("prune", keep=0)
    assert [one for one in (world.site / ".holdfast/trash").iterdir() if one.is_dir()] == []


def test_an_adoption_names_what_is_frozen_at_its_top_and_takes_the_rest_along(tmp_path, world):
    """Exit 30, then done: an entry of the directory is moved; what lies deeper goes with it."""
    plain = tmp_path / "plain"
    shutil.copytree(world.repository, plain)
    for path in (".user.ini", "public/.user.ini"):
        (plain / path).write_text("1\n")
        freeze(plain / path)
    act = lambda: world.perform("adopt", path=str(plain), site=str(plain))  # noqa: E731
    problem = assert_refused(plain, act, exits=30, code="checklist-refused")
    assert problem.hint == f"as their owner or root: `chattr -ia {plain}/.user.ini`"
    thaw(plain / ".user.ini")
    act()
    assert (plain / "current/public/.user.ini").read_text() == "1\n"
    assert (plain / "public/.user.ini").read_text() == "1\n"
