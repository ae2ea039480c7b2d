"""What may become a site: the refusals of `adopt`, before anything is made or moved."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from shlex import quote
from typing import Optional

from holdfast_engine.checks.open_basedir import open_basedir
from holdfast_engine.checks.permissions import permissions
from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.event import Listener
from holdfast_engine.model.exposure import FRONTS, is_document_root, is_flat, leave_and_adopt, place_beside, take_out
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.model.values import dataclass
from holdfast_engine.operations.look import looking
from holdfast_engine.persistence.shared_paths import Rules, rules_for
from holdfast_engine.persistence.shipped import outline_of
from holdfast_engine.persistence.subject import subject_for
from holdfast_engine.site import records
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site


def refuse_inside_a_site(path: str) -> None:
    """`already-managed` for a directory that lies in a site: its releases and data are that site's."""
    around = surveys.enclosing_site(path)
    if around:
        raise Problem(
            "already-managed",
            f"`{path}` is inside the Holdfast site `{around}`",
            state="nothing was changed",
            hint=f"`holdfast status --site {quote(around)}`",
        )


@dataclass(frozen=True)
class Early:
    """What is to be adopted as it lies THERE: LIVE is what is served of it, with its RULES; NOTES are what this host
    would keep from working. No rules where nothing is live.
    """

    there: Site
    live: RelPath
    rules: Optional[Rules] = None
    notes: tuple[str, ...] = ()


@contextmanager
def looked_at_early(
    request: Request, tell: Listener, names: Sequence[str], *, laid_out: bool, apart: str = ""
) -> Iterator[Early]:
    """What rules refuse of what is live, they refuse before anything is made or moved (I14, I27).

    NAMES are the entries that are to move. APART is the document root that they stay in sight of, where the site is to
    lie elsewhere: what is served there is served already.
    """
    with looking(replace(request, site=apart or request.site), tell) as there:
        beside = RelPath("") if apart or there.root.kind(Layout.current) is None else Layout.current
        live = there.survey.current if laid_out else beside
        if there.survey.managed or live is None:
            yield Early(there, RelPath(""))
            return
        rules = _rules_of(there, live, apart)
        if laid_out:
            _refuse_long_names(there.root)
        else:
            _refuse_immovable(there, rules, names)
            if not (live or apart):
                _refuse_served(there.root, rules.web_root)
        yield Early(there, live, rules, tuple(_kept_out(there, request, rules, live, apart, tell)))


def _rules_of(there: Site, live: RelPath, apart: str) -> Rules:
    found = outline_of(there, live)
    all_of_it = bool(live or apart)
    own = {path: entry for path, entry in found.entries.items() if all_of_it or RelPath(path).parts[0] not in OURS}
    return rules_for(there, replace(found, entries=own), there.request.settings)


def _kept_out(there: Site, request: Request, rules: Rules, live: RelPath, apart: str, tell: Listener) -> Iterator[str]:
    """What PHP could not read of the site as it would be."""
    if not apart:
        subject = replace(subject_for(there, rules), live=live)
        yield from (f"{one.why}; {one.mend}" for one in open_basedir(subject))
        return
    with looking(request, tell) as then:
        yield from (f"{one.why}; {one.mend}" for one in open_basedir(subject_for(then, rules)))


def _refuse_served(root: Root, web_root: str) -> None:
    """`adopt-unsafe` for what a web server serves as it lies there: `shared/` and its secrets would lie in it.

    A plain look at the tree decides, for nobody can ask the web server: the names that hosts give to document roots.
    An application that has a web root of its own below them may be served from there alone, unless the top has a
    page as well.
    """
    site, real = root.path, os.path.realpath(root.path)
    surely = not is_flat(web_root)
    if not any(root.has(name) for name in FRONTS):
        return
    if not (is_document_root(site, surely=surely) or is_document_root(real, surely=surely)):
        return
    place = free_place(place_beside(real))
    raise Problem(
        "adopt-unsafe",
        f"`{site}` has the name of a document root, and a site in it would let visitors read `/{Layout().shared}/.env`",
        context=[
            f"put the site outside of what is served, as in `{place}`, and make the document root a link into it",
            f"if it cannot be a link: `{take_out(site, place)}` fills it with links",
        ],
        state="nothing was changed",
        hint=f"`{leave_and_adopt(real, place, web_root)}`",
    )


