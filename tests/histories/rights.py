"""The second user: an application that is another than the tool, and what it may write before and after a command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from histories.town import Town, digest_of

WEB = 33
Acting = Callable[[], AbstractContextManager[None]]
as_it_is: Acting = nullcontext


def can_be_two() -> bool:
    return os.geteuid() == 0


@contextmanager
def as_web_user() -> Iterator[None]:
    """Whatever is done meanwhile the kernel asks of the web user, with umask 022."""
    groups, mask = os.getgroups(), os.umask(0o022)
    os.setgroups([])
    os.setegid(WEB)
    os.seteuid(WEB)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
        os.umask(mask)


def give(top: Path) -> None:
    """As `chown -R www-data TOP` does: no link is followed."""
    os.chown(top, WEB, WEB)
    for here, directories, names in os.walk(top):
        for name in (*directories, *names):
            os.chown(os.path.join(here, name), WEB, WEB, follow_symlinks=False)


class Rights:
    """What the web user may write in the live release: measured before a command, and so after it (G10).

    MEASURED are the directories that it could make names in when the site was taken over.
    """

    def __init__(self, town: Town, measured: frozenset[str]) -> None:
        self.town, self.measured = town, measured
        self.seen: dict[str, str] = {}
        self.disturbed = False
        """Somebody makes what he likes in the site while a command is at work, as root."""

    def forget(self) -> None:
        """What was measured is not kept any more: what the next deploy finds out is all that holds."""
        self.measured = frozenset()

    def before(self) -> None:
        self.seen = self._writable()

    def after(self, _command: str, _how: str) -> list[str]:
        there = {path: one for path, one in self.seen.items() if self._is_there(path, one) and not self.disturbed}
        lost = there.keys() - self._open(there).keys()
        return [f"the application may not write any more: {path}" for path in sorted(lost)]

    def _is_there(self, path: str, content: str) -> bool:
        where = self.town.live / path
        return where.is_dir() if not content else content == digest_of(str(where))

    def _writable(self) -> dict[str, str]:
        """Directories of data, and those MEASURED, in which it may make names; people's files that it may write."""
        town = self.town
        if not town.live.is_dir():
            return {}
        found = {path: "" for path in directories(town.live) if path in self.measured or self._is_data(path)}
        found.update(town.view())
        return self._open(found)

    def _open(self, found: dict[str, str]) -> dict[str, str]:
        """Those of FOUND that the web user may write."""
        live = self.town.live
        with as_web_user():
            return {path: one for path, one in found.items() if os.access(live / path, os.W_OK, effective_ids=True)}

    def _is_data(self, path: str) -> bool:
        return path != "." and not self.town.ships(path)


def directories(top: Path) -> list[str]:
    """Paths of TOP and below that are directories, behind links too."""
    found = []
    for here, below, _ in os.walk(top, followlinks=True):
        below[:] = [name for name in below if not os.path.realpath(here).startswith(os.path.realpath(f"{here}/{name}"))]
        found.append(os.path.relpath(here, top))
    return found


def may_make_names(top: Path) -> frozenset[str]:
    """The directories of TOP in which the web user may make names."""
    every = directories(top)
    with as_web_user():
        return frozenset(one for one in every if os.access(top / one, os.W_OK | os.X_OK, effective_ids=True))
