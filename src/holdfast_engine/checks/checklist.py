"""All checks in their order, and which of them a person may overrule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from holdfast_engine.checks.beside import beside
from holdfast_engine.checks.contract import PRESET_NARROWED, contract
from holdfast_engine.checks.doorway import doorway
from holdfast_engine.checks.environment import environment
from holdfast_engine.checks.exposure import NAME as EXPOSURE
from holdfast_engine.checks.exposure import exposure
from holdfast_engine.checks.host import host
from holdfast_engine.checks.linkage import linkage
from holdfast_engine.checks.retired import retired
from holdfast_engine.checks.sets import sets
from holdfast_engine.checks.subject import Subject
from holdfast_engine.model.memory import DATA_MEMORY, DATA_SHRANK, SHARED_IDENTITY, may_be_empty
from holdfast_engine.model.plan import REFUSE, WARN, Check
from holdfast_engine.model.problem import Problem

ACCEPTABLE = (
    "environment-linked",
    "environment-keys",
    "environment-shrunk",
    "environment-secrets",
    "database-identity",
    SHARED_IDENTITY,
    DATA_MEMORY,
    DATA_SHRANK,
    "sets",
    PRESET_NARROWED,
    EXPOSURE,
    "space",
    "inodes",
)
"""Checks, and the guard of hooks, that ask what only a person can know to be meant."""


def checklist(subject: Subject) -> tuple[Check, ...]:
    """Every check's word on SUBJECT; nothing is changed."""
    groups = (linkage, host, contract, environment, doorway, exposure, retired, beside, sets)
    return accepted((check for group in groups for check in group(subject)), subject.accept)


def accepted(checks: Iterable[Check], names: Iterable[str]) -> tuple[Check, ...]:
    """CHECKS, where a refusal of one of NAMES is a warning."""
    return tuple(
        replace(check, verdict=WARN, why=f"accepted: {check.why}", mend="")
        if check.verdict == REFUSE and check.name in names
        else check
        for check in checks
    )


def require_acceptable(names: Iterable[str]) -> None:
    """`usage` for a name that is no check, or one that nobody can overrule; `path-invalid` for what may be empty and
    cannot be meant.
    """
    names = tuple(names)
    strange = [name for name in names if name not in ACCEPTABLE and not name.startswith(f"{DATA_MEMORY}=")]
    may_be_empty(names)
    if strange:
        raise Problem(
            "usage",
            f"`--accept {strange[0]}`: that is no check whose refusal can be accepted",
            context=[f"these can: {', '.join(ACCEPTABLE)}"],
            state="nothing was changed",
            hint="`holdfast checklist` shows what each check says, and its mend",
        )
