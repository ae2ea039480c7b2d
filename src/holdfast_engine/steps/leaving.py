"""How a site is left, and what a leaving has come to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, field
from typing import Any

from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.move_home import MovingHome
from holdfast_engine.persistence.move_out import MovingOut
from holdfast_engine.persistence.report import Report
from holdfast_engine.persistence.set_apart import Place
from holdfast_engine.persistence.take_in import TakingIn, mends
from holdfast_engine.site import public_html as roots
from holdfast_engine.site.handle import Site

PLAIN, LAYOUT, BEFORE = "plain", "layout", "before"
"""What a site becomes: a plain directory, releases with `current` and `shared/`, or the layout before its adoption."""


@dataclass(frozen=True)
class Leave:
    """How a site is left: it becomes HOW, LIVE being what is live, and what is not served is left in PLACE. UNDONE are
    the operations since its adoption, that one first, where nothing was deployed since. WAS_CURRENT says that `current`
    was a directory of the application; HAD_RELEASES and HAD_SHARED that empty ones stood there before us. SEALED says
    that files are read-only by our doing, LEFT names what is going to be left. HOME is the document root to which
    a plain directory goes back, where it was taken out of one, and HOME_FROM_SITE the way to it, should both be moved
    meanwhile; MADE_SITE says that the site's directory was made then.
    """

    how: str
    live: str
    place: str
    beside: bool
    undone: tuple[str, ...] = ()
    was_current: bool = False
    keeps_current: bool = False
    had_releases: bool = False
    had_shared: bool = False
    sealed: bool = False
    left: tuple[str, ...] = ()
    home: str = ""
    home_from_site: str = ""
    made_site: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Leave:
        """What a journal tells."""
        known: dict[str, Any] = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        told: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in known.items()}
        return cls(**told)

    @property
    def is_plain(self) -> bool:
        return self.how == PLAIN

    @property
    def release(self) -> RelPath:
        return RelPath(self.live)

    @property
    def keeps(self) -> bool:
        """True where `current` stays, by a person's word or as the directory that it was."""
        return self.keeps_current or self.was_current

    @property
    def where(self) -> Place:
        return Place(self.place, self.beside)


@dataclass(frozen=True)
class Leaving:
    """One leaving under way; LEFT is what was set apart, by the name that it had, with its place."""

    site: Site
    operation: Operation
    report: Report
    leave: Leave
    left: list[dict[str, str]] = field(default_factory=list)

    @property
    def out(self) -> MovingOut:
        return MovingOut(self.site, self.operation, self.report)

    @contextmanager
    def home(self) -> Iterator[MovingHome]:
        """What goes back into its document root, open inside the block; `unfinished` where that is gone meanwhile."""
        leave, mended = self.leave, dict[RelPath, tuple[str, str]]()
        for operation in leave.undone[:1]:
            mended = mends(self.site, operation)
        with roots.opened(self.site, self._where_home_is()) as place:
            if place is None:
                raise _gone(leave.home)
            yield MovingHome(TakingIn(self.site, self.operation, self.report, place, leave.release.name), mended)

    def _where_home_is(self) -> str:
        """The document root: where it was, or where it is now, if a crash came and it was moved with the site. It is
        known by the inode that the site remembers.
        """
        moved = os.path.normpath(os.path.join(os.path.realpath(self.site.root.path), self.leave.home_from_site))
        known = roots.remembered(self.site.survey.site).get("inode")
        both = (path for path in (self.leave.home, moved) if os.path.isdir(path))
        return next((path for path in both if os.stat(path).st_ino == known), self.leave.home)


def _gone(home: str) -> Problem:
    return Problem("unfinished", f"`{home}` is no longer a directory beside the site: put it back, then try again")
