"""The pipelines of all commands, those included that switch nothing: for these commands, and for recovery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from holdfast_engine.model.paths import RelPath
from holdfast_engine.operations.pipelines import DEPLOY, ROLLBACK
from holdfast_engine.operations.sweep_pipeline import SWEEP
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.steps.activate import ACTIVATE
from holdfast_engine.steps.change_access import Change, ChangeAccess, Changing
from holdfast_engine.steps.leave import BringBack, Forget, MoveOut, OpenAgain, SetApart
from holdfast_engine.steps.leaving import Leave, Leaving
from holdfast_engine.steps.link_script import AdoptForScript, CarryForScript, LinkForScript, RememberForScript
from holdfast_engine.steps.note_shipped import FollowShipped, NoteShipped, Noting, Telling, Unshare
from holdfast_engine.steps.prune import PruneAlone, Pruning
from holdfast_engine.steps.put_back import PutBack, PuttingBack
from holdfast_engine.steps.restore import Restore, Restoring
from holdfast_engine.steps.review import Deciding, Decision, Say, SetAside, ShareNow
from holdfast_engine.steps.revive import Revive, Reviving
from holdfast_engine.steps.script_work import ScriptOutlook, ScriptWork
from holdfast_engine.steps.step import Steps
from holdfast_engine.steps.take_on import Layer, MoveIn, Note, Register, Share, TakeIn, Taking

LINK: Steps[ScriptOutlook, ScriptWork] = (AdoptForScript(), LinkForScript(), CarryForScript(), RememberForScript())
ADOPT: Steps[Layer, Taking] = (Note(), MoveIn(), TakeIn(), Register(), Share())
RESTORE: Steps[RelPath, Restoring] = (Restore(),)
PRUNE: Steps[Sequence[str], Pruning] = (PruneAlone(),)
REVIVE: Steps[Lost, Reviving] = (Revive(),)
PUT_BACK: Steps[Sequence[Lost], PuttingBack] = (PutBack(),)
BASELINE: Steps[Telling, Noting] = (Unshare(), NoteShipped(), FollowShipped())
LEAVE: Steps[Leave, Leaving] = (OpenAgain(), BringBack(), MoveOut(), SetApart(), Forget())
ACCESS: Steps[Change, Changing] = (ChangeAccess(),)
REVIEW: Steps[Decision, Deciding] = (Say(), SetAside(), ShareNow())

PIPELINES: dict[str, Steps[Any, Any]] = {
    "deploy": DEPLOY,
    "rollback": ROLLBACK,
    "sweep": SWEEP,
    "link": LINK,
    "adopt": ADOPT,
    "leave": LEAVE,
    "access": ACCESS,
    "baseline": BASELINE,
    "restore": RESTORE,
    "review": REVIEW,
    "prune": PRUNE,
    "recover": (*REVIVE, *PUT_BACK),
}
"""By the name of the operation, as its journal has it."""


def redone(command: str) -> Steps[Any, Any]:
    """The steps that recovery does again where an operation goes forward: from the switch on, or all of them."""
    steps = PIPELINES.get(command, ())
    at = next((number for number, step in enumerate(steps) if step.name == ACTIVATE), 0)
    return steps[at:]
