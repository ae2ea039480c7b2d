"""All checks in their order."""

from __future__ import annotations

from holdfast_engine.checks.contract import contract
from holdfast_engine.checks.host import host
from holdfast_engine.checks.linkage import linkage
from holdfast_engine.checks.subject import Subject
from holdfast_engine.model.plan import Check


def checklist(subject: Subject) -> tuple[Check, ...]:
    """Every check's word on SUBJECT; nothing is changed."""
    return (*linkage(subject), *host(subject), *contract(subject))
