"""What is run once it is agreed to."""

from __future__ import annotations

import time

from holdfast_engine.model.plan import Plan
from holdfast_engine.model.request import Settings
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import settings_of
from holdfast_engine.steps.step import Steps
from holdfast_engine.steps.work import Outlook, Work


@dataclass(frozen=True)
class Planned:
    """The PLAN as it is shown, the STEPS that it names, and the OUTLOOK that both were made from."""

    plan: Plan
    steps: Steps[Outlook, Work]
    outlook: Outlook


def hooks_of(outlook: Outlook, *, unchanged: bool = False) -> dict[str, list[str]]:
    """The user's commands as the plan shows them, in the order in which they run."""
    every = {
        "before_activation": outlook.hooks_before,
        "stop": outlook.stop if outlook.outgoing is not None else (),
        "start": outlook.start,
        "after_activation": outlook.hooks_after,
    }
    return {when: [] if unchanged else list(commands) for when, commands in every.items()}


def notes_on_hooks(outlook: Outlook) -> list[str]:
    """What a person should know before an application is stopped, or is not (G7)."""
    if outlook.outgoing is None:
        return []
    notes = []
    if outlook.stop and not outlook.start:
        notes.append("`[hooks] stop` ends the application, and `start` is not set: nothing starts it if this fails")
    if not outlook.stop and settings_of(outlook.previous, Settings()).stop:
        notes.append("the live release has `[hooks] stop`, this one has none: what is in memory may be saved too late")
    return notes


def stamp(now: float) -> str:
    """A release id: UTC, for people; the counter orders."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
