"""Opening a site to change it: locked, with what a crash left finished first (G4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from holdfast_engine.fs import reserve
from holdfast_engine.fs.last_traces import drop_rest, is_spent
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.fs.probe import can_exchange, can_link, can_symlink, device_of
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.event import Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import BEFORE_ANYTHING, UNCHANGED, Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.look import looking, refuse_linked_shared
from holdfast_engine.site import format as site_format
from holdfast_engine.site import readme
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.free_space import make_room
from holdfast_engine.site.handle import Site, as_deployed
from holdfast_engine.site.host_errors import problem_of, told_in_words
from holdfast_engine.site.leftovers import tidy
from holdfast_engine.site.live import still_live
from holdfast_engine.site.lock import lock


@contextmanager
def entering(request: Request, tell: Listener, *, manage: bool = False, frugal: bool = False) -> Iterator[Site]:
    """As `changing`; for who asks for the plan alone the site as it lies: nothing is locked, and nothing changes."""
    if not request.only_plan:
        with changing(request, tell, manage=manage, frugal=frugal) as site:
            yield site
        return
    with looking(request, tell) as site:
        if not manage:
            surveys.require_site(site.root)
        site.request = as_deployed(request, site.survey)
        yield site


@contextmanager
def changing(
    request: Request, tell: Listener, *, shared_name: str = "shared", manage: bool = False, frugal: bool = False
) -> Iterator[Site]:
    """A site, locked and with nothing unfinished (G4): what a crash left is finished or undone first.

    MANAGE makes the site when it is none yet. FRUGAL commands (rollback, prune) give the
    reserve free when the disk is full, so that they work when they are needed most.
    Raises `locked`, `not-a-site`, `format-unknown`, whatever finishing raises, and for what the
    operating system refuses on the way `unfinished` or, when nothing was begun, its reason.
    """
    with Root(request.site) as root, told_in_words(root):
        ended = end_leaving(root, request, tell)
        if not manage:
            require_site(root, ended)
        refuse_linked_shared(root, shared_name)
        short = frugal and make_room(root)
        _prepare(root)
        with lock(root, who=request.who, command=request.command) as held:
            if site_format.read(root) is None:
                site_format.write(root, site_format.SiteFile(shared_name=shared_name))
                _forget_leaving(root)
            place = Site(root, request, tell, surveys.survey(root), require_ours=held.require)
            finish_interrupted(place)
            with _saying_what_was(place.finished):
                if not manage:
                    surveys.require_site(root)  # an adoption that is undone leaves none
                _probe(place)
                if not short:
                    reserve.keep(root)
                place.request = as_deployed(request, place.refresh())
                before = place.survey.current
                yield place
                if not place.is_left:
                    still_live(root, before)
                    readme.keep(root, place.survey.layout)  # a command that is refused changes nothing, not even this


def finish_interrupted(site: Site) -> None:
    """Nothing is unfinished any more, but for what waits for a disk; the site knows what was, with its end (G4)."""
    left = log.all_unfinished(site.root)
    if not left:
        tidy(site.root)
        return
    from holdfast_engine.operations.recovery import finish  # not read where nothing is unfinished

    site.finished = tuple((operation, finish(site, operation)) for operation in left)


def _forget_leaving(root: Root) -> None:
    """What was given back once, and is a site again, says nothing of that any more."""
    if root.link(Layout.left) is not None:
        drop_own_link(root, Layout.left)


_LEAVE = "leave"
Finished = tuple[tuple[str, str], ...]


def end_leaving(root: Root, request: Request, tell: Listener) -> Finished:
    """A leaving that a crash cut short is at its end, and so are its last traces: no command works on half of a site.
    Returns what was finished.
    """
    if is_spent(root, _LEAVE):
        empty = not root.names(Layout.state)  # its last trace, or the first of a site that found no room to be one
        drop_rest(root)
        return () if empty else ((_LEAVE, "completed"),)
    if not root.has(Layout.site_file):
        return ()
    if _LEAVE not in (log.command_of(root, operation) for operation in log.all_unfinished(root)):
        return ()
    _prepare(root)
    with lock(root, who=request.who, command=request.command) as held:
        place = Site(root, request, tell, surveys.survey(root), require_ours=held.require)
        finish_interrupted(place)
    return place.finished


def require_site(root: Root, finished: Finished) -> None:
    """`not-a-site` where none is managed here; it tells of what was FINISHED on the way."""
    with _saying_what_was(finished):
        surveys.require_site(root)


@contextmanager
def _saying_what_was(finished: Finished) -> Iterator[None]:
    """No problem says that nothing was changed where something that a crash had left was finished on the way to it."""
    try:
        yield
    except Problem as problem:
        said = problem.state or (UNCHANGED if problem.kind in BEFORE_ANYTHING else "")
        if finished and said.startswith(UNCHANGED):
            ended = "; ".join(f"`{name}`, which was interrupted, is {end}" for name, end in finished)
            problem.state = f"{ended}; nothing else was changed{said[len(UNCHANGED) :]}"
        raise


def _probe(site: Site) -> None:
    """The site file says whether names can be exchanged here, and files have two; asked once for each file system."""
    root, file, device = site.root, site.refresh().site, device_of(site.root, Layout.state)
    if file.options.get("probed_device") == device:
        return
    found = {"exchange": can_exchange(root), "second_names": can_link(root), "symlinks": can_symlink(root)}
    options = {**file.options, "probed_device": device, **found}
    site_format.write(site.root, replace(file, options=options))


def _prepare(root: Root) -> None:
    try:
        site_format.prepare(root)
    except OSError as error:
        surveys.refuse_links(root, *site_format.PREPARED)
        problem = problem_of(error, state=UNCHANGED)
        problem.message = f"the journal cannot be written in `{root.absolute(Layout.state)}`: {problem.message}"
        raise problem from error
