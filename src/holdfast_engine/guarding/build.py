"""Build commands: they run in the incoming release before any link into `shared/` exists (I73, I74)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Optional

from holdfast_engine.activation.programs import run
from holdfast_engine.fs import attic, census
from holdfast_engine.fs.copy import copy_file
from holdfast_engine.fs.discard import drop_private_copy
from holdfast_engine.guarding.carried_off import brought_home
from holdfast_engine.guarding.hooks import failed
from holdfast_engine.guarding.moments import environment
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import NOTE, Record
from holdfast_engine.model.event import Event
from holdfast_engine.model.layout import ENVIRONMENT
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.site.handle import Site


def served_environment(site: Site, live: Optional[RelPath], to_adopt: Collection[str]) -> RelPath:
    """The `.env` that will be served after the deploy: a detached one of the LIVE release comes home and wins."""
    if live is not None and ENVIRONMENT in to_adopt:
        return live / ENVIRONMENT
    return site.links.layout.in_shared(ENVIRONMENT)


def build(
    adopter: Adopter,
    release: RelPath,
    commands: tuple[str, ...],
    *,
    previous: str,
    lent: RelPath,
) -> None:
    """COMMANDS ran in RELEASE, in order; `build-failed` at the first that ends badly.

    They see a private copy (0600) of the `.env` at LENT, because Next.js and Vite bake values in;
    it is gone afterwards. Nothing in RELEASE leads to data, so a build cannot reach any; what one that knows a path of
    `shared/` by itself moves into RELEASE comes home.
    """
    site, operation, well = adopter.site, adopter.operation, False
    before = census.full(site.root, site.links.layout.shared)
    borrowed = _lend_environment(site, operation, release, lent)
    try:
        for command in commands:
            ran = run(
                command,
                directory=site.root.absolute(release),
                environment={
                    name: value for name, value in environment(site, release, previous).items() if "SHARED" not in name
                },
                hear=lambda line: site.tell(Event("output", "build", line)),
            )
            if not ran.well:
                raise failed(ran, "build-failed")
        well = True
    finally:
        brought_home(adopter, release, before, back=not well)
        if borrowed:
            _take_environment_back(site, operation, release, lent)


def _lend_environment(site: Site, operation: Operation, release: RelPath, source: RelPath) -> bool:
    target = release / ENVIRONMENT
    if site.root.kind(source) != FILE or site.root.has(target):
        return False
    operation.note(lent=source)  # on disk before the copy is made, so that recovery knows it for one
    copy_file(site.root, source, target, mode=0o600, keep_owner=False)
    return True


def take_back_what_was_lent(site: Site, operation: Operation, release: RelPath, history: Sequence[Record]) -> None:
    """No private copy is left in RELEASE of a build that was killed: no secret lies in what is thrown away."""
    lent = [record.facts["lent"] for record in history if record.kind == NOTE and "lent" in record.facts]
    if lent and site.root.kind(release / ENVIRONMENT) == FILE:
        _take_environment_back(site, operation, release, RelPath(lent[-1]))


def _take_environment_back(site: Site, operation: Operation, release: RelPath, lent: RelPath) -> None:
    """A copy that the build changed is no secret to keep in a release: it goes to the attic."""
    target = release / ENVIRONMENT
    if site.root.has(target) and not drop_private_copy(site.root, target, lent):
        reason = "the build changed its private copy of .env"
        attic.set_aside(site.root, target, path=ENVIRONMENT, operation=operation.name, reason=reason, at=operation.at)
        site.notice("build", f"{reason}; the changed copy is in the attic, `shared/.env` is as it was")
