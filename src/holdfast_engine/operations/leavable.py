"""How a site can be left, and what speaks against it: looked at before anything is changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from shlex import quote
from typing import Any

from holdfast_engine.checks.permissions import permissions
from holdfast_engine.fs.document_roots import leading_through
from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.walk import links_below
from holdfast_engine.journal import log
from holdfast_engine.journal.record import END, MOVE
from holdfast_engine.model.exposure import is_flat
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.problem import UNCHANGED, Problem
from holdfast_engine.operations.adoptable import free_place
from holdfast_engine.operations.leave_home import home_of, refuse_another, refuse_home
from holdfast_engine.persistence.measuring import is_sealed
from holdfast_engine.persistence.open_again import sealed
from holdfast_engine.persistence.set_apart import foreseen
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.site import document_root
from holdfast_engine.site.handle import Site
from holdfast_engine.steps.leaving import BEFORE, LAYOUT, PLAIN, Leave

UNDO, KEEP_CURRENT = "undo", "keep-current"
_LEFT = "left"


def how_to_leave(site: Site) -> Leave:
    """The leaving that is meant, and possible. `deployed-since` where an adoption is to be undone that is one no more,
    `leave-impossible` or `checklist-refused` where a plain directory cannot be made.
    """
    words, live = site.request.words, site.survey.current
    undone = _since_adoption(site)
    if UNDO in words and not undone:
        raise _deployed_since(site)
    begin = _adoption(site)[0]
    refuse_another(site, begin)
    home = home_of(site, begin)
    adopted = document_root.OPTION in site.survey.site.options or _was_current(site) or bool(home)
    how = next((word for word in (PLAIN, LAYOUT) if word in words), "") or _usual(undone, adopted=adopted)
    if how != LAYOUT and live is None:
        raise _impossible(site, "`current` leads to no release", [site.root.absolute(Layout.current)])
    rules = rules_now(site)
    leave = _looked_at(site, how, live or RelPath(""), undone if how != LAYOUT else (), adopted=adopted)
    if home and how == PLAIN:
        refuse_home(site, home, leave.release)
        way = os.path.relpath(os.path.realpath(home), os.path.realpath(site.root.path))
        leave = replace(leave, home=home, home_from_site=way)
    if how != LAYOUT:
        _refuse_mounts(site, leave)
        _refuse_immovable(site, rules, leave)
    return replace(leave, **_place(site, rules, leave))


def _usual(undone: tuple[str, ...], *, adopted: bool) -> str:
    """A plain directory where that was adopted, and a layout where that was: as before while nothing was deployed."""
    if adopted:
        return PLAIN
    return BEFORE if undone else LAYOUT


def _looked_at(site: Site, how: str, live: RelPath, undone: tuple[str, ...], *, adopted: bool) -> Leave:
    begin, plain = _adoption(site)[0], how == PLAIN
    return Leave(
        how=how,
        live=live,
        place="",
        beside=False,
        undone=undone,
        was_current=plain and _was_current(site),
        keeps_current=plain and (KEEP_CURRENT in site.request.words or not adopted or bool(needing_current(site))),
        had_releases=bool(begin.get("had_releases")),
        had_shared=bool(begin.get("had_shared")),
        made_site=bool(begin.get("made_site")),
        sealed=any(True for _ in sealed(site, live=live, live_alone=plain)),
        left=tuple(foreseen(site, live, plain=plain)),
    )


def needing_current(site: Site) -> list[str]:
    """What leads through `current`, and would lead nowhere without it: visitors come that way (G3)."""
    return leading_through(site.root.absolute(Layout.current))


def _was_current(site: Site) -> bool:
    """True where the application lay in a directory called `current` before it was adopted."""
    return any((one["what"], one["path"]) == ("move-in", Layout.current) for one in _adoption(site)[1])


def _adoption(site: Site) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the adoption of this site said as it began, and its moves; nothing where it was made by a deploy."""
    name = next((one for one in log.operations(site.root) if log.command_of(site.root, one) == "adopt"), None)
    records = log.read(site.root, name) if name else ()
    return (records[0].facts if records else {}), [one.facts for one in records if one.kind == MOVE]


