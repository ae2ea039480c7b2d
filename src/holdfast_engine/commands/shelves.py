"""The attic: list what was displaced, and bring it back."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import Any

from holdfast_engine.commands.agreeing import agreed_question
from holdfast_engine.commands.homing import Homing, Report, baseline_of
from holdfast_engine.commands.lookout import entering, shown
from holdfast_engine.commands.workplace import Workplace, reading
from holdfast_engine.data.moved import COPIED, EQUAL, MERGED
from holdfast_engine.data.old_root import EMPTIED
from holdfast_engine.data.restore import blocked_by, bring_back, look
from holdfast_engine.data.restore_sets import refuse_in_use
from holdfast_engine.fs import attic as shelves
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import belongs_to, companions, is_database
from holdfast_engine.fs.walk import size_of, walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Listener
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.model.sets import LINKED, main_of
from holdfast_engine.state import format as site_format

Ask = Callable[[dict[str, Any]], bool]
_QUIET = (EMPTIED, "a link of another tool stood here")


def attic(request: Request, tell: Listener, _ask: Ask) -> dict[str, Any]:
    """Everything that operations displaced, newest last, with origin and reason."""
    with reading(request, tell) as place:
        return {"entries": [_row(place.root, note) for note in entries(place.root)]}


def entries(root: Root) -> list[dict[str, Any]]:
    """Notes of content that is in the attic now and means something to a person; of a database the one on its main
    file, for the rest comes with it.
    """
    return [note for note in shelves.notes(root) if _means_something(root, note) and not _goes_along(root, note)]


def _goes_along(root: Root, note: dict[str, Any]) -> bool:
    return bool(main_of(note["place"])) and bool(belongs_to(root, note["place"]))


def _means_something(root: Root, note: dict[str, Any]) -> bool:
    """True for content that is nowhere else: a quiet entry speaks up once somebody wrote to it where it lies."""
    place = note["place"]
    if root.kind(place) not in ("file", "dir", "link"):
        return False
    if note["reason"] in (EQUAL, COPIED, MERGED):
        return _differs(root, place, site_format.layout_of(root).in_shared(note["path"]))
    if note["reason"] in _QUIET:
        return any(kind == "file" for _, kind, _ in walk(root, place))
    return True


def _differs(root: Root, place: RelPath, there: RelPath) -> bool:
    """True when a file at or below PLACE is not THERE with the same content."""
    if root.kind(place) != "dir":
        return not same_file(root, place, there)
    files = (RelPath(path) for path, kind, _ in walk(root, place) if kind == "file")
    return any(not same_file(root, place / path, there / path) for path in files)


def _row(root: Root, note: dict[str, Any]) -> dict[str, Any]:
    place = note["place"]
    parts = companions(root, place) if root.kind(place) == "file" and is_database(root, place) else []
    size = sum(size_of(root, place + end)[1] for end in ("", *parts))
    return {
        "operation": note["operation"],
        "path": note["path"],
        "place": str(note["place"]),
        "origin": note["origin"],
        "reason": note["reason"],
        "kind": root.kind(note["place"]),
        "bytes": size,
        "at": note["at"],
    }


def restore(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """The newest version of PATH in the attic is served again; what it replaces is saved in the attic first (G5).

    The request's `release` may name an operation to take it from. The attic keeps its copy.
    """
    with entering(request, tell) as place:
        wanted = _wanted(place, request.path)
        question, note = _question(place, wanted)
        if request.only_plan:
            refuse_in_use(place.bench, look(place.bench, note["place"], wanted))
            return shown(place, question)
        _, note = agreed_question(
            place,
            (question, note),
            lambda: _question(place, wanted),
            ask,
            shown=lambda found: found[0],
            what="the restore",
        )
        source, was_shared = note["place"], _is_shared(place, wanted)
        stands = look(place.bench, source, wanted)
        refuse_in_use(place.bench, stands)
        current = place.survey.current
        served = current is not None and place.bench.is_served(current, wanted)
        facts = {"path": wanted, "source": source, "stands": stands, "served": served, "who": request.who}
        operation = Operation.begin(place.root, "restore", at=request.now, facts=facts)
        try:
            replaced = bring_back(place.bench, operation, source=source, path=wanted, stands=stands)
        except Problem:
            operation.end("undone", at=request.now)  # somebody opened a database a moment ago: all of it is as it was
            raise
        homing = Homing(place, operation, Report())
        if place.survey.current is not None:
            homing.serve(place.survey.current, wanted)
            homing.link_home(place.survey.current, (wanted + end for end in LINKED))
        operation.end("restored", at=request.now)
        saved = [{"path": path, "place": str(spot)} for path, spot in replaced]
        saved += [{"path": row["path"], "place": row["place"]} for row in homing.report.attic]
        warnings = [*homing.report.warnings, *([] if was_shared else _shared_from_now_on(place, wanted))]
        return {"restored": [{"path": wanted, "from": str(source)}], "saved": saved, "warnings": warnings}


def _question(place: Workplace, wanted: RelPath) -> tuple[dict[str, Any], dict[str, Any]]:
    """What would be brought back, and the note of it; refused where the attic does not hold it, or it cannot be put."""
    request = place.request
    found = [
        note for note in entries(place.root) if note["path"] == wanted and request.release in ("", note["operation"])
    ]
    if not found:
        raise Problem(
            "path-missing",
            f"the attic holds no `{wanted}`" + (f" of `{request.release}`" if request.release else ""),
            state="nothing was changed",
            hint=f"`holdfast attic --site {quote(request.site)}` lists what it holds",
        )
    _refuse_blocked(place, wanted)
    return {"command": "restore", "path": wanted, "from": str(found[-1]["place"])}, found[-1]


def _refuse_blocked(place: Workplace, path: RelPath) -> None:
    """`restore-blocked` where a file or a link stands in the way of a directory: it is the newer one, and stays. So it
    is for a part of a database by itself.
    """
    main = main_of(path)
    if main and is_database(place.root, place.bench.layout.in_shared(main)):
        raise Problem(
            "restore-blocked",
            f"`{path}` is a part of the database `{main}`, and is never put back without it",
            state="nothing was changed",
            whereabouts=[place.root.absolute(place.bench.layout.in_shared(main))],
            hint=f"`holdfast restore {quote(main)}` brings back what the attic holds of it, as a whole",
        )
    blocking = blocked_by(place.bench, path)
    if blocking is not None:
        raise Problem(
            "restore-blocked",
            f"`{path}` cannot be put back: `{blocking}` is no directory",
            state="nothing was changed",
            whereabouts=[place.root.absolute(blocking)],
            hint="rename what stands there, then restore again",
        )


def _is_shared(place: Workplace, path: RelPath) -> bool:
    return place.bench.root.has(place.bench.layout.in_shared(path)) or any(
        path.is_within(one.path) for one in place.survey.site.shared
    )


def _shared_from_now_on(place: Workplace, path: RelPath) -> list[str]:
    """What lies in `shared/` is shared: where a release ships PATH, its version is not served any more."""
    baseline = baseline_of(place, place.survey.active)
    if baseline is None or baseline.get(path) is None:
        return []
    undone = f'`[shared] code = ["{path}"]` in holdfast.toml undoes that with the next deploy'
    return [f"`{path}` is shared from now on: what releases ship there is not served any more; {undone}"]


def _wanted(place: Workplace, text: str) -> RelPath:
    """The path that TEXT means: one that the attic holds under this very name, whatever letters it has, else its normal
    form.
    """
    if any(note["path"] == text for note in entries(place.root)):
        return RelPath(text)
    return RelPath.parse(text)
