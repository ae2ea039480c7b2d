"""What appeared lost is back in its place, without anything overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.restore import blocked_by, bring_back
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import count
from holdfast_engine.persistence import elsewhere, old_document_root
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.carrier import Carrier
from holdfast_engine.persistence.late_sweep import link_live
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.lost_data import search
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import opened
from holdfast_engine.site.live import follow
from holdfast_engine.steps.step import Step


@dataclass(frozen=True)
class PuttingBack:
    """One put-back under way, of what was FOUND; after it each is told with whether it is DONE."""

    site: Site
    operation: Operation
    report: Report
    found: tuple[Lost, ...]

    @property
    def adopter(self) -> Adopter:
        return Adopter(self.site, self.operation, self.report)


class PutBack(Step[Sequence[Lost], PuttingBack]):
    name = "put-back"

    def sentence(self, planned: Sequence[Lost]) -> str:
        number = sum(one.action != "listed" for one in planned)
        what = f"put {count(number, 'path')} back" if number else "create the directories that are missing in `shared/`"
        return f"{what}; overwrite nothing"

    def run(self, work: PuttingBack) -> PuttingBack:
        """Each finding in its order: the live release first, so that what is seen now wins over what is older. Where
        that lets a directory be shared as a whole, a second round links it so: run again, `recover` finds nothing more
        to do.
        """
        done = _brought(work, work.found)
        _brought(
            work, [one for one in search(work.site, rules_now(work.site)) if one.action in ("adopt", "carry", "link")]
        )
        follow(work.site)
        return replace(work, found=done)


def _brought(work: PuttingBack, found: Sequence[Lost]) -> tuple[Lost, ...]:
    saved = _bring_saved(work, found)
    every = tuple(replace(one, done=one.done or _is_brought(work, one, saved)) for one in found)
    link_live(work.adopter)
    return every


def _is_brought(work: PuttingBack, one: Lost, saved: bool) -> bool:  # noqa: FBT001
    live = work.site.survey.current
    if one.action == "adopt" and not one.release:
        return saved
    if one.action == "carry" and live is not None:
        return _is_carried(work, one, live)
    if one.action == "link" and one.old and live is not None:
        return _is_called_as_before(work, one, live)
    if one.action in ("adopt", "link"):
        renamed = {one.path: one.old} if one.old else {}
        work.adopter.bring(one.release, Found(to_adopt={one.path: one.what}, renamed=renamed), wins=one.wins)
        if live is not None:
            work.adopter.link_into(live, [one.path])
        return True
    return one.action == "copy" and _is_copied_back(work, one)


def _is_called_as_before(work: PuttingBack, one: Lost, live: RelPath) -> bool:
    """The link stands in LIVE where the application looks for its data, and no more where it was renamed to: a crash
    in between leaves both.
    """
    site, renamed = work.site, live / one.old
    work.adopter.link_into(live, [one.path])
    if site.links.is_served(live, one.path) and site.root.link(renamed) == site.links.text(live, one.path):
        with opened(site.root, [renamed.parent]):
            drop_own_link(site.root, renamed)
    return site.links.is_served(live, one.path)


def _is_carried(work: PuttingBack, one: Lost, live: RelPath) -> bool:
    """It stands in LIVE: from a release that is not live, or by its second name, which all that went with it has."""
    site, left = work.site, RelPath(one.place[: -len(one.path) - 1])
    carrier, active = Carrier(site, work.operation, work.report), site.survey.active
    if left == Layout.second_names and active is not None:
        base = base_of(site, active.id)
        return bool(carrier.put_back(live, [path for path in base if RelPath(path).is_within(one.path)], base))
    carrier.bring_one(left, live, one.path)
    return site.root.has(live / one.path)


def _bring_saved(work: PuttingBack, found: Sequence[Lost]) -> bool:
    """What was saved in document roots, before the live release is looked through: some of it lies there now."""
    site, live, baseline = work.site, work.site.survey.current, baseline_of(work.site, work.site.survey.active)
    every = [one for one in found if one.action == "adopt" and not one.release]
    if live is None or not every:
        return False
    saved = {one.path: one.what for one in every if one.place == one.path}
    pages = {one.path: one.what for one in every if one.path not in saved}
    is_code = old_document_root.shipped(site, live, baseline)
    elsewhere.bring_saved(work.adopter, live, elsewhere.Elsewhere(saved=saved, pages=pages), is_code)
    if baseline is not None:
        again = sweep(site, live, rules_now(site), baseline=baseline).to_adopt
        work.adopter.bring(live, Found(again), wins="live")
    return True


def _is_copied_back(work: PuttingBack, one: Lost) -> bool:
    """A copy from the attic stands in `shared/`, where nothing stood, and is served; the attic keeps its own."""
    site, there = work.site, work.site.links.layout.in_shared(one.path)
    free = not site.root.has(there) and blocked_by(site.links, one.path) is None
    if free:
        bring_back(site.links, work.operation, source=one.place, path=one.path, stands={one.path: None})
    if site.survey.current is not None:
        work.adopter.serve(site.survey.current, one.path)
    return free
