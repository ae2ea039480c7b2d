"""One adoption of a site, from its agreement to its answer."""

from __future__ import annotations

from shlex import quote
from typing import Any

from holdfast_engine.checks.links_out import told_out
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import UNDOING
from holdfast_engine.model.exposure import take_out
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.operations.adopt_plan import advice
from holdfast_engine.operations.every_pipeline import ADOPT
from holdfast_engine.operations.named_versions import told_was
from holdfast_engine.operations.planned import stamp
from holdfast_engine.operations.recovery import finish
from holdfast_engine.operations.stepping import Timings, all_taken, end_of
from holdfast_engine.persistence import census
from holdfast_engine.persistence.moving_sets import refuse_busy
from holdfast_engine.persistence.report import Report, measured
from holdfast_engine.persistence.review import reviewable
from holdfast_engine.persistence.review_note import to_review
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.site.handle import Site
from holdfast_engine.site.live import leads_to_a_release
from holdfast_engine.steps.step import due
from holdfast_engine.steps.take_on import Layer, Taking


def take_over(site: Site, layer: Layer, *, made: bool = False) -> dict[str, Any]:
    """What lies there is a site; its directory was MADE for it, or stood there before. What fails is undone at once: it
    is the plain directory that it was. A crash leaves half of an adoption, which every next command goes on with; so
    does what fails in another tool's layout.
    """
    if not (layer.laid_out or layer.public_html):
        refuse_busy(site, site.root.names(""))
    name, report = stamp(site.request.now), Report()
    had = {"had_releases": site.root.has(Layout.releases), "had_shared": site.root.has(site.links.layout.shared)}
    taken = {"public_html": layer.public_html, "made_site": made} if layer.public_html else {}
    facts = {"release": name, "laid_out": layer.laid_out, **had, "who": site.request.who, **taken}
    operation = Operation.begin(site.root, "adopt", at=site.request.now, facts=facts)
    work = Taking(site, operation, report, name, layer.public_html, layer.was)
    try:
        _, timings = all_taken(due(ADOPT, layer), work, operation, site.tell)
    except (Problem, OSError, KeyboardInterrupt) as error:
        operation.close()
        if layer.laid_out or (layer.public_html and leads_to_a_release(site.root)):
            raise  # what was live is live: the rest is completed
        give_back(site, operation.name)
        raise _undone(error, site.root.path, layer.public_html) from error
    operation.end("adopted", at=end_of(site.request.now, timings), files=census.files(site))
    return adopted(site, layer, report, timings)


def give_back(site: Site, operation: str) -> None:
    """What the adoption OPERATION moved stands where it stood, and this is no site any more. Noted before it is begun,
    so that what a crash leaves of it goes the same way. OSError leaves it unfinished.
    """
    resumed = Operation.resume(site.root, operation, at=site.request.now)
    resumed.note(**{UNDOING: True})
    resumed.close()
    site.refresh()
    finish(site, operation, own=True)


def _undone(error: BaseException, site: str, public_html: str) -> Problem:
    place = public_html or site
    state = f"undone: `{place}` is a plain directory as before, and every file is in its place"
    if isinstance(error, Problem):
        error.state = state
        return error
    again = take_out(public_html, site) if public_html else f"holdfast adopt {quote(place)}"
    if isinstance(error, KeyboardInterrupt):
        return Problem("interrupted", "interrupted", state=state, hint=again)
    why = words_of(error) if isinstance(error, OSError) else str(error)
    hint = f"fix what the message names, then `{again}`"
    return Problem("step-failed", f"the adoption failed: {why}", state=state, hint=hint)


def adopted(site: Site, layer: Layer, report: Report, timings: Timings) -> dict[str, Any]:
    """The JSON of an adoption that is complete; `unfinished` where `current` leads to no release (G3, G7)."""
    current = site.refresh().current
    if not leads_to_a_release(site.root):
        raise _not_served(site.root)
    live = current.name if current else None
    told = advice(site.root.path, rules_now(site), laid_out=layer.laid_out, public_html=layer.public_html)
    told += told_out(site.root, [site.links.layout.shared, *([current] if current else [])])
    told += to_review(site, reviewable(site))
    told += told_was(layer.was) if layer.was else []
    return {
        "outcome": "adopted",
        "release": live,
        "current": live,
        "was": layer.was.to_json() if layer.was else None,
        "steps": timings,
        "data": measured(site, None, census.files(site), report),
        "warnings": [*report.warnings, *report.unmoved, *told],
        "back": f"holdfast adopt --undo {quote(site.root.path)}",
        "next": f"holdfast plan --site {quote(site.root.path)} --source DIR",
    }


def _not_served(root: Root) -> Problem:
    return Problem(
        "unfinished",
        f"`{root.absolute(Layout.current)}` leads to no release, so the site is not adopted",
        state="nothing is lost: what was moved is in a release and is served through links from its old places",
        whereabouts=[root.absolute(Layout.releases)],
        hint=f"point `current` at the release that should be live, then `holdfast status --site {quote(root.path)}`",
    )
