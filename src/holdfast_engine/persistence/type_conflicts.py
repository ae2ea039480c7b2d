"""A path that changes between file and directory: refused before anything is touched, never guessed (S05)."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.data.outward import in_the_way
from holdfast_engine.data.programs import holds_program
from holdfast_engine.fs.walk import size_of, walk
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import FOUND, STRAY
from holdfast_engine.persistence.shared_paths import Rules, unshared
from holdfast_engine.rules.shape_patterns import lineage
from holdfast_engine.site.handle import Site

_WORDS = {DIR: "directory", FILE: "file"}


def refuse_blocked(rules: Rules) -> None:
    """`path-split-impossible` for a shared file where the release ships a directory of code, and for a shared path
    below something that it ships as a file or a link: no link to data can be put there.
    """
    for path in rules.blocked:
        raise Problem(
            "path-split-impossible",
            f"the release ships `{path}` as a directory of code, but `shared/{path}` is a file written at run time",
            state="nothing was changed",
            whereabouts=[f"shared/{path}"],
            hint=f"rename one of them, or name `{path}` under `code` in holdfast.toml to leave the file out",
        )
    for one in rules.shared:
        for step in RelPath(one.path).ancestors():
            if rules.listing.kind(step) not in (None, DIR):
                raise Problem(
                    "path-split-impossible",
                    f"the release ships `{step}` as a {rules.listing.kind(step)}, and has data below it: `{one.path}`",
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
    _refuse_files_for_directories(site, rules, found)
    for one in rules.shared:
        lying = site.root.kind(site.links.layout.in_shared(one.path))
        shipped = rules.listing.kind(one.path)
        if _differ(lying, shipped):
            raise _changed(one.path, "the release ships", shipped, lying)
        if one.path in found.to_adopt and one.why not in (STRAY, FOUND):
            live = site.root.kind(site.survey.current / one.path) if site.survey.current else None
            if _differ(live, one.kind):
                raise _changed(one.path, "the live release holds", live, lying or one.kind)


def refuse_changed_elsewhere(site: Site, rules: Rules, held: Mapping[str, RelPath]) -> None:
    """The same for what is HELD by releases that are not live, by its path, and is to come home to a path where nothing
    is shared yet.
    """
    for path, place in held.items():
        kind, shipped = site.root.kind(place), rules.listing.kind(path)
        if _differ(kind, shipped) and not site.root.has(site.links.layout.in_shared(path)):
            where, kinds = site.root.absolute(place), (_WORDS[str(shipped)], _WORDS[str(kind)])
            raise Problem(
                "seed-type-changed",
                f"the release ships `{path}` as a {kinds[0]}, and a {kinds[1]} was saved there in an old release",
                state="nothing was changed",
                whereabouts=[where],
                hint=f"move `{where}` to where it belongs, then deploy again",
            )


def why_apart(site: Site, here: RelPath, path: str) -> str:
    """Why what stands at HERE, and what lies in `shared/` at PATH, stay where they are, in words; empty where they need
    not: a file for a directory with files, or the other way round, would hide in the attic all that users put there.
    """
    there = site.links.layout.in_shared(path)
    one, two = site.root.kind(here), site.root.kind(there)
    if not _differ(one, two) or not size_of(site.root, there)[0]:
        return ""
    return f"stays where it is: it is a {_WORDS[str(one)]}, and `{there}` is a {_WORDS[str(two)]}"


def _refuse_files_for_directories(site: Site, rules: Rules, found: Found) -> None:
    """The same for a directory that came on the server, or in which something did, where the release ships a file, or
    a link in whose place none of ours comes: all that users put there would be in the attic, and nobody would see it
    any more.
    """
    live, baseline = site.survey.current, baseline_of(site, site.survey.active)
    if live is None:
        return
    ruled = {one.path for one in rules.shared if one.why not in (STRAY, FOUND)}
    for path in (*found.to_adopt, *found.displaced, *found.carried):
        top = _file_at_or_above(rules, path, (FILE,) if path in found.to_adopt else (FILE, LINK))
        edited = baseline is not None and baseline.get(path) is not None
        if not top or top in ruled or edited or unshared(rules.classifier, top):
            continue
        if site.root.kind(live / top) == DIR and _holds_files(site, live / path, known=baseline is not None):
            raise Problem(
                "seed-type-changed",
                f"the release ships `{top}` as a {rules.listing.kind(top)}, but the live release has a directory with "
                "data there",
                state="nothing was changed",
                whereabouts=[site.root.absolute(live / path)],
                hint=f"rename one of them, or name `{top}` under `code` in holdfast.toml; the attic then keeps it",
            )


def _file_at_or_above(rules: Rules, path: str, kinds: Collection[str]) -> str:
    return next((one for one in lineage(path) if rules.listing.kind(one) in kinds), "")


def _holds_files(site: Site, path: RelPath, *, known: bool) -> bool:
    """True where a file stands at or below PATH. As long as it is not KNOWN what was shipped there, a directory with a
    program in it is taken for the code of before.
    """
    if site.root.kind(path) != DIR:
        return True
    if not known and holds_program(site.root, path):
        return False
    return any(kind != DIR for _, kind, _ in walk(site.root, path, unreadable=[]))


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
            f"`{there}` is a link to `{links.root.link(there)}`, and the live release has `{here}` itself",
            state="nothing was changed: both are where they were",
            whereabouts=[os.path.realpath(links.root.absolute(there)), links.root.absolute(here)],
            hint=f"copy what is new in one to the other, remove `{links.root.absolute(here)}`, then deploy again",
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
