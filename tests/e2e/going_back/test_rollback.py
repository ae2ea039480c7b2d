"""Going back to the wrong place, or destroying more on the way (I50 to I56)."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from holdfast_engine.fs import attic
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.request import Settings
from lib.oracle import places
from lib.refusals import ending, failing_at, failing_in_step, fails, listening, releases
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

BEFORE_THE_SWITCH = ["fetch", "build", "adopt", "link", "hooks", "seal", "verify", "activate"]
OPEN = Settings(build=("true",), before_activation=("true",))
"""With these every step of a deploy is gone through."""
BROKEN = OSError(5, "input/output error")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def _points(act: Callable[[], object]) -> list[str]:
    """The names of all failpoints that ACT reaches, each once, in the order in which they come."""
    seen: dict[str, None] = {}
    with listening(seen.setdefault):
        act()
    return list(seen)


def _fail_in(world: World, step: str) -> None:
    world.settings = OPEN
    world.commit()
    with failing_in_step(world, step, BROKEN):
        fails(world.deploy, exits=50, code="step-failed")


@pytest.mark.parametrize("step", BEFORE_THE_SWITCH)
def test_i50_a_failed_deploy_takes_away_nothing_but_its_own_release(world, step):
    """I50: whichever step fails, the other releases are byte by byte what they were, and one more is not there."""
    world.ship()
    world.ship()
    world.precious.write("storage/app/a.pdf")
    before = snapshot(world.site / "releases")

    _fail_in(world, step)

    assert_unchanged(before, snapshot(world.site / "releases"))
    world.assert_code_is(2)
    world.precious.assert_served()


def test_i50_a_first_deploy_that_fails_leaves_no_current_and_all_data(world):
    """I50: there is no release to take for one's own: nothing becomes live and the prepared data stays."""
    _fail_in(world, "link")

    assert not world.live.is_symlink()
    assert releases(world) == set()
    assert (world.site / "shared/.env").read_bytes() == world.precious.written[".env"]


def test_i50_a_failure_at_any_kind_of_change_leaves_the_other_releases(world):
    """I50: the first time each kind of change is made, it fails; the two good releases are whole each time."""
    world.settings = OPEN
    good = {world.ship()["release"], world.ship()["release"]}
    world.precious.write("public/uploads/a.jpg")
    points = _points(world.ship)
    world.rollback()
    good = {world.live.resolve().name, *good}
    for point in points:
        world.commit()
        with failing_at(point, OSError(28, "no space left on device")):
            assert ending(world.deploy) in (0, 40, 50, 60), point
        assert good <= releases(world), point
        assert (world.live / "public/index.php").is_file(), point
        world.precious.assert_served()


@pytest.mark.parametrize("step", BEFORE_THE_SWITCH)
def test_i51_going_back_twice_after_a_failed_deploy_reaches_good_releases_alone(world, step):
    """I51: what never was live is no target, and the second way back leads further back, not forth again."""
    good = [world.ship()["release"] for _ in range(3)]
    _fail_in(world, step)

    assert world.rollback()["current"] == good[1]
    assert world.rollback()["current"] == good[0]
    fails(world.rollback, exits=20, code="nothing-to-roll-back-to")
    world.assert_code_is(1)


def test_i51_two_failures_in_a_row_are_not_where_going_back_leads(world):
    """I51: neither the first nor the second failed release is ever live."""
    first, second = world.ship()["release"], world.ship()["release"]
    for step in ("link", "verify"):
        _fail_in(world, step)

    assert second == world.live.resolve().name
    assert world.rollback()["current"] == first


def test_i51_a_failed_release_cannot_be_named_either(world):
    """I51: asked for by name it is refused, in words that say what it is."""
    world.ship()
    _fail_in(world, "verify")
    failed = next(row["id"] for row in world.perform("releases")["releases"] if row["state"] == "bad")

    problem = fails(lambda: world.rollback(failed), exits=20, code="nothing-to-roll-back-to")

    assert "bad" in problem.message
    world.assert_code_is(1)


