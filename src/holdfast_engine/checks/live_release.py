"""Whether anything is live: `current` leads to a release, and its code is there, not only links (G3, G11)."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from holdfast_engine.checks.links import NAMES
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.words import named

NAME = "live-release"


def nothing_live(root: Root, good: Sequence[str]) -> list[Check]:
    """Why no release is live, for a site where `current` leads to none. GOOD are releases to go back to, oldest first.

    The checks of a release are then neither passed nor refused: there is none to look at.
    """
    first = _current(root, good)
    return [first, *(Check(name, WARN, "no release is live, so there is none to check") for name in NAMES)]


def live_release(root: Root, release: str, objection: str, missing: Sequence[str], *, made_live: str) -> Check:
    """RELEASE is what `current` leads to; OBJECTION says why it is not whole, MISSING what else of its code is gone.
    MADE_LIVE is what was made live here last, if that is another one.
    """
    if objection:
        return Check(NAME, REFUSE, f"`{release}` is live and not complete: {objection}", _recover(quote(root.path)))
    if missing:
        why = f"shipped files are missing in `{release}`: {named(missing)}"
        return Check(NAME, WARN, why, "if they should still be there, the next deploy brings them back")
    if made_live:
        why = f"`current` leads to `{release}`, switched by something else: Holdfast last made `{made_live}` live"
        return Check(NAME, WARN, why, "the next deploy or rollback starts from what is live now")
    return Check(NAME, PASS, f"`{release}` is live and complete")


def _current(root: Root, good: Sequence[str]) -> Check:
    site, kind = quote(root.path), root.kind(Layout.current)
    if kind is None and not good:
        mend = f"`holdfast deploy --site {site} --source PATH` makes the first release live"
        return Check(NAME, WARN, "nothing was deployed yet", mend)
    if kind in (None, "link"):
        what = f"leads to `{root.link(Layout.current)}`, where there is no release" if kind else "is missing"
        return Check(NAME, REFUSE, f"`current` {what}, so nothing is live", _recover(site) if good else _deploy(site))
    what = "directory" if kind == "dir" else "file"
    why = f"`current` is a {what} and no link, so nothing can be switched"
    return Check(NAME, REFUSE, why, into_releases(root))


def _recover(site: str) -> str:
    return f"`holdfast recover --site {site}`"


def _deploy(site: str) -> str:
    return f"`holdfast deploy --site {site}`"


def into_releases(root: Root) -> str:
    """The commands that make a release of what stands at `current`."""
    return f"`cd {quote(root.path)} && mv current releases/found && ln -s releases/found current`"
