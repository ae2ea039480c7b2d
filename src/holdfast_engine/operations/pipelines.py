"""The one list of steps of each command: planned, shown, run, timed, journalled and recovered from."""

from __future__ import annotations

from holdfast_engine.steps.activate import ACTIVATE, Activate
from holdfast_engine.steps.adopt import Adopt
from holdfast_engine.steps.build import Build
from holdfast_engine.steps.carry import Carry
from holdfast_engine.steps.fetch import Fetch
from holdfast_engine.steps.hooks import HooksAfter, HooksBefore
from holdfast_engine.steps.late_sweep import LateSweep
from holdfast_engine.steps.link import Link, LinkTarget
from holdfast_engine.steps.old_document_root import CloseDown
from holdfast_engine.steps.prune import Prune
from holdfast_engine.steps.public_html import Clear, Fill
from holdfast_engine.steps.remember import Remember
from holdfast_engine.steps.seal import Seal
from holdfast_engine.steps.step import Steps
from holdfast_engine.steps.stop import Start, Stop
from holdfast_engine.steps.verify import Verify, VerifyTarget
from holdfast_engine.steps.work import Outlook, Work

DEPLOY: Steps[Outlook, Work] = (
    Fetch(),
    Build(),
    Adopt(),
    Link(),
    Carry(),
    HooksBefore(),
    Seal(),
    Stop(),
    Verify(),
    Fill(),
    Activate(),
    Start(),
    Remember(),
    HooksAfter(),
    LateSweep(),
    Clear(),
    CloseDown(),
    Prune(),
)
ROLLBACK: Steps[Outlook, Work] = (
    Adopt(),
    LinkTarget(),
    Carry(),
    Stop(),
    VerifyTarget(),
    Fill(),
    Activate(),
    Start(),
    Remember(),
    HooksAfter(),
    LateSweep(),
    Clear(),
)


def parted(steps: Steps[Outlook, Work]) -> tuple[Steps[Outlook, Work], Steps[Outlook, Work]]:
    """STEPS up to the switch, and those after it; all of them where nothing is switched."""
    at = next((number for number, step in enumerate(steps, start=1) if step.name == ACTIVATE), len(steps))
    return steps[:at], steps[at:]