def test_i51_a_release_that_was_left_is_deployed_over_and_still_skipped(world):
    """I51: back from the third, forward with a fourth: the way back leads by number, each release once."""
    good = [world.ship()["release"] for _ in range(3)]
    world.rollback()
    world.ship()

    assert [world.rollback()["current"] for _ in range(3)] == [good[2], good[1], good[0]]


def test_i51_code_that_was_altered_in_the_target_is_reported(world):
    """I51: what differs from what it shipped is named, so that a surprise is not taken for the old version."""
    first = world.ship()["release"]
    world.ship()
    altered = world.site / "releases" / first / "public/index.php"
    altered.chmod(0o644)
    altered.write_text("<?php // version 1, altered by hand\n")

    answer = world.rollback()

    assert any("public/index.php" in warning and first in warning for warning in answer["warnings"])


@pytest.mark.parametrize("missing", ["baseline", "directory"])
def test_i51_a_target_that_cannot_be_proven_whole_is_refused(world, missing):
    """I51, G3: without its baseline or its directory there is no telling whether it is a complete release."""
    first = world.ship()["release"]
    world.ship()
    gone = f".holdfast/baselines/{first}.jsonl" if missing == "baseline" else f"releases/{first}"
    (world.site / gone).rename(world.top / "elsewhere")

    fails(world.rollback, exits=30, code="release-altered")

    world.assert_code_is(2)


def test_i52_every_link_is_relative_and_leads_to_what_is_meant(world, tmp_path):
    """I52: deploy, deploy, back, back refused, deploy, then the site is moved: each link resolves each time."""

    def assert_well(site) -> None:
        links = [path for path in (site / "current/").resolve().rglob("*") if path.is_symlink()]
        for link in (site / "current", *links):
            assert not os.readlink(link).startswith("/"), link
            assert link.resolve().is_relative_to(site), link
            assert link.exists(), link

    for act in (world.ship, world.ship, world.rollback, world.ship):
        act()
        world.precious.write(f"public/uploads/{world.version}-{len(world.events)}.jpg")
        assert_well(world.site)
        world.precious.assert_served()
    moved = world.site.rename(tmp_path / "moved")
    assert_well(moved)


def test_i53_going_back_from_a_broken_release_serves_the_old_code_with_the_new_data(world):
    """I53, G5: the old version answers again, whole, and what users wrote to the broken one is still served."""
    world.ship()
    old = snapshot(world.live.resolve())
    world.ship({"public/index.php": "<?php exit(1); // version {version}\n"})
    world.precious.write("storage/app/late.pdf")

    world.rollback()

    assert_unchanged(old, snapshot(world.live.resolve()))
    world.precious.assert_served()


def test_i53_a_rollback_that_fails_leaves_what_was_live(world):
    """I53: the way back is as careful as the way forth: whichever step fails, a complete release is live."""
    for _ in range(2):
        world.ship()
    world.precious.write("public/uploads/a.jpg")
    for step in ("adopt", "link", "verify", "activate"):
        with failing_in_step(world, step, BROKEN):
            fails(world.rollback, exits=50, code="step-failed")
        world.assert_code_is(2)
        world.precious.assert_served()

    world.rollback()
    world.assert_code_is(1)


def test_i54_build_output_goes_back_with_its_code(world):
    """I54: each release has its own assets and its own manifest; none lies in `shared/`."""

    def build(version: str) -> dict[str, str | None]:
        return {
            "public/build/manifest.json": f'{{"app.js": "app-{version}.js"}}\n',
            f"public/build/app-{version}.js": f"// {version}\n",
        }

    world.ship(build("one"))
    world.ship({**build("two"), "public/build/app-one.js": None})

    world.rollback()

    assert (world.live / "public/build/manifest.json").read_text() == '{"app.js": "app-one.js"}\n'
    assert (world.live / "public/build/app-one.js").read_text() == "// one\n"
    assert not (world.site / "shared/public/build").exists()


