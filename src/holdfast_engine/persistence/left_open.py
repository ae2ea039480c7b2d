"""Originals of what was copied across file systems, as long as a process may go on writing to them (data.md)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.baseline import now_ns
from holdfast_engine.data.moved import LIVE, Moved
from holdfast_engine.fs.clock import tick_of
from holdfast_engine.fs.processes import written
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site

_OPTION = "copied"
_A_DAY_NS = 86_400_000_000_000


def remember(site: Site, copied: Iterable[tuple[str, str]]) -> None:
    """The site file knows the originals of COPIED (path, and where it lies), so that later commands look into them."""
    found = {spot: {"path": path, "looked": now_ns(), "changed": now_ns()} for path, spot in copied}
    if found:
        _keep(site, {**_known(site), **found})


def look_again(site: Site, operation: Operation) -> Moved:
    """What a process went on writing to an original is served, unless somebody writes to what is served: then both
    are kept, and told. An original that nobody has open, and that did not change since, is not looked into again.

    Nothing is asked of the disk where nothing was ever copied. Idempotent; a crash leaves it to the next command.
    """
    known, moved = dict(site.survey.site.options.get(_OPTION, {})), Moved()
    if not known:
        return moved
    open_now, again = written(site.root), {}
    for spot, row in known.items():
        if site.links.is_away(row["path"]):
            again[spot] = row
            continue
        began, look = now_ns(), _Look(site, operation, open_now, moved)
        changed, is_open = look.into(RelPath(spot), row["path"], int(row["looked"]))
        last = began if changed or is_open else int(row["changed"])
        if site.root.has(spot) and (changed or is_open or not _sees_all(began - last)):
            again[spot] = {**row, "looked": began, "changed": last}
    _keep(site, again)
    return moved


def _sees_all(since: int) -> bool:
    """False for who does not see what others have open (proc(5)), until the original has been still for a day."""
    return os.geteuid() == 0 or since > _A_DAY_NS


class _Look:
    """One look into one original."""

    def __init__(self, site: Site, operation: Operation, open_now: frozenset[str], moved: Moved) -> None:
        self.site, self.operation, self.open_now, self.moved = site, operation, open_now, moved

    def into(self, spot: RelPath, path: str, looked: int) -> tuple[bool, bool]:
        """What changed at SPOT since it was LOOKED into is served at PATH. Whether something had, and is open now."""
        there, changed = self.site.links.layout.in_shared(path), []

        def wanted(original: str) -> bool:
            inner = RelPath(original).below(spot)
            status = self.site.root.lstat(original)
            if status is None or status.st_mtime_ns < looked - tick_of(status.st_mtime_ns):
                return False
            changed.append(original)
            busy = there / inner in self.open_now
            if busy:
                why = f"was written to during a copy, so the original is kept in `{original}` as well"
                self.moved.unmoved.append((str(RelPath(path) / inner), why))
            return not busy

        Adoption(self.site.links, self.operation, RelPath(""), LIVE, self.moved).follow_up(spot, path, wanted)
        return bool(changed), any(RelPath(one).is_within(spot) for one in self.open_now)


def _known(site: Site) -> dict[str, Any]:
    file = site_format.read(site.root) or site_format.SiteFile()
    return dict(file.options.get(_OPTION, {}))


def _keep(site: Site, rows: dict[str, Any]) -> None:
    """ROWS are in the site file, an original within another one left out."""
    file = site_format.read(site.root) or site_format.SiteFile()
    kept = {spot: rows[spot] for spot in outermost(rows)}
    options = {name: value for name, value in file.options.items() if name != _OPTION}
    if kept != file.options.get(_OPTION, {}):
        site_format.write(site.root, replace(file, options={**options, **({_OPTION: kept} if kept else {})}))
