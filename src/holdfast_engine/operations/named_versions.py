"""The versions that somebody names as what was shipped, and the checkout that says so by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from shlex import quote
from typing import NamedTuple

from holdfast_engine.fs.root import Root
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.memory import is_database_name
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source
from holdfast_engine.model.words import count
from holdfast_engine.operations.deployable import require_apart
from holdfast_engine.operations.source_cache import elsewhere, own_cache
from holdfast_engine.persistence.note_shipped import rules_of
from holdfast_engine.persistence.versions import Version, version_of
from holdfast_engine.persistence.was_shipped import WasShipped, live_place
from holdfast_engine.rules.masking import holds_secret
from holdfast_engine.rules.shape_patterns import is_environment
from holdfast_engine.site.handle import Site
from holdfast_engine.sources import open_source
from holdfast_engine.sources.checkout import Checkout

WAS = "was"
"""What a person accepts by name where a version is unlike what stands here."""


class Named(NamedTuple):
    """The VERSIONS that are known, and in UNREAD, in a sentence, why a checkout says nothing."""

    versions: tuple[Version, ...]
    unread: tuple[str, ...] = ()


@contextmanager
def named_versions(request: Request, *, checkout: str = "") -> Iterator[Named]:
    """What the request names, in order, and last the history of the CHECKOUT, read while the block lasts. Raises what
    opening a source raises; a checkout that cannot be read keeps nobody from anything.
    """
    own = [Source("git", checkout)] if checkout else []
    with elsewhere(request, *request.was, *own) as cache, ExitStack() as opened:
        lent = own_cache(request.site)

        def version(source: Source) -> Version:
            for place in filter(None, (request.site, request.path)):
                require_apart(source, place)
            return version_of(opened.enter_context(closing(open_source(source, cache, lent=lent))), of=source.commit)

        found = tuple(map(version, request.was))
        if not checkout or any(_is_at(source, checkout) for source in request.was):
            yield Named(found)
            return
        last = Checkout(checkout).last_from_elsewhere()
        if last is None:
            yield Named(found, (f"`{checkout}/.git` was filled on this host, and does not say what was shipped",))
            return
        try:
            old = version(Source("git", checkout) if last == "HEAD" else Source("git", checkout, last, last))
        except Problem as problem:
            yield Named(found, (_unread(checkout, problem),))
        else:
            yield Named((*found, old))


def _unread(checkout: str, problem: Problem) -> str:
    mend = f"; {problem.hint}" if problem.hint else ""
    return f"`{checkout}/.git` does not say what was shipped: {problem.message}{mend}"


def _is_at(source: Source, checkout: str) -> bool:
    return source.kind == "git" and os.path.realpath(source.location) == os.path.realpath(checkout)


def checkout_in(root: Root) -> str:
    """The absolute path of what is live where it is a git checkout; a `.git` that leads elsewhere is none (G9)."""
    here = live_place(root)
    return root.absolute(here) if root.kind(here / ".git") == DIR else ""


def refuse_unlike(site: Site, found: WasShipped, place: RelPath) -> list[str]:
    """`was-unlike` where what somebody named was not shipped to PLACE, or is a copy of the site itself; a sentence
    instead where a person accepts that.
    """
    why = _unlike(found, site.request) or _copied(site, found, place)
    if not why:
        return []
    if WAS in site.request.accept:
        return [f"accepted: {why}"]
    raise Problem(
        "was-unlike",
        f"this version was not installed here: {why}",
        context=_elsewhere(found),
        state="nothing was changed",
        hint=f"name the version that was installed; if this is intended, `--accept {WAS}`",
    )


def _unlike(found: WasShipped, request: Request) -> str:
    if not found.is_unlike:
        return ""
    both = len(found.equal) + len(found.edited)
    what = f"of {count(both, 'file')} that are both here and in `{_named(request)}`, {len(found.equal)} are equal"
    return f"{what}; it ships {count(both + len(found.absent), 'file')}"


def _copied(site: Site, found: WasShipped, place: RelPath) -> str:
    """A backup knows the users' files as well, and would make code of them: what a maker ships holds no secrets of this
    site, and none of its rows. A repository is its people's own word.
    """
    archives = [one for one in found.versions if one.told.get("kind") != "git"]
    shipped = [path for path in sorted(found.equal) if any(one.listing.has(path) for one in archives)]
    rules = rules_of(site, found, site.request.settings, place=place)

    def is_private(path: str) -> bool:
        if is_environment(path) or is_database_name(RelPath(path).name):
            return True
        where = site.links.layout.in_shared(path) if path in found.behind else place / path
        return rules.classifier.is_settings(path) and holds_secret((site.root.read(where) or b"").decode("latin-1"))

    held = next(filter(is_private, shipped), None)
    return f"it has the same `{held}` as this site, so it is a copy of the site" if held else ""


def told_was(found: WasShipped) -> list[str]:
    """What was found, in sentences."""
    equal = f"{count(len(found.equal), 'file')} equal the shipped files, and are code"
    differ = f"edited: {len(found.edited)}"
    others = f"in no version of it, and yours: {found.others}"
    gone = [f"{len(found.absent)} of the shipped files are missing, as `{found.absent[0]}`"] if found.absent else []
    return ["; ".join([equal, differ, others, *gone])]


def _named(request: Request) -> str:
    return ", ".join(os.path.basename(one.location.rstrip("/")) or one.location for one in request.was)


def _elsewhere(found: WasShipped) -> list[str]:
    """Where the files of the version would be at home: in an archive, the application often lies one directory down."""
    below = ((version, top) for version in found.versions for top in version.listing.children.get("", ()))
    return [
        f"its `{top}/` matches this site: unpack {_place(version)}, and name that directory"
        for version, top in below
        if found.deeper.get(top, 0) * 2 > len(version.listing.files_below(top))
    ]


def _place(version: Version) -> str:
    return quote(str(version.told.get("location") or "it"))