def _since_adoption(site: Site) -> tuple[str, ...]:
    """The operations since this site was adopted, that one first; none where it was not, or a release came since."""
    if not site.survey.releases or any(record.activated and is_sealed(record) for record in site.survey.releases):
        return ()
    names = log.operations(site.root)
    ended = [one for one in names if _ended(site, one) == "adopted"]
    return tuple(names[names.index(ended[-1]) :]) if ended else ()


def _ended(site: Site, operation: str) -> str:
    """How OPERATION ended; an adoption that a crash cut short is adopted once it is completed."""
    records = log.read(site.root, operation)
    ends = records[-1].facts["outcome"] if records and records[-1].kind == END else ""
    completed = ends == "completed" and records[0].facts["command"] == "adopt"
    return "adopted" if completed else str(ends)


def _deployed_since(site: Site) -> Problem:
    where = quote(site.root.path)
    return Problem(
        "deployed-since",
        f"`{site.root.path}` was not adopted, or something was deployed since, so there is no adoption to undo",
        state=UNCHANGED,
        hint=f"`holdfast leave --site {where}` gives the site back as it is now",
    )


def _impossible(site: Site, why: str, where: list[str]) -> Problem:
    return Problem(
        "leave-impossible",
        f"the site cannot be given back as a plain directory: {why}",
        state=UNCHANGED,
        whereabouts=where,
        hint=f"`holdfast leave --layout --site {quote(site.root.path)}` leaves `releases/`, `shared/` and `current`",
    )


def _refuse_mounts(site: Site, leave: Leave) -> None:
    """What is mounted cannot change its name; and a name of ours is one place, not two."""
    root = site.root
    mounted = [
        one for one in mounts_below(root, "") if one.is_within(site.links.layout.shared) or one.is_within(leave.live)
    ]
    if mounted:
        raise _impossible(site, f"something is mounted at `{mounted[0]}`", [root.absolute(mounted[0])])
    own = (Layout.releases, site.links.layout.shared, Layout.current, Layout.state)
    taken = [name for name in root.names(leave.live) if name in own and not (leave.was_current or leave.home)]
    if taken and leave.is_plain:
        raise _impossible(
            site, f"the application has a `{taken[0]}` of its own", [root.absolute(leave.release / taken[0])]
        )


def _refuse_immovable(site: Site, rules: Rules, leave: Leave) -> None:
    """Every entry can change its place, or nothing is begun: another user's directory cannot (I100)."""
    moving = [site.links.layout.in_shared(path) for path in _linked(site, leave.release)]
    if leave.is_plain:
        moving += [leave.release / name for name in site.root.names(leave.live)]
    check = permissions(replace(subject_for(site, rules, moving=tuple(moving)), web_user=None))
    if check.verdict == REFUSE:
        raise Problem("checklist-refused", check.why, state=UNCHANGED, hint=check.mend)


def _linked(site: Site, live: RelPath) -> Iterator[RelPath]:
    found = (at.below(live) for at, _ in links_below(site.root, live))
    return (path for path in found if site.links.is_linked(live, path))


def _place(site: Site, rules: Rules, leave: Leave) -> dict[str, Any]:
    """Where what is not served is left: beside what the web server is given as a whole, else in the site, where nobody
    but its owner may look.
    """
    root, shown = site.root, document_root.entries(site.root, site.survey.site)
    served = is_flat(rules.web_root) and bool((leave.is_plain and not leave.home) or shown)
    real = os.path.realpath(root.path)
    if served and os.access(os.path.dirname(real), os.W_OK | os.X_OK):
        return {"place": os.path.basename(free_place(f"{real}-{_LEFT}")), "beside": True}
    if served and leave.left:
        raise _nowhere(real)
    return {"place": os.path.basename(free_place(root.absolute(f"holdfast-{_LEFT}"))), "beside": False}


def _nowhere(real: str) -> Problem:
    above = os.path.dirname(real)
    return Problem(
        "leave-impossible",
        f"files that are not served go to a directory beside `{real}`, and this user may not make one in `{above}`",
        state=UNCHANGED,
        whereabouts=[above],
        hint=f"as its owner or root: `chmod g+w {quote(above)}` with a common group, then again; or `--layout`",
    )
