"""Whether anything is live: what `current` is, before a check can look at the release behind it."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import Optional

from holdfast_engine.checks.linkage import NAMES
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE, WARN, Check


def standing(root: Root, current: Optional[RelPath], good: Sequence[str]) -> list[Check]:
    """Nothing when CURRENT is a directory; else why no release is live. GOOD are releases to go back to, oldest first.

    The checks of a release are then neither passed nor refused: there is none to look at.
    """
    if current is not None and root.kind(current) == "dir":
        return []
    first = _current(root, good)
    return [first, *(Check(name, WARN, "no release is live that could be looked at") for name in NAMES)]


def _current(root: Root, good: Sequence[str]) -> Check:
    site, kind = quote(root.path), root.kind(Layout.current)
    if kind is None and not good:
        mend = f"`holdfast deploy --site {site} --source PATH` makes the first release live"
        return Check("current", WARN, "nothing was deployed yet", mend)
    if kind in (None, "link"):
        what = f"leads to `{root.link(Layout.current)}`, where no release is" if kind else "is gone"
        mend = f"`holdfast rollback {good[-1]} --site {site}`" if good else f"`holdfast deploy --site {site}`"
        return Check("current", REFUSE, f"`current` {what}, so nothing is live", mend)
    what = "directory" if kind == "dir" else "file"
    why = f"`current` is a {what} and no link, so nothing can be switched"
    return Check("current", REFUSE, why, _into_releases(root))


def _into_releases(root: Root) -> str:
    """The commands that make a release of what stands at `current`."""
    return f"`cd {quote(root.path)} && mv current releases/found && ln -s releases/found current`"
