"""What was carried and is gone from the live release: deleted, renamed, or lost by an accident (data.md, carrying)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Optional

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.model.carried import Base, Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.reviewed import DELETED
from holdfast_engine.model.words import count
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import missing_code, sweep
from holdfast_engine.persistence.wholeness import lacking
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site

_FEW = 5
"""So many may be deleted at once by whoever works on the site."""


def lost_by_accident(site: Site, live: RelPath, rules: Rules, baseline: Optional[Baseline], found: Found) -> list[str]:
    """What is to be put back: all that VANISHED, where links of directories or shipped files went with it, or more than
    five and a tenth of what was carried at once (`rsync --delete`, a panel). Else nothing: the application or
    a person deleted it, or gave it another name, under which it goes along.
    """
    active = site.survey.active
    base = base_of(site, active.id) if active is not None and active.path == live else {}
    gone = _deleted(site, base, found)
    if not gone:
        return []
    tops = list(outermost(gone))
    swept = len(tops) > _FEW and len(tops) * 10 > len(base)
    if swept or _missing_links(site, live, found) or _missing_code(site, live, rules, baseline, found):
        return gone
    return []


def put_back_lost(carrier: Carrier, live: RelPath, rules: Rules, baseline: Optional[Baseline], found: Found) -> str:
    """What was carried into LIVE, and by what was FOUND there went by an accident, is back in it (G2); one line that
    tells of it, empty where nothing had to be.
    """
    site = carrier.site
    active, lost = site.survey.active, lost_by_accident(site, live, rules, baseline, found)
    back = carrier.put_back(live, lost, base_of(site, active.id)) if active is not None and lost else []
    return told(back) if back else ""


def _missing_code(site: Site, live: RelPath, rules: Rules, baseline: Optional[Baseline], found: Found) -> list[str]:
    """What LIVE shipped and lacks since the last look: what was missing then, or is deleted by a person's word, has
    gone without what VANISHED since.
    """
    active, reviewed = site.survey.active, site.survey.site.reviewed.words
    gone = missing_code(site, live, baseline, rules, found=found)
    meant = [path for path, said in reviewed.items() if said.what == DELETED]
    gone = lacking(active, gone) if active is not None else gone
    return [path for path in gone if not any(RelPath(path).is_within(top) for top in meant)]


def deleted_here(site: Site, rules: Rules) -> Mapping[str, int]:
    """What was carried into the live release and is gone from it since the last look, by its outermost path, with how
    many files of it have their second name: the next look puts those into the attic.
    """
    live, active = site.survey.current, site.survey.active
    base = base_of(site, active.id) if active is not None else {}
    baseline = baseline_of(site, active)
    if live is None or baseline is None or not base or site.root.kind(live) != DIR:
        return {}
    gone = _deleted(site, base, sweep(site, live, rules, baseline=baseline))
    tops = outermost(gone)
    kept = [RelPath(path) for path in gone if base[path].kind != DIR and site.root.has(Layout.second_names / path)]
    return Counter(next(str(top) for top in tops if path.is_within(top)) for path in kept)


def _deleted(site: Site, base: Base, found: Found) -> list[str]:
    """What vanished and has no other name in the release now. What stands in its place was put there by somebody."""
    return not_renamed(site, {path: base[path] for path in found.vanished}, found.carried)


def not_renamed(site: Site, base: Base, now: Base) -> list[str]:
    """Those of BASE, gone from their places, that stand at none of the places of NOW: files by the inode of their
    second names, where they have one, for a site that was copied has other inodes than its lists.
    """
    standing = {one.inode for one in now.values() if one.kind != DIR}
    return [path for path, one in base.items() if one.kind == DIR or _inode(site, path, one) not in standing]


def _inode(site: Site, path: str, one: Carried) -> int:
    status = site.root.lstat(Layout.second_names / path)
    return status.st_ino if status is not None else one.inode


def _missing_links(site: Site, live: RelPath, found: Found) -> list[str]:
    """Directories that LIVE had as links of ours, and has no more, or as real ones: where the source ships something in
    them, `rsync --delete` puts a directory in the place of the link, and deletes what nobody ships.
    """
    active, file = site.survey.active, site.survey.site
    known = {*(active.shared if active is not None else ()), *file.shared}  # a rollback links what is shared today
    dirs = sorted({one.path for one in known if one.kind == DIR})
    links = [path for path in dirs if _is_gone(site, live, path, found)]
    return [path for path in links if site.root.has(site.links.layout.in_shared(path)) and not _is_below(path, links)]


def _is_gone(site: Site, live: RelPath, path: str, found: Found) -> bool:
    """False for what is shown by a link of what it lies in, and for a real directory that shows all of it by links."""
    root, there = site.root, site.links.layout.in_shared(path)
    if any(site.links.is_linked(live, above) for above in RelPath(path).ancestors()):
        return False
    shows_all = all(root.has(live / path / name) for name in root.names(there))
    return path not in found.present or (root.kind(live / path) == DIR and not shows_all)


def _is_below(path: str, others: list[str]) -> bool:
    return any(path != other and RelPath(path).is_within(other) for other in others)


def told(back: list[str]) -> str:
    """One line for what was put back."""
    what = f"{count(len(back), 'file')}, as `{min(back)}`"
    return f"files beside the code were missing together with files of the release, and are back: {what}"
