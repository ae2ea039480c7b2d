"""The versions that somebody names as what was shipped, and the checkout that says so by itself."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from shlex import quote

from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Source
from holdfast_engine.model.words import count
from holdfast_engine.operations.source_cache import elsewhere, own_cache
from holdfast_engine.persistence.versions import Version, version_of
from holdfast_engine.persistence.was_shipped import WasShipped, live_place
from holdfast_engine.sources import open_source

WAS = "was"
"""What a person accepts by name where a version is unlike what stands here."""


@contextmanager
def named_versions(request: Request, tell: Listener, *, checkout: str = "") -> Iterator[tuple[Version, ...]]:
    """What the request names, in order, and last the history of the CHECKOUT, read while the block lasts. Raises what
    opening a source raises; a checkout that cannot be read says nothing, which is told.
    """
    with elsewhere(request) as cache, ExitStack() as opened:
        lent = own_cache(request.site)

        def version(source: Source) -> Version:
            return version_of(opened.enter_context(closing(open_source(source, cache, lent=lent))))

        found = [version(source) for source in request.was]
        if checkout and not any(_is_at(source, checkout) for source in request.was):
            try:
                found.append(version(Source("git", checkout)))
            except Problem as problem:
                tell(Event("noticed", WAS, f"`{checkout}/.git` does not say what was shipped: {problem.message}"))
        yield tuple(found)


def _is_at(source: Source, checkout: str) -> bool:
    return source.kind == "git" and os.path.realpath(source.location) == os.path.realpath(checkout)


def checkout_in(root: Root) -> str:
    """The absolute path of what is live where it is a git checkout; a `.git` that leads elsewhere is none (G9)."""
    here = live_place(root)
    return root.absolute(here) if root.kind(here / ".git") == DIR else ""


def refuse_unlike(found: WasShipped, request: Request) -> list[str]:
    """`was-unlike` where what somebody named was not shipped here; a sentence instead where a person accepts that."""
    if not found.is_unlike:
        return []
    both, ships = len(found.equal) + len(found.edited), len(found.equal) + len(found.edited) + len(found.absent)
    why = f"of {count(both, 'file')} that stand here and in `{_named(request)}`, {len(found.equal)} are equal"
    why += f"; it ships {count(ships, 'file')}"
    if WAS in request.accept:
        return [f"accepted: {why}"]
    raise Problem(
        "was-unlike",
        f"this is not what was shipped here: {why}",
        context=_elsewhere(found),
        state="nothing was changed",
        hint=f"name the version that was installed; if it is meant so, `--accept {WAS}`",
    )


def told_was(found: WasShipped) -> list[str]:
    """What was found, in sentences."""
    equal = f"{count(len(found.equal), 'file')} equal what was shipped, and are code"
    differ = f"{len(found.edited)} differ, and are edits"
    others = f"{len(found.others)} are in none of its versions, and are yours"
    gone = [f"{len(found.absent)} of what was shipped are not here"] if found.absent else []
    return ["; ".join([equal, differ, others, *gone])]


def _named(request: Request) -> str:
    return ", ".join(os.path.basename(one.location.rstrip("/")) or one.location for one in request.was)


def _elsewhere(found: WasShipped) -> list[str]:
    """Where the files of the version would be at home: in an archive, the application often lies one directory down."""
    here = {*found.others, *found.edited, *found.equal}
    return [line for version in found.versions for line in _one_down(version, here)]


def _one_down(version: Version, here: Collection[str]) -> Iterator[str]:
    files = [path for path, one in version.listing.entries.items() if one.kind in (FILE, LINK)]
    for top in version.listing.children.get("", ()):
        below = [path[len(top) + 1 :] for path in files if path.startswith(f"{top}/")]
        if below and sum(path in here for path in below) * 2 > len(below):
            place = quote(str(version.told.get("location") or ""))
            yield f"what it holds below `{top}/` stands here: unpack {place}, and name that directory"
