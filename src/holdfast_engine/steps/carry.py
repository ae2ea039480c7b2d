"""What appeared on the server beside code stands in the release to come too (data.md, carrying)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.found import Found
from holdfast_engine.fs import durable
from holdfast_engine.model.carried import Base, Carried
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.words import count
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.strays import still_so, sweep
from holdfast_engine.persistence.vanished import put_back_lost
from holdfast_engine.site.bases import base_of
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work

LOOKS = 3
"""How often the live release is looked at again before the switch; what comes later is the late sweep's."""


class Carry(Step[Outlook, Work]):
    name = "carry"

    def due(self, planned: Outlook) -> bool:
        if planned.outgoing is None:
            return bool(planned.stranded.places)
        found, own = planned.found, base_of(planned.site, planned.record.id)  # what was deleted since gives way there
        return bool(found.carried or found.vanished or planned.elsewhere or planned.guessed or own)

    def sentence(self, planned: Outlook) -> str:
        every = {**planned.found.carried, **planned.stranded.carried}
        files = sum(one.kind == FILE for one in every.values())
        return f"take {count(files, 'file')} from the server along into `{planned.record.path}`"

    def run(self, work: Work) -> Work:
        """What is carried stands in the release, and the base of that is on disk; after the build, so that no build
        makes it anew, and before the hooks, which may need it.
        """
        own, base = own_of(work), dict[str, Carried]()
        for place, found in _whence(work).items():
            base.update(carrier(work).carry(place, work.path, found, written=work.digests, own=own))
            own = {}  # what gave way did so at once
        if work.outlook.returns and base:
            durable.sync_file_system(work.site.root, work.path)  # a deploy does so when it seals
        work = replace(work, base=base, shipped_too={path: work.digests[path] for path in base if path in work.digests})
        carrier(work).note(work.record.id, base)
        return work


def own_of(work: Work) -> Base:
    """What went along into the release before, and gives way to what goes along now; but for files that it ships: one
    that was edited there and went along from it is the only one it has.
    """
    return own_beside(base_of(work.site, work.record.id), work.outlook.shipped)


def own_beside(own: Base, shipped: Optional[Baseline]) -> Base:
    """OWN without the files that are SHIPPED."""
    return {path: one for path, one in own.items() if one.kind == DIR or not (shipped and shipped.get(path))}


def _whence(work: Work) -> Mapping[RelPath, Base]:
    """What goes along, by where it stands: in what is live, or where nothing is, in what was left."""
    return {work.outgoing: work.found.carried} if work.outgoing is not None else work.outlook.stranded.places


def _note_left(work: Work, followed: Found) -> None:
    """What went along from the release that is left is known there: it is nothing new, whatever becomes of it later.
    What a last look saw besides what was FOLLOWED did not go along yet: it is new to the late sweep.
    """
    if work.previous is not None:
        carrier(work).note(work.previous.id, followed.carried)


def carrier(work: Work) -> Carrier:
    return Carrier(work.site, work.operation, work.report)


def carried_again(work: Work) -> Work:
    """What came to the live release since it was carried, or went, did so in the release to come as well; its base and
    the second names say so, now that what is built is known.
    """
    work = _without_shared(work)
    outgoing, followed = work.outgoing, work.found
    for _ in range(LOOKS if outgoing is not None else 0):
        assert outgoing is not None
        followed = work.found
        work = replace(work, base=carrier(work).follow(outgoing, work.path, work.base, followed))
        if still_so(work.site, outgoing, work.found):
            break
        work = replace(work, found=sweep(work.site, outgoing, work.rules, baseline=work.baseline))
    if work.base or outgoing is not None:
        carrier(work).remember(work.record.id, work.path, work.base)
        _note_left(work, followed)
    return work


def _without_shared(work: Work) -> Work:
    """What was carried and has become shared since, as somebody made its directory in `shared/`, is a link by now."""
    return replace(work, base={path: one for path, one in work.base.items() if not work.rules.is_shared(path)})


def healed(work: Work) -> Work:
    """What was carried and is gone from the live release by an accident is back in it, and found there."""
    if work.outgoing is None or not work.found.vanished:
        return work
    back = put_back_lost(carrier(work), work.outgoing, work.rules, work.baseline, work.found)
    if not back:
        return work
    work.report.warnings.append(back)
    return replace(work, found=sweep(work.site, work.outgoing, work.rules, baseline=work.baseline))