def free_place(path: str) -> str:
    """PATH, or PATH-2, PATH-3 …: the first at which nothing stands."""
    count, name = 1, path
    while os.path.lexists(name):
        count += 1
        name = f"{path}-{count}"
    return name


def _refuse_long_names(root: Root) -> None:
    """Every release that is there can have a record; one that cannot would keep the adoption from ever ending."""
    for name in root.names(Layout.releases):
        if root.kind(Layout.releases / name) == "dir":
            records.refuse_too_long(root, name)


def _refuse_immovable(there: Site, rules: Rules, names: Sequence[str]) -> None:
    """Every entry can change its place, and what the next deploy has to take along can be read and moved, or nothing is
    begun: another user's directory, or a mount, cannot (I100).
    """
    root = there.root
    entries = tuple(map(RelPath, names))
    mounted = next((one for one in mounts_below(root, RelPath("")) if one.parts[0] in names), None)
    if mounted is not None:
        raise _unclear(root, mounted, "is a mount, which cannot be moved into a release")
    data = tuple(RelPath(one.path) for one in rules.shared if root.has(one.path) and one.path not in entries)
    directories, files = _foreign(root, data, names)
    moving = tuple(dict.fromkeys((*entries, *data, *directories)))
    check = permissions(replace(subject_for(there, rules, moving=moving, carrying=files), web_user=None))
    if check.verdict == REFUSE:
        raise Problem("checklist-refused", check.why, state="nothing was changed", hint=check.mend)


def _foreign(root: Root, data: Collection[str], names: Sequence[str]) -> tuple[list[RelPath], list[RelPath]]:
    """The outermost directories, and the files, of other users below NAMES and beside DATA, which moves as a whole: a
    deploy takes them along one by one. Root may do so with all of them.
    """
    us, directories, files = os.geteuid(), list[RelPath](), list[RelPath]()
    moving = frozenset(names)
    below = walk(root, "", unreadable=[], descend=lambda path: RelPath(path).parts[0] in moving and path not in data)
    for path, kind, status in below:
        inner = RelPath(path)
        if us in (0, status.st_uid) or path in data or inner.parts[0] not in moving:
            continue
        if kind == DIR and not (directories and inner.is_within(directories[-1])):
            directories.append(inner)
        elif kind == FILE:
            files.append(inner)
    return directories, files


def is_laid_out(root: Root) -> bool:
    """True for another tool's layout: `current` is a link, and either `releases/` is beside it, or a directory of the
    site that it leads to, as where one working copy is pulled in place.
    """
    if root.kind(Layout.current) != "link":
        return False
    return root.kind(Layout.releases) == "dir" or surveys.current_release(root) is not None


def refuse_foreign_releases(root: Root) -> None:
    """`adopt-unclear` for a plain directory with content called `releases/`, `shared/` or `current`: the application's
    own would be taken for Holdfast's, and not be served below `current` (G2, G7); and for a `current` that leads away.
    """
    if root.has(Layout.site_file):
        return
    surveys.refuse_links(root, Layout.state, Layout.releases)
    laid_out = is_laid_out(root)
    if laid_out and surveys.current_release(root) is None:
        raise _unclear(root, Layout.current, _leads(root))
    taken = () if laid_out else (Layout.releases, RelPath(Layout.shared_name))
    for path in taken:
        if root.kind(path) not in (None, "dir") or root.names(path):
            raise _unclear(root, path, "has content of its own under a name that Holdfast needs")
    if not laid_out and root.kind(Layout.current) not in (None, "dir"):
        raise _unclear(root, Layout.current, "is no directory and no link to a release")


def _leads(root: Root) -> str:
    there = root.leads_somewhere(Layout.current)
    return "leads out of the directory to adopt" if there else "leads to no release"


def _unclear(root: Root, path: RelPath, why: str) -> Problem:
    return Problem(
        "adopt-unclear",
        f"`{root.absolute(path)}` {why}",
        state="nothing was changed",
        whereabouts=[root.absolute(path)],
        hint="rename it, or point `current` at the live release, then adopt again",
    )


def is_managed(root: Root) -> bool:
    """True for a site whose releases are known to Holdfast."""
    return root.has(Layout.site_file) and bool(root.names(Layout.records))
