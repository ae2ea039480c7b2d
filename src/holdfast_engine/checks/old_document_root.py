"""The deploy root of a site that was adopted from a plain directory, whose old document root may still be in use."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.model.exposure import served
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, WARN, Check
from holdfast_engine.site import document_root as old_root
from holdfast_engine.site.survey import current_release

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
    """A save by rename puts a file in the place of a link; a new version may bring a name that has none."""
    root, live = subject.root, current_release(subject.root)
    detached = old_root.detached(root, entries)
    absent = [name for name in (root.names(live) if live else []) if name not in entries and not name.startswith(".")]
    if not detached and not absent:
        return Check("old-document-root", PASS, "the old document root shows what is live")
    said = [f"`{name}` was saved there and is not what `current` serves" for name in detached[:_NAMED]]
    said += [f"`{name}` is not to be seen there" for name in absent[:_NAMED]]
    mend = f"point the web server at `{served(root.path, subject.web_root)}`"
    if detached:
        mend += f"; `holdfast sweep --site {quote(root.path)}`, or the next deploy, brings home what was saved there"
    return Check("old-document-root", WARN, f"the old document root differs: {'; '.join(said)}", mend)
