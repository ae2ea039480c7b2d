"""What somebody saved in a document root that is filled with links, told from what hosts and other sites keep there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Optional

from holdfast_engine.fs.document_roots import declared
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.site.document_root import detached
from holdfast_engine.site.links import Links
from holdfast_engine.site.public_html import OF_THE_HOST, PublicHtml, inner, is_of_pages, is_shown

_OF_DOCUMENT_ROOTS = (".well-known", "cgi-bin")
"""What hosts make in a document root, and nobody else anywhere."""


def names_of(links: Links, release: RelPath, web_root: str) -> list[str]:
    """What RELEASE has at the top of its web root, and may be shown."""
    top = release / inner(web_root)
    if inner(web_root) and links.is_linked(release, inner(web_root)):
        top = links.layout.in_shared(inner(web_root))
    return [name for name in links.root.names(top) if is_of_pages(name)]


def saved(place: PublicHtml, shown: Iterable[str]) -> list[str]:
    """The names at which somebody saved a file or a directory since links of ours were made, SHOWN being what those
    show: over one of them, or beside them. None where all of it may be the host's (G7).
    """
    others = [name for name in _others(place) if name not in (place.stays or ())]
    if place.stays is None or not others or _is_made_anew(place, shown):
        return []
    ours = [name for name in others if not is_of_the_host(place.around, place.here, name) and is_of_pages(name)]
    found = detached(place.around, [place.here / name for name in ours], top=place.here)
    served = [os.path.realpath(one.path) for one in declared()] if found else []
    return [path.name for path in found if not _is_another_s(place.around, path, served)]


def staying(place: PublicHtml, shown: Iterable[str]) -> list[str]:
    """What is to be left alone: it stood there before links of ours, or the host has made all of it anew."""
    others = _others(place)
    if place.stays is None or _is_made_anew(place, shown):
        return others
    return [name for name in others if name in place.stays]


def is_of_the_host(root: Root, top: RelPath, name: str) -> bool:
    """True for what hosts keep in the document root TOP, and for what belongs to root where we are somebody else: on
    such a host no application runs as root.
    """
    status = root.lstat(top / name) if os.geteuid() else None
    return name in OF_THE_HOST or name.startswith(".holdfast-") or (status is not None and status.st_uid == 0)


def renamed_from(place: PublicHtml, name: str, web_root: str) -> Optional[str]:
    """The name whose link is called NAME now: it was brought home while it was being saved, under a passing name."""
    other = RelPath(place.around.link(place.here / name) or "").name
    renamed = bool(other) and other != name and place.around.link(place.here / name) == place.text(other, web_root)
    return other if renamed and not place.around.has(place.here / other) else None


def _others(place: PublicHtml) -> list[str]:
    names = place.around.names(place.here)
    return [name for name in names if not (place.is_own(name) or place.is_on_its_way(name))]


def _is_made_anew(place: PublicHtml, shown: Iterable[str]) -> bool:
    """True where no link of ours is left and names are missing: who saves over all of them leaves their names."""
    there = set(place.around.names(place.here))
    if len(_others(place)) < len(there):
        return False
    return any(name not in there for name in shown if is_shown(name))


def _is_another_s(root: Root, path: RelPath, served: Iterable[str]) -> bool:
    """True for a document root of another domain in this one, as panels make them, and for a site."""
    if root.kind(path) != DIR:
        return False
    if any(root.has(path / one) for one in (*_OF_DOCUMENT_ROOTS, Layout.site_file)):
        return True
    real = os.path.realpath(root.absolute(path))
    return any(one == real or one.startswith(f"{real}/") for one in served)


def on_their_way(root: Root, top: RelPath, web_roots: Iterable[str]) -> Iterator[RelPath]:
    """What lies below TOP on its way into the live release, by its path in the application."""
    tops = {inner(one) for one in web_roots} | {RelPath("")}
    for here in sorted(tops):
        below = (here / name for name in root.names(top / here))
        yield from (path for path in below if not any(one.is_within(path) for one in tops))
