"""A release in which something is written at every look before the switch (G1, G2)."""

from __future__ import annotations

import itertools

import pytest

from holdfast_engine.steps import carry
from lib.world import PLAIN, World


@pytest.fixture
def busy(tmp_path, monkeypatch):
    """A world in whose live release a file appears right before each look that the step `verify` takes."""
    world = World(tmp_path, files=PLAIN, env=None)
    numbers, look = itertools.count(), carry.sweep

    def written_to(site, release, rules, **more):
        world.precious.write(f"public/late-{next(numbers)}.txt", into=world.live.resolve())
        return look(site, release, rules, **more)

    monkeypatch.setattr(carry, "sweep", written_to)
    monkeypatch.setattr(carry, "still_so", lambda *_: False)
    return world


def test_what_appears_at_the_last_look_before_the_switch_is_served_after_it(busy):
    """G2: three looks, and something new at each: what the third one saw is carried by the late sweep."""
    busy.ship()
    busy.precious.write("public/ads.txt", into=busy.live.resolve())
    for act in (busy.ship, busy.ship, busy.rollback, busy.ship):
        act()
        busy.precious.assert_served()
    assert len(busy.precious.written) == 1 + 4 * carry.LOOKS
