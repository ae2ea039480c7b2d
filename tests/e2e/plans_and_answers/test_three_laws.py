"""Three laws of the house: one list of steps, one set of rules, the last word counts."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings, Source
from holdfast_engine.operations.every_pipeline import PIPELINES
from holdfast_engine.operations.look import reading
from holdfast_engine.persistence.shipped import rules_proven
from holdfast_engine.steps.fetch import Fetch
from holdfast_engine.steps.late_sweep import LateSweep
from holdfast_engine.steps.seal import Seal
from lib.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, kind="git")
    made.ship()
    return made


def names(steps):
    return [step["name"] for step in steps]


def journalled(site):
    """The steps that the last operation intended and did, in order."""
    with Root(str(site)) as root:
        history = log.read(root, log.operations(root)[-1])
    begun = [one.facts["step"] for one in history if one.kind == "intend"]
    assert begun == [one.facts["step"] for one in history if one.kind == "done"]
    return begun


def prepared(world, command):
    """A site on which COMMAND has something to do, and what it needs to be asked."""
    if command == "deploy":
        world.settings = Settings(build=("true",), before_activation=("true",), after_activation=("true",), keep=1)
        for _ in range(3):
            world.ship()
        world.precious.write("public/certificates/1.pdf")
        world.commit()
        return {"source": world.source, "settings": world.settings}
    if command == "rollback":
        world.settings = Settings(after_activation=("true",))
        world.ship(), world.ship()
        return {}
    if command == "sweep":
        world.precious.write("public/certificates/1.pdf")
    if command == "prune":
        world.ship(), world.ship()
        return {"keep": 0}
    if command == "restore":
        (world.live / "public/index.php").chmod(0o644)
        (world.live / "public/index.php").write_text("<?php // mended on the server\n")
        world.ship()
        return {"path": "public/index.php"}
    if command == "recover":
        (world.live / "storage").unlink()
    return {}


@pytest.mark.parametrize("command", ["deploy", "rollback", "sweep", "prune", "restore", "recover"])
def test_what_is_planned_is_what_is_timed_and_journalled(world, command):
    """G8: one tuple of steps is shown, run, timed, journalled, and recovered from."""
    asked = prepared(world, command)
    planned = world.perform("plan", **asked) if command == "deploy" else world.perform(command, only_plan=True, **asked)
    done = world.perform(command, **asked)
    assert names(planned["steps"])
    assert names(planned["steps"]) == journalled(world.site)
    if "steps" in done:
        assert names(done["steps"]) == journalled(world.site)
    assert set(journalled(world.site)) <= {step.name for step in PIPELINES[command]}


def test_the_steps_of_an_adoption_are_those_that_were_planned(world, tmp_path):
    """The same for what is no site yet."""
    plain = tmp_path / "plain"
    (plain / "public").mkdir(parents=True)
    (plain / "public/index.php").write_text("<?php\n")
    (plain / "artisan").write_text("#!/usr/bin/env php\n")
    planned = world.perform("adopt", site=str(plain), path=str(plain), only_plan=True)
    done = world.perform("adopt", site=str(plain), path=str(plain))
    assert names(planned["steps"]) == names(done["steps"]) == journalled(plain) == ["move-in", "share"]


def test_the_steps_of_a_baseline_are_those_that_were_planned(world, tmp_path):
    """The same where somebody says what was shipped; and for an adoption that is told it at once."""
    plain, was = tmp_path / "plain", (Source("directory", str(world.repository)),)
    for name in ("early", "late"):
        shutil.copytree(world.repository, plain / name, ignore=shutil.ignore_patterns(".git"))
    early, late = ({"site": str(plain / name), "path": str(plain / name)} for name in ("early", "late"))
    planned = world.perform("adopt", only_plan=True, was=was, **early)
    done = world.perform("adopt", was=was, **early)
    assert (
        names(planned["steps"]) == names(done["steps"]) == journalled(plain / "early") == ["note", "move-in", "share"]
    )
    world.perform("adopt", **late)
    asked = {"site": str(plain / "late"), "was": was}
    planned, done = world.perform("baseline", only_plan=True, **asked), world.perform("baseline", **asked)
    assert names(planned["steps"]) == names(done["steps"]) == journalled(plain / "late") == ["note", "follow"]


def test_the_steps_of_a_link_are_the_pipeline(world, tmp_path):
    """For people whose own script deploys: adopt, link, remember, and nothing else."""
    root = tmp_path / "scripted"
    (root / "releases/1/public").mkdir(parents=True)
    (root / "releases/1/public/index.php").write_text("<?php\n")
    (root / "shared").mkdir()
    done = world.perform("link", site=str(root), release=str(root / "releases/1"), path=str(root / "shared"))
    assert names(done["steps"]) == journalled(root) == [step.name for step in PIPELINES["link"]]


def test_the_paths_of_the_plan_are_the_paths_of_the_report(world):
    """What is named to come home, to go to the attic and to be pruned is what did."""
    world.ship()
    world.precious.write("public/certificates/1.pdf")
    (world.live / "public/index.php").chmod(0o644)
    (world.live / "public/index.php").write_text("<?php // mended on the server\n")
    world.commit()
    settings = Settings(keep=0)
    planned = world.perform("plan", source=world.source, settings=settings)
    done = world.perform("deploy", source=world.source, settings=settings)
    assert [one["path"] for one in planned["adopt"]] == done["data"]["adopted"] == ["public/certificates"]
    assert {one["path"] for one in planned["displaced"]} == {one["path"] for one in done["data"]["attic"]}
    gone = [name for name in planned["prune"] if not os.path.lexists(world.site / "releases" / name)]
    assert planned["prune"]
    assert gone == planned["prune"]
    record = json.loads((world.site / ".holdfast/releases" / f"{done['release']}.json").read_text())
    assert [one["path"] for one in planned["shared"]] == [one["path"] for one in record["shared"]]


def judged(rules):
    """What RULES say of every path that is shipped, and of some that are not."""
    strange = ("public/uploads/1.jpg", "public/sitemap.xml", "storage/logs/laravel.log", "vendor/a.php", "notes.txt")
    paths = {*rules.listing.entries, *strange} - {".env"}
    return rules.detection.framework, rules.web_root, {path: rules.classifier.ruling(path).care for path in paths}


def test_the_rules_on_a_release_are_the_same_before_the_build_after_hooks_and_from_its_record(world, monkeypatch):
    """H3: made from what was shipped, whatever lies behind the links by then."""
    seen = {}

    def noting(step, run):
        def noted(self, work):
            seen[step] = judged(work.rules)
            return run(self, work)

        return noted

    for step in (Fetch, Seal, LateSweep):
        monkeypatch.setattr(step, "run", noting(step.name, step.run))
    world.precious.write("public/uploads/1.jpg")
    world.precious.write("public/exports/1.php")
    world.settings = Settings(build=("true",), before_activation=("true",))
    world.ship()

    with reading(world.request("status"), world.events.append) as site:
        seen["its record"] = judged(rules_proven(site))
    assert len(seen) == 4
    common = set.intersection(*(set(rulings) for *_, rulings in seen.values()))
    assert len(common) > 15
    said = [(framework, web, {path: rulings[path] for path in common}) for framework, web, rulings in seen.values()]
    assert [one for one in said if one != said[0]] == []


def test_the_verdict_that_is_shown_last_is_the_verdict_that_is_acted_on(world):
    """H1: between the question and the answer the uploads go; whoever said yes to a plan that passed is refused."""
    for number in range(3):
        world.precious.write(f"public/uploads/{number}.jpg")
    world.ship()
    world.commit()
    shown = []

    def person(plan):
        shown.append({check["name"]: check["verdict"] for check in plan["checks"]}["data-memory"])
        for number in range(3):
            (world.site / f"shared/public/uploads/{number}.jpg").unlink()
        return True

    live = os.readlink(world.live)
    with pytest.raises(Problem) as caught:
        world.deploy(person=person)
    assert (shown, caught.value.code, os.readlink(world.live)) == (["pass"], "checklist-refused", live)
