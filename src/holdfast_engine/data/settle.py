"""Putting half-made moves of an interrupted operation right, from its journal and what is observed."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any

from holdfast_engine.data.adopt import Adoption
from holdfast_engine.data.adopt_renames import Renaming
from holdfast_engine.data.adopt_sets import Quiet, unwatched
from holdfast_engine.data.carry import Carrying, Told
from holdfast_engine.data.moved import Moved
from holdfast_engine.data.restore import settle_restore
from holdfast_engine.data.seeds import keep_seed, put_away
from holdfast_engine.data.settle_sets import settle_set
from holdfast_engine.data.unshare import Unsharing
from holdfast_engine.fs import attic
from holdfast_engine.fs.discard import drop_copied
from holdfast_engine.fs.place import close_gap, drop_own_link, settle_places
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.reasons import COPIED, MERGED, NEWER, word
from holdfast_engine.site.links import Links


def settle(links: Links, operation: Operation, records: Sequence[Record], *, quiet: Quiet = unwatched) -> Moved:
    """No link waits for an exchange any more and every move that RECORDS began is complete.

    Idempotent. Moves of data always go forward: each leaves the path resolving to its data
    whether the operation around it goes forward or back. What would end beneath a disk that is
    not mounted waits for it.
    """
    moves = [record.facts for record in records if record.kind == MOVE]
    moved = Moved(waiting=[facts["path"] for facts in moves if _waits(links, facts)])
    moves = [facts for facts in moves if not _waits(links, facts)]
    _close_gaps(links, moves)  # first, or what was moved would be taken for what the application removed
    for facts in moves:
        if facts["what"] == "late":
            _settle_late(links, operation, facts)  # first, or what waits would be taken for what came late
        elif facts["what"] in ("aside", "second-name") and "target" in facts:
            settle_set(links, operation, facts)  # first, or what is left of one set would be taken for another's
    for facts in moves:
        _settle_one(links, operation, facts, moved, quiet)
    return moved


_ELSEWHERE = frozenset(
    [
        *("keep", "trash", "merged", "move-in", "move-out", "bring-back", "set-apart"),
        *("take-in", "take-out", "gather", "mend-home"),
    ]
)
"""Moves into the attic, into the trash, and from or to a place outside of the site or one that is none: none of them
waits for a disk of `shared/`.
"""


def _waits(links: Links, facts: dict[str, Any]) -> bool:
    return facts["what"] not in _ELSEWHERE and any(map(links.is_away, (facts["path"], facts.get("old", facts["path"]))))


def _settle_one(links: Links, operation: Operation, facts: dict[str, Any], moved: Moved, quiet: Quiet) -> None:
    if facts["what"] == "displace":
        _drop_waiting(links, RelPath(facts["source"]), RelPath(facts["target"]), facts)
        _bring_rest(links, operation, facts, moved)
        settle_set(links, operation, facts)
    elif facts["what"] == "mend-link":
        _drop_mended(links, RelPath(facts["target"]), facts["text"])
    elif facts["what"] == "seed-update":
        _settle_seed(links, operation, facts)
    elif facts["what"] == "stand-in":
        Carrying(links, operation, RelPath(facts["left"]), RelPath(facts["release"]), Told()).settle(facts)
    elif facts["what"] == "unshare":
        Unsharing(links, operation).settle(facts)
    elif facts["what"] == "restore":
        settle_restore(links, operation, facts)
    elif facts["what"] == "rename" and links.root.has(facts["release"]):
        _end_rename(Renaming(links, operation, RelPath(facts["release"]), facts["wins"], moved, quiet), facts)
    elif facts["what"] in ("adopt", "carry") and links.root.has(facts["release"]):
        _go_on(Adoption(links, operation, RelPath(facts["release"]), facts["wins"], moved, quiet), facts["path"])


def _close_gaps(links: Links, moves: Sequence[dict[str, Any]]) -> None:
    """Where names cannot be exchanged, no path is without its link for a crash between the two renames."""
    gaps: dict[str, dict[str, Any]] = {}
    for facts in moves:
        if facts["what"] == "gap":
            gaps[facts["source"]] = facts
        elif facts["what"] == "gap-closed":
            gaps.pop(facts["source"], None)
    for source, facts in gaps.items():
        close_gap(links.root, source, facts["target"], facts["text"])


_REFUSED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EXDEV)
"""How moving another user's data, a mount point, or a directory of an image (overlayfs) ends: it was not moved, and
every next try would end so too.
"""


def _go_on(adoption: Adoption, path: str) -> None:
    """The path is our link with its data behind it, or still the data itself, served where it stood.

    What may not be moved is left: it must not keep every later command from working (G4, I100).
    """
    try:
        adoption.adopt(path)
    except Problem as problem:
        adoption.moved.unmoved.append((path, f"is where it was: {problem.message}"))
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        adoption.moved.unmoved.append((path, "could not be moved, and is where it was"))


def _end_rename(renaming: Renaming, facts: dict[str, Any]) -> None:
    """What was renamed lies under its new name, or still under the old one, served by its link."""
    settle_places(renaming.links.root, facts["target"], facts["source"])
    try:
        renaming.complete(facts["path"], facts["old"])
    except Problem as problem:
        renaming.moved.unmoved.append((facts["path"], f"is served from where it was: {problem.message}"))
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        renaming.moved.unmoved.append((facts["path"], "could not be renamed, and is served from where it was"))


def _drop_waiting(links: Links, source: RelPath, target: RelPath, facts: dict[str, Any]) -> None:
    """The link that waits in the attic was not exchanged: what it was to displace still stands where it was.

    A journal of an earlier version does not tell of its gaps: nothing in the place of what was displaced is one.
    """
    root, text = links.root, facts["text"]
    if root.link(target) == text and root.link(source) != text:
        drop_own_link(root, target)
    if "gap" not in facts:
        close_gap(root, source, target, text)


def _drop_mended(links: Links, waiting: RelPath, text: str) -> None:
    """No mended link waits for the place of the broken one, which is mended anew with what it came with."""
    if links.root.link(waiting) == text:
        drop_own_link(links.root, waiting)


def _bring_rest(links: Links, operation: Operation, facts: dict[str, Any], moved: Moved) -> None:
    """What was written into a directory while it was merged or copied is served, and not left in the attic (G2)."""
    spot, reason = RelPath(facts["target"]), word(facts["reason"])
    exchanged = links.root.link(RelPath(facts["source"])) == facts["text"]
    adoption = Adoption(links, operation, RelPath(facts["release"]), facts["wins"], moved)
    if exchanged and reason == MERGED and links.root.kind(spot) == "dir":
        adoption.late_arrivals(spot, facts["path"])
    elif exchanged and reason == COPIED:
        adoption.follow_up(spot, facts["path"])


def _settle_late(links: Links, operation: Operation, facts: dict[str, Any]) -> None:
    """What was to change places with a shared file has done so or has not; what it displaced is in the attic."""
    source, waiting = facts["source"], RelPath(facts.get("waiting", facts["source"]))
    left = [settle_places(links.root, waiting, facts["target"]), waiting if waiting != source else None]
    for spot in left:
        if spot is not None and links.root.has(spot) and not drop_copied(links.root, spot, source):
            attic.set_aside(
                links.root, spot, path=facts["path"], operation=operation.name, reason=NEWER, at=operation.at
            )


def _settle_seed(links: Links, operation: Operation, facts: dict[str, Any]) -> None:
    """No seed waits for its place: what was shipped is dropped, what somebody wrote meanwhile is served or kept."""
    waiting = RelPath(facts["target"])
    spare = settle_places(links.root, waiting, facts["source"])
    if spare is not None:
        keep_seed(links, operation, spare, facts["path"])
    if links.root.kind(waiting) == "file":
        put_away(links, operation, facts)
