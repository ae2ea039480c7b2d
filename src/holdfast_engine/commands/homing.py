"""Sweeping a release and bringing home what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Optional

from holdfast_engine.commands import left_open
from holdfast_engine.commands.rules import Rules, rules_for, settings_of, union, unshared
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.adopt_renames import Renaming, in_order
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.classify import Classifier
from holdfast_engine.data.links import place_link
from holdfast_engine.data.moved import Moved
from holdfast_engine.data.presets import load
from holdfast_engine.data.sweep import Found, Sweep
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.memory import is_flag
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import ARTIFACT, CODE, FOUND, STRAY
from holdfast_engine.state.records import ReleaseRecord


@dataclass
class Report:
    """What one command did to data, for its answer."""

    adopted: list[str] = field(default_factory=list)
    attic: list[dict[str, str]] = field(default_factory=list)
    seeded: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unfound: list[str] = field(default_factory=list)
    """What a move took and nobody finds where it was to be."""

    def add(self, moved: Moved) -> None:
        self.adopted.extend(path for path in moved.adopted if path not in self.adopted)
        for path, spot, reason in moved.displaced:
            self.set_aside(path, spot, reason)
        self.left.extend(f"{path} {why}" for path, why in moved.left)
        self.warnings.extend(line for line in moved.told if line not in self.warnings)

    def set_aside(self, path: str, spot: str, reason: str) -> None:
        row = {"path": path, "place": str(spot), "reason": reason}
        if row not in self.attic:
            self.attic.append(row)


def sweep(
    place: Workplace,
    release: RelPath,
    rules: Rules,
    *,
    baseline: Optional[Baseline],
    deep: bool = False,
    unbuilt: bool = False,
    unproven: bool = False,
) -> Found:
    """What RELEASE holds that must come home, RULES being those of what is served at its paths from now on.

    UNBUILT: output is still to be made, and what lies there waits for it. UNPROVEN: the release had been lived in when
    its BASELINE was taken, and stays for that reason.
    """
    shipped = baseline or Baseline({}, 0)
    both = union(rules.listing, shipped.listing())
    known = [one for one in place.survey.site.shared if one.why not in (STRAY, FOUND)]
    ruler = Classifier(both, rules.detection, rules.settings, known)
    found = Sweep(
        bench=place.bench,
        release=release,
        baseline=shipped,
        next_listing=rules.listing,
        shared={one.path: one.kind for one in rules.shared},
        ruler=ruler.stray_target,
        is_cache=_caches_of(place, release, rules, ruler),
        deep=deep,
        unshared=lambda path: unshared(ruler, path),
        retired=release != place.survey.current,
        links=dict(rules.links),
        leads_to_data=ruler.leads_to_data,
        happened=frozenset(one.path for one in rules.shared if one.why in (STRAY, FOUND)),
        linked=frozenset(one.path for one in place.survey.site.shared if one.kind == FILE),
    ).look()
    if baseline is None or unproven:
        # nothing is known of what it shipped, so it is never pruned: output of builds stays where it is
        found.spared.clear()
        for path in [path for path in found.displaced if ruler.in_output(path)]:
            del found.displaced[path]
    if unbuilt:
        found.wait(ruler.in_output)
    return found


def _caches_of(place: Workplace, release: RelPath, rules: Rules, ruler: Classifier) -> Callable[[str], bool]:
    """What is a cache in RELEASE: by its own framework, whatever the next one calls a cache at the same path."""
    record = next((one for one in place.survey.releases if one.path == release), None)
    if record is None or record.framework in ("", rules.detection.framework):
        return ruler.is_cache
    return caches_then(record, ruler.listing, rules.settings)


def caches_then(record: ReleaseRecord, listing: Listing, settings: Settings) -> Callable[[str], bool]:
    """What the framework of RECORD, as it was found then, calls a cache."""
    rules_then = replace(load(record.framework), web_root=record.web_root or ".")
    return Classifier(listing, rules_then, settings).is_cache


def left_alone(release: RelPath, found: Found) -> list[str]:
    """What a sweep of RELEASE saw and nobody moves, in words."""
    odd = [f"`{release}/{path}` is neither file, directory nor link, and stays where it is" for path in found.odd]
    return odd + [f"`{release}/{path}` may not be read by this user" for path in found.unreadable]


def missing_code(place: Workplace, release: RelPath, baseline: Optional[Baseline], rules: Rules) -> list[str]:
    """What RELEASE shipped outside of what is shared, and does not hold any more; but what ended its maintenance."""
    there = {path for path, _, _ in walk(place.root, release, unreadable=[])}
    entries = baseline.entries.values() if baseline else ()
    absent = (one.path for one in entries if one.kind != DIR and one.path not in there)
    files = (path for path in absent if not (rules.is_shared(path) or rules.classifier.is_cache(path)))
    return [path for path in files if not (is_flag(path) or place.root.has(release / path))]


def baseline_of(place: Workplace, record: Optional[ReleaseRecord]) -> Optional[Baseline]:
    """What RECORD's release shipped; read once, as long as nobody writes it anew."""
    if record is None:
        return None
    status = place.root.lstat(Layout.baselines / f"{record.id}.jsonl")
    stamp = (status.st_ino, status.st_mtime_ns, status.st_size) if status else None
    key = ("baseline", record.id, stamp, tuple(record.seeds))
    if key not in place.made:
        baseline = baselines.read(place.root, record.id)
        place.made[key] = baseline.with_seeds(record.seeds) if baseline else None
    found: Optional[Baseline] = place.made[key]
    return found


