"""Finishing what a crash left: called by every command that changes a site, before anything else (G4)."""

from __future__ import annotations

import errno
from shlex import quote
from typing import TYPE_CHECKING, Any, Optional

from holdfast_engine.activation.switch import activate
from holdfast_engine.commands import left_open
from holdfast_engine.commands.undoing import STOPPED, stopped_at, undo
from holdfast_engine.commands.workplace import Workplace, as_before, words
from holdfast_engine.data.restore import bring_back, look
from holdfast_engine.data.settle import settle
from holdfast_engine.databases.sqlite import quiet
from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import drop_scratch
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.journal.verdict import BACK, FORWARD, is_committed, judge
from holdfast_engine.model.event import Event
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.problem import Problem
from holdfast_engine.state import records
from holdfast_engine.state import survey as surveys
from holdfast_engine.state.records import ReleaseRecord

if TYPE_CHECKING:
    from holdfast_engine.commands.homing import Homing


def finish_interrupted(place: Workplace) -> Optional[dict[str, Any]]:
    """Nothing is unfinished any more; returns what was, with the verdict on it, or None."""
    operation = log.unfinished(place.root)
    if operation is None:
        _tidy(place)
        return None
    return finish(place, operation)


def finish(place: Workplace, operation: str, *, own: bool = False) -> dict[str, Any]:
    """OPERATION is completed or undone, as its journal and what is observed decide. Idempotent.

    Moves of data always go forward: each leaves its path resolving to its data. What was not
    switched to is taken away as never having been live; what `current` names never is, whoever
    has switched to it (G11). What an earlier command left is told; of the caller's OWN operation
    the problem that ended it says all.
    """
    history = _history(place, operation)
    current = surveys.current_release(place.root)
    verdict = judge(history, current=current.name if current else None)
    begin = history[0].facts
    if not own:
        place.tell(Event("noticed", "finishing", f"`{operation}` did not end; it is {_WORDS[verdict]} now"))
    stopped = None if own else stopped_at(place, operation, history)
    resumed = Operation.resume(place.root, operation, at=place.request.now)
    if stopped is not None and verdict == BACK:
        resumed.note(**{STOPPED: stopped})
    moved = settle(place.bench, resumed, history, quiet=quiet)
    left_open.remember(place, moved.copied)
    if not own:
        _tell_of(place, history, dict(moved.left))
    if verdict == BACK and begin["command"] == "deploy":  # a rollback's target stays as retired as it was
        undo(place, resumed, history, stopped=stopped)
    elif verdict == FORWARD:
        _complete(place, resumed, begin, history)
    _serve(place, resumed, history)
    resumed.end("completed" if verdict == FORWARD else "undone", at=place.request.now)
    _tidy(place)
    return {"operation": operation, "command": begin["command"], "verdict": verdict}


def _history(place: Workplace, operation: str) -> tuple[Record, ...]:
    """What OPERATION did; `journal-gone` where a hook or a clean-up job took its journal away under it."""
    history = log.read(place.root, operation)
    if history:
        return history
    raise Problem(
        "journal-gone",
        f"the journal of `{operation}` was removed while it was at work, so it can be neither completed nor undone",
        state=f"{as_before(place.refresh())}; what it made so far lies where it lay",
        whereabouts=[place.root.absolute(Layout.releases)],
        hint=f"take out of the hooks what removes `{Layout.state}`, then `holdfast recover --site "
        f"{quote(place.root.path)}`, which registers what is there",
    )


def _serve(place: Workplace, operation: Operation, history: tuple[Record, ...]) -> None:
    """What came home from a release that is not live is to be seen in the one that is."""
    if any(record.kind == MOVE and record.facts["what"] in ("adopt", "carry") for record in history):
        from holdfast_engine.commands.sweeping import serve_finished

        try:
            serve_finished(place, operation, history)
        except Problem as problem:  # it must not keep every later command from working (G4)
            place.notice(problem.code, problem.message, hint=problem.hint)
        except OSError as error:
            if error.errno not in _SHAPES:
                raise
            place.notice("finishing", f"what came home could not be linked: {words(error)}")


def _tell_of(place: Workplace, history: tuple[Record, ...], left: dict[str, str]) -> None:
    """What an interrupted operation brought home, and what of it was LEFT: it could tell nobody any more."""
    moves = (record.facts for record in history if record.kind == MOVE)
    paths = outermost(facts["path"] for facts in moves if facts["what"] in ("adopt", "carry", "late"))
    home = [path for path in paths if not any(RelPath(one).is_within(path) for one in left)]
    if home:
        place.notice("adopt", f"brought home, and served: {', '.join(home)}")
    for path, why in left.items():
        place.notice("adopt", f"`{path}` {why}")


_SHAPES = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EACCES, errno.EPERM)
"""How it ends when a path was given to something else meanwhile, or to somebody else: every next try would end so."""


