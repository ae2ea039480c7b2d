"""The deploy root of a site that was adopted from a plain directory, whose old document root may still be in use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from shlex import quote

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.fs.document_roots import declared
from holdfast_engine.model.exposure import is_flat, served
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, WARN, Check
from holdfast_engine.site import document_root as old_root
from holdfast_engine.site.survey import current_release

NAME = "old-document-root"
"""The check's name."""
_NAMED = 8


def old_document_root(subject: CheckInput) -> Iterator[Check]:
    """Whether the old place shows what is live: only where an adoption has left links in it."""
    entries = old_root.entries(subject.root, subject.site)
    if entries:
        yield _doorway(subject, entries)


def is_doorway(subject: CheckInput) -> bool:
    """True where links of an adoption stand, or stood, beside `current`."""
    return bool(old_root.entries(subject.root, subject.site))


def _doorway(subject: CheckInput, entries: list[RelPath]) -> Check:
    """A save by rename puts a file in the place of a link: whoever does so still works there. A new name alone is no
    difference: the next command that changes anything links it.
    """
    detached, hidden = old_root.detached(subject.root, entries), _hidden(subject)
    if not detached and not hidden:
        return Check(NAME, PASS, _well(subject))
    said = [f"`{name}` was saved there and is not what `current` serves" for name in detached[:_NAMED]]
    said += [f"`{name}` of the release cannot be shown there: the site has a directory of that name" for name in hidden]
    return Check(NAME, WARN, f"the old document root differs: {'; '.join(said)}", _mend(subject, detached))


def _well(subject: CheckInput) -> str:
    by = _served_by(subject)
    return f"the old document root is no longer served, says {by}" if by else "the old document root shows what is live"


def _hidden(subject: CheckInput) -> list[str]:
    """Names of the release at which the old document root shows what is the site's own, where that is served at all."""
    live = current_release(subject.root)
    if live is None or not is_flat(subject.web_root) or _served_by(subject):
        return []
    own = (Layout.releases, Layout.current, subject.layout.shared)
    return [name for name in own if subject.root.has(live / name)]


def _served_by(subject: CheckInput) -> str:
    """The configuration that serves what is live by its own name, where none that may be read serves the old place."""
    tops = {subject.root.path.rstrip("/"), os.path.realpath(subject.root.path)}
    named = [one for one in declared() if any(_is_within(one.path, top) for top in tops)]
    new = [one for one in named if any(_is_within(one.path, f"{top}/{Layout.current}") for top in tops)]
    return f"`{new[0].file}`" if new and len(new) == len(named) else ""


def _is_within(path: str, top: str) -> bool:
    return path == top or path.startswith(f"{top}/")


def _mend(subject: CheckInput, saved: list[RelPath]) -> str:
    site = quote(subject.root.path)
    point = f"point the web server at `{served(subject.root.path, subject.web_root)}`"
    home = f"; `holdfast sweep --site {site}`, or the next deploy, takes in what was saved there" if saved else ""
    return f"{point}{home}; once nothing serves or writes to it, `holdfast sweep --site {site} --accept {NAME}` ends it"
