"""A document root that cannot be a link: a directory outside of the site, filled with links into what is live."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Optional

from holdfast_engine.fs.root import Root
from holdfast_engine.model.exposure import is_flat
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.shape_patterns import is_environment
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site

OPTION = "public_html"
"""In the site file: the document root that was filled last, and every web root that its links were made for."""
MISSING, LINKED, NO_DIRECTORY, OVERLAPS, APART = "missing", "linked", "no-directory", "overlaps", "apart"
"""How a document root stands to its site; APART is the one that is filled."""
WAITING = RelPath(".holdfast-waiting")
"""The name of a link of ours in the document root that is about to take another one's place."""
SAVED = RelPath(".holdfast-saved/pages")
"""Where in the site lies what was saved in the document root, on its way into the live release: as deep as releases
lie, so that relative links lead from either to the same place.
"""
OF_THE_HOST = frozenset(
    [
        *(".well-known", "cgi-bin", ".user.ini", "php.ini", ".ftpquota", ".ftpaccess", ".htpasswds", ".trash"),
        *("error_log", "awstats", "awstatsicons", "plesk-stat", "webstat"),
    ]
)
"""What hosts and their panels keep in a document root: it stays where it is, whatever a release ships."""
REPOSITORIES = (".git", ".hg", ".svn")
TOP = ""
"""The web root of an application that was taken out of its document root: that shows all of it, as it did, until the
next release has its own there.
"""


@dataclass(frozen=True)
class PublicHtml:
    """The document root at HERE and the deploy root at SITE, both below the open directory AROUND them.

    No entry but those of the two is touched, and no link is followed on the way (G9). WEB_ROOTS are those that links
    of ours were made for, MOVED is where the site lay before, with nothing there any more: by its
    text alone a link is known to be ours. STAYS names what stood there before any link of ours; None where nobody
    knows, as of a directory that the host made anew.
    """

    around: Root
    here: RelPath
    site: RelPath
    web_roots: tuple[str, ...]
    moved: tuple[str, ...] = ()
    stays: Optional[frozenset[str]] = None

    @property
    def path(self) -> str:
        return self.around.absolute(self.here)

    def text(self, name: str, web_root: str) -> str:
        """The text of the link NAME that shows what is live: through `current`, so that the switch is one rename (G3);
        relative, so that both can be moved together.
        """
        return link_text(self.here / name, self.site / Layout.current / inner(web_root) / name)

    def way(self, name: str, web_root: str) -> str:
        """The text of the link NAME that shows what was saved there, while that is on its way."""
        return link_text(self.here / name, self.site / SAVED / inner(web_root) / name)

    def is_on_its_way(self, name: str) -> bool:
        """True where NAME shows what was saved there, and is not home yet."""
        text = self.around.link(self.here / name)
        return text is not None and any(text == self.way(name, one) for one in self.web_roots)

    def is_own(self, name: str) -> bool:
        text = self.around.link(self.here / name)
        return text is not None and any(text in self._texts(name, one) for one in self.web_roots)

    def _texts(self, name: str, web_root: str) -> tuple[str, ...]:
        below = Layout.current / inner(web_root) / name
        return (self.text(name, web_root), *(os.path.relpath(f"{top}/{below}", self.path) for top in self.moved))

    def shows(self, name: str, web_root: str) -> bool:
        """True where NAME leads to what is live, by our link or by one that somebody made to the same place."""
        text = self.around.link(self.here / name)
        live = self.around.absolute(self.site / Layout.current / inner(web_root) / name)
        return text is not None and text in (self.text(name, web_root), live)


def is_shown(name: str) -> bool:
    """False for what is read beside the pages and never to be handed out: environments, settings of ours, histories."""
    return not is_environment(name) and name != "holdfast.toml" and is_of_pages(name)


def is_of_pages(name: str) -> bool:
    """False for histories and names of ours, which nothing that runs reads at the document root."""
    return not (name in REPOSITORIES or name.startswith(".holdfast"))


def inner(web_root: str) -> RelPath:
    return RelPath("" if is_flat(web_root) else web_root)


