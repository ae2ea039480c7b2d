"""What was written since the last look, wherever it is still written to, is home and served."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.data.found import Found
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence import elsewhere, memory, old_document_root, retired_releases
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.site import records
from holdfast_engine.site.bases import base_of
from holdfast_engine.steps.adopt import strays
from holdfast_engine.steps.carry import carrier, healed
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Sweep(Step[Outlook, Work]):
    """For a site on which nothing is switched: the release to come is the one that is live."""

    name = "sweep"

    def due(self, planned: Outlook) -> bool:
        return bool(planned.found or planned.found.vanished or planned.elsewhere) or _was_replaced(planned)

    def sentence(self, planned: Outlook) -> str:
        return strays(planned.found.count(), len(planned.elsewhere.origins))

    def run(self, work: Work) -> Work:
        """From the live release, and from where it is still written to besides, to be seen in the live one; the site
        knows how much there is.
        """
        site, there, adopter = work.site, work.outlook.elsewhere, work.adopter
        adopter.bring(work.path, work.found, wins="live")
        is_code = old_document_root.shipped(site, work.path, work.baseline)
        if elsewhere.bring_saved(adopter, work.path, there, is_code):
            adopter.bring(work.path, home_only(work.outlook), wins="live")
        elsewhere.bring_left(adopter, there)
        _remember_what_goes_along(healed(work))
        site.refresh()
        work = work.with_rules()
        retired_releases.serve(adopter, work.path, work.rules, work.report.adopted)
        memory.remember(site, work.rules, accept=site.request.accept)
        active = site.survey.active
        if active is not None:
            records.write(
                site.root, replace(active, shared=work.rules.shared)
            )  # so that the next deploy finds nothing new
        return work


def _was_replaced(planned: Outlook) -> bool:
    """True where a carried path is another file than before: the second name must follow, or an accident would bring
    the old one back (G2).
    """
    base = base_of(planned.site, planned.record.id)
    return any(path in base and not base[path].is_still(one) for path, one in planned.found.carried.items())


def _remember_what_goes_along(work: Work) -> None:
    """What stands beside the code of the live release has a second name from now on, and is known there."""
    if work.baseline is None or work.previous is None:
        return
    found = sweep(work.site, work.path, work.rules, baseline=work.baseline)
    carrier(work).remember(work.previous.id, work.path, found.carried)


def home_only(outlook: Outlook) -> Found:
    """What the live release holds that comes home: edits of code stay where they are served. Where nothing tells what
    was shipped, data is what rules name.
    """
    rules, baseline = outlook.rules, outlook.baseline
    found = sweep(outlook.site, outlook.record.path, rules, baseline=baseline)
    shared = rules.shared_paths
    to_adopt = {path: why for path, why in found.to_adopt.items() if baseline is not None or path in shared}
    renamed = {
        path: old for path, old in found.renamed.items() if any(RelPath(path).is_within(top) for top in to_adopt)
    }
    known = baseline is not None
    return replace(
        found,
        to_adopt=to_adopt,
        renamed=renamed,
        to_carry=found.to_carry if known else {},
        carried=found.carried if known else {},
        displaced={},
        leftover_output={},
    )
