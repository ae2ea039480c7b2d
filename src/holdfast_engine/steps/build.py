"""The build commands ran in the incoming release."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.data import baseline as baselines
from holdfast_engine.guarding.build import build, served_environment
from holdfast_engine.model.words import count
from holdfast_engine.persistence.outgoing import look_at_live
from holdfast_engine.persistence.shipped import listing_of
from holdfast_engine.steps.shipped import note_what_is_shipped
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Build(Step[Outlook, Work]):
    name = "build"

    def due(self, planned: Outlook) -> bool:
        return bool(planned.builds)

    def sentence(self, planned: Outlook) -> str:
        return f"run {count(len(planned.builds), 'build command')} there, before the data is linked"

    def run(self, work: Work) -> Work:
        """Every build command ran. What it made is code, whatever the plan took it for (data.md), and written down as
        such; digests that were taken before it say nothing any more.
        """
        outlook = work.outlook
        lent = served_environment(work.site, work.outgoing, outlook.found.to_adopt)
        build(work.adopter, work.path, outlook.builds, previous=work.previous_path, lent=lent)
        built = replace(work, digests={}, to_be_built=bool(outlook.hooks_before))
        built = built.with_rules(listing_of(work.site, work.path))
        shipped = note_what_is_shipped(built)
        return _looked_anew(replace(built, digests=baselines.untouched(work.site.root, work.path, shipped)))


def _looked_anew(work: Work) -> Work:
    """Now it is known what the build makes."""
    outgoing = work.outgoing
    if outgoing is None or work.site.root.kind(outgoing) != "dir":
        return work
    found = look_at_live(work.site, work.outlook.source, work.rules, work.baseline, unbuilt=work.to_be_built)
    return replace(work, found=found, before=work.outlook.files_before(found))
