"""A path that changes between file and directory: refused before anything is touched, never guessed (S05)."""

from __future__ import annotations

from typing import Optional

from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.sweep import Found
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import FOUND, STRAY

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


def refuse_changed_kinds(place: Workplace, rules: Rules, found: Found) -> None:
    """`seed-type-changed` for a shared path that is of another kind in the release to come, or where FOUND says that
    the live one holds data at it.

    Found out after the data was moved, it would be in the attic and nothing served in its place.
    """
    refuse_blocked(rules)
    for one in rules.shared:
        lying = place.root.kind(place.bench.layout.in_shared(one.path))
        shipped = rules.listing.kind(one.path)
        if _differ(lying, shipped):
            raise _changed(one.path, "the release ships", shipped, lying)
        if one.path in found.homeless and one.why not in (STRAY, FOUND):
            live = place.root.kind(place.survey.current / one.path) if place.survey.current else None
            if _differ(live, one.kind):
                raise _changed(one.path, "the live release holds", live, lying or one.kind)


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
