"""Links in a release that are none of ours: what their text means, read by names alone and never followed (G9)."""

from __future__ import annotations

import os
from typing import Optional

from holdfast_engine.data.links import Bench
from holdfast_engine.model.paths import RelPath, link_text


def text_in_shared(bench: Bench, release: RelPath, path: RelPath) -> str:
    """The text that leads from PATH in `shared/` to where the link at PATH in RELEASE leads: as it is where all of that
    came along, and is seen in the release through a link of ours.
    """
    text = own_text(bench, release, path)
    beside = os.path.normpath(os.path.join(path.parent, text))
    if not beside.startswith(("..", "/")) and bench.is_served(release, beside):
        return text
    return adjusted(text, release, path, bench.layout.in_shared(path))


def own_text(bench: Bench, release: RelPath, path: RelPath) -> str:
    """The text of the link at PATH; an absolute one into its own release is made relative, to outlive the release."""
    return without_release(bench, release, bench.root.link(release / path) or "", path)


def without_release(bench: Bench, release: RelPath, text: str, path: RelPath) -> str:
    """TEXT of a link at PATH, without the absolute name of its RELEASE."""
    top = f"{bench.root.path}/{release}/"
    return link_text(release / path, release / text[len(top) :]) if text.startswith(top) else text


def in_another_release(bench: Bench, text: str, there: RelPath) -> Optional[RelPath]:
    """The other release in which TEXT, read from THERE, names the same path; None when it leads elsewhere (I63)."""
    absolute = os.path.normpath(os.path.join(bench.root.path, there.parent, text))
    top = bench.root.path
    if not absolute.startswith(top + "/"):
        absolute, top = os.path.realpath(absolute), os.path.realpath(top)
    inside = RelPath(os.path.relpath(absolute, top))
    path = there.below(bench.layout.shared)
    if not inside.is_within(bench.layout.releases) or not inside.endswith("/" + path):
        return None
    return RelPath(inside[: -len(path) - 1])


def leads_to_itself(bench: Bench, release: RelPath, text: str, path: str) -> bool:
    """True for a link (a hand-written script's, an older tool's) that already meant PATH in `shared/`.

    By identity as well: a text that goes by another name of the deploy root means it no less.
    """
    there = bench.layout.in_shared(path)
    if bench.root.leads_to(release / path, there):
        return True
    absolute = os.path.normpath(os.path.join(bench.root.path, there.parent, text))
    return absolute == os.path.normpath(bench.root.absolute(there))


def adjusted(text: str, release: RelPath, path: RelPath, there: RelPath) -> str:
    """The text that leads from THERE to where TEXT led from PATH in RELEASE; the release itself is named `current`."""
    if text.startswith("/") or not text:
        return text
    target = os.path.normpath(f"{release}/{path.parent}/{text}" if path.parent else f"{release}/{text}")
    if target.startswith(".."):
        return text
    inside = RelPath(target)
    if inside.is_within(release):
        below = inside.below(release)
        inside = RelPath("current") / below
    return link_text(there, inside)
