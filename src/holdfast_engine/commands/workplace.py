"""Opening a site for one command: the root, what was asked, who listens, how it stands."""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Any, Optional

from holdfast_engine.data.links import Bench
from holdfast_engine.fs import durable, reserve
from holdfast_engine.fs.probe import can_exchange, device_of, space
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source
from holdfast_engine.state import format as site_format
from holdfast_engine.state import survey as surveys
from holdfast_engine.state.lock import lock
from holdfast_engine.state.survey import Survey, current_release


@dataclass
class Workplace:
    """One command's view of one site. SURVEY is looked up anew by `refresh`; MADE keeps what is made of files that do
    not change, so that it is made once.
    """

    root: Root
    request: Request
    tell: Listener
    survey: Survey
    made: dict[Any, Any] = field(default_factory=dict)

    @property
    def bench(self) -> Bench:
        return Bench(self.root, self.survey.layout)

    def refresh(self) -> Survey:
        self.survey = surveys.survey(self.root)
        return self.survey

    def notice(self, name: str, text: str, **data: object) -> None:
        self.tell(Event("noticed", name, text, data=dict(data)))


@contextmanager
def reading(request: Request, tell: Listener) -> Iterator[Workplace]:
    """A managed site, open for looking; nothing is locked and nothing changes."""
    with Root(request.site) as root:
        survey = surveys.require_site(root)
        surveys.refuse_links(root, *site_format.PREPARED)
        refuse_linked_shared(root, survey.layout.shared_name)
        yield Workplace(root, as_deployed(request, survey), tell, survey)


@contextmanager
def changing(
    request: Request, tell: Listener, *, shared_name: str = "shared", manage: bool = False, frugal: bool = False
) -> Iterator[Workplace]:
    """A site, locked and with nothing unfinished (G4): what a crash left is finished or undone first.

    MANAGE makes the site when it is none yet. FRUGAL commands (rollback, prune) give the
    reserve free when the disk is full, so that they work when they are needed most.
    Raises `locked`, `not-a-site`, `format-unknown`, whatever finishing raises, and for what the
    operating system refuses on the way `unfinished` or, when nothing was begun, its reason.
    """
    from holdfast_engine.commands.finishing import finish_interrupted

    with Root(request.site) as root, _told_in_words(root):
        if not manage:
            surveys.require_site(root)
        refuse_linked_shared(root, shared_name)
        short = frugal and make_room(root)
        _prepare(root)
        with lock(root, who=request.who, command=request.command):
            if site_format.read(root) is None:
                site_format.write(root, site_format.SiteFile(shared_name=shared_name))
            place = Workplace(root, request, tell, surveys.survey(root))
            finish_interrupted(place)
            _probe(place)
            if not short:
                reserve.keep(root)
            place.request = as_deployed(request, place.refresh())
            before = place.survey.current
            yield place
            still_live(root, before)


def still_live(root: Root, before: Optional[RelPath]) -> None:
    """A release is live where one was BEFORE the command; `nothing-live` else: no good end is told then (G11)."""
    if before is not None and current_release(root) is None:
        raise nothing_live(root, f"`current` led to `{before}` before this command, and leads nowhere now")


def nothing_live(root: Root, why: str) -> Problem:
    """The last word of a command after which the site is not up (61)."""
    return Problem(
        "nothing-live",
        why,
        state="shared data is where it was; the site may be down",
        whereabouts=[root.absolute(Layout.releases)],
        hint=f"holdfast recover --site {quote(root.path)}",
    )


def as_deployed(request: Request, survey: Survey) -> Request:
    """REQUEST with the settings of the version that is live, below those that were given with the command."""
    if request.said is None or survey.active is None or not survey.active.settings:
        return request
    given = {name: getattr(request.settings, name) for name in request.said}
    return request.but(settings=replace(Settings.from_json(survey.active.settings), **given))


@contextmanager
def _told_in_words(root: Root) -> Iterator[None]:
    """No operating system's error leaves the block: what a failed step leaves is what a crash would leave (G4)."""
    try:
        yield
    except OSError as error:
        raise stopped(root, error) from error


