"""Random histories of a real application: it deletes, renames and replaces what is its own, as a user of its own, while
a person with a shell moves, owns and mirrors (DESIGN 4, carried and vanished; G10).
"""

from __future__ import annotations

import shutil

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from histories import debts, people, rights, shells
from histories.absences import Absences
from histories.machine import Histories, _kill, _parts, _places, _ways
from histories.using import PLACES, Application

_used = st.sampled_from(PLACES)
OF_DIRECTORIES = ("deletes_a_directory", "replaces_a_directory")
WAYS = ("deletes", "renames", *OF_DIRECTORIES)
_which = st.integers(0, 40)


class Actors(Histories):
    """What was deleted is gone, what was renamed is served under its new name only, and who could write can."""

    def __init__(self) -> None:
        super().__init__()
        self.absences = Absences(self.town)
        self.town.asked.append(self.absences)
        self.app = Application(self.town, self.absences)
        self.rights = rights.Rights(self.town, frozenset())

    @initialize(parts=_parts, two=st.booleans(), all_of_it=st.booleans())
    def first_deploy(self, parts, two, all_of_it):
        if two and rights.can_be_two():
            self._adopt_for_two(parts, all_of_it=all_of_it)
        else:
            super().first_deploy(parts)

    def _adopt_for_two(self, parts, *, all_of_it):
        """A plain directory in which the web user may write, everywhere or where applications do."""
        town = self.town
        for one in (self.home.parent, self.home):
            one.chmod(0o755)
        town.new_version(parts, static=False)
        shutil.copytree(town.top / "source", town.site, symlinks=True)
        for place in (".env", "public/uploads/1.jpg", "public/forum/index.php", "public/ads.txt", "data/user.json"):
            town.people(lambda place=place: people.write(town, place, top=town.site))
        for path in ("",) if all_of_it else ("public", "storage", "data", "content", "bootstrap/cache"):
            if (town.site / path).is_dir():
                rights.give(town.site / path)
        debts.owe(town, town.view(town.site))
        self.rights = rights.Rights(town, rights.may_make_names(town.site))
        town.asked.append(self.rights)
        self.app = Application(town, self.absences, rights.as_web_user)
        town.forgetful = True
        assert town.do("adopt") == "done"
        assert town.do("deploy") == "done"

    def _acts(self, act) -> None:
        self.town.people(act)
        self.town.check({}, frozenset(), "the application was at work")

    @rule(place=_used)
    def the_application_writes(self, place):
        self._acts(lambda: self.app.writes(place))

    @rule(which=_which, to=_used, way=st.sampled_from(WAYS))
    def the_application_takes_away(self, which, to, way):
        self._acts(lambda: self._takes_away(which, to, way))

    def _takes_away(self, which, to, way):
        """WAY, with one of the files, or one of the directories, that are the application's own."""
        every = self.app.directories() if way in OF_DIRECTORIES else self.app.files()
        if not every:
            return None
        one = every[which % len(every)]
        return self.app.renames(one, to) if way == "renames" else getattr(self.app, way)(one)

    @rule(
        which=_which,
        place=_used,
        way=st.sampled_from(("writes", *WAYS)),
        at=st.integers(1, 150),
        command=st.sampled_from(("deploy", "deploy", "rollback", "recover", "prune")),
    )
    def the_application_works_during(self, which, place, way, at, command):
        left = [at]

        def act() -> str | None:
            return self.app.writes(place) if way == "writes" else self._takes_away(which, place, way)

        def hook(_name: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                self.town.meanwhile(act)

        self.town.do(command, at=hook, **({"keep": 1} if command == "prune" else {}))

    @rule(which=_which, to=st.sampled_from(("public/moved", "public/modules/old", "moved/deep")))
    def a_person_moves_a_directory(self, which, to):
        every = self.app.directories()
        if every:
            self._acts(lambda: shells.move_directory(self.town, self.absences, every[which % len(every)], to))

    @precondition(lambda self: self.town.live.exists())
    @rule()
    def a_person_mirrors_the_source(self):
        shells.mirror(self.town, self.absences)
        self.town.do("deploy")

    @precondition(lambda _self: rights.can_be_two())
    @rule(user=st.sampled_from((0, rights.WEB)), shared=st.booleans())
    def a_person_gives_all_away(self, user, shared):
        town = self.town
        shells.chown_all(town.site / "shared" if shared else town.live.resolve(), user)

    @rule(place=_places, way=_ways)
    def people_write(self, place, way):
        before = self.town.view()
        super().people_write(place, way)
        self._notes(before)

    @rule(place=_places, way=_ways, at=st.integers(1, 120), command=st.sampled_from(("deploy", "rollback", "recover")))
    def somebody_writes_during(self, place, way, at, command):
        before, self.rights.disturbed = self.town.view(), True
        super().somebody_writes_during(place, way, at, command)
        self.rights.disturbed = False
        self._notes(before)

    def _notes(self, before) -> None:
        """What came by people's own hands to where the application had taken it from."""
        for path, one in self.town.view().items():
            if before.get(path) != one:
                self.absences.stands(path, one)

    @rule(place=_places, kill=_kill)
    def restore(self, place, kill):
        self.absences.forgive(place)
        super().restore(place, kill)

    @precondition(lambda self: self.town.written > 3)
    @rule()
    def somebody_removes_the_state(self):
        for one in self.town.asked:
            one.forget()
        super().somebody_removes_the_state()
