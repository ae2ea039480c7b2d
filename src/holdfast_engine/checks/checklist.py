"""All checks in their order, and which of them a person may overrule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from holdfast_engine.checks.access import access
from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.checks.continuity import PRESET_NARROWED, continuity
from holdfast_engine.checks.downgrade import NAME as DOWNGRADE
from holdfast_engine.checks.downgrade import downgrade
from holdfast_engine.checks.environment import environment
from holdfast_engine.checks.exposure import NAME as EXPOSURE
from holdfast_engine.checks.exposure import exposure
from holdfast_engine.checks.host import host
from holdfast_engine.checks.layout import NAME as LAYOUT
from holdfast_engine.checks.layout import layout
from holdfast_engine.checks.links import links
from holdfast_engine.checks.links_out import links_out
from holdfast_engine.checks.old_document_root import NAME as OLD_DOCUMENT_ROOT
from holdfast_engine.checks.old_document_root import old_document_root
from holdfast_engine.checks.open_basedir import open_basedir
from holdfast_engine.checks.permissions import rights
from holdfast_engine.checks.php_includes import php_includes
from holdfast_engine.checks.public_html import NAME as PUBLIC_HTML
from holdfast_engine.checks.public_html import public_html
from holdfast_engine.checks.retired import retired
from holdfast_engine.checks.sets import sets
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
    DOWNGRADE,
    EXPOSURE,
    LAYOUT,
    PUBLIC_HTML,
    OLD_DOCUMENT_ROOT,
    "space",
    "inodes",
)
"""Checks, and the guard of hooks, that ask what only a person can know to be meant."""


def checklist(subject: CheckInput) -> tuple[Check, ...]:
    """Every check's word on SUBJECT; nothing is changed."""
    groups = (
        links,
        host,
        rights,
        access,
        continuity,
        environment,
        layout,
        old_document_root,
        exposure,
        public_html,
        retired,
        php_includes,
        links_out,
        open_basedir,
        sets,
        downgrade,
    )
    with subject.root.looking():
        return accepted((check for group in groups for check in group(subject)), subject.accept)


def accepted(checks: Iterable[Check], names: Iterable[str]) -> tuple[Check, ...]:
    """CHECKS, where a refusal of one of NAMES is a warning."""
    return tuple(
        replace(check, verdict=WARN, why=f"accepted: {check.why}", mend="")
        if check.verdict == REFUSE and check.name in names
        else check
        for check in checks
    )


def require_acceptable(names: Iterable[str], among: Sequence[str] = ACCEPTABLE) -> None:
    """`usage` for a name that is no check, or none of those AMONG which a person can overrule one; `path-invalid` for
    what may be empty and cannot be meant.
    """
    names, for_good = tuple(names), f"{DATA_MEMORY}=" if DATA_MEMORY in among else "\0"
    strange = [name for name in names if name not in among and not name.startswith(for_good)]
    may_be_empty(names)
    if strange:
        raise Problem(
            "usage",
            f"`--accept {strange[0]}`: no check of this name can be accepted",
            context=[f"these can: {', '.join(among)}"],
            state="nothing was changed",
            hint="`holdfast checklist` shows what each check says, and how to fix it",
        )
