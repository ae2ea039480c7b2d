"""What checks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.access import Kept
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.memory import Missing
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.format import SiteFile


def accepting(name: str, command: str = "deploy") -> str:
    """How a person goes on in spite of the check NAME."""
    return f"if this is intended, {command} with `--accept {name}`"


@dataclass(frozen=True)
class Expected:
    """What a build leaves: one of PLACES in the release. COMMANDS make it, where they are known."""

    places: tuple[str, ...]
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placement:
    """Where the application that FRAMEWORK names lies in a release, and where its web root: `.` at the top.

    PAGES are what a web server finds at the top of the web root, of all FRONTS that it would take. MARKS are files that
    an application has at its top, as manifests. IS_KNOWN: the framework is one, and says itself from where it serves.
    """

    framework: str = ""
    is_known: bool = False
    app_root: str = "."
    web_root: str = "."
    pages: tuple[str, ...] = ()
    fronts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckInput:
    """A site before a deploy, or with RELEASE to be looked at; LISTING is the code to come or the code
    that is there.

    EXPECTED is what builds leave, OUTPUTS are configured shared paths that hold such. MOVING is what comes home from
    LIVE, CARRYING what goes along, LINKING links that do; READING has to be read, WRITING are directories to write in,
    FROZEN what is to give way and is immutable.
    ACCEPT names checks whose refusal a person takes for a warning. DROPPED are paths that an earlier version of the
    preset shared, and that today's does not name. STRAYS are paths that somebody wrote into releases that are not
    live, where they were looked through. RETIRED are releases that were live. MISSING is counted data that is gone.
    KEPT is the access that the application has, WRITTEN are directories that it writes in. NEWER is what updated itself
    there, with its version and the one that the release ships. PLACEMENT is of the code to come, BEFORE of what is
    live.
    """

    root: Root
    layout: Layout
    site: SiteFile
    settings: Settings
    listing: Listing
    shared: tuple[SharedPath, ...]
    needs: tuple[str, ...]
    web_root: str = ""
    may_need: tuple[str, ...] = ()
    settings_file: str = ""
    expected: tuple[Expected, ...] = ()
    outputs: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    web_user: Optional[int] = None
    guessed: bool = False
    release: Optional[RelPath] = None
    incoming_bytes: int = 0
    incoming_files: int = 0
    moving: tuple[RelPath, ...] = ()
    carrying: tuple[RelPath, ...] = ()
    linking: tuple[RelPath, ...] = ()
    reading: tuple[RelPath, ...] = ()
    writing: tuple[RelPath, ...] = ()
    frozen: tuple[RelPath, ...] = ()
    live: Optional[RelPath] = None
    accept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    strays: Optional[dict[str, tuple[str, ...]]] = None
    retired: tuple[RelPath, ...] = ()
    missing: tuple[Missing, ...] = ()
    kept: Kept = field(default_factory=Kept)
    written: tuple[str, ...] = ()
    newer: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    placement: Placement = Placement()
    before: Optional[Placement] = None
    is_code: Callable[[str], bool] = field(default=lambda _path: False)

    def linked(self, path: str) -> bool:
        """True when PATH in the release is our link and its data is there."""
        if self.release is None:
            return False
        places = (RelPath(path), *RelPath(path).ancestors())
        return any(self.is_our_link(here) for here in places) and self.root.has(self.layout.in_shared(path))

    def is_our_link(self, path: RelPath) -> bool:
        """True when PATH in the release leads to its own place in `shared/`, whether anything is there or not."""
        if self.release is None:
            return False
        return self.root.link(self.release / path) == link_text(self.release / path, self.layout.in_shared(path))

    def ends(self, path: str) -> bool:
        """True when data lies at PATH in `shared/`."""
        return self.root.has(self.layout.in_shared(path))
