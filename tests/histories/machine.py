"""Random histories: people, versions, commands, kills, races and jumps of the clock, in any order (Hypothesis)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from histories import people
from histories.pool import PARTS, PLACES
from histories.town import RETENTION, Town
from lib import once, tally

_parts = st.frozensets(st.sampled_from(sorted(PARTS)), max_size=6)
_places = st.sampled_from(PLACES)
_kill = st.one_of(st.just(0), st.just(0), st.integers(1, 150))
_ways = st.sampled_from(sorted(people.WAYS))


class Histories(RuleBasedStateMachine):
    """After every step each content that a person wrote is there, and what was served is served (G1 to G5)."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="history-", dir=once.top()))
        self.town = Town(self.home)

    def teardown(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    @invariant()
    def a_step_is_counted(self):
        tally.add("histories", "people, kills, races, clocks (steps)", 1)

    @initialize(parts=_parts)
    def first_deploy(self, parts):
        self.town.people(lambda: people.write(self.town, ".env", top=self.town.site / "shared"))
        self.town.new_version(parts, static=False)
        assert self.town.do("deploy") == "done"

    @rule(place=_places, way=_ways)
    def people_write(self, place, way):
        self.town.people(lambda: people.WAYS[way](self.town, place))

    @rule(place=_places, which=st.integers(0, 5))
    def a_worker_that_stayed_behind_writes(self, place, which):
        town = self.town
        town.people(lambda: town.wrote_elsewhere(place, people.write_into_retired(town, place, which)))

    @rule(parts=_parts, static=st.sampled_from((False, False, False, True)), kill=_kill)
    def deploy_a_new_version(self, parts, static, kill):
        self.town.new_version(parts, static=static)
        self.town.do("deploy", kill=kill)

    @rule(kill=_kill)
    def deploy_again(self, kill):
        self.town.do("deploy", kill=kill)

    @rule(place=_places, way=_ways, at=st.integers(1, 120), command=st.sampled_from(("deploy", "rollback", "recover")))
    def somebody_writes_during(self, place, way, at, command):
        left = [at]

        def hook(_name: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                self.town.meanwhile(lambda: people.WAYS[way](self.town, place))

        self.town.do(command, at=hook)

    @rule(kill=_kill)
    def rollback(self, kill):
        self.town.do("rollback", kill=kill)

    @rule(which=st.integers(0, 5), kill=_kill)
    def rollback_to(self, which, kill):
        names = sorted(self.town.shipped)
        self.town.do("rollback", release=names[which % len(names)], kill=kill)

    @rule(keep=st.integers(0, 2), kill=_kill)
    def prune(self, keep, kill):
        self.town.do("prune", keep=keep, kill=kill)

    @rule(kill=_kill)
    def recover(self, kill):
        self.town.do("recover", kill=kill)
        if not kill:
            once = self.town.settled()
            self.town.do("recover")
            assert self.town.settled() == once, "recover is not done after once"

    @rule(place=_places, kill=_kill)
    def restore(self, place, kill):
        self.town.do("restore", path=place, kill=kill, replaces=place)

    @rule(kill=_kill)
    def a_script_links_and_switches(self, kill):
        people.deploy_by_script(self.town, kill)

    @rule()
    def link_the_live_release_again(self):
        people.link_live(self.town)

    @rule(seconds=st.sampled_from((-100_000_000, -3600, 0, 400_000_000)))
    def the_clock_jumps(self, seconds):
        self.town.clock += seconds
        if seconds > RETENTION:
            self.town.attic_may_end()

    @rule()
    def the_site_moves(self):
        people.move(self.town)

    @precondition(lambda self: self.town.written > 3)
    @rule()
    def somebody_removes_the_state(self):
        self.town.forgetful = True
        self.town.people(lambda: shutil.rmtree(self.town.site / ".holdfast", ignore_errors=True))
        self.town.do("recover")
