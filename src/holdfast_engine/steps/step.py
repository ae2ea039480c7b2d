"""What a step is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, Optional, TypeVar

from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import DONE, INTEND, Record
from holdfast_engine.model.plan import PlannedStep
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.report import Report
from holdfast_engine.site import records
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord

P = TypeVar("P")
W = TypeVar("W")


@dataclass(frozen=True)
class Again:
    """What recovery knows of an operation that goes forward: its HISTORY, and the OPERATION under which it goes on."""

    site: Site
    operation: Operation
    history: tuple[Record, ...]

    @property
    def begin(self) -> dict[str, Any]:
        return self.history[0].facts

    @property
    def record(self) -> Optional[ReleaseRecord]:
        """Of the release that is live now because of it, as far as there is one."""
        return records.read(self.site.root, self.begin.get("release") or "")

    @property
    def adopter(self) -> Adopter:
        return Adopter(self.site, self.operation, Report())

    def begun(self, step: str) -> bool:
        return self._has(INTEND, step)

    def done(self, step: str) -> bool:
        return self._has(DONE, step)

    def _has(self, kind: str, step: str) -> bool:
        return any(one.kind == kind and one.facts.get("step") == step for one in self.history)


class Step(Generic[P, W]):
    """One step of a pipeline, planned from P and run on W. It has no state of its own.

    Idempotent, or undone and done again by what it leaves in the journal: a crash may come at any instruction (G4).
    """

    name: str
    lets_users_act = False
    """True where commands of the user's run after the switch: what is live is then looked at as a whole (G11)."""
    only_when_well = False
    """True for what is left out when something after the switch did not end well."""

    def due(self, planned: P) -> bool:  # noqa: ARG002 - most steps always are
        """Whether it is a part of this plan; what is not due is neither shown nor run."""
        return True

    def sentence(self, planned: P) -> str:
        """What a person reads of it in the plan."""
        raise NotImplementedError

    def run(self, work: W) -> W:
        """What is true then is said by each step; WORK is not changed, what came of it is returned."""
        raise NotImplementedError

    def redo(self, again: Again) -> None:
        """A crash came, and the operation goes forward: what this step leaves is there, whether it ran or not."""


Steps = tuple[Step[P, W], ...]


def due(pipeline: Iterable[Step[P, W]], planned: P) -> Steps[P, W]:
    """The steps of PIPELINE that this plan has."""
    return tuple(step for step in pipeline if step.due(planned))


def shown(steps: Iterable[Step[P, W]], planned: P) -> tuple[PlannedStep, ...]:
    """STEPS as a person reads them."""
    return tuple(PlannedStep(step.name, step.sentence(planned)) for step in steps)
