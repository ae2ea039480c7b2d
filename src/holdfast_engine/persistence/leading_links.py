"""Links in `shared/` that the application made with the full path of a release: they outlive it (I63)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Optional

from holdfast_engine.data.mended_links import lasting, mend, named_by
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.words import count
from holdfast_engine.persistence import census
from holdfast_engine.persistence.report import Report
from holdfast_engine.site.handle import Site
from holdfast_engine.site.survey import current_release


def mend_leading(site: Site, operation: Operation, report: Report) -> dict[str, str]:
    """Every link in `shared/` that named a release, or the site by its absolute path, leads by a relative text to where
    it led, and is told of. Returns the releases into which one leads still, each with the reason.
    """
    live, leading, mended = current_release(site.root), list(_leading(site)), list[RelPath]()
    held = _held(site, live, leading)
    for at, inside in leading:
        text = lasting(site.links, live, at, inside) if live is not None else None
        if text is None:
            continue
        try:
            mend(site.links, operation, at, str(at.below(site.links.layout.shared)), text)
            mended.append(at)
        except OSError as error:
            if inside.is_within(Layout.releases):
                held[_release(inside)] = f"`{at}` leads into it, and cannot be changed: {error.strerror}"
    if mended:
        what = f"{count(len(mended), 'link')} in `shared/`, as `{mended[0]}`"
        report.warnings.append(f"led through a full path, and were made relative: {what}")
    return held


def leading_into(site: Site) -> dict[str, str]:
    """The releases of which a link in `shared/` shows what nothing that is live has, each with the reason."""
    return _held(site, current_release(site.root), _leading(site))


def _held(site: Site, live: Optional[RelPath], leading: Iterable[tuple[RelPath, RelPath]]) -> dict[str, str]:
    if live is None:
        return {}
    only = [(at, to) for at, to in leading if site.root.has(to) and lasting(site.links, live, at, to) is None]
    return {_release(to): f"`{at}` leads to `{to}`, which the live release does not have" for at, to in only}


def _release(inside: RelPath) -> str:
    return "/".join(inside.parts[1:2])


def _leading(site: Site) -> Iterator[tuple[RelPath, RelPath]]:
    """Each such link, and what it names below the deploy root."""
    for directory, row in census.count(site).items():
        for name in row.absolute:
            at = site.links.layout.in_shared(RelPath(directory) / name if directory else RelPath(name))
            inside = named_by(site.links, at, site.root.link(at) or "")
            if inside is not None and not site.links.is_away(at.below(site.links.layout.shared)):
                yield at, inside
