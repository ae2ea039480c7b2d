"""Rules are made from what was shipped, once for each tree of names; baselines are read once (house law)."""

from __future__ import annotations

from collections import Counter

import pytest

from holdfast_engine.data import baseline
from holdfast_engine.rules.classify_rules import PathRules
from lib.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.ship()
    return made


@pytest.fixture
def made(monkeypatch):
    """How often rules were made, and how often each baseline was read."""
    found = Counter()
    make, read = PathRules.__init__, baseline.read

    def making(self, *words, **named):
        found["rules"] += 1
        make(self, *words, **named)

    def reading(root, release):
        found[f"baseline {release}"] += 1
        return read(root, release)

    monkeypatch.setattr(PathRules, "__init__", making)
    monkeypatch.setattr(baseline, "read", reading)
    return found


def once(found):
    return {name: number for name, number in found.items() if name != "rules" and number > 1}


def test_a_second_deploy_makes_rules_at_most_three_times_and_reads_each_baseline_once(world, made):
    """What comes, and what was live beside it; never what was linked or lived in."""
    world.precious.write("public/certificates/1.pdf")
    world.commit()
    made.clear()
    world.deploy()
    assert made["rules"] <= 3, made
    assert once(made) == {}


def test_a_rollback_makes_rules_at_most_four_times_and_reads_each_baseline_once(world, made):
    """The way back is the way people take in a hurry; the late look has the links that were made since."""
    world.precious.write("public/certificates/1.pdf")
    world.ship()
    made.clear()
    world.rollback()
    assert made["rules"] <= 4, made
    assert once(made) == {}


def test_a_checklist_makes_rules_at_most_three_times_and_reads_each_baseline_once(world, made):
    """A monitor calls it every minute."""
    world.ship()
    made.clear()
    world.perform("checklist")
    assert made["rules"] <= 3, made
    assert once(made) == {}
