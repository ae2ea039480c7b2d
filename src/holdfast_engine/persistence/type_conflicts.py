"""A path that changes between file and directory: refused before anything is touched, never guessed (S05)."""

from __future__ import annotations

import os
from typing import Optional

from holdfast_engine.data.found import Found
from holdfast_engine.data.outward import in_the_way
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import FOUND, STRAY
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site

_WORDS = {DIR: "directory", FILE: "file"}


def refuse_blocked(rules: Rules) -> None:
    """`path-split-impossible` for a shared file where the release ships a directory of code, and for a shared path
    below something that it ships as a file or a link: no link to data can be put there.
    """
    for path in rules.blocked:
        raise Problem(
            "path-split-impossible",
            f"the release ships `{path}` as a directory of code, and `shared/{path}` is a file written at run time",
            state="nothing was changed",
            whereabouts=[f"shared/{path}"],
            hint=f"rename one of them, or name `{path}` under `code` in holdfast.toml to leave the file out",
        )
    for one in rules.shared:
        for step in RelPath(one.path).ancestors():
            if rules.listing.kind(step) not in (None, DIR):
                raise Problem(
                    "path-split-impossible",
                    f"the release ships `{step}` as a {rules.listing.kind(step)}, and data lies below it: `{one.path}`",
                    state="nothing was changed",
                    whereabouts=[f"shared/{one.path}"],
                    hint=f"ship a directory there, or name `{step}` under `code` in holdfast.toml",
                )


def refuse_changed_kinds(site: Site, rules: Rules, found: Found) -> None:
    """`seed-type-changed` for a shared path that is of another kind in the release to come, or where FOUND says that
    the live one holds data at it.

    Found out after the data was moved, it would be in the attic and nothing served in its place.
    """
    refuse_blocked(rules)
    _refuse_links_in_the_way(site, found)
    for one in rules.shared:
        lying = site.root.kind(site.links.layout.in_shared(one.path))
        shipped = rules.listing.kind(one.path)
        if _differ(lying, shipped):
            raise _changed(one.path, "the release ships", shipped, lying)
        if one.path in found.to_adopt and one.why not in (STRAY, FOUND):
            live = site.root.kind(site.survey.current / one.path) if site.survey.current else None
            if _differ(live, one.kind):
                raise _changed(one.path, "the live release holds", live, lying or one.kind)


def _refuse_links_in_the_way(site: Site, found: Found) -> None:
    """`shared-is-a-link` for a link to a person's own disk in whose place the live release holds something itself: the
    one would be in the attic, and what lies on that disk out of sight.
    """
    live, links = site.survey.current or RelPath(""), site.links
    held = ((path, in_the_way(links, live, path)) for path in found.to_adopt)
    path, link = next(((path, link) for path, link in held if link), ("", ""))
    if link:
        there, here = links.layout.in_shared(link), live / (link if RelPath(link).is_within(path) else path)
        raise Problem(
            "shared-is-a-link",
            f"`{there}` is a link to `{links.root.link(there)}`, and the live release holds `{here}` itself",
            state="nothing was changed: both are where they were",
            whereabouts=[os.path.realpath(links.root.absolute(there)), links.root.absolute(here)],
            hint=f"bring what is new in the one to the other, remove `{links.root.absolute(here)}`, then deploy again",
        )


def _differ(one: Optional[str], two: Optional[str]) -> bool:
    return one in _WORDS and two in _WORDS and one != two


def _changed(path: str, whose: str, here: Optional[str], there: Optional[str]) -> Problem:
    words = [_WORDS.get(kind or "", kind) for kind in (here, there)]
    return Problem(
        "seed-type-changed",
        f"{whose} `{path}` as a {words[0]}, and `shared/{path}` is a {words[1]}",
        state="nothing was changed",
        whereabouts=[f"shared/{path}"],
        hint=f"rename one of them, or name `{path}` under `code` in holdfast.toml",
    )
