"""The last look before anybody is sent to the release: at what is live, and at every link (G3)."""

from __future__ import annotations

from dataclasses import replace

from holdfast_engine.checks.checklist import accepted
from holdfast_engine.checks.links import links
from holdfast_engine.guarding.hooks import refuse_shrunk
from holdfast_engine.model.plan import REFUSE, Check
from holdfast_engine.model.problem import Problem
from holdfast_engine.persistence.late_sweep import stamps_of_files
from holdfast_engine.persistence.report import warned
from holdfast_engine.persistence.strays import missing_code
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.persistence.wholeness import broken_links, lacking
from holdfast_engine.steps.adopt import brought_again, observed
from holdfast_engine.steps.carry import carried_again
from holdfast_engine.steps.link import target_now
from holdfast_engine.steps.step import Step
from holdfast_engine.steps.work import Outlook, Work


class Verify(Step[Outlook, Work]):
    name = "verify"

    def sentence(self, planned: Outlook) -> str:  # noqa: ARG002
        return "check every link again"

    def run(self, work: Work) -> Work:
        """Strays that came since are home and linked, no data went meanwhile, and every link stands; `links-broken`
        where one does not.
        """
        known, home = work.rules.shared_paths, frozenset(work.report.adopted)
        if work.outlook.runs_commands:
            refuse_shrunk(work.site, work.rules, work.watch)
        work = brought_again(replace(work, to_be_built=False).with_rules())
        if work.found.pending and work.outlook.baseline is None and work.outgoing and work.previous:
            work = observed(work, work.outgoing, work.previous.id)
        came = (work.rules.shared_paths - known) | (frozenset(work.report.adopted) - home)
        work.adopter.link_into(work.path, sorted(came), wins="shared")
        work = carried_again(work)
        work = replace(
            work, record=replace(work.record, shared=work.rules.shared), seen=stamps_of_files(work.site, work.rules)
        )
        _refuse_broken(work)
        return work


def _refuse_broken(work: Work) -> None:
    subject = subject_for(work.site, work.rules, release=work.path)
    checks = accepted(links(subject), subject.accept)
    # no plan can know it before
    work.report.warnings.extend(warned(check for check in checks if check.name == "artifacts-present"))
    broken = [check for check in checks if check.verdict == REFUSE]
    if broken:
        raise broken_links(broken, work.outlook.hooks_before)


class VerifyTarget(Step[Outlook, Work]):
    name = "verify"

    def sentence(self, planned: Outlook) -> str:  # noqa: ARG002
        return "compare it with what it shipped, and check every link"

    def run(self, work: Work) -> Work:
        """Altered code in the target is told; a link that does not stand, or code that is gone, stops the rollback."""
        if work.outgoing is not None:
            work = brought_again(work).with_rules()
            work.adopter.link_into(work.path, sorted(work.rules.shared_paths), wins="shared")
            work = carried_again(work)
        work = replace(work, seen=stamps_of_files(work.site, work.rules))
        shipped, release = work.outlook.shipped, work.record.id
        found = target_now(work)
        work.report.warnings.extend(
            f"`{path}` in release {release} differs from what it shipped" for path in found.displaced
        )
        gone = lacking(work.record, missing_code(work.site, work.path, shipped, work.rules, found=found))
        if gone:
            raise Problem("links-broken", f"`{gone[0]}` of the release would not be served")
        reachable = tuple(one for one in work.rules.shared if not work.site.links.is_away(one.path))
        for check in links(subject_for(work.site, replace(work.rules, shared=reachable), release=work.path)):
            _heed(work, check)
        return work


def _heed(work: Work, check: Check) -> None:
    """What an environment file lacks is told, and keeps nobody from going back."""
    if check.verdict != REFUSE or not check.name.endswith("-linked"):
        return
    if check.name != "environment-linked":
        raise Problem("links-broken", check.why, hint=check.mend)
    work.report.warnings.append(f"{check.why}; {check.mend}")