def stopped(root: Root, error: OSError) -> Problem:
    """ERROR as the reason why a command ended on the way: with something begun, or with nothing."""
    why = words(error)
    operation = _begun(root)
    if operation is not None:
        return Problem(
            "unfinished",
            f"`{operation}` could not go on: {why}",
            state="what was moved so far is served at its place, and nothing is lost",
            hint=f"mend what the message names, then `holdfast recover --site {quote(root.path)}`, or any next command",
        )
    return told(error)


def _begun(root: Root) -> Optional[str]:
    try:
        return log.unfinished(root)
    except OSError:
        return None


def told(error: OSError) -> Problem:
    """What the operating system refused before anything was begun, in words (class `host`, exit 40)."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem("disk-full", words(error), state="no data was moved", hint="make room, then the same again")
    if error.errno in (errno.EPERM, errno.EACCES, errno.EROFS):
        hint = "run Holdfast as the user who owns the deploy root, on a file system that may be written"
        return Problem("no-permission", f"{words(error)} (as {_account()})", state="no data was moved", hint=hint)
    hint = "mend what the message names, then the same again"
    return Problem("host-error", words(error), state="no data was moved", hint=hint)


def _account() -> str:
    try:
        return f"`{pwd.getpwuid(os.geteuid()).pw_name}`"
    except KeyError:
        return f"uid {os.geteuid()}"


def words(error: OSError) -> str:
    """An operating system's error for people."""
    where = f" at `{error.filename}`" if error.filename else ""
    return f"{error.strerror or error}{where}"


def _probe(place: Workplace) -> None:
    """The site file says whether names can be exchanged here; asked once for each file system it lies on."""
    site, device = place.refresh().site, device_of(place.root, Layout.state)
    if site.options.get("probed_device") == device:
        return
    options = {**site.options, "probed_device": device, "exchange": can_exchange(place.root)}
    site_format.write(place.root, site.but(options=options))


def as_before(survey: Survey) -> str:
    """What is live, when a command that failed has changed nothing of it."""
    return "the previous release is live, as before" if survey.current else "nothing is live yet, as before"


def make_room(root: Root) -> bool:
    """The reserve is given free if the disk is full; True when it was."""
    full = root.kind(Layout.reserve) == "dir" and _is_full(root)
    if full:
        reserve.drop(root)
    return full


def _is_full(root: Root) -> bool:
    free = space(root, Layout.state)
    return free.bytes < _TIGHT_BYTES or (free.inodes is not None and free.inodes < _TIGHT_INODES)


_TIGHT_BYTES, _TIGHT_INODES = 1 << 20, 64


def _prepare(root: Root) -> None:
    try:
        site_format.prepare(root)
    except PermissionError as error:
        raise Problem(
            "no-permission",
            f"`{root.absolute('.holdfast')}` cannot be written: {error.strerror}",
            state="nothing was changed",
            hint="run Holdfast as the user who owns the deploy root",
        ) from error
    except OSError as error:
        surveys.refuse_links(root, *site_format.PREPARED)
        raise Problem(
            "disk-full", f"not even the journal can be written: {error.strerror}", state="nothing was changed"
        ) from error


def refuse_linked_shared(root: Root, shared_name: str) -> None:
    """`shared/` itself is a directory: what lies behind a link is outside the deploy root (G9)."""
    if root.kind(shared_name) not in (None, "dir"):
        raise Problem(
            "shared-is-a-link",
            f"`{root.absolute(shared_name)}` is not a directory",
            state="nothing was changed",
            whereabouts=[os.path.realpath(root.absolute(shared_name))],
            hint="mount the other place there instead: `mount --bind REAL SHARED`, and add it to /etc/fstab",
        )


def require_apart(source: Source, site: str) -> None:
    """`source-overlaps-site` for a directory that is the site, lies in it or contains it: data is never code (I43).

    Of a repository only what is committed is read, so it may lie anywhere.
    """
    one, two = os.path.realpath(source.location), os.path.realpath(site)
    if source.kind == "directory" and os.path.commonpath((one, two)) in (one, two):
        raise Problem(
            "source-overlaps-site",
            f"the source `{source.location}` and the site `{site}` lie within each other",
            state="nothing was changed",
            hint="name a directory beside the site with `--source`",
        )


def make_site_directory(path: str) -> None:
    """The deploy root exists: its last name is made when only that is missing."""
    if os.path.isdir(path):
        return
    parent, name = os.path.split(path.rstrip("/"))
    with Root(parent) as above:
        durable.make_directories(above, name, mode=0o755)
