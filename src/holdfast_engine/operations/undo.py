"""Undoing a deploy that never switched: its release is taken away, and what somebody wrote into it is not (G11)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from shlex import quote
from typing import Optional

from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import Baseline, baseline_of, now_ns, own_text
from holdfast_engine.fs.clock import TICK_NS
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.durable import forget
from holdfast_engine.fs.place import is_same
from holdfast_engine.fs.walk import walk
from holdfast_engine.guarding.build import take_back_what_was_lent
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import AWAY, DONE, NOTE, OBSERVED, STOPPED, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shared_paths import Rules, rules_for, settings_of
from holdfast_engine.persistence.shipped import as_shipped, rules_proven
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.shipping import announced


def stopped_at(site: Site, operation: str, history: Sequence[Record]) -> int:
    """When OPERATION last wrote its journal, as the file system stamps it, in nanoseconds.

    An earlier recovery has noted it: it writes the journal anew, and the file's own time says nothing from then on.
    """
    noted = [record.facts[STOPPED] for record in history if record.kind == NOTE and STOPPED in record.facts]
    status = site.root.lstat(Layout().journal(operation))
    return int(noted[0]) if noted else status.st_mtime_ns if status else 0


def undo(site: Site, operation: Operation, history: Sequence[Record], *, stopped: Optional[int] = None) -> None:
    """The release of HISTORY is in the trash and its record says that it is bad; nothing that is live was touched.

    STOPPED says when a command that a crash ended last wrote its journal (None: it is the caller's own, and nobody
    else had the release). What came to the release since comes home first. Where nothing tells that from what was
    shipped, the release stays where it is (G7). One that was live once stays a release to go back to, whatever this
    journal says. A crash in between is undone again.
    """
    release = str(history[0].facts["release"])
    path, record = Layout.releases / release, records.read(site.root, release)
    if record is not None and record.activated:
        return
    if site.root.has(path):
        take_back_what_was_lent(site, operation, path, history)
        at = _at_rest()
        written = "" if stopped is None else _written_since(site, path, history, stopped)
        if _is_cleared(site, operation, path, record, written):
            _keep_last_names(site, operation, path)
            _take_away(site, operation, path, at)
        else:
            site.notice("undo", _why_it_stays(site, path, written))
    if record is not None:
        records.write(site.root, replace(record, state=records.BAD))


def forget_what_was_seen(site: Site, operation: Operation, history: Sequence[Record]) -> None:
    """What a deploy saw in the live release beside what gave way to the new one is no whole baseline: what gave way is
    served again, and would be taken for data that came since (G2). Its journal says so where an earlier version wrote
    it, else the baseline itself.
    """
    noted = [str(one.facts[OBSERVED]) for one in history if one.kind == NOTE and OBSERVED in one.facts]
    left = str(history[0].facts.get("previous") or "")
    seen = [left] if left and baselines.seen_by(site.root, left) == operation.name else []
    for release in {*noted, *seen}:
        forget(site.root, Layout.baselines / f"{release}.jsonl")


def _at_rest() -> int:
    """The time before the release is looked through, a tick of the clock after all that was written into it until then:
    what is newer, the look may have missed.
    """
    time.sleep(TICK_NS / 1e9)
    return now_ns()


def _why_it_stays(site: Site, path: RelPath, written: str) -> str:
    where = quote(site.root.absolute(path))
    why = f"`{written}` in it is newer than the deploy's last note, and its origin is unknown"
    return f"`{path}` stays: {why}; move out what is yours, then `rm -r {where}`"


def _take_away(site: Site, operation: Operation, path: RelPath, at: int) -> None:
    """All that was looked at is older than the note: what is newer than AT, somebody wrote there since."""
    operation.note(**{AWAY: str(path), "at_ns": at})
    to_trash(site.root, path, f"{operation.name}-{path.name}", Proof(path, "it was never live"))


def _keep_last_names(site: Site, operation: Operation, path: RelPath) -> None:
    carrier = Carrier(site, operation, Report())
    carrier.take_back_second_names(path.name)
    kept = carrier.put_last_names_aside(path.name, path)
    if kept:
        site.notice("carry", f"deleted on the server meanwhile, and kept in the attic: {', '.join(kept)}")


def _is_cleared(site: Site, operation: Operation, path: RelPath, record: Optional[ReleaseRecord], written: str) -> bool:
    """True when nothing of anybody's is left in the release: WRITTEN since its deploy stopped was nothing, or all of
    that is home or in the attic.
    """
    baseline = baseline_of(site, record)
    if not written or baseline is None or record is None:
        return not written
    rules = rules_proven(site) or _own_rules(site, path, record, baseline)
    adopter = Adopter(site, operation, Report())
    found = sweep(site, path, rules, baseline=baseline)
    adopter.bring(path, found, wins="shared", clear=True)
    current = site.refresh().current
    if current is not None and current != path:
        Carrier(site, operation, adopter.report).home(record, current, found)
    if current is not None:
        adopter.link_into(current, found.to_adopt)
    if found.to_adopt:
        site.notice("adopt", f"written into `{path}` meanwhile, and kept: {', '.join(found.to_adopt)}")
    return not sweep(site, path, rules, baseline=baseline)


def _own_rules(site: Site, path: RelPath, record: ReleaseRecord, baseline: Baseline) -> Rules:
    return rules_for(site, as_shipped(site, path, baseline), settings_of(record, site.request.settings))


def _written_since(site: Site, path: RelPath, history: Sequence[Record], stopped: int) -> str:
    """The first name in the release that came to it, or was changed, since STOPPED, and not by the deploy itself; where
    there is a baseline that decides by content, whoever wrote last. Of what the source ships nothing is asked until all
    is linked, for nobody can have worked in it before.

    What is copied with its times (cp -a, rsync -a) looks old by all but its ctime, which no program can set.
    """
    linked = any(record.kind == DONE and record.facts.get("step") == "link" for record in history)
    baseline, ships = baseline_of(site, records.read(site.root, path.name)), announced(site.root, path.name)
    names = baseline.entries if baseline is not None else ships.names
    for inner, kind, status in walk(site.root, path, unreadable=[]):
        if kind == DIR or _is_own_link(site, path, inner, ships.links) or _is_carried(site, path, inner):
            continue
        foreign = bool(names) and inner not in names
        if (linked and status.st_mtime_ns > stopped) or (foreign and status.st_ctime_ns > stopped):
            return inner
    return ""


def _is_carried(site: Site, release: RelPath, path: str) -> bool:
    """True for one of several names of what is live: giving one, or taking one away, changes the ctime of them all."""
    live = site.survey.current
    return live is not None and live != release and is_same(site.root, release / path, live / path)


def _is_own_link(site: Site, release: RelPath, path: str, made: Mapping[str, str]) -> bool:
    text = site.root.link(release / path)
    return text is not None and text in (site.links.text(release, path), own_text(made, path))
