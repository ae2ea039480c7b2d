"""What `recover` finds, asks about and puts back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from shlex import quote
from typing import Any, Optional

from holdfast_engine.checks.data_memory import lost, words
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Ask
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.memory import DATA_MEMORY, Missing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.words import count
from holdfast_engine.operations.agree import Proposal, as_shown, asking
from holdfast_engine.operations.every_pipeline import PUT_BACK, REVIVE
from holdfast_engine.operations.look import shown
from holdfast_engine.operations.missing_rows import found_rows, missing_rows
from holdfast_engine.operations.revive import wanted
from holdfast_engine.operations.stepping import all_taken, end_of
from holdfast_engine.persistence.fewer import fewer
from holdfast_engine.persistence.lost import Lost
from holdfast_engine.persistence.lost_data import search
from holdfast_engine.persistence.lost_in_attic import other_versions
from holdfast_engine.persistence.missing import missing
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.unrecorded import unrecorded
from holdfast_engine.persistence.vanished import deleted_here
from holdfast_engine.persistence.way_back import as_owner
from holdfast_engine.site.handle import Site
from holdfast_engine.site.whose import who
from holdfast_engine.steps.put_back import PuttingBack
from holdfast_engine.steps.step import shown as shown_steps


def missing_directories(site: Site) -> list[RelPath]:
    """Directories that are shared and were removed: who uploads needs one. Nothing is made where `shared/` holds
    nothing at all: there a disk belongs, and what is written under its mount point is hidden when it comes back.
    """
    root, layout = site.root, site.links.layout
    shared = [layout.in_shared(one.path) for one in rules_now(site).shared if one.kind == DIR]
    return [path for path in shared if not root.has(path)] if root.names(layout.shared) else []


def data_missing(site: Site, gone: tuple[Missing, ...], answer: dict[str, Any]) -> Problem:
    """Everything that could be found is back, and counted files are missing all the same: a person has to know."""
    files = sum(one.files_then - one.files_now for one in gone)
    first = next((copy["command"] for row in answer["missing"] for copy in row["copies"]), "")
    copies = f"`{first}` brings the first copy back; " if first else ""
    problem = Problem(
        "data-missing",
        f"{count(files, 'file')} of users' data {'is' if files == 1 else 'are'} missing, and no copy that can be put "
        "back by itself was found",
        context=[lost(one) for one in gone],
        state=f"{'what was found is back' if answer['restored'] else 'nothing was put back'}; the live release serves "
        "what there is",
        whereabouts=[site.root.absolute(site.links.layout.shared)],
        hint=f"{copies}mount what is not mounted, or put the files back from a backup, then `holdfast checklist --site "
        f"{quote(site.root.path)}`; if they were deleted on purpose, deploy with `--accept {DATA_MEMORY}`",
    )
    problem.answer = answer
    return problem


def planned(site: Site, *, lost_state: bool) -> dict[str, Any]:
    """What would be found and put back, by records that are not written."""
    if lost_state:
        every = sorted((*site.survey.releases, *unrecorded(site)), key=lambda record: record.counter)
        site.survey = replace(site.survey, releases=tuple(every))
    rules = rules_now(site)
    found = [*wanted(site), *search(site, rules)]
    return shown(site, question_of(site, found, missing(site, rules), missing_directories(site)))


def question_of(
    site: Site, found: Sequence[Lost], gone: tuple[Missing, ...], absent: Sequence[RelPath] = ()
) -> dict[str, Any]:
    """What is found, what is missing and where copies of it lie, and which directories of `shared/` are ABSENT and made
    anew; what to type for each.
    """
    notes = [*(lost(one) for one in gone), *(f"`{path}` is missing, and is created again, empty" for path in absent)]
    notes += [
        f"{words(one)}: what was deleted there is in a backup alone"
        for one in fewer(site, rules_now(site), but=[one.path for one in gone])
    ]
    notes += deleted(site, but={one.path for one in found})
    notes += [] if notes or found else ["no lost data was found"]
    notes += beside(site)
    steps = _steps(found, absent)
    return {
        "command": "recover",
        "who": who(site.root.path),
        "found": found_rows(site, found),
        "missing": missing_rows(site, gone),
        "made": list(absent),
        "steps": steps,
        "notes": notes,
    }


def beside(site: Site) -> list[str]:
    """What is no loss, and may be what a person looks for all the same: a file with the content of yesterday."""
    number = other_versions(site)
    if not number:
        return []
    what = f"{count(number, 'other version')} of what is served"
    return [f"`{as_owner(site, 'attic')}` lists {what}: that is no loss"]


def deleted(site: Site, *, but: Collection[str] = ()) -> list[str]:
    """What went beside the code since the last look, BUT what was found and comes back: by somebody's wish as far as
    anybody can know, and kept.
    """
    sweep = as_owner(site, "sweep")
    return [
        f"`{path}` was deleted from the live release, and is kept ({count(files, 'file')}): `{sweep}`, then "
        f"`{as_owner(site, f'restore {quote(path)}')}` brings it back"
        for path, files in deleted_here(site, rules_now(site)).items()
        if path not in but
    ]


def _steps(found: Sequence[Lost], absent: Sequence[RelPath]) -> list[dict[str, str]]:
    """What would be done: a release made live, the others put back."""
    revived = [one for one in found if one.action == "activate"]
    rest = [one for one in found if one.action not in ("activate", "listed")]
    steps = shown_steps(REVIVE, revived[0]) if revived else ()
    return [one.to_json() for one in (*steps, *(shown_steps(PUT_BACK, rest) if rest or absent else ()))]


def agreed_findings(site: Site, ask: Ask) -> Sequence[Lost]:
    """What is put back as a person, or `--yes`, said: what was found last (H1); `declined` for a no."""

    def look() -> Proposal[Sequence[Lost]]:
        rules = rules_now(site)
        found = search(site, rules)
        absent = missing_directories(site)
        quiet = not absent and all(one.action == "listed" for one in found)
        return as_shown(found, question_of(site, found, missing(site, rules), absent), quiet=quiet)

    return asking(site, ask, "putting the data back").agree(look)


def agreed_to_revive(site: Site, ask: Ask) -> Sequence[Lost]:
    """Nothing is looked for in a release that is not there: what else is missing is asked for once one is live."""

    def look() -> Proposal[Sequence[Lost]]:
        found = wanted(site)
        return as_shown(found, question_of(site, found, ()), quiet=not found)

    return asking(site, ask, "making a release live").agree(look)


def put_back(site: Site, found: Sequence[Lost], report: Report) -> tuple[Lost, ...]:
    """FOUND, each with whether it is back in its place."""
    facts = {"release": None, "who": site.request.who}
    operation = Operation.begin(site.root, "recover", at=site.request.now, facts=facts)
    work, timings = all_taken(PUT_BACK, PuttingBack(site, operation, report, tuple(found)), operation, site.tell)
    operation.end("recovered", at=end_of(site.request.now, timings))
    return work.found


def answer_of(
    site: Site,
    interrupted: Optional[dict[str, Any]],
    found: Sequence[Lost],
    report: Report,
    gone: tuple[Missing, ...],
) -> dict[str, Any]:
    """What was found and done; GONE is what is missing in spite of it."""
    return {
        "finished": interrupted,
        "found": found_rows(site, found),
        "restored": sum(one.done for one in found),
        "attic": report.attic,
        "missing": missing_rows(site, gone),
        "notes": [*deleted(site), *beside(site)],
        "warnings": [*report.warnings, *report.unmoved, *(lost(one) for one in gone)],
    }