def _complete(place: Workplace, operation: Operation, begin: dict[str, Any], history: tuple[Record, ...]) -> None:
    """What follows the switch, or the rest of an adoption or a restore. What cannot be done any more is told of and
    left where it lies: it must not keep every later command from working (G4, G7).

    Not so an adoption before its switch: half of it at its place is no site, and each next try goes on with it.
    """
    acts = {"deploy": _go_forward, "rollback": _go_forward, "adopt": _take_on, "restore": _bring_back}
    if begin["command"] not in acts:
        return
    try:
        acts[begin["command"]](place, operation, begin, history)
    except Problem as problem:
        place.notice(problem.code, problem.message, hint=problem.hint)
    except OSError as error:
        if error.errno not in _SHAPES or _is_half_adopted(place, begin):
            raise
        place.notice("finishing", f"not everything could be brought home, and stands where it stood: {words(error)}")


def _is_half_adopted(place: Workplace, begin: dict[str, Any]) -> bool:
    from holdfast_engine.commands.adoptable import leads_to_a_release

    return bool(begin["command"] == "adopt") and not leads_to_a_release(place.root)


_WORDS = {FORWARD: "completed", BACK: "undone", "nothing": "closed"}


def _go_forward(place: Workplace, operation: Operation, begin: dict[str, Any], history: tuple[Record, ...]) -> None:
    """The switch happened: the records follow it and the release that was left is swept. Pruning is
    the next deploy's.
    """
    from holdfast_engine.commands import activating, homing

    record = records.read(place.root, begin["release"])
    if record is None:
        return
    activate(place.root, record.path)  # anew: nobody knows whether the rename that is seen has reached the disk
    done = {entry.facts.get("step") for entry in history if entry.kind == "done"}
    if begin["command"] == "rollback" and "remember" not in done:
        record = record.but(hooks_due=bool(record.settings.get("after_activation")))
    home = homing.Homing(place, operation, homing.Report())
    if is_committed(history):
        activating.mark_active(place, record)
    else:
        _accept_as_live(home, record)
    left = RelPath(begin.get("left", ""))
    if left and left != record.path and place.root.has(left):
        previous = records.read(place.root, begin.get("previous") or "")
        activating.late_sweep(home, left, previous, record.path, seen=activating.seen_before(history))
    if "after" not in done and any(entry.facts.get("step") == "after" for entry in history):
        place.notice(
            "finishing",
            "hooks after the activation may not have run to their end; the next deploy runs them, or you by hand",
        )


def _accept_as_live(home: Homing, record: ReleaseRecord) -> None:
    """Somebody else has switched to a release before it was complete: it is what users see, so it is served as well as
    it can be, and it is never taken for proven (G11).
    """
    from holdfast_engine.commands import activating
    from holdfast_engine.data import baseline as baselines

    place = home.place
    place.notice("finishing", f"`{Layout.current}` was switched to `{record.path}` by somebody else; it stays live")
    status = place.root.lstat(record.path)
    if status is not None and status.st_mode & 0o777 == 0o700:
        durable.set_mode(place.root, record.path, 0o755)
    if baselines.read(place.root, record.id) is None:
        record = record.but(pinned="switched to by hand before its deploy had ended; nothing proves what it shipped")
    activating.mark_active(place, record)
    activating.link_live(home)


def _take_on(place: Workplace, operation: Operation, begin: dict[str, Any], _history: tuple[Record, ...]) -> None:
    """An adoption goes on entry by entry: what it moved is served through links, what it did not is where it was."""
    from holdfast_engine.commands.adopt import Taking

    Taking(place, laid_out=begin["laid_out"]).take(operation, begin["release"])


def _bring_back(place: Workplace, operation: Operation, begin: dict[str, Any], _history: tuple[Record, ...]) -> None:
    """What a restore was to bring back is served, from the attic's own copy, where nobody saved anything since."""
    from holdfast_engine.commands import homing

    source, path = RelPath(begin["source"]), begin["path"]
    current = surveys.current_release(place.root)
    if begin.get("served") and current is not None and not place.bench.is_served(current, path):
        return  # saved anew in the live release since: the newer one, which a deploy or `recover` brings home
    if place.root.has(source):
        stands = begin.get("stands") or look(place.bench, source, path)
        bring_back(place.bench, operation, source=source, path=path, stands=stands)
    if current is not None:
        homing.Homing(place, operation, homing.Report()).serve(current, path)


def _tidy(place: Workplace) -> None:
    """No temporary name of Holdfast's own is left: a waiting `current`, half-written state files."""
    if place.root.link(Layout.state / "current") is not None:
        drop_own_link(place.root, Layout.state / "current")
    for name in place.root.names(Layout.scratch):
        if name.startswith(("own-", "probe-")):
            drop_scratch(place.root, name)
