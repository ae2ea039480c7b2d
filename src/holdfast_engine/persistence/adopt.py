"""Bringing home what a sweep found, and showing in a release what lies in `shared/`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from typing import Optional

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.adopt_late import LOOKS
from holdfast_engine.data.adopt_renames import Renaming, in_order
from holdfast_engine.data.found import Found
from holdfast_engine.data.moved import Moved
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import same_file
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import ARTIFACT, CODE
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence import led_out, left_open, renamed
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.strays import left_alone
from holdfast_engine.persistence.type_conflicts import why_apart
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import place_link


@dataclass(frozen=True)
class Adopter:
    """Bringing home, under one journal, with one report."""

    site: Site
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
        for path in found.to_adopt:
            if path not in found.renamed:
                self._adopt(adoption, path)
        self._tell(moved)
        for care, group in ((CODE, found.displaced), (ARTIFACT, found.leftover_output)):
            for path, reason in group.items():
                if rival is None or not same_file(self.site.root, release / path, rival / path):
                    self._keep(release, path, reason, care, clear=clear)
        self.report.unmoved.extend(line for line in left_alone(release, found) if line not in self.report.unmoved)

    def _tell(self, moved: Moved) -> None:
        self.report.add(moved)
        led_out.note(self.site, moved.adopted)
        self._look_for(moved.adopted)
        left_open.remember(self.site, moved.copied)

    def _adoption(self, release: RelPath, wins: str, moved: Moved) -> Adoption:
        return Adoption(self.site.links, self.operation, release, wins, moved, quiet)

    def _follow_renames(self, adoption: Adoption, found: Found) -> None:
        """Before anything comes home: what the application made anew under an old name comes to the place of what it
        renamed.
        """
        ordered = dict(in_order(found.renamed))
        renaming = Renaming(*(getattr(adoption, one.name) for one in fields(Adoption)))
        for path, old in ordered.items():
            try:
                renaming.follow(path, old)
            except PermissionError as error:
                raise cannot_move(self.site, self.site.links.layout.in_shared(old), error) from error
        renamed.follow(self.site, ordered)
        ring = [path for path in found.renamed if path not in ordered]
        adoption.moved.unmoved.extend(
            (path, "and others swapped names in a circle, and stay as they are") for path in ring
        )

    def _look_for(self, paths: Iterable[str]) -> None:
        """Each of PATHS, moved just now, lies in `shared/`; what does not is lost until somebody finds it (H4)."""
        layout, root = self.site.links.layout, self.site.root
        kept = {row["path"] for row in self.report.attic}
        gone = [path for path in paths if not root.has(layout.in_shared(path)) and path not in kept]
        self.report.unfound.extend(path for path in gone if path not in self.report.unfound)

    def _adopt(self, adoption: Adoption, path: str) -> None:
        try:
            adoption.adopt(path)
        except PermissionError as error:
            raise cannot_move(self.site, adoption.release / path, error) from error

    def _keep(self, release: RelPath, path: str, reason: str, care: str, *, clear: bool) -> None:
        """A changed or rival file goes to the attic: a copy while somebody may look at it, itself afterwards."""
        root, operation = self.site.root, self.operation
        source = release / path
        if not root.has(source):
            return
        operation.move(what="keep", path=path, source=source)
        keep = attic.set_aside if clear else attic.keep_copy
        spot = keep(root, source, path=path, operation=operation.name, reason=reason, at=operation.at, care=care)
        self.report.set_aside(path, spot, reason)

    def link_into(self, release: RelPath, paths: Iterable[str], *, wins: str = "live") -> None:
        """Each of PATHS that lies in `shared/` is linked in RELEASE; what already stands there is merged.

        WINS says whose content counts: in a release that nobody was shown yet, `shared`.
        """
        for path in paths:
            for _ in range(LOOKS - 1):
                with suppress(FileExistsError):  # somebody made a name there between the look and the link
                    self._link_into(release, path, wins)
                    break
            else:
                self._link_into(release, path, wins)

    def _link_into(self, release: RelPath, path: str, wins: str) -> None:
        links = self.site.links
        if not links.root.has(links.layout.in_shared(path)) or links.is_served(release, path):
            return
        if not links.root.has(release / path):
            place_link(links, release, path, links.text(release, path))
            return
        apart = why_apart(self.site, release / path, path) if wins == "live" else ""
        if apart:
            self.report.warn(f"`{release / path}` {apart}, which is not served")
            return
        moved = Moved()
        self._adopt(self._adoption(release, wins, moved), path)
        self._tell(moved)

    def serve(self, release: RelPath, path: str) -> None:
        """PATH in RELEASE shows what lies there in `shared/`, what stood in its way is in the attic; told where not.

        For what was put into `shared/` by name: it wins over what the release ships at PATH.
        """
        links = self.site.links
        here, there = release / path, links.layout.in_shared(path)
        above = [release / step for step in RelPath(path).ancestors()]
        ours = links.is_linked(release, path) or any(links.is_linked(release, step.below(release)) for step in above)
        kind = links.root.kind(here)
        if ours or not links.root.has(there):
            return
        if any(links.root.kind(step) not in (None, "dir") for step in above) or kind not in (
            None, "link", links.root.kind(there),
        ):  # fmt: skip
            self.report.warnings.append(f"`{there}` is not served: the release ships something else at `{path}`")
        elif kind is None:
            place_link(links, release, path, links.text(release, path))
        else:
            moved = Moved()
            self._adopt(self._adoption(release, "shared", moved), path)
            self._tell(moved)


def cannot_move(site: Site, path: RelPath, error: OSError) -> Problem:
    """The refusal to move what another user owns, with the mend."""
    where = site.root.absolute(path)
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
