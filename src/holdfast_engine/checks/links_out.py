"""Links of people and of the application that lead out of the site: what they lead to is nobody's to keep here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import links_below
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, out_of_root
from holdfast_engine.model.plan import WARN, Check

NAME = "links-leave-site"
_NAMED = 5
_MEND = (
    "no deploy keeps what is there, and a copy of the site, or a moved site, reads and writes by these links as well; "
    "move it into `shared/`, or leave it if that is intended"
)


def links_out(subject: CheckInput) -> Iterator[Check]:
    """Where links lead that come home, go along, or, in what is live, are there. Told only where one leads out."""
    why = named_out(subject.root, _links(subject))
    if why:
        yield Check(NAME, WARN, why, _MEND)


def told_out(root: Root, places: Iterable[RelPath]) -> list[str]:
    """What `links_out` says of all that lies at PLACES, as one line, or as none."""
    why = named_out(root, (one for place in places for one in links_below(root, place)))
    return [f"{why}; {_MEND}"] if why else []


def named_out(root: Root, links: Iterable[tuple[RelPath, str]]) -> str:
    """Those of LINKS, paths with their texts, that lead out of ROOT, and where; nothing when there are none.

    By their texts alone: nothing is followed, nothing outside is looked at (G9).
    """
    top = os.path.realpath(root.path)
    every = {path: where for path, text in links for where in _where(path, text, (top, root.path))}
    shown = [f"`{_as_seen(path)}` leads to `{where}`" for path, where in list(every.items())[:_NAMED]]
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return f"links that lead out of the site: {', '.join(shown)}{more}" if every else ""


def _where(path: RelPath, text: str, tops: tuple[str, str]) -> Iterator[str]:
    target = text if text[:1] == "/" else out_of_root(path, text)
    where = os.path.normpath(os.path.join(tops[0], target)) if target else ""
    if where and not any(where == top or where.startswith(f"{top}/") for top in tops):
        yield where


def _as_seen(path: RelPath) -> RelPath:
    """PATH as people know it: without the name of its release."""
    return RelPath("/".join(path.parts[2:])) if path.is_within(Layout.releases) else path


def _links(subject: CheckInput) -> Iterator[tuple[RelPath, str]]:
    root = subject.root
    for path in subject.moving:
        yield from links_below(root, path)
    for path in subject.linking:
        yield path, root.link(path) or ""
    if subject.release is not None:
        yield from links_below(root, subject.layout.shared)
        for path, text in links_below(root, subject.release):
            if not subject.listing.has(path.below(subject.release)):
                yield path, text
