"""Random histories with misfortune in them: backups, hands at `current`, databases, programs that stay, bad hooks.

Everything of the ordinary histories goes on in between.
"""

from __future__ import annotations

import shutil

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from histories import backups, debts, hooking, mounts, people, staying, switching
from histories.machine import Histories, _kill, _parts, _places
from lib.database_writer import KINDS, Database

_moments = st.integers(1, 150)
_commands = st.lists(st.sampled_from(("recover", "deploy", "rollback")), min_size=1, max_size=2)


class Misfortunes(Histories):
    """What people, clean-up jobs and hooks do to a site by other means than ours loses nothing either (G11)."""

    def __init__(self) -> None:
        super().__init__()
        self.town.databases = [Database(place, mode) for place, mode in KINDS]
        self.workers: list[staying.Worker] = []
        self.backup: backups.Backup | None = None

    def teardown(self) -> None:
        for one in (*self.town.databases, *self.workers):
            one.stop()
        super().teardown()

    @initialize(parts=_parts, adopted=st.booleans())
    def first_deploy(self, parts, adopted):
        if adopted:
            self._adopt(parts)
        else:
            super().first_deploy(parts)

    def _adopt(self, parts) -> None:
        """A plain directory in use; the process that serves it stays in it."""
        town = self.town
        town.new_version(parts, static=False)
        (town.top / "source").rename(town.site)
        self.workers.append(staying.Worker(town.site))
        for place in (".env", "notes.txt", "public/uploads/1.jpg", "content/new.md"):
            town.people(lambda place=place: people.write(town, place, top=town.site))
        self._write_to_a_database(0, top=town.site)
        debts.owe(town, town.view(town.site))
        shutil.copytree(town.site, town.top / "source", symlinks=True)
        town.forgetful = True
        assert town.do("adopt") == "done"
        town.new_version(parts, static=False)
        assert town.do("deploy") == "done"

    def _write_to_a_database(self, which, *, top=None) -> None:
        self.town.databases[which % len(KINDS)].write(top or self.town.live, 3)

    @rule(which=st.integers(0, len(KINDS) - 1))
    def a_program_writes_to_its_database(self, which):
        self._write_to_a_database(which)
        self.town.check({}, frozenset(), "a database was written to")

    @rule(which=st.integers(0, len(KINDS) - 1))
    def a_program_with_a_database_is_killed(self, which):
        self.town.databases[which].stop()

    @rule()
    def a_backup_is_taken(self):
        self.backup = backups.Backup(self.town)
        self.backup.take()

    @rule(state_at=_moments, rest_at=_moments, after=st.booleans(), place=_places, parts=_parts)
    def a_backup_is_taken_during_a_deploy(self, state_at, rest_at, after, place, parts):
        """Its second half AFTER the deploy as well, when people have written into the new release."""
        self.backup = backups.Backup(self.town)
        self.town.new_version(parts, static=False)
        self.town.do("deploy", at=self.backup.during(state_at, 0 if after else rest_at))
        self.town.people(lambda: people.write(self.town, place))
        self.backup.take()

    @precondition(lambda self: self.backup is not None)
    @rule(command=st.sampled_from(("recover", "deploy")))
    def the_backup_is_restored(self, command):
        if self.backup is not None:
            self._leave()
            self.backup.restore()
            self.town.do(command)

    def _leave(self) -> None:
        """Nobody works in the directories of before any more."""
        for worker in self.workers:
            worker.stop()
        self.workers = []

    @rule(which=st.integers(0, 5))
    def somebody_switches_by_hand(self, which):
        switching.switch_to(self.town, which)

    @rule(parts=_parts, kill=_moments, lines=st.integers(0, 6), place=_places, switched=st.booleans())
    def a_kill_and_a_journal_cut_short(self, parts, kill, lines, place, switched):
        """And `current` pointed at what the deploy left, where that is complete; people go on."""
        self.town.new_version(parts, static=False)
        self.town.do("deploy", kill=kill)
        switching.cut_journal_short(self.town, lines)
        if switched:
            switching.switch_to(self.town, -1)
        self.town.people(lambda: people.write(self.town, place))
        self.town.do("recover")

    @rule(release=st.booleans(), first=st.sampled_from(("", "deploy", "rollback", "prune")))
    def nothing_is_live(self, release, first):
        act = switching.remove_the_live_release if release else switching.remove_current
        act(self.town)
        if first:
            self.town.do(first, may=(20, 30, 61))
        if not self.town.is_live():
            switching.come_back(self.town)

    @precondition(lambda self: len(self.workers) < 3)
    @rule()
    def a_worker_is_started(self):
        if self.town.live.exists():
            self.workers.append(staying.Worker(self.town.live))

    @precondition(lambda self: self.workers)
    @rule(place=_places, way=st.sampled_from(sorted(staying.WAYS)), which=st.integers(0, 2))
    def a_worker_writes_where_it_stands(self, place, way, which):
        worker = self.workers[which % len(self.workers)]
        self.town.people(lambda: staying.WAYS[way](worker, self.town, place))

    @rule(which=st.integers(0, 9), commands=_commands)
    def data_is_away_for_a_while(self, which, commands):
        mounts.empty_for_a_while(self.town, which, commands)

    @rule(harm=st.sampled_from(sorted(hooking.HARMS)), kill=_kill)
    def a_hook_does_harm(self, harm, kill):
        hooking.deploy_with(self.town, harm, kill)

    @rule()
    def a_hook_empties_data(self):
        hooking.empty_by_hook(self.town)

    @rule(place=_places)
    def the_application_deletes_while_a_hook_sleeps(self, place):
        hooking.delete_while_a_hook_sleeps(
            self.town, lambda: self.town.meanwhile(lambda: people.remove(self.town, place))
        )

    @rule()
    def sweep(self):
        self.town.do("sweep", may=(30,))
