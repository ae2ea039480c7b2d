"""Releases that are not live and hold what somebody wrote there since they were left."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.model.plan import PASS, WARN, Check
from holdfast_engine.model.words import count

_NAMED = 8


def retired(subject: CheckInput) -> Iterator[Check]:
    """Whether data lies where no request is answered from: only where somebody has looked for it."""
    if subject.strays is not None:
        yield _retired(subject, subject.strays)


def _retired(subject: CheckInput, strays: dict[str, tuple[str, ...]]) -> Check:
    if not strays:
        return Check("retired-releases", PASS, "no release but the live one has new files")
    said = [f"{_first(paths)} in `{release}`" for release, paths in strays.items()]
    why = f"written into a release that is not live, so visitors do not see it: {'; '.join(said)}"
    mend = f"`holdfast sweep --site {quote(subject.root.path)}`, or the next deploy, collects it"
    return Check("retired-releases", WARN, f"{why}; a worker that was not restarted may still run in it", mend)


def _first(paths: tuple[str, ...]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(f"`{path}`" for path in paths[:_NAMED]) + (f" and {count(more, 'more path')}" if more > 0 else "")
