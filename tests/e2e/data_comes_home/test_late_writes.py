"""What the application writes in the very moments around the switch."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.steps import late_sweep as step
from lib.refusals import acting_at
from lib.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.ship()
    made.ship()
    return made


def save_atomically(world, release, text):
    """As an editor or an installer does: a new file, renamed over the path in the release it runs in."""
    where = world.site / "releases" / release / ".env"
    new = where.with_name(".env.new")
    new.write_text(text)
    os.replace(new, where)
    world.precious.written[".env"] = text.encode()


@pytest.mark.parametrize("act", ["deploy", "rollback"])
def test_an_environment_saved_by_a_worker_that_was_just_left_is_the_newest_and_is_served(world, act):
    """I33, I59: saved into the release that was left a moment ago, and not changed in shared/ since."""
    live = os.path.basename(os.readlink(world.live))
    world.commit()
    with acting_at("place.switched", lambda: save_atomically(world, live, "APP_KEY=base64:k\nLATE=1\n")):
        getattr(world, act)()
    world.precious.assert_served()


@pytest.mark.parametrize("act", ["deploy", "rollback"])
def test_what_cannot_be_moved_after_the_switch_is_never_told_as_undone(world, act, monkeypatch):
    """G4: the exit code says that the release is live, whatever refused what came after (I47)."""
    live = os.path.basename(os.readlink(world.live))

    def refused(*_words, **_named):
        raise Problem("no-permission", "another user's directory", state="the live release is unchanged")

    world.commit()
    monkeypatch.setattr(step, "late_sweep", refused)
    with pytest.raises(Problem) as caught:
        getattr(world, act)()
    assert (caught.value.code, caught.value.exit_code) == ("step-failed-after-activation", 60)
    assert os.path.basename(os.readlink(world.live)) != live


def test_an_environment_saved_on_both_sides_keeps_the_shared_one_and_the_other_in_the_attic(world):
    """DESIGN 5: then shared wins over retired, and nothing is lost."""
    live = os.path.basename(os.readlink(world.live))
    world.commit()

    def both():
        save_atomically(world, live, "APP_KEY=base64:k\nOLD=1\n")
        world.precious.written["old .env"] = world.precious.written[".env"]
        world.precious.write(".env", text="APP_KEY=base64:k\nNEW=1\n", into=world.site / "shared")

    with acting_at("place.switched", both):
        world.deploy()
    world.precious.assert_served(but=["old .env"])
    world.precious.assert_none_lost()


@pytest.mark.parametrize("point", ["place.switch", "place.switched", "place.exchange", "durable.sync_file_system"])
@pytest.mark.parametrize("act", ["deploy", "rollback"])
def test_an_upload_into_a_directory_nobody_declared_is_served_whenever_it_comes(world, act, point):
    """I59, I64: the application works in the release it resolved before; its file comes home by the late sweep."""
    live = world.live.resolve()
    world.commit()
    world.precious.write("public/early/e.pdf")
    with acting_at(point, lambda: world.precious.write("public/late/l.pdf", into=live)):
        getattr(world, act)()
    world.precious.assert_served()