def rules_proven(place: Workplace) -> Optional[Rules]:
    """The rules of what is live, from its baseline; None without one, for then nothing tells what was shipped."""
    baseline, current = baseline_of(place, place.survey.active), place.survey.current
    if baseline is None or current is None:
        return None
    settings = settings_of(place.survey.active, place.request.settings)
    return rules_for(place, as_shipped(place, current, baseline), settings)


def as_shipped(place: Workplace, release: RelPath, baseline: Baseline) -> Listing:
    """What RELEASE shipped, by name, with its small files as they stand: a framework is known by what is in them."""
    shipped, key = baseline.listing(), ("shipped", release, baseline)
    if key not in place.made:
        place.made[key] = Listing(shipped.entries, lambda path: place.root.read(release / path), shipped.link)
    found: Listing = place.made[key]
    return found


@dataclass(frozen=True)
class Homing:
    """Bringing home, under one journal, with one report."""

    place: Workplace
    operation: Operation
    report: Report

    def bring(
        self, release: RelPath, found: Found, *, wins: str, clear: bool = False, rival: Optional[RelPath] = None
    ) -> None:
        """Everything of FOUND is in `shared/` or in the attic, by one gapless move each.

        WINS says whose content counts where both sides differ. CLEAR moves what goes to the
        attic out of the release instead of copying it: for releases nobody looks at. RIVAL is
        the release that ships the same paths: equal content there needs no copy.
        """
        moved = Moved()
        adoption = self._adoption(release, wins, moved)
        self._follow_renames(adoption, found)
        for path in found.homeless:
            if path not in found.renamed:
                self._adopt(adoption, path)
        self._tell(moved)
        for care, group in ((CODE, found.displaced), (ARTIFACT, found.spared)):
            for path, reason in group.items():
                if rival is None or not same_file(self.place.root, release / path, rival / path):
                    self._keep(release, path, reason, care, clear=clear)
        self.report.left.extend(line for line in left_alone(release, found) if line not in self.report.left)

    def _tell(self, moved: Moved) -> None:
        self.report.add(moved)
        self._look_for(moved.adopted)
        left_open.remember(self.place, moved.copied)

    def _adoption(self, release: RelPath, wins: str, moved: Moved) -> Adoption:
        return Adoption(self.place.bench, self.operation, release, wins, moved, quiet)

    def _follow_renames(self, adoption: Adoption, found: Found) -> None:
        """Before anything comes home: what the application made anew under an old name comes to the place of what it
        renamed.
        """
        ordered = dict(in_order(found.renamed))
        renaming = Renaming(*(getattr(adoption, one.name) for one in fields(Adoption)))
        for path, old in ordered.items():
            renaming.follow(path, old)
        ring = [path for path in found.renamed if path not in ordered]
        adoption.moved.left.extend(
            (path, "and others changed their names in a ring, and stay as they are") for path in ring
        )

    def _look_for(self, paths: Iterable[str]) -> None:
        """Each of PATHS, moved just now, lies in `shared/`; what does not is lost until somebody finds it (H4)."""
        layout, root = self.place.bench.layout, self.place.root
        kept = {row["path"] for row in self.report.attic}
        gone = [path for path in paths if not root.has(layout.in_shared(path)) and path not in kept]
        self.report.unfound.extend(path for path in gone if path not in self.report.unfound)

    def _adopt(self, adoption: Adoption, path: str) -> None:
        try:
            adoption.adopt(path)
        except PermissionError as error:
            raise cannot_move(self.place, adoption.release / path, error) from error

    def _keep(self, release: RelPath, path: str, reason: str, care: str, *, clear: bool) -> None:
        """A changed or rival file goes to the attic: a copy while somebody may look at it, itself afterwards."""
        root, operation = self.place.root, self.operation
        source = release / path
        if not root.has(source):
            return
        operation.move(what="keep", path=path, source=source)
        keep = attic.set_aside if clear else attic.keep_copy
        spot = keep(root, source, path=path, operation=operation.name, reason=reason, at=operation.at, care=care)
        self.report.set_aside(path, spot, reason)

    def link_home(self, release: RelPath, paths: Iterable[str], *, wins: str = "live") -> None:
        """Each of PATHS that lies in `shared/` is linked in RELEASE; what already stands there is merged.

        WINS says whose content counts: in a release that nobody was shown yet, `shared`.
        """
        bench = self.place.bench
        for path in paths:
            if not bench.root.has(bench.layout.in_shared(path)) or bench.is_served(release, path):
                continue
            if bench.root.has(release / path):
                moved = Moved()
                self._adopt(self._adoption(release, wins, moved), path)
                self._tell(moved)
            else:
                place_link(bench, release, path, bench.text(release, path))

    def serve(self, release: RelPath, path: str) -> None:
        """PATH in RELEASE shows what lies there in `shared/`, what stood in its way is in the attic; told where not.

        For what was put into `shared/` by name: it wins over what the release ships at PATH.
        """
        bench = self.place.bench
        here, there = release / path, bench.layout.in_shared(path)
        above = [release / step for step in RelPath(path).ancestors()]
        ours = bench.is_linked(release, path) or any(bench.is_linked(release, step.below(release)) for step in above)
        kind = bench.root.kind(here)
        if ours or not bench.root.has(there):
            return
        if any(bench.root.kind(step) not in (None, "dir") for step in above) or kind not in (
            None, "link", bench.root.kind(there),
        ):  # fmt: skip
            self.report.warnings.append(f"`{there}` is not served: the release ships something else at `{path}`")
        elif kind is None:
            place_link(bench, release, path, bench.text(release, path))
        else:
            moved = Moved()
            self._adopt(self._adoption(release, "shared", moved), path)
            self._tell(moved)


def cannot_move(place: Workplace, path: RelPath, error: OSError) -> Problem:
    """The refusal to move what another user owns, with the mend."""
    where = place.root.absolute(path)
    return Problem(
        "no-permission",
        f"`{where}` cannot be moved by this user: {error.strerror}",
        state="the live release is unchanged and serves it as before",
        whereabouts=[where],
        hint=f"as its owner or root: `chmod g+w {where}` with a common group, or `setfacl -m u:{_user()}:rwx {where}`",
    )


def _user() -> str:
    import os
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
