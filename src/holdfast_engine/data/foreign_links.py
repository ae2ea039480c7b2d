"""Links in a release that are none of ours: what their text means, read by names alone and never followed (G9)."""

from __future__ import annotations

import os
from typing import Optional

from holdfast_engine.model.paths import RelPath, link_text, out_of_root, text_out_of_root
from holdfast_engine.site.links import Links


def text_in_shared(links: Links, release: RelPath, path: RelPath) -> str:
    """The text that leads from PATH in `shared/` to where the link at PATH in RELEASE leads: as it is where all of that
    came along, and is seen in the release through a link of ours.
    """
    text = own_text(links, release, path)
    beside = os.path.normpath(os.path.join(path.parent, text))
    if not beside.startswith(("..", "/")) and links.is_served(release, beside):
        return text
    return adjusted(text, release, path, links.layout.in_shared(path))


def own_text(links: Links, release: RelPath, path: RelPath) -> str:
    """The text of the link at PATH; an absolute one into its own release is made relative, to outlive the release."""
    return without_release(links, release, links.root.link(release / path) or "", path)


def without_release(links: Links, release: RelPath, text: str, path: RelPath) -> str:
    """TEXT of a link at PATH in RELEASE, without the absolute name of the release or of the site: a copy of the site,
    or one that was moved, never reads or writes its original, and no such link ends with a release that is pruned.
    """
    inside = below_root(links, text)
    return text if inside is None else link_text(release / path, RelPath(os.path.normpath(inside)))


def below_root(links: Links, absolute: str) -> Optional[RelPath]:
    """What ABSOLUTE names below the deploy root, by either of its names; None where it names something else."""
    tops = (f"{top}/" for top in (links.root.path, os.path.realpath(links.root.path)))
    return next((RelPath(absolute[len(top) :]) for top in tops if absolute.startswith(top)), None)


def in_another_release(links: Links, text: str, there: RelPath) -> Optional[RelPath]:
    """The other release in which TEXT, read from THERE, names the same path; None when it leads elsewhere (I63)."""
    absolute = os.path.normpath(os.path.join(links.root.path, there.parent, text))
    top = links.root.path
    if not absolute.startswith(top + "/"):
        absolute, top = os.path.realpath(absolute), os.path.realpath(top)
    inside = RelPath(os.path.relpath(absolute, top))
    path = there.below(links.layout.shared)
    if not inside.is_within(links.layout.releases) or not inside.endswith("/" + path):
        return None
    return RelPath(inside[: -len(path) - 1])


def leads_to_itself(links: Links, release: RelPath, text: str, path: str) -> bool:
    """True for a link (a hand-written script's, an older tool's) that already meant PATH in `shared/`.

    By identity as well: a text that goes by another name of the deploy root means it no less.
    """
    there = links.layout.in_shared(path)
    if links.root.leads_to(release / path, there):
        return True
    absolute = os.path.normpath(os.path.join(links.root.path, there.parent, text))
    return absolute == os.path.normpath(links.root.absolute(there))


def adjusted(text: str, release: RelPath, path: RelPath, there: RelPath) -> str:
    """The text that leads from THERE to where TEXT led from PATH in RELEASE; the release itself is named `current`.

    What led out of the site by a relative text leads to the same place: THERE lies at another depth (G2).
    """
    if text.startswith("/") or not text:
        return text
    target = os.path.normpath(f"{release}/{path.parent}/{text}" if path.parent else f"{release}/{text}")
    if target.startswith(".."):
        return text_out_of_root(there, out_of_root(release / path, text))
    inside = RelPath(target)
    if inside.is_within(release):
        below = inside.below(release)
        inside = RelPath("current") / below
    return link_text(there, inside)