def remembered(file: site_format.SiteFile) -> dict[str, Any]:
    """What the site file says of the document root; nothing where none was ever filled."""
    found = file.options.get(OPTION, {})
    return found if isinstance(found, dict) else {}


def declared(site: Site) -> str:
    """The document root that is meant: by the settings, else the one that was filled last. None for a copy of a site,
    which has all that the site remembers: what is shown there is the other one.
    """
    file = site.survey.site
    path = site.request.settings.public_html or str(remembered(file).get("path", ""))
    return "" if path == remembered(file).get("path") and copied_from(file, site.root.path) else path


def copied_from(file: site_format.SiteFile, site: str) -> str:
    """The site that the one at SITE is a copy of: it filled the document root, and lies where it lay. Else nothing."""
    other = _elsewhere(file, site)
    return other if other and os.path.isfile(os.path.join(other, Layout.site_file)) else ""


def _moved(file: site_format.SiteFile, site: str) -> tuple[str, ...]:
    """Where the site lay when it filled the document root, wherever no site lies now."""
    every = [*remembered(file).get("lay", ()), _elsewhere(file, site)]
    return tuple(one for one in every if one and not os.path.isfile(os.path.join(one, Layout.site_file)))


def _elsewhere(file: site_format.SiteFile, site: str) -> str:
    """Where the site lay when it filled the document root, if that is not SITE."""
    there = str(remembered(file).get("site", ""))
    return "" if there == os.path.realpath(site) else there


def standing(path: str, site: str) -> str:
    """How the document root PATH stands to the deploy root SITE. Its own name may be a link to where it is."""
    if not os.path.lexists(path):
        return MISSING
    real, root = os.path.realpath(path), os.path.realpath(site)
    if _is_within(real, root) and (os.path.islink(path) or _is_within(real, os.path.realpath(f"{root}/current"))):
        return LINKED
    if not os.path.isdir(real):
        return NO_DIRECTORY
    return OVERLAPS if _is_within(real, root) or _is_within(root, real) else APART


def _is_within(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


@contextmanager
def opened(site: Site, path: str = "") -> Iterator[Optional[PublicHtml]]:
    """The document root PATH, or the declared one, open inside the block; None where there is none to be filled."""
    where = path or declared(site)
    if not where or standing(where, site.root.path) != APART:
        yield None
        return
    with open_at(where, site.root.path, site.survey.site) as place:
        yield place


@contextmanager
def open_at(path: str, site: str, file: site_format.SiteFile) -> Iterator[PublicHtml]:
    """The document root PATH, which stands apart from the deploy root SITE, open inside the block."""
    real, root = os.path.realpath(path), os.path.realpath(site)
    top = os.path.commonpath((real, root))
    known = tuple(remembered(file).get("web_roots", ()))
    with Root(top) as around:
        here, there = (RelPath(os.path.relpath(one, top)) for one in (real, root))
        yield PublicHtml(around, here, there, known, _moved(file, site), _stays(file, real))


def _stays(file: site_format.SiteFile, real: str) -> Optional[frozenset[str]]:
    """What stood in the document root REAL before any link of ours, where this is the directory that is remembered."""
    known = remembered(file)
    same = "stays" in known and os.path.realpath(str(known["path"])) == real
    return frozenset(known["stays"]) if same and known.get("inode") == os.stat(real).st_ino else None


def remember(site: Site, path: str, web_root: str, *, stays: Iterable[str]) -> None:
    """The site file names the document root PATH, WEB_ROOT, and what STAYS there: before links are made, so that they
    are known as ours after a crash.
    """
    file = site_format.read(site.root) or site_format.SiteFile()
    known = remembered(file)
    others = [one for one in known.get("web_roots", ()) if one != web_root]
    now: dict[str, Any] = {"path": path, "web_roots": [*others, web_root], "site": os.path.realpath(site.root.path)}
    now = {**now, "stays": sorted(stays), "inode": os.stat(path).st_ino}
    lay = [one for one in _moved(file, site.root.path) if one != now["site"]]
    now = {**now, "lay": lay} if lay else now
    if now != known:
        site_format.write(site.root, replace(file, options={**file.options, OPTION: now}))
        site.refresh()
