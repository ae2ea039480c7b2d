"""A site with its people, and the account of what they wrote: by content, wherever it lies, and as it is served."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from crash.judge import snapshot
from crash.victim import KILLED, Fate
from crash.victim import perform as in_a_child
from histories import debts
from histories.pool import files_of
from holdfast_engine.commands import perform
from holdfast_engine.fs import failpoint
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source
from lib.database_writer import Database
from lib.oracle import contents, digest
from lib.snapshot import OWN, assert_unchanged
from lib.snapshot import snapshot as whole

REFUSALS = frozenset(
    (
        "already-managed", "checklist-refused", "links-broken", "not-a-site", "nothing-to-roll-back-to",
        "path-invalid", "path-missing", "path-split-impossible", "release-altered", "release-missing",
        "seed-type-changed", "site-missing",
    )
)  # fmt: skip
"""What an undisturbed command may say instead of doing its work; it has changed nothing then."""
_NOT_KEPT = (".holdfast/cache", ".holdfast/trash")
_ANYWHERE = (".holdfast/cache",)
_TOUCHED = (*OWN, "site/.holdfast/scratch/own-")
"""What a command that is refused may touch all the same: what a killed one left half-written of our own."""
_CACHES = ("bootstrap/cache",)
RETENTION = 90 * 24 * 3600
"""Seconds for which the attic keeps what nobody says otherwise of."""
_MISSED = ("data-memory", "shared-identity")
_MISSING = "data-missing"
View = dict[str, str]


def _is_old(place: str, live: str) -> bool:
    return place.startswith("releases/") and not place.startswith(live)


class Asked(Protocol):
    """What is asked besides, before and after each command that ran or was killed."""

    def before(self) -> None: ...

    def after(self, command: str, how: str) -> list[str]: ...

    def forget(self) -> None: ...


@dataclass
class Town:
    """One site below TOP. EXPECTED are the contents that people wrote and did not themselves destroy."""

    top: Path
    parts: frozenset[str] = frozenset()
    static: bool = False
    version: int = 0
    clock: float = 1_700_000_000.0
    written: int = 0
    expected: dict[str, str] = field(default_factory=dict)
    ever: dict[str, str] = field(default_factory=dict)
    taken_away: set[str] = field(default_factory=set)
    unwanted: set[tuple[str, str]] = field(default_factory=set)
    """Path and content of what was deleted: an older release that shows it after a switch by hand owes nobody."""
    replaced: set[str] = field(default_factory=set)
    shipped: dict[str, dict[str, str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    forgetful: bool = False
    """`.holdfast/` was removed, or came to a site in use: seeds then count as written by people, and stay."""
    destroyed: bool = False
    destroyed_late: bool = False
    """While a command was at work: it may have counted before."""
    """People took something away since a deploy that ended well: should it be all of a path, they accept that."""
    owed: View = field(default_factory=dict)
    """What was served, or written where something stays behind, and is to be served after the next deploy (G2)."""
    elsewhere: View = field(default_factory=dict)
    """What was written last into releases that are not live: it may be served next."""
    databases: list[Database] = field(default_factory=list)
    in_trash: set[str] = field(default_factory=set)
    ending: set[str] = field(default_factory=set)
    """What lay in the attic when the time of all in it was over: a person who then overwrites it elsewhere ends it."""
    """Contents that a worker wrote into what lay in the trash already: one more look finds them there (G6)."""
    asked: list[Asked] = field(default_factory=list)
    half_replaced: str = ""  # what a killed command was to bring back: the next one may complete that

    @property
    def site(self) -> Path:
        return self.top / "site"

    @property
    def live(self) -> Path:
        return self.site / "current"

    def new_version(self, parts: frozenset[str], *, static: bool) -> None:
        """The source directory holds another version."""
        self.version, self.parts, self.static = self.version + 1, parts, static
        source = self.top / "source"
        shutil.rmtree(source, ignore_errors=True)
        for path, text in files_of(parts, self.version, static=static).items():
            where = source / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.symlink_to(text[3:]) if text.startswith("-> ") else where.write_text(text)

    def request(self, command: str, **more: Any) -> Request:
        self.clock += 7
        if command == "deploy":
            more["source"] = Source("directory", str(self.top / "source"))
            more.setdefault("accept", _MISSED if self.destroyed else ())
        return Request(command, **{"site": str(self.site), "now": self.clock, "yes": True, **more})

    def text(self, path: str) -> str:
        """A content that nobody else ever writes."""
        self.written += 1
        return f"by a person, number {self.written}, for {path!r}\n"

    def people(self, act: Callable[[], str | None]) -> None:
        """ACT is something that people do; what they themselves destroy by it is not expected any more."""
        told = act()
        if told is not None:
            self.expected[digest(told.encode())] = told
            self.ever[digest(told.encode())] = told
            self._note_where(digest(told.encode()))
        kept = set(self.kept()) - self.about_to_end()
        self.destroyed |= not self.expected.keys() <= kept
        self.expected = {one: text for one, text in self.expected.items() if one in kept}

    def wrote_elsewhere(self, path: str, text: str | None) -> str | None:
        """TEXT stands at PATH in a release that is not live: newer than what is served, so it may be served next."""
        if text is not None:
            self.elsewhere[path] = digest(text.encode())
        return text

    def _note_where(self, one: str) -> None:
        if one not in contents(self.site, without=_NOT_KEPT) and one in contents(self.site, without=_ANYWHERE):
            self.in_trash.add(one)

    def kept(self) -> Collection[str]:
        """The contents that lie where nothing is deleted, and those that somebody wrote into the trash himself."""
        found = contents(self.site, without=_NOT_KEPT)
        if self.in_trash - found.keys():
            return found.keys() | (self.in_trash & contents(self.site, without=_ANYWHERE).keys())
        return found.keys()

    def attic_may_end(self) -> None:
        """The time of all that lies in the attic is over: what lies there alone is not expected any more."""
        self.ending |= contents(self.site / ".holdfast/attic").keys()
        over = self.about_to_end()
        self.expected = {one: text for one, text in self.expected.items() if one not in over}

    def about_to_end(self) -> set[str]:
        """What lies in the attic, where its time is over, and else in old releases alone, which may go with it."""
        live = os.path.relpath(os.path.realpath(self.live), os.path.realpath(self.site)) + "/"
        found = contents(self.site, without=(*_NOT_KEPT, ".holdfast/attic"))
        held = {one for one, places in found.items() if not all(_is_old(place, live) for place in places)}
        return self.ending - held - self.in_trash

    def meanwhile(self, act: Callable[[], str | None]) -> None:
        """ACT is something that people do while a command is at work: what it changes is theirs, and nobody waits for
        what it takes out of sight.
        """
        seen, before, self.destroyed = self.view(), self.destroyed, False
        self.people(act)
        self.destroyed_late |= self.destroyed
        self.destroyed |= before
        now = self.view()
        self.replaced |= {path for path, one in seen.items() if now.get(path) != one}
        for path in seen.keys() - now.keys():
            debts.forgive(self, path)

    def view(self, top: Path | None = None) -> View:
        """What people wrote as the live release (or TOP) serves it: path and digest."""
        seen, top = {}, top or self.live
        for here, directories, names in os.walk(top, followlinks=True):
            inside = os.path.relpath(here, top)
            directories[:] = [
                name for name in directories if _is_ours(here, name, inside) and not self._ships_link(inside, name)
            ]
            for name in names:
                path = os.path.join(here, name)
                content = digest_of(path)
                if content in self.expected and not self._leads_to_code(path):
                    seen[os.path.normpath(os.path.join(inside, name))] = content
        return seen

    def _leads_to_code(self, path: str) -> bool:
        """True for a link of a person's to what the live release ships: what is seen there goes with the code."""
        end, live = os.path.realpath(path), os.path.realpath(self.live)
        return (
            end.startswith(live + "/")
            and end != os.path.join(live, os.path.relpath(path, self.live))
            and (os.path.relpath(end, live) in self.shipped_now())
        )

    def _ships_link(self, inside: str, name: str) -> bool:
        """True for a shipped link to a directory: what is seen through it comes and goes with the code."""
        return self.shipped_now().get(os.path.normpath(os.path.join(inside, name)), "").startswith("-> ")

    def lost(self) -> list[str]:
        kept = self.kept()
        return [f"lost: {text}" for one, text in self.expected.items() if one not in kept]

    def hidden(self, before: View, shared: frozenset[str]) -> list[str]:
        """What was served before and is not now, although the release that is live ships no code in its place (G2).

        SHARED are the paths that were data in `shared/` before: they are served whatever is shipped. What is owed, or
        lies elsewhere, was written later.
        """
        return [
            f"not served any more: {path}: {self.expected[one]}"
            for path, one in before.items()
            if one in self.expected
            and digest_of(str(self.live / path)) not in (one, self.owed.get(path), self.elsewhere.get(path))
            and not (self.ships(path) and path not in shared)
            and not (self.forgetful and self._gave_way_before(path, one))
        ]

    def _gave_way_before(self, path: str, content: str) -> bool:
        """True for an edit of what some release shipped that is in the attic: where nothing told of what that shipped,
        it is code from then on, and goes with the release that somebody went back to.
        """
        shipped = any(path in files for files in self.shipped.values())
        return shipped and content in contents(self.site / ".holdfast/attic")

    def shared_in(self, view: View) -> frozenset[str]:
        """The paths of VIEW whose content lies in `shared/` now."""
        top = os.path.realpath(self.site / "shared") + "/"
        return frozenset(path for path in view if os.path.realpath(self.live / path).startswith(top))

    def ships(self, path: str) -> bool:
        """True when the live release ships something at PATH, at a file above it, or below it."""
        return any(is_within(path, one) or is_within(one, path) for one in self.shipped_now())

    def shipped_now(self) -> dict[str, str]:
        """What the release that is live shipped."""
        return self.shipped.get(os.path.basename(os.path.realpath(self.live)), {})

    def stale(self, *, back: bool = False) -> list[str]:
        """Paths of the live release that show neither what it ships nor what a person wrote or took away.

        After a way BACK a seed may be that of any release: data stays as it is (G5). So it may after a stop: what
        a deploy that was undone left, and releases did not ship for a while, is taken for people's own.
        """
        seeds_stay = back or any(line.endswith(": killed") for line in self.said)
        return [
            f"not fresh: {path}"
            for path, text in self.shipped_now().items()
            if not (text.startswith("-> ") or self._is_right(path, text) or (seeds_stay and self._is_a_seed(path)))
        ]

    def _is_a_seed(self, path: str) -> bool:
        texts = {digest(files[path].encode()) for files in self.shipped.values() if path in files}
        inside = os.path.realpath(self.live / path).startswith(os.path.realpath(self.site / "shared") + "/")
        return inside and digest_of(str(self.live / path)) in texts

    def _is_right(self, path: str, text: str) -> bool:
        shown = digest_of(str(self.live / path))
        if self.forgetful and self._is_unknown(path):
            return True
        if any(place.is_symlink() for place in self._places(path)):
            return True
        if shown == "":
            return any(is_within(path, one) for one in self.taken_away) or self._gave_way(path)
        return shown == digest(text.encode()) or shown in self.ever

    def _is_unknown(self, path: str) -> bool:
        """True for what lies in `shared/` or is carried: nothing told that a release had shipped it, so it is people's,
        and stays (DESIGN 4).
        """
        at_home = os.path.realpath(self.live / path).startswith(os.path.realpath(self.site / "shared"))
        return at_home or os.path.lexists(self.site / ".holdfast/carried/files" / path)

    def _gave_way(self, path: str) -> bool:
        """True where people have something else in `shared/`: a file where a directory is shipped, or the reverse."""
        places = self._places(path)
        return places[0].is_dir() or any(place.is_file() for place in places)

    def _places(self, path: str) -> list[Path]:
        return [
            self.site / "shared" / step for step in (path, *(str(one) for one in Path(path).parents)) if step != "."
        ]

    def do(
        self,
        command: str,
        *,
        at: Callable[[str], None] | None = None,
        kill: int = 0,
        replaces: str = "",
        may: Collection[int] = (),
        **more: Any,
    ) -> str:
        """COMMAND ran, or was killed at its KILLth point, with AT listening; the account is right and it says how.

        REPLACES is a path at which another version is wanted by name, so that what was served there is not. MAY are
        exit codes with which it may end as well, because people or hooks did harm.
        """
        awaited = (replaces, self.half_replaced)
        before = {path: one for path, one in self.view().items() if not any(is_within(path, one) for one in awaited)}
        shared, quiet = self.shared_in(before), self._is_quiet()
        state = whole(self.top, without=_TOUCHED) if not (kill or at or may) and quiet else None
        request = self.request(command, **more)
        self.replaced, live = set(), os.path.basename(os.path.realpath(self.live))
        for one in self.asked:
            one.before()
        how = _killed(request, kill, {*may, *[61] * self.destroyed}) if kill else self._ran(request, at, may)
        before = {path: one for path, one in before.items() if path not in self.replaced}
        self.half_replaced = (replaces or self.half_replaced) if how == "killed" else ""
        self.learn()
        self.said.append(f"{command}: {how}")
        if how in REFUSALS and state is not None and command != "adopt":
            assert_unchanged(state, whole(self.top, without=_TOUCHED))
        what = f"{command} {more} killed at {kill}: {how}"
        if may and how != "done" and not self.is_live():
            self.accept_the_dark(before, what)
        else:
            self.check(before, shared, what)
        wrong = [line for one in self.asked for line in one.after(command, how)]
        assert wrong == [], f"after {what}: {wrong}"
        if how == "done":
            stayed = more.get("release") == live and not may
            self._check_done(command, harmed=bool(may) or stayed)
        return how

    def learn(self) -> None:
        """What the releases shipped that are new: what the source holds now."""
        files = files_of(self.parts, self.version, static=self.static)
        for name in os.listdir(self.site / "releases") if (self.site / "releases").is_dir() else ():
            self.shipped.setdefault(name, files)

    def _check_done(self, command: str, *, harmed: bool) -> None:
        """A command that says so has done what it is for. A rollback brings no seed back where data is away (G5), and
        one to what is live changes nothing.
        """
        fresh = command == "deploy" or (command == "rollback" and not harmed)
        wrong = self.stale(back=command == "rollback") if fresh else []
        if command in ("deploy", "sweep"):
            wrong += debts.unpaid(self, linked=command == "deploy")
        self.destroyed = (self.destroyed and command != "deploy") or self.destroyed_late
        self.destroyed_late = False
        assert wrong == [], f"after {command}: {wrong}"

    def _is_quiet(self) -> bool:
        """True when no operation is under way, so that a command which is refused changes nothing at all."""
        journals = sorted((self.site / ".holdfast/journal").glob("*.jsonl"))
        return bool(journals) and b'"end"' in journals[-1].read_bytes().rstrip().rpartition(b"\n")[2]

    def _ran(self, request: Request, at: Callable[[str], None] | None, may: Collection[int] = ()) -> str:
        heard = failpoint.listen(at)
        try:
            perform(request, tell=lambda _event: None, ask=lambda _plan: True)
        except Problem as problem:
            missed = problem.code == _MISSING and self.destroyed
            if problem.code not in REFUSALS and problem.exit_code not in may and not missed:
                raise
            return problem.code
        finally:
            failpoint.listen(heard)
        return "done"

    def is_live(self) -> bool:
        """True when `current` leads to a directory that holds code."""
        return self.live.is_symlink() and (self.live / "public/index.php").is_file()

    def refuses(self) -> frozenset[str]:
        """The checks that say that something is wrong with the site as it is."""
        answer = perform(self.request("checklist"), tell=lambda _event: None, ask=lambda _plan: True)
        found = frozenset(check["name"] for check in answer["checks"] if check["verdict"] == "refuse")
        assert bool(found) == (answer["verdict"] == "refuse")
        return found

    def recoverable(self) -> frozenset[str]:
        """What `recover` would put back or tell of."""
        answer = perform(self.request("recover", only_plan=True), tell=lambda _event: None, ask=lambda _plan: True)
        return frozenset(row["path"] for row in answer["found"])

    def accept_the_dark(self, before: View, what: str) -> None:
        """Harm was done and nothing is live: that is said, nothing is lost, and what was served is owed."""
        debts.owe(self, before)
        wrong = self.lost() if self.refuses() else [*self.lost(), "nothing is live, and the checklist does not say so"]
        assert wrong == [], f"after {what}: {wrong}"

    def check(self, before: View, shared: frozenset[str], what: str) -> None:
        wrong = [*self.lost(), *self.hidden(before, shared)]
        if not self.live.exists() and before:
            wrong.append("nothing is live")
        for one in self.databases:
            wrong += one.wrong(self.live)
        assert wrong == [], f"after {what}: {wrong}"

    def settled(self) -> dict[str, tuple[int, str]]:
        return snapshot(self.site)


def is_within(path: str, top: str) -> bool:
    return bool(top) and (path == top or path.startswith(top + "/"))


def _is_ours(here: str, name: str, inside: str) -> bool:
    """True for what to walk into: no cache, and no link that leads to a directory above itself."""
    path = os.path.join(here, name)
    loops = os.path.islink(path) and os.path.realpath(here).startswith(os.path.realpath(path))
    return not loops and os.path.normpath(os.path.join(inside, name)) not in _CACHES


def digest_of(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return digest(stream.read())
    except OSError:
        return ""


def _killed(request: Request, kill: int, may: Collection[int] = ()) -> str:
    """How REQUEST ended in a child that is killed at the KILLth of all its points, if it comes so far."""
    ended = in_a_child(request, Fate("*", kill))
    if ended.how == "problem" and (ended.what[0] in REFUSALS or ended.what[1] in may):
        return str(ended.what[0])
    assert ended.how in ("done", KILLED), f"{request.command}: {ended}"
    return ended.how
