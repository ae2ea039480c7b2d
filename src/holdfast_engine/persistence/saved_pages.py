"""What somebody saved in a document root that is filled with links: brought home as if it had been saved in the live
release, and seen in its place all the while.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from holdfast_engine.data.homeward import mend, text_from_without
from holdfast_engine.data.moved import Moved
from holdfast_engine.data.old_root import OldRoot
from holdfast_engine.fs import durable
from holdfast_engine.fs.access import access_at, give
from holdfast_engine.fs.discard import drop_empty
from holdfast_engine.fs.place import close_gap, drop_own_link, make_link, replace_link, step_aside
from holdfast_engine.fs.probe import may_change_places
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.fs.sets import belongs_to
from holdfast_engine.fs.walk import links_below
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.sets import COMPANIONS
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.moving_sets import move_whole
from holdfast_engine.persistence.public_html import web_root_of
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site
from holdfast_engine.site.host_errors import REFUSED
from holdfast_engine.site.public_html import SAVED, WAITING, PublicHtml, inner, opened, remembered
from holdfast_engine.site.saved_pages import names_of, on_their_way, renamed_from, saved

IsCode = Callable[[str], bool]
"""Whether a file of the live release is as it was shipped."""
PLACE = "the document root"
_MOVED = "gather"


def look(site: Site, rules: Rules) -> dict[str, str]:
    """What was saved in the document root since the last look, by its path in the application, with the reason as a
    plan shows it. A database's companions come first; caches stay where they are, and what belongs on a disk that is
    not mounted.
    """
    live = site.survey.current
    if live is None or not remembered(site.survey.site):
        return {}
    found = [path for path in (*_saved(site, live), *_waiting(site)) if not rules.classifier.is_cache(path)]
    found = sorted(set(found), key=lambda path: (not path.endswith(COMPANIONS), path))
    return dict.fromkeys((path for path in found if not site.links.is_away(path)), f"saved in {PLACE}")


def _saved(site: Site, live: RelPath) -> list[RelPath]:
    web_root = _web_root(site)
    with opened(site) as place:
        if place is None:
            return []
        names = place.around.names(place.here)
        found = saved(place, names_of(site.links, live, web_root))
        found += [name for name in names if renamed_from(place, name, web_root)]
        return [inner(web_root) / name for name in found]


def place_of(site: Site, path: str) -> str:
    """Where what was saved at PATH stands, as a person would type it."""
    return os.path.join(str(remembered(site.survey.site).get("path", "")), RelPath(path).name)


def _web_root(site: Site) -> str:
    return web_root_of(site, "")


def _waiting(site: Site) -> Iterator[RelPath]:
    """What a crash, or what may not be moved on, has left on its way."""
    every = on_their_way(site.root, SAVED, remembered(site.survey.site).get("web_roots", ()))
    return (path for path in every if site.root.kind(SAVED / path) in (FILE, DIR))


def bring(adopter: Adopter, live: RelPath, paths: Iterable[str], is_code: IsCode) -> bool:
    """What was saved at PATHS is in LIVE, where the next look finds it, in `shared/` or in the attic; True when it was
    anything. What may not be moved is told of and left: it must not keep any command from working.
    """
    site, web_root, every = adopter.site, _web_root(adopter.site), list(map(RelPath, paths))
    with opened(site) as place:
        if place is not None and every:
            _gathered(adopter, Gathering(site, adopter.operation, place, live, web_root), every)
    if every:
        _home(adopter, live, is_code, frozenset())
    return bool(every)


def _gathered(adopter: Adopter, gathering: Gathering, paths: Sequence[RelPath]) -> None:
    moved = Moved()
    for path in paths:
        try:
            gathering.gather(path)
        except (Problem, OSError) as error:
            if isinstance(error, OSError) and error.errno not in REFUSED:
                raise
            why = words_of(error) if isinstance(error, OSError) else error.message
            moved.unmoved.append((f"`{path.name}` in {PLACE}", f"could not be moved into the site: {why}"))
    adopter.report.add(moved)


def _home(adopter: Adopter, live: RelPath, is_code: IsCode, begun: frozenset[tuple[str, int]]) -> None:
    """What is on its way is at its place in LIVE, and the document root shows that."""
    site, moved = adopter.site, Moved()
    round_ = OldRoot(site.links, adopter.operation, live, is_code, moved, SAVED, is_served=True, begun=begun)
    web_roots = remembered(site.survey.site).get("web_roots", ())
    for path in sorted(on_their_way(site.root, SAVED, web_roots), key=lambda path: not path.endswith(COMPANIONS)):
        try:
            round_.bring(path)
        except OSError as error:
            if error.errno not in REFUSED:
                raise
            moved.unmoved.append((f"`{SAVED / path}`", f"could not be moved into the site: {words_of(error)}"))
    adopter.report.add(moved)
    with opened(site) as place:
        for path in list(on_their_way(site.root, SAVED, web_roots)):
            if place is not None:
                _lead_on(site, place, path, web_roots)
            if site.root.link(SAVED / path) is not None:
                drop_own_link(site.root, SAVED / path)
    _tidy(site)


def _lead_on(site: Site, place: PublicHtml, path: RelPath, web_roots: Iterable[str]) -> None:
    """The name in the document root that led to PATH on its way leads to what is live; nothing else is touched."""
    for web_root in web_roots:
        if path.parent == inner(web_root) and site.root.kind(SAVED / path) in (LINK, None):
            text = place.around.link(place.here / path.name) or ""
            renamed = text != place.text(path.name, web_root) and bool(renamed_from(place, path.name, web_root))
            if text == place.way(path.name, web_root) or renamed:
                where, now = place.here / path.name, place.text(path.name, _web_root(site))
                replace_link(place.around, where, now, waiting=place.here / WAITING)


def _tidy(site: Site) -> None:
    """No directory of ours is left where nothing is on its way."""
    for path in sorted((inner(one) for one in remembered(site.survey.site).get("web_roots", ())), reverse=True):
        for step in (path, *reversed(list(path.ancestors()))):
            drop_empty(site.root, SAVED / step)
    drop_empty(site.root, SAVED)
    drop_empty(site.root, SAVED.parent)


@dataclass(frozen=True)
class Gathering:
    """What was saved in PLACE comes below `SAVED` in the site, each name by one exchange with a link that leads to it.
    Idempotent: what has come already is left there.
    """

    site: Site
    operation: Operation
    place: PublicHtml
    live: RelPath
    web_root: str

    def gather(self, path: RelPath) -> None:
        """What was saved as PATH is on its way, a database with all that belongs to it. OSError, `database-busy` or
        `database-open` where it may not be moved: it stays then.
        """
        around, name = self.place.around, path.name
        other = renamed_from(self.place, name, self.web_root)
        if path.parent != inner(self.web_root) or belongs_to(around, self._here(name)):
            return
        if not may_change_places(around, self.place.here, self.place.site):
            raise OSError(errno.EXDEV, "the site is on another file system", around.absolute(self._here(name)))
        if other is not None:
            self._make_room()
            text = link_text(SAVED / path, Layout.current / path.parent / other)
            if not self.site.root.has(SAVED / path):
                make_link(self.site.root, SAVED / path, text)
        elif around.kind(self._here(name)) in (FILE, DIR):
            self._make_room()
            move_whole(around, self._here(""), name, self._gather)

    def _here(self, name: str) -> RelPath:
        return self.place.here / name

    def _make_room(self) -> None:
        """The directories on the way let in whom those of the live release let in: visitors see what is in them."""
        root, top = self.site.root, inner(self.web_root)
        for made in durable.make_directories(root, SAVED / top):
            like = self.live / made.below(SAVED) if made.is_within(SAVED) else self.live
            if root.kind(like) == DIR:
                give(root, made, access_at(root, like), user=os.geteuid())

    def _gather(self, name: str) -> None:
        around, here, inside = self.place.around, self._here(name), SAVED / inner(self.web_root) / name
        there, text = self.place.site / inside, self.place.way(name, self.web_root)
        close_gap(around, here, there, text)
        if around.kind(there) not in (None, LINK):
            return  # what a crash left there is to come home before
        path = str(inside.below(SAVED))
        self.operation.move(what=_MOVED, path=path, source=here, target=inside, text=text, place=self.place.path)
        if around.link(there) is not None:
            drop_own_link(around, there)
        make_link(around, there, text)
        try:
            step_aside(around, here, there)
        except OSError:
            if around.link(there) == text:  # else it was exchanged before something failed
                drop_own_link(around, there)
            raise
        _mend_links(self.site, self.operation, self.place, inside)


def _mend_links(site: Site, operation: Operation, place: PublicHtml, came: RelPath) -> None:
    """Relative links in what CAME lead where they led from the document root."""
    for at, text in list(links_below(site.root, came)) if site.root.kind(came) == DIR else ():
        new = text_from_without(place.path, site.root.path, came.parent, at, text)
        if new:
            mend(site.root, operation, at, was=text, text=new)


def finish(adopter: Adopter, history: Sequence[Record], is_code: IsCode) -> None:
    """What a crash left on its way is in what is live, and seen in its place. Idempotent."""
    site, live = adopter.site, adopter.site.survey.current
    if live is None or site.away or site.root.kind(SAVED.parent) != DIR:
        return
    moves = [record.facts for record in history if record.kind == MOVE]
    with opened(site) as place:
        for facts in moves:
            if place is not None and facts["what"] == _MOVED:
                _mend_links(site, adopter.operation, place, RelPath(facts["target"]))
    begun = frozenset((one["path"], one["inode"]) for one in moves if one["what"] == "late" and "inode" in one)
    _home(adopter, live, is_code, begun)
