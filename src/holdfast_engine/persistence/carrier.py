"""Carrying between the releases of one site: the base of each, second names, what vanished, what came late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from holdfast_engine.data.carry import Carrying, Told
from holdfast_engine.data.found import Found
from holdfast_engine.data.second_names import SecondNames
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.attic import same_content
from holdfast_engine.fs.discard import drop_empty
from holdfast_engine.fs.place import drop_second_name
from holdfast_engine.fs.second_names import as_it_stands
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model import reasons
from holdfast_engine.model.carried import EMPTY, Base, Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import count
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import was_taken_away
from holdfast_engine.site import bases
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import opened
from holdfast_engine.site.records import ReleaseRecord

NOTHING: Mapping[str, Entry] = MappingProxyType({})


@dataclass(frozen=True)
class Carrier:
    """Carrying, under one journal, with one report."""

    site: Site
    operation: Operation
    report: Report

    def carry(
        self,
        left: RelPath,
        into: RelPath,
        found: Base,
        *,
        written: Mapping[str, Entry] = NOTHING,
        own: Base = EMPTY,
    ) -> Base:
        """Each of FOUND in LEFT stands in INTO as well, which nobody was shown since it got its OWN: what of that is
        not in LEFT any more gives way (G2); where LEFT ships a file of its own there, it stays. WRITTEN is what this
        operation wrote there. Returns the base.
        """
        why = reasons.OVERTAKEN if own else reasons.SHIPPED_TOO
        carrying = replace(self._carrying(left, into, why), written=written)
        shipped = {path for path, one in own.items() if path not in found and self._is_file(left / path, one)}
        taken = carrying.take_away(own, [path for path in own if path not in found and path not in shipped])
        stay = {path: one for path, one in own.items() if path in shipped or (one.kind == DIR and path not in taken)}
        base = {**stay, **carrying.bring(carrying.relative(found))}
        carrying.take_away(own, [path for path in own if path in found and path not in base])  # deleted meanwhile
        carrying.let_in(found)
        self._tell(carrying.told, deleted=False)
        return base

    def _is_file(self, here: RelPath, one: Carried) -> bool:
        return one.kind == FILE and self.site.root.kind(here) == FILE

    def give_way(self, into: RelPath, own: Base, rules: Rules) -> None:
        """What of INTO's OWN lies where all is shared today is not there any more: what is served there lies in
        `shared/`, and what is not in it was deleted since, and is no seed of a release (G2).
        """
        theirs = [path for path in own if rules.is_shared(path) and not self.site.links.is_served(into, path)]
        self._carrying(into, into, reasons.OVERTAKEN).take_away(own, theirs)

    def follow(self, left: RelPath, into: RelPath, base: Base, found: Found) -> Base:
        """What came to LEFT since BASE, and was FOUND there, is served in INTO, what was deleted there is gone; on disk
        where anything changed.
        """
        carrying = self._carrying(left, into, reasons.OVERTAKEN)
        gone = [path for path in base if path not in found.present and path not in found.unreadable]
        after = carrying.follow(base, found.carried, gone)
        if after != base:
            durable.sync_file_system(self.site.root, into)
        self._tell(carrying.told, deleted=True)
        return after

    def home(self, record: ReleaseRecord, live: RelPath, found: Found) -> None:
        """What was FOUND in the release of RECORD, which is not live, stands in LIVE: of two versions the newer one;
        both know it as carried. What went from LIVE since it was carried there stays away.
        """
        if found.carried:
            carrying = self._carrying(record.path, live, reasons.OVERTAKEN)
            came = carrying.follow(EMPTY, self._still_wanted(record.path, found.carried), ())
            durable.sync_file_system(self.site.root, live)
            self.note(record.id, found.carried)
            for served in (one for one in self.site.survey.releases if one.path == live):
                self.note(served.id, came)
            self.report.adopted.extend(path for path in found.to_carry if path not in self.report.adopted)
            self._tell(carrying.told, deleted=False)

    def bring_along(self, record: ReleaseRecord, live: ReleaseRecord) -> None:
        """What was carried into the release of RECORD, and stands there still, stands in that of LIVE as well where
        nothing has its name: somebody switched to that before its own carrying had ended (G2).
        """
        root, base = self.site.root, bases.base_of(self.site, record.id)
        there = {path: one for path, one in base.items() if root.has(record.path / path)}
        lacking = {path: one for path, one in there.items() if not root.has(live.path / path)}
        self.home(record, live.path, Found(carried=lacking))
        self.note(live.id, {path: one for path, one in base.items() if root.has(live.path / path)})

    def put_back(self, live: RelPath, paths: Iterable[str], base: Base) -> list[str]:
        """Those of PATHS, which BASE knows and LIVE lacks, that have a second name stand in LIVE again."""
        root, carrying = self.site.root, self._carrying(Layout.second_names, live, reasons.OVERTAKEN)
        held = {path: base[path] for path in paths if root.has(Layout.second_names / path)}
        there = {path: one for path, one in held.items() if self._is_free(live, path, one)}
        back = [path for path, one in carrying.bring(there).items() if one.kind != DIR]
        durable.sync_file_system(self.site.root, live)
        self._tell(carrying.told, deleted=False)
        return back

    def _is_free(self, live: RelPath, path: str, one: Carried) -> bool:
        """True where ONE may stand at PATH of LIVE: what somebody put there, or in the place of a directory, stays."""
        kind, root = self.site.root.kind(live / path), self.site.root
        return root.obstacle((live / path).parent) is None and (kind is None or kind == one.kind == DIR)

    def bring_one(self, left: RelPath, live: RelPath, path: str) -> None:
        """PATH of LEFT, a file or a directory with all that is in it, stands in LIVE: of two versions the newer one.
        What went from LIVE since it was carried there stays away.
        """
        root = self.site.root
        every = [("", root.kind(left / path), root.lstat(left / path)), *walk(root, left / path, unreadable=[])]
        found = {
            str(RelPath(path) / inner): as_it_stands(kind, status)
            for inner, kind, status in every
            if status is not None and kind in (FILE, DIR, LINK)
        }
        carrying = self._carrying(left, live, reasons.OVERTAKEN)
        carrying.follow(EMPTY, self._still_wanted(left, found), ())
        durable.sync_file_system(self.site.root, live)
        self._tell(carrying.told, deleted=False)

    def _still_wanted(self, left: RelPath, found: Base) -> Base:
        return {name: one for name, one in found.items() if not was_taken_away(self.site, left, name)}

    def remember(self, release: str, into: RelPath, base: Base) -> None:
        """BASE is on disk as what was carried into RELEASE at INTO, and so is a second name of each of it."""
        known = bases.base_of(self.site, release)
        self.report.carried[:] = sorted(outermost(base))
        carrying = self._carrying(into, into, reasons.OVERTAKEN)
        given = SecondNames(carrying, base).keep()
        if given or base != known:
            # the names first: a base never tells of one that is not there
            durable.sync_file_system(self.site.root, into)
        bases.write(self.site, release, base)
        self._tell_of_gone(carrying.told)

    def put_aside(self, live: RelPath, path: RelPath, why: str = reasons.DROPPED) -> RelPath:
        """PATH of LIVE lies in the attic as one, where this returns; PermissionError where it may not be moved."""
        operation, about = self.operation, {"reason": why, "care": CARRIED}
        operation.move(what="keep", path=path, source=live / path)
        with opened(self.site.root, [(live / path).parent]):
            spot = attic.set_aside(
                self.site.root, live / path, path=path, operation=operation.name, at=operation.at, **about
            )
        self.report.set_aside(path, spot, why)
        return spot

    def put_last_names_aside(self, release: str, at: RelPath) -> list[str]:
        """What was carried into RELEASE at AT, which nobody was shown and which goes, and has its last name there, is
        in the attic: since then it was deleted or replaced wherever it came from (G11). Returns the paths.
        """
        files = [RelPath(path) for path, one in bases.base_of(self.site, release).items() if one.kind != DIR]
        last = [path for path in files if self._is_last(at / path, path)]
        for path in last:
            self.put_aside(at, path, reasons.DELETED)
        return [str(path) for path in last]

    def take_back_second_names(self, release: str) -> None:
        """What was carried into RELEASE alone, which nobody was shown and which goes, and stands where it came from,
        has no second name any more: one without a base would tell that it was deleted.
        """
        others = [one for one in self.site.survey.releases if one.id != release]
        known = {path for one in others for path in bases.base_of(self.site, one.id)}
        alone = [RelPath(path) for path in bases.base_of(self.site, release) if path not in known]
        for path in alone:
            any(drop_second_name(self.site.root, Layout.second_names / path, one.path / path) for one in others)

    def _is_last(self, here: RelPath, path: RelPath) -> bool:
        root, live = self.site.root, self.site.survey.current
        status = root.lstat(here)
        if status is None or status.st_nlink > 1:
            return False
        return live is None or not same_content(root, here, live / path)

    def part_with(self, release: str, path: RelPath, other: RelPath) -> None:
        """Nothing at and below PATH is carried in RELEASE any more: it lies at OTHER, and needs no second name."""
        base, root, places = bases.base_of(self.site, release), self.site.root, Layout.second_names
        gone = sorted((RelPath(one) for one in base if RelPath(one).is_within(path)), reverse=True)
        for one in gone:
            if base[one].kind == DIR:
                drop_empty(root, places / one)
            else:
                drop_second_name(root, places / one, other if one == path else other / one.below(path))
        for step in reversed(list(path.ancestors())):
            drop_empty(root, places / step)
        bases.write(self.site, release, {one: found for one, found in base.items() if not RelPath(one).is_within(path)})

    def note(self, release: str, found: Base) -> None:
        """What was FOUND in RELEASE and goes along from there is known to have stood there."""
        known = bases.base_of(self.site, release)
        new = {path: one for path, one in found.items() if not one.is_known_as(known.get(path))}
        if new:
            bases.write(self.site, release, {**known, **new})

    def _carrying(self, left: RelPath, into: RelPath, why: str) -> Carrying:
        return Carrying(self.site.links, self.operation, left, into, Told(), why)

    def _tell(self, told: Told, *, deleted: bool) -> None:
        for path, spot, reason in told.displaced:
            self.report.set_aside(path, spot, reason)
        if told.copied:
            self.site.made["copied"] = True
            path, why = next(iter(told.copied.items()))
            what = f"{count(len(told.copied), 'file')}, as `{path}`"
            self.report.warnings.append(f"carried along as a copy, because no hard link could be made ({why}): {what}")
        if deleted and told.deleted:
            self.report.warnings.append(f"deleted on the server meanwhile: {_some(told.deleted)}")

    def _tell_of_gone(self, told: Told) -> None:
        """In one line: what the application deleted by its own means is kept, and nothing is asked of anybody."""
        gone = [path for path, _, reason in told.displaced if reason == reasons.DELETED]
        if gone:
            self.report.warnings.append(f"deleted on the server, and kept in the attic: {_some(gone)}")


def _some(paths: list[str]) -> str:
    """Up to three of PATHS, and how many more."""
    named = [f"`{path}`" for path in sorted(outermost(paths))]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return ", ".join(named[:3]) + more
