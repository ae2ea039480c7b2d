"""Build commands: they run in the incoming release before any link into `shared/` exists (I73, I74)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Optional

from holdfast_engine.activation.programs import run
from holdfast_engine.commands.carried_off import brought_home
from holdfast_engine.commands.homing import Homing
from holdfast_engine.commands.hooks import environment, failed
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs import attic, census
from holdfast_engine.fs.copy import copy_file
from holdfast_engine.fs.discard import drop_private_copy
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import NOTE, Record
from holdfast_engine.model.event import Event
from holdfast_engine.model.listing import FILE, LINK, Listed, Listing
from holdfast_engine.model.paths import RelPath

ENVIRONMENT = ".env"


def served_environment(place: Workplace, live: Optional[RelPath], homeless: Collection[str]) -> RelPath:
    """The `.env` that will be served after the deploy: a detached one of the LIVE release comes home and wins."""
    if live is not None and ENVIRONMENT in homeless:
        return live / ENVIRONMENT
    return place.bench.layout.in_shared(ENVIRONMENT)


def build(
    homing: Homing,
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
    place, operation, well = homing.place, homing.operation, False
    before = census.full(place.root, place.bench.layout.shared)
    borrowed = _lend_environment(place, operation, release, lent)
    try:
        for command in commands:
            ran = run(
                command,
                directory=place.root.absolute(release),
                environment={
                    name: value for name, value in environment(place, release, previous).items() if "SHARED" not in name
                },
                hear=lambda line: place.tell(Event("output", "build", line)),
            )
            if not ran.well:
                raise failed(ran, "build-failed", place)
        well = True
    finally:
        brought_home(homing, release, before, back=not well)
        if borrowed:
            _take_environment_back(place, operation, release, lent)


def _lend_environment(place: Workplace, operation: Operation, release: RelPath, source: RelPath) -> bool:
    target = release / ENVIRONMENT
    if place.root.kind(source) != FILE or place.root.has(target):
        return False
    operation.note(lent=source)  # on disk before the copy is made, so that recovery knows it for one
    copy_file(place.root, source, target, mode=0o600, keep_owner=False)
    return True


def take_back_what_was_lent(
    place: Workplace, operation: Operation, release: RelPath, history: Sequence[Record]
) -> None:
    """No private copy is left in RELEASE of a build that was killed: no secret lies in what is thrown away."""
    lent = [record.facts["lent"] for record in history if record.kind == NOTE and "lent" in record.facts]
    if lent and place.root.kind(release / ENVIRONMENT) == FILE:
        _take_environment_back(place, operation, release, RelPath(lent[-1]))


def _take_environment_back(place: Workplace, operation: Operation, release: RelPath, lent: RelPath) -> None:
    """A copy that the build changed is no secret to keep in a release: it goes to the attic."""
    target = release / ENVIRONMENT
    if place.root.has(target) and not drop_private_copy(place.root, target, lent):
        reason = "the build changed its private copy of .env"
        attic.set_aside(place.root, target, path=ENVIRONMENT, operation=operation.name, reason=reason, at=operation.at)
        place.notice("build", f"{reason}; the changed copy is in the attic, `shared/.env` is as it was")


def listing_of(place: Workplace, release: RelPath) -> Listing:
    """What a directory of the site holds now, by name, without our own links: they lead to data and are no code.

    What lies in a directory that may not be read is nobody's code to us.
    """
    entries = {
        path: Listed(kind, status.st_size)
        for path, kind, status in walk(place.root, release, unreadable=[])
        if kind != LINK or not place.bench.is_linked(release, path)
    }
    return Listing(entries, lambda path: place.root.read(release / path), lambda path: place.root.link(release / path))


def listing_behind_links(place: Workplace, release: RelPath, shipped: Listing, shared: Collection[str]) -> Listing:
    """What RELEASE holds after commands ran in it that could see its links: at SHARED paths what it SHIPPED, for what
    is listed or read through a link of ours is data, and no rule is made from that.
    """
    now = listing_of(place, release)

    def is_behind(path: str) -> bool:
        here = RelPath(path)
        return path in shared or any(one in shared for one in here.ancestors())

    kept = {path: entry for path, entry in shipped.entries.items() if is_behind(path)}
    seen = {path: entry for path, entry in now.entries.items() if not is_behind(path)}
    return Listing(
        {**seen, **kept},
        lambda path: (shipped if is_behind(path) else now).read(path),
        lambda path: (shipped if is_behind(path) else now).link(path),
    )
