"""The plan shown is the plan run (G8), and looking changes nothing (I66, I67)."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.refusals import fails
from lib.snapshot import snapshot
from lib.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.ship()
    return made


def test_a_plan_tells_what_the_deploy_then_does(world):
    """G8: what is adopted, displaced and linked is what was told."""
    world.precious.write("public/certificates/one.pdf")
    world.precious.write("public/sitemap.xml")
    world.commit()
    told = world.perform("plan", source=world.source)
    done = world.deploy()
    assert [one["path"] for one in told["adopt"]] == done["data"]["adopted"]
    assert [step["name"] for step in told["steps"]] == [step["name"] for step in done["steps"]]
    linked = {one["path"] for one in told["shared"]}
    assert all(os.path.islink(world.live / path) for path in linked)
    world.precious.assert_served()


@pytest.mark.parametrize("command", ["plan", "status", "releases", "history", "checklist", "attic", "explain"])
def test_looking_changes_nothing(world, command):
    """I67: a dry run that really deletes."""
    world.precious.write("public/certificates/one.pdf")
    before = snapshot(world.site)
    world.perform(command, source=world.source, path="public/uploads")
    assert snapshot(world.site) == before


def test_a_host_that_changed_while_the_plan_was_read_is_planned_again(world):
    """G8: the person is asked again, with the plan as it is now."""
    world.commit()
    asked = []

    def person(plan):
        if not asked:
            world.precious.write("public/certificates/late.pdf")
        asked.append([one["path"] for one in plan["adopt"]])
        return True

    done = world.deploy(person=person)
    assert asked == [[], ["public/certificates"]]
    assert done["data"]["adopted"] == ["public/certificates"]
    world.precious.assert_served()


def test_a_person_who_says_no_changes_nothing(world):
    """Exit 31."""
    world.commit()
    before = os.readlink(world.live)
    with pytest.raises(Problem) as caught:
        world.deploy(person=lambda _plan: False)
    assert (caught.value.exit_code, os.readlink(world.live)) == (31, before)
    assert len(os.listdir(world.site / "releases")) == 1


def test_a_deploy_of_what_is_live_already_brings_strays_home_and_nothing_else(world):
    """`unchanged` when tree, settings and rules equal those of the active release (strays are still swept)."""
    world.precious.write("public/certificates/one.pdf")
    done = world.deploy()
    assert (done["outcome"], done["data"]["adopted"]) == ("unchanged", ["public/certificates"])
    assert (world.site / "shared/public/certificates/one.pdf").is_file()
    world.precious.assert_served()
    assert world.deploy(settings=Settings(keep=3))["outcome"] == "deployed"


def test_a_commit_that_was_rolled_back_can_be_deployed_again(world):
    """INTERFACE: `unchanged` compares with what is active, not with what was."""
    world.ship()
    world.rollback()
    assert world.deploy()["outcome"] == "deployed"
    world.assert_code_is(2)


def test_a_plan_for_a_site_to_come_makes_none(world, tmp_path):
    """`plan` touches nothing, not even the directory."""
    assert world.perform("plan", site=str(tmp_path / "new"), source=world.source)["previous"] is None
    assert not (tmp_path / "new").exists()


def test_a_plan_of_what_is_live_already_lists_only_what_happens(world):
    """G8: nothing is fetched, built or activated, so none of it is announced."""
    world.settings = Settings(build=("true",), before_activation=("true",), after_activation=("true",))
    world.deploy()
    world.precious.write("public/certificates/one.pdf")
    told = world.perform("plan", source=world.source)
    assert told["unchanged"] is True
    text = "keep 1 file or folder that appeared in the live release, in `shared/` or the attic"
    assert told["steps"] == [{"name": "sweep", "text": text}]
    assert (told["build"], told["prune"]) == ([], [])
    assert told["hooks"] == {"before_activation": [], "stop": [], "start": [], "after_activation": []}


def test_a_release_that_is_gone_is_no_release_to_prune(world):
    """I39: a deploy that failed left a record and no directory; the plan counts directories."""
    world.commit()
    fails(lambda: world.deploy(settings=Settings(build=("false",))), exits=50, code="build-failed")
    told = world.perform("plan", source=world.source)
    texts = [one["text"] for one in told["steps"] if one["name"] == "prune"]
    assert (told["prune"], texts) == ([], ["empty the trash of earlier commands, after one more check"])


def test_a_plan_during_a_deploy_does_not_prune_what_is_being_made(world):
    """I38: the incoming release is another command's, whatever its record says yet."""
    world.commit()
    told = []

    class Hearing(list):
        def append(self, event):
            list.append(self, event)
            if (event.kind, event.name) == ("finished", "fetch"):
                told.append(world.perform("plan", source=world.source))

    world.events = Hearing()
    world.deploy()
    assert [plan["prune"] for plan in told] == [[]]


def test_numbers_in_a_plan_agree_with_their_words(world):
    """One is one."""
    world.commit()
    world.settings = Settings(build=("true",), before_activation=("true",), after_activation=("true",))
    texts = [step["text"] for step in world.perform("plan", source=world.source)["steps"]]
    assert any(text.startswith("run 1 build command there") for text in texts)
    assert any(text.startswith("run 1 hook, and count") for text in texts)
    assert "run 1 hook" in texts
