"""Links of a release that is to stand without `releases/`, `shared/` and `current`: each leads where it led (G3)."""

from __future__ import annotations

import os
from typing import Optional

from holdfast_engine.data.foreign_links import below_root
from holdfast_engine.fs.place import respell
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.root import Root
from holdfast_engine.journal.log import is_mended
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text, out_of_root, text_out_of_root
from holdfast_engine.site.links import Links


def text_in_release(links: Links, live: RelPath, here: RelPath, text: str, path: RelPath) -> str:
    """The text that PATH in LIVE needs to lead where TEXT leads from HERE, once data is back in LIVE.

    What it names in `shared/`, in LIVE or below `current` is named in the tree itself: such a text is right wherever
    the tree stands. One that is right already stays as it is spelled.
    """
    inside = _inside(links, here, text)
    if inside is None:
        return text if text.startswith("/") else text_out_of_root(live / path, out_of_root(here, text))
    own = of_application(links, live, inside)
    if own is None:
        return text if here == live / path else link_text(live / path, inside)
    if not text.startswith("/") and os.path.normpath(os.path.join(path.parent, text)) == (own or "."):
        return text
    return link_text(path, own)


def text_below(links: Links, live: RelPath, path: RelPath, text: str, top: RelPath) -> str:
    """The text that PATH below TOP needs to lead where TEXT leads from PATH in LIVE, which comes to TOP as a whole."""
    if text.startswith("/") or not text:
        return text
    inside = _inside(links, live / path, text)
    if inside is None:
        return text_out_of_root(top / path, out_of_root(live / path, text))
    return text if inside.is_within(live) else link_text(top / path, inside)


def text_from_without(top: str, site: str, home: RelPath, at: RelPath, text: str) -> str:
    """The text by which a link AT below HOME in SITE leads where TEXT led out of TOP, the directory elsewhere whose
    content HOME holds now; empty where TEXT is right as it is.
    """
    target = out_of_root(at.below(home), text)
    away = os.path.dirname(os.path.realpath(site) + f"/{at}")
    return os.path.relpath(os.path.join(os.path.realpath(top), target), away) if target else ""


def named_at_top(links: Links, live: RelPath, name: RelPath) -> Optional[RelPath]:
    """The path of the application that the link NAME at the top of the site leads to; None where it is none of that."""
    inside = _inside(links, name, links.root.link(name) or "")
    return None if inside is None else of_application(links, live, inside)


def of_application(links: Links, live: RelPath, inside: RelPath) -> Optional[RelPath]:
    """The path of the application that INSIDE, below the deploy root, is another name of; None where it is none."""
    tops = (links.layout.shared, live, Layout.current)
    return next((inside.below(top) for top in tops if inside.is_within(top)), None)


def mend(root: Root, operation: Operation, at: RelPath, *, was: str, text: str) -> None:
    """The link AT, which WAS so, has TEXT, by one rename; what was mended before is not mended twice."""
    if text == was or root.link(at) != was or is_mended(root, operation.name, at, was):
        return
    waiting = waiting_place(root, "own-mended-link", at)
    operation.move(what="mend-link", path=at, source=at, target=waiting, text=text, was=was)
    respell(root, at, text, waiting=waiting)


def _inside(links: Links, here: RelPath, text: str) -> Optional[RelPath]:
    """What TEXT of a link HERE names below the deploy root; by names alone, nothing is followed (G9)."""
    if text.startswith("/"):
        found = below_root(links, os.path.normpath(text))
        return None if found is None else RelPath(found)
    target = os.path.normpath(os.path.join(here.parent, text))
    return None if target == ".." or target.startswith("../") else RelPath("" if target == "." else target)
