"""Looking for strays: what stands in a release that its baseline does not explain (G2)."""

from __future__ import annotations

from functools import partial

from holdfast_engine.data.adopt_renames import goes_with_renamed, renamed_below, renamed_from
from holdfast_engine.data.baseline import now_ns
from holdfast_engine.data.explained import Explained, stamp_of
from holdfast_engine.data.found import Findings, Found
from holdfast_engine.data.programs import holds_program
from holdfast_engine.fs.sets import holds_rows, is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.carried import Carried
from holdfast_engine.model.listing import DIR, FILE, LINK, OTHER
from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.sets import COMPANIONS, main_of
from holdfast_engine.rules.shape_patterns import is_environment


class Sweep(Explained):
    """One look through RELEASE, which is never changed by it: what nothing explains is told, and where it belongs."""

    def look(self) -> Found:
        """Walk the release once. Links of ours are explained; nothing is read through a link."""
        with self.links.root.looking():
            return self._look()

    def _look(self) -> Found:
        found, taken, top = Findings(), now_ns(), self.links.root.lstat(self.release)
        if top is not None:
            found.directories[""] = (top.st_mtime_ns, top.st_ctime_ns, top.st_ino)
        for path, kind, status in walk(
            self.links.root, self.release, descend=partial(self._descends, found), unreadable=found.unreadable
        ):
            found.present.add(path)
            if kind == DIR:
                found.directories[path] = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            try:
                self._judge(found, path, kind, stamp_of(kind, status))
            except PermissionError:  # the application made a file of its own there, for itself alone
                found.unreadable.append(path)
        for path in () if self.retired else found.to_adopt:
            found.renamed.update(renamed_below(self.links, self.release, path, self.linked))
        return found.ended(
            taken, [] if self.live is not None else [path for path in self.base if path not in found.present]
        )

    def _descends(self, found: Findings, path: str) -> bool:
        """Into what the baseline or the next release has as a directory with something in it, and into output with data
        in it; any other stray is one whole.
        """
        if path in self._above_shared:
            return True
        if self.is_cache(path) or (path in self.shared and not self._is_taken_apart(path)):
            return False
        if (path in found.carried or path in self.base) and not self._has_rival(path, DIR):
            return not self._stands_as_known(found, path)
        return self.baseline.get(path) is not None or self._ships_below(path) or self.leads_to_data(path)

    def _stands_as_known(self, found: Findings, path: str) -> bool:
        """True for a directory that goes along as it did at an earlier look, and was told again without another."""
        shipped = self.baseline.get(path) is not None or self.next_listing.has(path)
        if self.standing is None or self.deep or shipped:
            return False
        return self.standing.tell(found, path, carried=self.live is None)

    def _judge(self, found: Findings, path: str, kind: str, stamp: Stamp) -> None:
        before, self._stamps[path] = self.baseline.get(path), stamp
        if kind == FILE and path.endswith(COMPANIONS) and self._judge_companion(found, path):
            return
        if kind in (LINK, FILE, DIR) and path in self.shared:
            if not (kind == DIR and self._is_taken_apart(path)):
                self._judge_shared(found, path, kind)
        elif self._is_explained(before, path, kind, stamp):
            return
        elif self._is_below_shared(RelPath(path).parent):
            if not (self.retired and self._is_as_carried(path)):
                self._judge_part(found, path, kind)
        elif self._goes_along(found, path, kind, stamp):
            return
        elif before is None:
            self._judge_added(found, path, kind)
        else:
            self._judge_changed(found, path, kind)

    def _judge_shared(self, found: Findings, path: str, kind: str) -> None:
        """A shared path that is no link of ours was detached (`sed -i`, an atomic save) or never linked (I33).

        What was shipped there and never touched is a retired release's own; so it is in the live one where the path is
        shared for what lies there alone, or data of another kind is to come.
        """
        if kind == LINK and self.links.is_linked(self.release, path):
            return
        own = self.retired or path in self.happened or {kind, self.shared[path]} == {FILE, DIR}
        if own and self._is_as_shipped(path):
            return
        if kind != LINK or not self._judge_renamed(found, path):
            found.to_adopt[path] = "is in the place of the link to shared/"

    def _goes_along(self, found: Findings, path: str, kind: str, stamp: Stamp) -> bool:
        """True for what was carried here, or stands in a directory that is carried as a whole; of a release that is not
        live as long as it is as it was then: what is newer was written there late.
        """
        one, known = Carried.as_it_stands(kind, stamp), self.base.get(path)
        unwritten = known is not None and known.is_unwritten(one)
        if self.live is not None and (unwritten or self._is_live_too(path, stamp)):
            return True
        if kind == OTHER or not (
            found.is_in_unit(path) or (known is not None and self.live is None and known.kind == kind)
        ):
            return False
        if RelPath(path).parent not in found.carried and self.passes_by(path):
            return False  # an earlier version took it along
        if kind == FILE and not unwritten and self._is_database(path):
            found.to_adopt[path] = "a database in a directory that is carried along"
        elif self._has_rival(path, kind):
            self._judge_rival(found, path, kind, "is carried along, and the new version ships a file there")
        elif self._ships_file_above(path):
            found.displaced[path] = "is carried along, and the new version ships a file above this path"
        else:
            found.carried[path] = one
        return True

    def _carry(self, found: Findings, path: str, kind: str, reason: str) -> None:
        """PATH goes along as it is, a directory with all that is in it; where it has no directory any more, it gives
        way.
        """
        if self._ships_file_above(path):
            found.displaced[path] = f"{reason}, and the next release ships a file above this path"
            return
        found.to_carry[path] = reason
        found.carried[path] = Carried.as_it_stands(kind, self._stamps[path])
        if kind == DIR:
            found.units.add(path)

    def _judge_part(self, found: Findings, path: str, kind: str) -> None:
        """What came to such a directory, or was changed in it, comes home to its own path."""
        if kind == OTHER:
            found.special_files.append(path)
        elif kind == LINK and (self._is_explained_link(path) or self._judge_renamed(found, path)):
            return
        elif not (kind == DIR and self._descends(found, path)):
            found.to_adopt[path] = "appeared or changed in a directory that is shared"

    def _judge_added(self, found: Findings, path: str, kind: str) -> None:
        if kind == LINK and (self._is_explained_link(path) or self._judge_renamed(found, path)):
            return
        if kind == OTHER:
            found.special_files.append(path)
        elif kind == DIR and (self._ships_below(path) or self.leads_to_data(path)):
            return
        elif self._has_rival(path, kind):
            self._judge_rival(found, path, kind, "was here before, and the new version ships a file there")
        else:
            self._place(found, path, kind, "appeared in the release")

    def _judge_changed(self, found: Findings, path: str, kind: str) -> None:
        if kind == LINK and self._is_explained_link(path):
            return
        if kind == DIR:
            return
        if self._is_database(path):
            found.to_adopt[path] = "a database that the release ships and the application writes"
        elif self.next_listing.has(path):
            self._judge_rival(found, path, kind, "was changed on the server, and the new version has its own")
        elif self._is_left_to_the_server(path, kind) and not self._holds_program(self.let_go(path)):
            found.to_adopt[self.let_go(path)] = "was shipped, and the next release no longer ships it"
        else:
            self._place(found, path, kind, "changed on the server")

    def _judge_rival(self, found: Findings, path: str, kind: str, reason: str) -> None:
        if kind == FILE and self._is_database(path):
            found.to_adopt[path] = "a database that the application writes"
        elif kind == FILE and is_environment(path) and not self.unshared(path):
            found.to_adopt[path] = "settings written on the server"
        elif kind == FILE and self._is_ours(path):
            self._carry(found, path, kind, "changed on the server")
        else:
            found.displaced[path] = reason

    def _place(self, found: Findings, path: str, kind: str, reason: str) -> None:
        """What nobody ships from now on goes on being seen (G2); only what a rule or a person says is none of data is
        leftover_output, and every byte of that is kept (G6).
        """
        care, target = self.ruler(path, kind)
        if care == "shared":
            found.to_adopt[target] = reason
        elif care == "unnamed":
            self._place_unnamed(found, path, kind, target, reason)
        elif care == "carried":
            self._carry(found, path, kind, reason)
        elif care == "code" and not self.unshared(path):
            self._place_former_code(found, path, reason)
        elif kind == LINK and care == "artifact" and self._leads_outside(path):
            found.to_adopt[path] = f"{reason}, and leads out of the site"
        elif kind == FILE and not self.unshared(path) and self._is_database(path):
            found.to_adopt[path] = f"{reason}, a database among what is built"
        elif care == "cache":
            # a cache to the next framework alone: to the one that wrote it, it was data like any other
            self._place_unnamed(found, path, kind, path, reason)
        elif RelPath(path).parent in found.carried:
            # what builds make elsewhere by that name came to a directory that goes along with all that is in it
            self._carry(found, path, kind, reason)
        elif kind != DIR or path not in self._above_shared:  # around shared data each name is judged by itself
            words = "among build output" if care == "artifact" else "among temporary files"
            found.leftover_output[path] = f"{reason}, {words}"

    def _place_former_code(self, found: Findings, path: str, reason: str) -> None:
        """The left release shipped a file here or above and it was written to: the next ships it, or nobody does."""
        if self.next_listing.kind(path) in (FILE, LINK) or self._ships_file_above(path):
            found.displaced[path] = f"{reason}, and the next release ships a file at or above this path"
        else:
            self._place_unnamed(found, path, self.links.root.kind(self.release / path) or FILE, path, reason)

    def _place_unnamed(self, found: Findings, path: str, kind: str, target: str, reason: str) -> None:
        """A directory into which no release ships anything and which holds no program is shared, and so is a database;
        all else goes along as it is (data.md, carrying).
        """
        target = self._beside_shared(path, target)
        if kind == FILE and self._is_database(path) and not self.unshared(path):
            found.to_adopt[path] = f"{reason}, a database"
        elif (kind == DIR or target != path) and not (self._holds_program(target) or target in self.live_base):
            found.to_adopt[target] = reason
        else:
            self._carry(found, path, kind, reason)

    def _beside_shared(self, path: str, target: str) -> str:
        """TARGET; where shared data has its place in that, the outermost above PATH of which this is not true: the link
        to that data would end up in `shared/` itself.
        """
        if target not in self._above_shared:
            return target
        return next((str(here) for here in RelPath(path).ancestors() if here not in self._above_shared), path)

    def _holds_program(self, path: str) -> bool:
        """True for a directory with a program in it, here or at its place in the live release: what is made late beside
        that one is a part of it, and is served there.
        """
        root = self.links.root
        if self.live is not None and root.kind(self.live / path) == DIR and holds_program(root, self.live / path):
            return True
        return holds_program(root, self.release / path)

    def _judge_companion(self, found: Findings, path: str) -> bool:
        """True for what stands beside a database and belongs to it (I91): it goes where that goes, and speaks for
        itself only where the database does not: while its main file is as it was shipped, and where the two were
        parted. What holds no rows says nothing.
        """
        main, root = main_of(path), self.links.root
        if not main or self.unshared(main):
            return False
        rows = holds_rows(root, self.release / path)
        if self._is_database(main):
            if rows and self.baseline.get(main) is not None and not self.is_cache(main):
                found.to_adopt[main] = "a database that the application writes"
            return True
        there = self.links.layout.in_shared(main)
        if root.kind(there) != FILE or not is_database(root, there):
            return False
        if rows:
            found.to_adopt[path] = f"has rows of the database {main}, which is shared without it"
        return True

    def _judge_renamed(self, found: Findings, path: str) -> bool:
        """True for a link of ours under a name that the application gave it: what it leads to has that name now."""
        if self.retired:  # nobody follows it there, and it never becomes a second name of what is live
            return renamed_from(self.links, self.release, path) in self.linked
        if self.next_listing.has(path) or self.unshared(path) or self.is_cache(path):
            return False
        if goes_with_renamed(self.links, self.release, path):
            return True
        old = renamed_from(self.links, self.release, path)
        if old not in self.linked or main_of(old) in self.linked:
            return False
        found.to_adopt[path], found.renamed[path] = f"was `{old}`, and is renamed", old
        return True
