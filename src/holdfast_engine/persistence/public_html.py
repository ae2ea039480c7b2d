"""A document root that cannot be a link, kept in step with what is live: one link for each entry of the web root."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable

from holdfast_engine.fs.place import drop_own_link, make_links, replace_link, take_link_away
from holdfast_engine.fs.refusals import words_of
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.values import dataclass
from holdfast_engine.model.words import named
from holdfast_engine.site.handle import Site
from holdfast_engine.site.host_errors import REFUSED
from holdfast_engine.site.public_html import (
    WAITING,
    PublicHtml,
    declared,
    inner,
    is_shown,
    opened,
    remember,
    remembered,
)
from holdfast_engine.site.saved_pages import names_of, staying

_OTHERWISE = (errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EEXIST)
"""How it ends when the host has made something else of the document root meanwhile: every next try looks anew."""


@dataclass(frozen=True)
class Filling:
    """What a document root lacks, or has too much, to show one release: COMING names have no link yet, ASTRAY ones
    lead to where an earlier release had its web root, SPENT ones to nothing. TAKEN are names of the release at which
    something stands that somebody put there himself: it stays.
    """

    coming: tuple[str, ...] = ()
    astray: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.coming or self.astray or self.spent)


def look(place: PublicHtml, names: Iterable[str], web_root: str) -> Filling:
    """How the document root stands to NAMES, the entries of a release. An environment that was to be read there before
    its application was taken out stays to be read (G2), and none is shown anew. Where the pages lay in a directory of
    it, the name of that leads to them still.
    """
    here = place.around.names(place.here)
    wanted = [name for name in names if not place.is_on_its_way(name)]
    there, own = set(here), {name for name in here if place.is_own(name)}
    shown = {name for name in wanted if name in there and place.shows(name, web_root)}
    return Filling(
        coming=tuple(name for name in wanted if name not in there and is_shown(name)),
        astray=tuple(name for name in wanted if name in own and name not in shown),
        spent=tuple(sorted(own.difference(wanted, {inner(web_root)} - {""}))),
        taken=tuple(name for name in wanted if name in there and name not in own and name not in shown),
    )


def fill(site: Site, release: RelPath, web_root: str, *, known: bool = False) -> list[str]:
    """Every entry of RELEASE has a link in the document root, and nothing is taken away; returns what is to be told.

    Before the switch: a link through `current` shows an entry from the moment at which it is there. A crash leaves some
    of the links, which lead nowhere until then. What may not be made is told, and keeps no command from working; what
    hides the release is, unless a plan made it KNOWN.
    """
    with opened(site) as place:
        if place is None:
            return []
        names = names_of(site.links, release, web_root)
        stays = staying(place, names)
        remember(site, declared(site), web_root, stays=stays)
        filling = look(place, names, web_root)
        try:
            texts = {name: place.text(name, web_root) for name in filling.coming}
            late = make_links(place.around, place.here, texts) if texts else []
        except OSError as error:
            return _refused(place, error)
        return told(place, [*(() if known else filling.taken), *late], stays)


def clear(site: Site, release: RelPath, web_root: str, *, known: bool = False) -> list[str]:
    """The document root shows RELEASE, which is live, and no link of ours leads to what it has not; returns what is to
    be told. After the switch: nothing that is served is taken away. Idempotent.
    """
    warnings = fill(site, release, web_root, known=known)
    with opened(site) as place:
        if place is None:
            return warnings
        filling = look(place, names_of(site.links, release, web_root), web_root)
        try:
            _lead(place, filling.astray, web_root)
            for name in filling.spent:
                take_link_away(place.around, place.here / name, waiting=place.here / WAITING)
            _tidy(place)
        except OSError as error:
            return [*warnings, *_refused(place, error)]
    return warnings


def _lead(place: PublicHtml, names: Iterable[str], web_root: str) -> None:
    """Each of NAMES leads to what is live, from one moment to the next; what says where the pages are, after them."""
    for name in sorted(names, key=lambda name: (name == ".htaccess", name)):
        replace_link(place.around, place.here / name, place.text(name, web_root), waiting=place.here / WAITING)


def _tidy(place: PublicHtml) -> None:
    if place.around.link(place.here / WAITING) is not None:
        drop_own_link(place.around, place.here / WAITING)


def keep_in_step(site: Site) -> list[str]:
    """The document root shows what is live, whatever a crash or the host has left of it; returns what is to be told."""
    site.refresh()
    live, known = site.survey.current, remembered(site.survey.site)
    if live is None or not known:
        return []
    return clear(site, live, web_root_of(site, known["web_roots"][-1]))


def lead_straight(site: Site) -> None:
    """What is live stands at the top of the site, and `current` is to go: each link of ours in the document root leads
    to it without that, by one rename.
    """
    with opened(site) as place:
        for name in place.around.names(place.here) if place is not None else ():
            if place is not None and place.is_own(name):
                at, inside = place.here / name, inner(web_root_of(site, "")) / name
                text = link_text(at, place.site / inside)
                replace_link(place.around, at, text, waiting=place.here / WAITING)


def web_root_of(site: Site, otherwise: str) -> str:
    """The web root that is shown of what is live: its own; of an application that was taken out, all of it; else
    OTHERWISE.
    """
    active, known = site.survey.active, remembered(site.survey.site)
    if active is not None and active.settings:
        return active.web_root
    return str(known["web_roots"][-1]) if known else otherwise


def told(place: PublicHtml, names: Iterable[str], stays: Collection[str]) -> list[str]:
    """What hides the release: what STAYS, for it was there before our links, and what somebody saved just now."""
    found = sorted(names)
    host, saved = [name for name in found if name in stays], [name for name in found if name not in stays]
    hides = "is not Holdfast's and stays: it hides what the release has there"
    comes = "was saved meanwhile: the next deploy or `holdfast sweep` takes it in"
    return [f"in `{place.path}` {named(some)} {what}" for some, what in ((host, hides), (saved, comes)) if some]


def _refused(place: PublicHtml, error: OSError) -> list[str]:
    if error.errno not in (*REFUSED, *_OTHERWISE):
        raise error
    return [f"`{place.path}` could not be brought up to date: {words_of(error)}"]
