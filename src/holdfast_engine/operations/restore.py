"""What a restore brings back, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import Any

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.outward import leads_out
from holdfast_engine.data.programs import holds_program
from holdfast_engine.data.restore import blocked_by, look
from holdfast_engine.data.restore_sets import refuse_in_use
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.sets import is_database
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.reasons import SHIPPED_TOO, sentence, word
from holdfast_engine.model.rules import CARRIED, CODE, UNNAMED
from holdfast_engine.model.sets import main_of
from holdfast_engine.operations.every_pipeline import RESTORE
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.restore import Restoring, at_home
from holdfast_engine.steps.step import shown


def question_of(site: Site, wanted: RelPath) -> tuple[dict[str, Any], dict[str, Any]]:
    """What would be brought back, and the note of it; refused where the attic does not hold it, or it cannot be put."""
    request = site.request
    named = ("operation", "by")  # the one that put it there first, and the last to put the same there again
    found = [
        note
        for note in entries(site.root)
        if note["path"] == wanted and request.release in ("", *(note.get(word) for word in named))
    ]
    if not found:
        raise Problem(
            "path-missing",
            f"the attic has no `{wanted}`" + (f" of `{request.release}`" if request.release else ""),
            state="nothing was changed",
            hint=f"`holdfast attic --site {quote(request.site)}` lists what it has",
        )
    newest = (_of_the_server(found) or found)[-1]
    _refuse_blocked(site, wanted, newest["place"])
    question = {
        "command": "restore",
        "path": wanted,
        "from": str(newest["place"]),
        "why": sentence(newest["reason"]),
        "at": newest["at"],
        "steps": [one.to_json() for one in shown(RESTORE, wanted)],
        "notes": _until_the_next_deploy(site, wanted, newest["place"], home_of(site, wanted, newest["place"])),
    }
    return question, newest


def _of_the_server(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """FOUND without what a release shipped: whoever names no operation looks for what was written here (G2)."""
    return [note for note in found if word(note["reason"]) != SHIPPED_TOO]


def restored(site: Site, wanted: RelPath, source: RelPath) -> dict[str, Any]:
    """SOURCE in the attic is served at the path that is WANTED; what it replaces is in the attic (G5)."""
    home = home_of(site, wanted, source)
    links, report = at_home(site, home), Report()
    was_shared, stands = bool(home) or _is_shared(site, wanted), look(links, source, wanted)
    refuse_in_use(links, stands)
    current = site.survey.current
    served = current is not None and site.links.is_served(current, wanted)
    facts = {
        "path": wanted,
        "source": source,
        "stands": stands,
        "served": served,
        "who": site.request.who,
        "home": home,
    }
    operation = Operation.begin(site.root, "restore", at=site.request.now, facts=facts)
    try:
        work = Restoring(site, operation, report, wanted, source, stands, home)
        work, timings = all_taken(RESTORE, work, operation, site.tell)
    except Problem:
        operation.end("undone", at=site.request.now)  # somebody opened a database a moment ago: all of it is as it was
        raise
    operation.end("restored", at=end_of(site.request.now, timings))
    saved = [{"path": path, "place": str(spot)} for path, spot in work.replaced]
    saved += [{"path": row["path"], "place": row["place"]} for row in report.attic]
    told = _until_the_next_deploy(site, wanted, source, home) if was_shared else _shared_from_now_on(site, wanted)
    warnings = [*report.warnings, *told]
    from_ = [{"path": wanted, "from": str(source)}]
    return {"restored": from_, "saved": saved, "steps": timings, "warnings": warnings}


def home_of(site: Site, path: RelPath, source: RelPath) -> RelPath:
    """The live release where SOURCE, which lies in the attic, is none of the shared data at PATH: a program, a page, a
    single file beside code is put back as what it was, a real file. Empty for what belongs into `shared/`.
    """
    live, kind = site.survey.current, site.root.kind(source)
    if live is None or site.root.kind(live) != DIR or _is_shared(site, path) or is_database(site.root, source):
        return RelPath("")
    care, _ = rules_now(site).classifier.stray_target(path, kind or FILE)
    beside_code = care in (CARRIED, CODE) or (care == UNNAMED and (kind != DIR or holds_program(site.root, source)))
    return live if beside_code else RelPath("")


def _refuse_blocked(site: Site, path: RelPath, source: RelPath) -> None:
    """`restore-blocked` where a file or a link stands in the way of a directory, in `shared/` or in the release that
    SOURCE goes back to: it is the newer one, and stays. So it is for a part of a database by itself.
    """
    main = main_of(path)
    if main and is_database(site.root, site.links.layout.in_shared(main)):
        raise Problem(
            "restore-blocked",
            f"`{path}` is a part of the database `{main}`, and is only put back together with it",
            state="nothing was changed",
            whereabouts=[site.root.absolute(site.links.layout.in_shared(main))],
            hint=f"`holdfast restore {quote(main)} --site {quote(site.request.site)}` brings back all of it that the "
            "attic holds",
        )
    links = at_home(site, home_of(site, path, source))
    blocking = site.links.layout.in_shared(path) if leads_out(site.links, path) else blocked_by(links, path)
    if blocking is not None:
        raise Problem(
            "restore-blocked",
            f"`{path}` cannot be put back: `{blocking}` is {_what_blocks(site, blocking)}",
            state="nothing was changed",
            whereabouts=[site.root.absolute(blocking)],
            hint="rename what is there, then restore again",
        )


def _what_blocks(site: Site, blocking: RelPath) -> str:
    text = site.root.link(blocking)
    return f"a link to `{text}`" if text else "no directory"


def _is_shared(site: Site, path: RelPath) -> bool:
    return site.links.root.has(site.links.layout.in_shared(path)) or any(
        path.is_within(one.path) for one in site.survey.site.shared
    )


def _shared_from_now_on(site: Site, path: RelPath) -> list[str]:
    """What lies in `shared/` is shared: where a release ships PATH, its version is not served any more."""
    baseline = baseline_of(site, site.survey.active)
    if baseline is None or baseline.get(path) is None:
        return []
    undone = f'`[shared] code = ["{path}"]` in holdfast.toml undoes that with the next deploy'
    return [f"`{path}` is shared from now on: what releases ship there is no longer served; {undone}"]


def _until_the_next_deploy(site: Site, path: RelPath, source: RelPath, home: RelPath) -> list[str]:
    """What is put back into HOME, in the place of a shipped file, is an edit of it, and gives way as any other, unless
    somebody says that it stays.
    """
    baseline = baseline_of(site, site.survey.active)
    shipped = baseline.get(path) if baseline is not None and home else None
    if shipped is None or shipped.kind != FILE or site.survey.site.reviewed.of(path) is not None:
        return []
    if site.root.kind(source) == FILE and digest_of(site.root, source) == shipped.digest:
        return []
    keep = f"`holdfast review keep {quote(path)} --site {quote(site.request.site)}` afterwards keeps this one"
    return [f"releases ship `{path}`: the next deploy serves theirs again; {keep}"]


def wanted_path(site: Site, text: str) -> RelPath:
    """The path that TEXT means: one that the attic holds under this very name, whatever letters it has, else its normal
    form.
    """
    if any(note["path"] == text for note in entries(site.root)):
        return RelPath(text)
    return RelPath.parse(text)
