"""The persistence step alone: adopt, seed and link a release that somebody's own script deploys and switches to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from holdfast_engine.checks.data_memory import as_warning
from holdfast_engine.data import baseline as baselines
from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.moved import LIVE, NEWEST
from holdfast_engine.model.carried import Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.words import count
from holdfast_engine.persistence import elsewhere, memory, retired_releases
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.late_sweep import late_sweep
from holdfast_engine.persistence.link_release import link_release, seeds_before
from holdfast_engine.persistence.report import warned
from holdfast_engine.persistence.shared_paths import rules_for
from holdfast_engine.persistence.vanished import put_back_lost
from holdfast_engine.persistence.wholeness import note_deleted
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import count_release, mark_active
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.site.survey import current_release
from holdfast_engine.steps.adopt import strays
from holdfast_engine.steps.script_work import ScriptOutlook, ScriptWork, free_id, look_into, record_of, see
from holdfast_engine.steps.step import Again, Step


class AdoptForScript(Step[ScriptOutlook, ScriptWork]):
    name = "adopt"

    def sentence(self, planned: ScriptOutlook) -> str:
        number = sum(found.count() for found in planned.found.values()) + len(planned.elsewhere.origins)
        return strays(number)

    def run(self, work: ScriptWork) -> ScriptWork:
        """What the live release holds comes home first, so that nothing of it is hidden by an empty directory (I08); of
        several that links name, what was saved last.
        """
        adopter = work.adopter
        work = _what_is_gone_noted(_healed(_follow_the_switch(work)))
        outlook = work.outlook
        _bring(work, outlook.found)
        elsewhere.bring_left(adopter, outlook.elsewhere)
        work = replace(work, rules=rules_for(work.site, outlook.listing, work.site.request.settings))
        if not outlook.elsewhere:
            return work
        for live in outlook.lives:
            retired_releases.serve(adopter, live, work.rules, work.report.adopted)
        return _brought_again(work)


def _healed(work: ScriptWork) -> ScriptWork:
    """What was carried and is gone from a live release by an accident is back in it, and found there."""
    site, found = work.site, dict(work.outlook.found)
    carrier = Carrier(site, work.operation, work.report)
    for live in [live for live, one in found.items() if one.vanished]:
        see(site, live)
        back = put_back_lost(carrier, live, work.rules, baseline_of(site, site.survey.active), found[live])
        if back:
            work.report.warnings.append(back)
            found[live] = look_into(site, live, work.rules)
    see(site, next(iter(work.outlook.lives), None))
    return replace(work, outlook=replace(work.outlook, found=found))


def _what_is_gone_noted(work: ScriptWork) -> ScriptWork:
    """What was shipped and is gone from a live release is known from this look on: what goes later goes without it."""
    for live, found in work.outlook.found.items():
        record = record_of(work.site, live)
        baseline = baseline_of(work.site, record)
        if record is not None and baseline is not None:
            note_deleted(work.site, record, baseline, work.rules, found)
    work.site.refresh()
    see(work.site, next(iter(work.outlook.lives), None))
    return replace(work, record=records.read(work.site.root, work.record.id) if work.record else None)


def _brought_again(work: ScriptWork) -> ScriptWork:
    """What came to a live release from elsewhere, where it lay beside code, may be a directory of data here (I59)."""
    site, outlook = work.site, work.outlook
    again = {live: look_into(site, live, work.rules) for live in outlook.found}
    _bring(work, {live: found for live, found in again.items() if found.to_adopt})
    return replace(work, rules=rules_for(site, outlook.listing, site.request.settings))


def _bring(work: ScriptWork, every: Mapping[RelPath, Found]) -> None:
    """What each live release holds is home; where links name several, of two versions the one that was saved last."""
    for live, found in every.items():
        work.adopter.bring(live, found, wins=LIVE if len(work.outlook.found) == 1 else NEWEST)


def _follow_the_switch(work: ScriptWork) -> ScriptWork:
    """Somebody's script has switched since the last run: what was written meanwhile to the release that it left is
    brought home and served by the live one (I59).
    """
    site, lives = work.site, work.outlook.lives
    live = next((record_of(site, one) for one in lives), None)
    left = next((one for one in site.survey.releases if one.state == records.ACTIVE and one.path not in lives), None)
    if len(lives) != 1 or (live is not None and live.state == records.ACTIVE):
        return work
    if live is not None:
        mark_active(site, live)
    if left is not None and site.root.kind(left.path) == "dir":
        _sweep_left(work, left)
    site.refresh()
    see(site, lives[0])
    return replace(work, record=records.read(site.root, work.record.id) if work.record else None)


def _sweep_left(work: ScriptWork, left: ReleaseRecord) -> None:
    """Of one without a baseline what `link` takes for data while it is live; others are among those looked at
    elsewhere too, which knows no more than what stands in them now.
    """
    site, live = work.site, work.outlook.lives[0]
    if baseline_of(site, left) is None:
        work.adopter.bring(left.path, look_into(site, left.path, work.rules), wins=NEWEST)
    elif live == current_release(site.root):
        late_sweep(work.adopter, left.path, left, live)


class LinkForScript(Step[ScriptOutlook, ScriptWork]):
    name = "link"

    def sentence(self, planned: ScriptOutlook) -> str:
        return f"link {count(len(planned.rules.shared), 'shared path')}"

    def run(self, work: ScriptWork) -> ScriptWork:
        """Every shared path of the release is our link, its seeds merged; in a live one content is data, and moved."""
        previous = work.site.survey.active
        before = seeds_before(work.site, previous, baseline_of(work.site, previous), work.rules)
        before.update(work.record.seeds if work.record else {})
        outlook = work.outlook
        seeded = link_release(work.adopter, outlook.path, work.rules, before=before, live=outlook.is_live)
        return replace(work, seeds=seeded.digests)


class CarryForScript(Step[ScriptOutlook, ScriptWork]):
    name = "carry"

    def due(self, planned: ScriptOutlook) -> bool:
        return bool(planned.elsewhere) or any(found.carried or found.vanished for found in planned.found.values())

    def sentence(self, planned: ScriptOutlook) -> str:
        files = sum(one.kind == FILE for found in planned.found.values() for one in found.carried.values())
        return f"take {count(files, 'file')} from the server along into the release"

    def run(self, work: ScriptWork) -> ScriptWork:
        """What appeared beside the code of the live release stands in the one that is linked too; in a live one it is
        known from now on.
        """
        outlook, base = work.outlook, dict[str, Carried]()
        carrier = Carrier(work.site, work.operation, work.report)
        for live, found in _found_now(work).items():
            base.update(found.carried if live == outlook.path else carrier.carry(live, outlook.path, found.carried))
            record = record_of(work.site, live)
            if record is not None and live != outlook.path:
                carrier.note(record.id, found.carried)  # what of it is deleted there until the switch is followed
        return replace(work, base=base)


def _found_now(work: ScriptWork) -> dict[RelPath, Found]:
    """What each live release holds; looked for again where something came home to it from elsewhere, for nobody looks
    between this and the script's own switch (G2).
    """
    outlook, site = work.outlook, work.site
    if not outlook.elsewhere:
        return outlook.found
    again = {live: look_into(site, live, work.rules) for live in outlook.found}
    see(site, next(iter(outlook.lives), None))
    return again


class RememberForScript(Step[ScriptOutlook, ScriptWork]):
    name = "remember"

    def sentence(self, planned: ScriptOutlook) -> str:  # noqa: ARG002
        return "note what was shipped, what is shared and how much data there is"

    def run(self, work: ScriptWork) -> ScriptWork:
        """What the release holds now is its baseline, unless it is live: then what it had at its first linking stays
        so. The site file knows what is shared and how much lies there.
        """
        site, rules, outlook = work.site, work.rules, work.outlook
        record = work.record or _new_record(site, free_id(site, outlook.path), outlook.path)
        count_release(site, record.counter)
        if not outlook.is_live:
            is_cache, made = rules.classifier.is_cache, dict(rules.links)
            entries = baselines.take(
                site.links,
                outlook.path,
                digests={},
                skip=lambda path: path in work.base or is_cache(path),
                made=made,
            )
            baselines.write(site.root, record.id, entries, taken_ns=baselines.now_ns())
        kept = replace(
            record,
            settings=site.request.settings.to_json(),
            framework=rules.detection.framework,
            web_root=rules.web_root,
            shared=rules.shared,
            seeds=work.seeds,
        )
        records.write(site.root, kept)
        Carrier(site, work.operation, work.report).remember(record.id, outlook.path, work.base)
        if outlook.lives == (outlook.path,):
            mark_active(site, kept)
        gone = memory.remember(site, rules, accept=site.request.accept)
        work.report.warnings.extend(warned(as_warning(gone)))
        return replace(work, record=kept, gone=gone)

    def redo(self, again: Again) -> None:
        """What was looked through, and had no record yet, has one: what it shipped is known, should it be switched to
        all the same.
        """
        root, path = again.site.root, RelPath(again.begin.get("path", ""))
        release = free_id(again.site, path)
        if root.has(Layout.baselines / f"{release}.jsonl") and root.has(path) and records.read(root, release) is None:
            record = _new_record(again.site, release, path)
            count_release(again.site, record.counter)
            records.write(root, record)


def _new_record(site: Site, release: str, path: RelPath) -> ReleaseRecord:
    return ReleaseRecord(
        id=release,
        path=path,
        counter=site.survey.site.counter + 1,
        state=records.SEALED,
        created=site.request.now,
        pinned="linked into a release of another tool, which deletes old releases itself",
    )
