"""The old document root of a site that was adopted from a plain directory: what somebody still saves there."""

from __future__ import annotations

from typing import Optional

from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.rules.shape_patterns import is_environment
from holdfast_engine.site.format import SiteFile

OPTION = "document_root"
"""The names that the adoption turned into links, in the site file: known still when all of them were replaced."""
_REPOSITORIES = (".git", ".hg", ".svn")
_BARE = ("HEAD", "objects", "refs")


def through(path: str) -> str:
    """The text of the link at PATH in the old document root that shows what is live."""
    return link_text(RelPath(path), Layout.current / path)


def entries(root: Root, site: SiteFile) -> list[RelPath]:
    """The names in the deploy root that are none of Holdfast's own; none where it never was a document root, or where
    nothing of that is left.
    """
    own = (site.layout.shared, Layout.releases, Layout.current, Layout.state)
    names = [RelPath(name) for name in root.names("") if name not in own]
    adopted = site.options.get(OPTION, ())
    shown = any(root.link(name) == through(name) for name in names)
    return names if shown or any(name in adopted and root.kind(name) != LINK for name in names) else []


def unseen(root: Root, site: SiteFile, live: RelPath) -> list[str]:
    """Names at the top of LIVE that the old document root lacks and can show; none where it is none any more. What is
    read and never to be shown, as an environment, is not among them.
    """
    there = entries(root, site)
    own = (site.layout.shared, Layout.releases, Layout.current, Layout.state)
    names = root.names(live) if there else []
    return [name for name in names if name not in there and name not in own and not is_environment(name)]


def ours(root: Root, site: SiteFile) -> list[RelPath]:
    """The links that the adoption left, and later commands made, in the old document root."""
    return [name for name in entries(root, site) if root.link(name) == through(name)]


def detached(root: Root, paths: list[RelPath], *, top: str = "") -> list[RelPath]:
    """Those of PATHS, all in the directory TOP, that were saved there: files and directories, but no mount, no
    repository and nothing of ours.
    """
    real = [path for path in paths if root.kind(path) in (FILE, DIR) and not _is_for_holdfast(path.name)]
    found = [path for path in real if path.name not in _REPOSITORIES and not all(root.has(path / one) for one in _BARE)]
    mounts = mounts_below(root, top) if found else []
    return [path for path in found if not any(mount.is_within(path) for mount in mounts)]


def _is_for_holdfast(name: str) -> bool:
    """Names of ours, and the settings that are looked for beside a site."""
    return name.startswith(".holdfast-") or name == "holdfast.toml"


def renamed_from(root: Root, live: RelPath, path: str, *, top: str = "") -> Optional[RelPath]:
    """The path whose link stands at PATH below TOP now: somebody saved by rename just when the new file was brought
    home, and so renamed its link. None for any other link, as a person's own that leads to what is seen beside it.
    """
    here = RelPath(top) / path
    text = root.link(here) or ""
    other = RelPath(path).parent / RelPath(text).name
    renamed = other != path and text == link_text(RelPath(top) / other, Layout.current / other)
    return other if renamed and not root.has(RelPath(top) / other) and root.has(live / other) else None