@pytest.mark.parametrize("step", BEFORE_THE_SWITCH[:1] + BEFORE_THE_SWITCH[3:])
def test_i55_undoing_a_first_deploy_keeps_what_was_there_before_it(world, step):
    """I55: directories with content at every place that a deploy makes: an undone deploy leaves all of it."""
    places = ("storage/app/a", "storage/framework/views/a", "storage/logs/a", "public/uploads/a", "public/exports/b/a")
    for place in places:
        world.precious.write(place, into=world.site / "shared")
    before = snapshot(world.site / "shared")

    _fail_in(world, step)

    after = snapshot(world.site / "shared")
    assert {path: after.get(path) for path in before} == before
    assert not world.live.is_symlink()
    world.precious.assert_none_lost()


def test_i55_an_undone_deploy_leaves_data_that_it_had_brought_home_served(world):
    """I55, G1: moves of data go forward even where the deploy goes back: the old release serves them as before."""
    world.ship()
    world.precious.write("public/certificates/1.pdf")

    _fail_in(world, "verify")

    world.assert_code_is(1)
    world.precious.assert_served()


def test_i56_a_restore_of_less_than_there_is_hides_nothing(world):
    """I56: a copy in the attic lacks files that are served today: what it has comes back, and they stay served."""
    world.ship()
    world.precious.write("public/uploads/old.jpg")
    world.ship()
    _keep_copy(world, "public/uploads")
    world.precious.write("public/uploads/new.jpg")
    changed = world.live / "public/uploads/old.jpg"
    kept = changed.read_bytes()
    changed.write_text("a later version\n")

    [saved] = world.perform("restore", path="public/uploads")["saved"]

    assert sorted(os.listdir(world.live / "public/uploads")) == ["new.jpg", "old.jpg"]
    assert changed.read_bytes() == kept
    assert (saved["path"], (world.site / saved["place"]).read_text()) == ("public/uploads/old.jpg", "a later version\n")
    world.precious.assert_served()


def test_i56_a_restore_of_what_the_attic_lacks_is_refused(world):
    """I56: nothing is moved aside for a restore that has nothing to bring back."""
    world.ship()
    world.precious.write("public/uploads/a.jpg")
    before = snapshot(world.top)

    fails(lambda: world.perform("restore", path="public/uploads/a.jpg"), exits=11, code="path-missing")

    assert_unchanged(before, snapshot(world.top))


def test_i56_a_restore_that_breaks_off_leaves_the_old_or_the_new_content(world):
    """I56, G3: whichever change of a restore fails, the path resolves, and both versions are still there."""
    world.ship()
    _detach(world, "APP_KEY=base64:k\nAPP_NAME=Store\n")
    world.ship()
    both = {(world.site / "shared/.env").read_text(), world.precious.written[".env"].decode()}
    del world.precious.written[".env"]
    points = _points(lambda: world.perform("restore", path=".env"))
    for point in points:
        with failing_at(point, OSError(28, "no space left on device")):
            assert ending(lambda: world.perform("restore", path=".env")) in (0, 40, 60), point
        assert (world.live / ".env").read_text() in both, point
        assert all(places(world.site, one.encode()) for one in both), point


def _detach(world: World, text: str) -> None:
    """An atomic save by the application: the link becomes a file."""
    (world.live / ".env.new").write_text(text)
    os.replace(world.live / ".env.new", world.live / ".env")


def _keep_copy(world: World, path: str) -> None:
    """An earlier operation had displaced PATH as it is now."""
    with Root(str(world.site)) as root:
        attic.set_aside(
            root, Layout().in_shared(path), path=path, operation="000000-test", reason="displaced", at=1_600_000_000.0
        )
    world.perform("restore", path=path)
