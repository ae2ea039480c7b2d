"""Whether a release is whole: its code is there, not only links to data (G3, G11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Optional

from holdfast_engine.activation.switch import activate
from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import Check
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.persistence.shipped import as_shipped
from holdfast_engine.persistence.strays import missing_code
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import nothing_live
from holdfast_engine.site.records import ReleaseRecord

_FEW = 5
"""So many missing files, or a tenth of all, may be the application's own deletions; more is an accident."""
_ENTRIES = ("index.php", "index.html", "index.htm")


@dataclass(frozen=True)
class Wholeness:
    """One look at a release: why it is not whole, if it is not, and which of its shipped files are MISSING."""

    objection: str
    missing: tuple[str, ...] = ()


def lacking(record: ReleaseRecord, missing: Iterable[str]) -> list[str]:
    """Of what the release of RECORD shipped and is MISSING in it, what was there when it was left."""
    return [path for path in missing if path not in record.deleted]


def note_deleted(site: Site, record: ReleaseRecord, baseline: Baseline, rules: Rules, found: Found) -> None:
    """RECORD, of a release that was live until now, says which of what it shipped FOUND lacks: an installer that was
    removed is no damage. Where so much is missing that it is not whole, nothing tells that it was meant.
    """
    gone = sorted(missing_code(site, record.path, baseline, rules, found=found))
    known = records.read(site.root, record.id)
    if known is None or gone == sorted(known.deleted) or _objection(baseline, rules, gone):
        return
    others = {name: said for name, said in known.source.items() if name != "deleted"}
    records.write(site.root, replace(known, source={**others, "deleted": gone} if gone else others))


def look_at(site: Site, record: Optional[ReleaseRecord], path: RelPath) -> Wholeness:
    """How whole the release at PATH is, by its baseline; without one, whether there is any code in it."""
    if site.root.kind(path) != DIR:
        return Wholeness(f"there is no directory `{path}`")
    baseline = baseline_of(site, record)
    if baseline is None or record is None:
        return Wholeness("" if next(_code(site, path), "") else "it has only links and empty directories")
    rules = rules_for(site, as_shipped(site, path, baseline), settings_of(record, site.request.settings))
    missing = tuple(missing_code(site, path, baseline, rules))
    return Wholeness(_objection(baseline, rules, missing), missing)


def _code(site: Site, path: RelPath) -> Iterator[str]:
    return (inner for inner, kind, _ in walk(site.root, path, unreadable=[]) if kind == FILE)


def _objection(baseline: Baseline, rules: Rules, missing: Sequence[str]) -> str:
    """Nothing for a few files that are gone: applications delete what they shipped, an installer or a notice."""
    files = sum(entry.kind != DIR and not rules.is_shared(entry.path) for entry in baseline.entries.values())
    if missing and (len(missing) * 2 >= files or (len(missing) > _FEW and len(missing) * 10 > files)):
        return f"{len(missing)} of its {files} files are missing"
    top = RelPath("" if rules.web_root in ("", ".") else rules.web_root)
    doors = [str(top / name) for name in _ENTRIES if baseline.get(top / name) is not None]
    return f"`{doors[0]}` is missing" if doors and set(doors) <= set(missing) else ""


def newest_whole(site: Site) -> Optional[ReleaseRecord]:
    """The release that was live last, else the newest that ever was, was never found bad, and is whole; of unproven
    ones after all the others, and after those what was completed and never seen live here, as by another tool's script
    that switches by itself.
    """
    live = site.survey.current
    every = [one for one in reversed(site.survey.releases) if one.path != live]
    good = sorted((one for one in every if one.good), key=lambda one: _rank(site, one))
    last = [one for one in every if not one.activated and one.state == records.SEALED]
    return next((one for one in (*good, *last) if not look_at(site, one, one.path).objection), None)


def _rank(site: Site, record: ReleaseRecord) -> int:
    """The record of what was live last says so still: no rollback is taken back because somebody removed `current`."""
    return 2 if baseline_of(site, record) is None else int(record.state != records.ACTIVE)


def require_live(site: Site, release: RelPath, *, deep: bool) -> None:
    """`current` leads to RELEASE, which is whole; `nothing-live` when it is not (G11).

    What a hook removed of `current` alone is put back at once, and told as that hook's failure. DEEP looks for every
    file of the release: where somebody's commands have run since it was sealed.
    """
    if site.root.kind(Layout.current) is None and site.root.kind(release) == DIR:
        activate(site.root, release)
        raise Problem(
            "hook-failed-after-activation",
            "`current` was gone after the hooks; it leads to the new release again",
            state="the new release is live",
            hint="remove from the hooks what deletes `current`",
        )
    site.refresh()
    current, active = site.survey.current, site.survey.active
    if current != release:
        raise nothing_live(site.root, f"`current` does not lead to `{release}`, which was made live")
    why = look_at(site, active, release).objection if deep else ""
    if why:
        raise nothing_live(site.root, f"`{release}` is not complete: {why}")


def broken_links(broken: Sequence[Check], hooks: Sequence[str]) -> Problem:
    """Links were whole when they were made: what ran between that step and this one has BROKEN them."""
    whose = "a hook of holdfast.toml" if hooks else "something else"
    again = "remove from the hooks what deletes or replaces it, then deploy again" if hooks else "deploy again"
    return Problem(
        "links-broken",
        f"{whose} broke the new release between `link` and `verify`: {broken[0].why}",
        context=[*(f"{check.name}: {check.why}" for check in broken[1:]), *(f"ran: `{hook}`" for hook in hooks)],
        hint=broken[0].mend if broken[0].mend.startswith("write ") else again,
    )
