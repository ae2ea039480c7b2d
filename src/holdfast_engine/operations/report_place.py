"""Where the page of a report may lie: nowhere that anybody is shown, and in no place of a site's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from shlex import quote
from typing import Optional

from holdfast_engine.fs.document_roots import declared as declared_on_this_host
from holdfast_engine.model.exposure import is_document_root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import UNCHANGED, Problem
from holdfast_engine.site import document_root, public_html
from holdfast_engine.site.handle import Site

_Identity = tuple[int, int]


def refuse_place(site: Site, target: str) -> None:
    """`report-exposed` for a TARGET in what is served, or may be, by whatever name, link or mount it is reached: a
    report names every file of the site. The same in a place of the site's own: what lies in one is code or data.
    """
    where = os.path.realpath(os.path.dirname(target))
    known = dict(_known(site))
    for here in _upward(where):
        identity = _identity(here)
        what = known.get(identity) if identity is not None else None
        what = what or ("a document root by its name" if is_document_root(here, surely=True) else None)
        if what:
            raise Problem(
                "report-exposed",
                f"`{target}` is in `{here}`, which is {what}",
                context=["a report names the files of the site: only those who manage it should read it"],
                state=UNCHANGED,
                hint=f"holdfast report --site {quote(site.root.path)} -o ~/{quote(os.path.basename(target))}",
            )


def _known(site: Site) -> Iterator[tuple[_Identity, str]]:
    for path, what in _places(site):
        identity = _identity(path)
        if identity is not None and os.path.realpath(path) != "/":
            yield identity, what


def _places(site: Site) -> Iterator[tuple[str, str]]:
    """Every place in question; of one that is several things, what is said last counts."""
    root, layout = site.root, site.links.layout
    for one in declared_on_this_host():
        yield one.path, f"a document root by `{one.file}`"
    if document_root.entries(root, site.survey.site):
        yield root.path, "the old document root of the site"
    for path in {public_html.declared(site), str(public_html.remembered(site.survey.site).get("path", ""))} - {""}:
        yield path, "the document root of the site"
    yield root.absolute(Layout.state), "Holdfast's own"
    yield root.absolute(Layout.releases), "where the releases are"
    for shared in site.survey.site.shared:  # one that leads to another disk is served there
        yield root.absolute(layout.in_shared(shared.path)), "data of the site"
    yield root.absolute(layout.shared), "where the data of the site is"
    yield root.absolute(Layout.current), "what is live"


def _upward(path: str) -> Iterator[str]:
    """PATH and every directory around it."""
    yield path
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        yield path


def _identity(path: str) -> Optional[_Identity]:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
