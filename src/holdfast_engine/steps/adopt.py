"""What is to come home from the live release, and from elsewhere, is in `shared/`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from holdfast_engine.data import baseline as baselines
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.manifest import Entry, Stamp
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.words import count
from holdfast_engine.persistence import elsewhere, old_document_root
from holdfast_engine.persistence.guessed import unshare
from holdfast_engine.persistence.outgoing import known_of
from holdfast_engine.persistence.saved_pages import IsCode
from holdfast_engine.persistence.strays import still_so, sweep
from holdfast_engine.persistence.was_shipped import is_in_repository
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord
from holdfast_engine.steps.carry import healed
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work

THINGS = ("file or folder", "files and folders")


def strays(number: int, elsewhere: int = 0) -> str:
    """How many are to come home from the live release, and how many from ELSEWHERE, which is not called live."""
    live = [f"{count(number, *THINGS)} that appeared in the live release"] if number or not elsewhere else []
    others = [f"{count(elsewhere, *THINGS)} that appeared in places that are not live"] if elsewhere else []
    return f"keep {' and '.join([*live, *others])}, in `shared/` or the attic"


class Adopt(Step[Outlook, Work]):
    name = "adopt"

    def due(self, planned: Outlook) -> bool:
        return planned.outgoing is not None or bool(planned.elsewhere)

    def sentence(self, planned: Outlook) -> str:
        if planned.outgoing is None:
            return strays(0, len(planned.elsewhere.origins))
        coming = len(planned.elsewhere.origins)
        if planned.found or coming:
            return strays(planned.found.count(), coming)
        return "look for files that appeared in the live release"

    def run(self, work: Work) -> Work:
        """What is to come home lies in `shared/` or in the attic, where nothing is live as well; the rules see it."""
        if work.outgoing is not None:
            work = _from_live(work, work.outgoing)
        elsewhere.bring_left(work.adopter, work.outlook.elsewhere)
        work = work.with_rules()
        # what came from elsewhere may be shared at a path that was to be carried from the live release
        return brought_again(work) if work.outlook.elsewhere else work


def _from_live(work: Work, outgoing: RelPath) -> Work:
    """What the live release holds comes home, and what was saved in the old document root with it."""
    work = _with_guesses_real(healed(work), outgoing)
    work.adopter.bring(outgoing, work.found, wins="live", rival=work.path)
    saved = elsewhere.bring_saved(work.adopter, outgoing, work.outlook.elsewhere, _is_code(work, outgoing))
    if work.baseline is None and work.previous is not None and not work.outlook.returns:
        return brought_again(observed(work, outgoing, work.previous.id).with_rules())
    return brought_again(work.with_rules()) if saved or work.found else work


def _with_guesses_real(work: Work, outgoing: RelPath) -> Work:
    """What a guess once brought into `shared/` is a real file in each release, and goes along from the live one."""
    if not work.outlook.guessed or not unshare(work.site, work.operation, work.outlook.guessed):
        return work
    work = work.with_rules()
    return replace(work, found=sweep(work.site, outgoing, work.rules, baseline=work.baseline, unbuilt=work.to_be_built))


def _is_code(work: Work, outgoing: RelPath) -> IsCode:
    """Without a baseline: what is a file in the live release still, now that its data is home, and is not carried."""
    if work.baseline is None and not work.outlook.returns:
        return lambda path: path not in work.found.carried
    return old_document_root.shipped(work.site, outgoing, work.baseline)


def observed(work: Work, outgoing: RelPath, release: str) -> Work:
    """Nothing was known of what is live; now that its data is home, what is left of it is what it shipped.

    Written after the data went home, so that a crash in between finds it all again. What gives way to the release to
    come is left out: nothing tells whose it is, and where this deploy is undone, it is served as before (G2).
    """
    site, taken = work.site, work.outlook.found.taken or baselines.now_ns()
    every = baselines.take(
        site.links, outgoing, digests={}, skip=work.rules.classifier.is_cache, made=dict(work.rules.links)
    )
    waiting = work.found.pending if work.to_be_built else ()  # until it is known what is built
    seen = [one for one in every if _stood(one, work.outlook.seen)]  # what came or was saved since is a stray
    gave_way = work.found.displaced
    known = known_of(site, outgoing)
    seen = [one for one in seen if one.path in known or not (one.path in work.found.carried or one.path in gave_way)]
    seen = [known.get(one.path, one) for one in seen]
    entries = [one for one in seen if not any(RelPath(one.path).is_within(path) for path in waiting)]
    record = records.read(site.root, release)
    if record is not None and record.told:  # somebody's repository goes to the attic with its release (I44)
        entries = [one for one in entries if one.path in known or not is_in_repository(one.path)]
    entries = _without_emptied(entries, every)
    if record is not None:
        _note_observed(site, record, entries, known)
    # where this deploy is undone, nothing tells again; its own journal may be cut short
    whose = "" if record is not None and record.told else work.operation.name
    baselines.write(site.root, release, entries, taken_ns=taken, seen_by=whose)
    return replace(work, baseline=baselines.read(site.root, release))


def _stood(one: Entry, before: Mapping[str, Stamp]) -> bool:
    """True for what stood there BEFORE with the content that it has; a directory has none of its own."""
    stamp = before.get(one.path)
    return stamp is not None and (one.kind == DIR or (stamp[1], stamp[3]) == (one.mtime, one.inode))


def _without_emptied(entries: list[Entry], every: Iterable[Entry]) -> list[Entry]:
    """ENTRIES without directories of which all is left out that EVERY one has in them: an empty directory would be one
    that waits for data, and the way back would share it, code and all.
    """
    paths = {one.path for one in entries}
    emptied = above(one.path for one in every if one.path not in paths)
    emptied -= above(one.path for one in entries if one.kind != DIR)
    return [one for one in entries if not (one.kind == DIR and one.path in emptied)]


def _note_observed(site: Site, record: ReleaseRecord, entries: Iterable[Entry], known: Container[str]) -> None:
    """The record says whether anything beyond what is KNOWN was only seen there: what a build left and what users wrote
    beside it look alike, and prove nothing to prune by (G6, G7). Before the baseline, which then looks whole.
    """
    told = record.told and all(one.kind == DIR or one.path in known for one in entries)
    pinned = record.pinned or ("" if told else _UNPROVEN[record.told])
    source = {**record.source, "observed": True} if record.told else record.source
    if (pinned, source) != (record.pinned, record.source):
        records.write(site.root, replace(record, pinned=pinned, source=source))


_UNPROVEN = {
    True: "built on the server; nothing proves what a build left in it",
    False: "its list of shipped files was lost; nothing proves what it shipped",
}


def brought_again(work: Work) -> Work:
    """Strays that came since the last look are home too."""
    outgoing, returns = work.outgoing, work.outlook.returns
    if outgoing is None or (work.baseline is None and not returns):
        return work
    as_planned = work.rules.shared_paths == work.outlook.rules.shared_paths
    if returns and as_planned and not work.stopped and still_so(work.site, outgoing, work.outlook.found):
        return work  # what was written in place in the moment since, the late sweep brings; what an end wrote, we do
    unproven = work.outlook.baseline is None or bool(work.previous and work.previous.lived_in)
    found = sweep(
        work.site,
        outgoing,
        work.rules,
        baseline=work.baseline,
        unbuilt=work.to_be_built,
        unproven=unproven and not returns,
    )
    work = replace(work, found=replace(found, pending=work.found.pending))
    if not (found.to_adopt or found.displaced.keys() - work.outlook.found.displaced.keys()):
        return work
    work.adopter.bring(outgoing, found, wins="live", rival=work.path)
    return work.with_rules()
