"""The plan of a change as one screen: what becomes live, what happens to which data, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from holdfast.cli.render.changes import missing_and_found
from holdfast.cli.render.words import (
    Line,
    Lines,
    Result,
    checks,
    facts,
    named,
    rows,
    section,
    shown,
    title,
    version,
    warnings,
    when,
    why,
)
from holdfast_engine.model.words import count


def plan(result: Result, *, every: bool = False) -> Lines:
    """What changes is named, the rest is counted; EVERY one and every step for who asks for more."""
    hooks = result.get("hooks") or {}
    steps = rows((each["name"], each.get("text", "")) for each in result.get("steps", ()))
    return [
        title(f"{result.get('command', 'deploy')} {_what(result)}".rstrip()),
        *_facts(result),
        *section("data", _data(result, every=every)),
        *missing_and_found(result, after=False),
        *section("what becomes the first release", _listed(result.get("entries"))),
        *section("build", _listed(result.get("build"))),
        *(
            line
            for word in ("before_activation", "stop", "start", "after_activation")
            for line in section(word.replace("_", " "), _listed(hooks.get(word)))
        ),
        *section("steps", steps if every or result.get("command") not in ("deploy", "rollback") else []),
        *section("checks", _checks(result)),
        *warnings(map(shown, result.get("notes", ())), "note"),
    ]


def _what(result: Result) -> str:
    return "" if result.get("unchanged") else version(result.get("source")) or str(result.get("release") or "")


def _facts(result: Result) -> Lines:
    source = result.get("source") or {}
    where = " ".join(str(part) for part in (source.get("location"), source.get("ref")) if part)
    known = [result.get("framework"), f"web root {result['web_root']}" if result.get("web_root") else ""]
    return facts(
        [
            ("from", where or result.get("from")),
            ("what it is", _what_it_is(result)),
            ("submodules", ", ".join(f"{each['path']} {each['commit'][:12]}" for each in source.get("submodules", ()))),
            ("settings from", ", ".join(result.get("settings_from", ()))),
            ("application", ", ".join(str(part) for part in known if part)),
            ("live now", result.get("current")),
            ("becomes", result.get("release") if not result.get("unchanged") else ""),
            ("path", result.get("path")),
            ("left in", result.get("place")),
            ("removes", ", ".join(map(shown, result.get("prune", ())))),
            ("", "nothing new: the live release has the same code and settings" if result.get("unchanged") else ""),
        ]
    )


def _what_it_is(result: Result) -> str:
    """Of an entry of the attic: when and why it came there."""
    return f"put into the attic {when(result['at'])}: {result['why']}" if result.get("at") else ""


def _data(result: Result, *, every: bool) -> Lines:
    shared = list(result.get("shared", ()))
    coming = {each["path"] for each in result.get("adopt", ())}
    carried = {each["path"]: each for each in result.get("carried", ())}
    moving = [each for each in result.get("adopt", ()) if each["path"] not in carried]
    quiet = ("link", "seed") if result.get("current") else ("link",)
    stays = [each for each in shared if each["path"] not in coming and (each.get("action") or "link") in quiet]
    cells = [
        *((each["path"], f"moves from {each['from']} into shared/", _why(each)) for each in moving),
        *((path, "is carried along", _why(each)) for path, each in carried.items()),
        *((path, "is copied from the release into shared/", "") for path in result.get("seeds", ())),
        *((each["path"], "goes to the attic", _why(each)) for each in result.get("displaced", ())),
        *((each["path"], "leaves the attic", _why(each)) for each in result.get("expired", ())),
        *((each["path"], _coming(each), "") for each in shared if each["path"] not in coming and each not in stays),
        *((each["path"], "stays in shared/", "") for each in (stays if every else ())),
    ]
    rest = [Line(f"  {count(len(stays), 'shared path')} {_stay(stays)} in `shared/`")] if stays and not every else []
    return [*_some(cells, every=every), *rest]


def _coming(each: Result) -> str:
    return {"seed": "starts in shared/ with the files of the release"}.get(each.get("action", ""), "will be shared")


def _stay(stays: list[Result]) -> str:
    return "stays" if len(stays) == 1 else "stay"


def _why(each: Result) -> str:
    return why(each.get("why"))


def _some(cells: Iterable[tuple[str, str, str]], *, every: bool) -> Lines:
    """CELLS as rows; of what happens to many, the first are named and the rest counted."""
    kept: list[tuple[str, str, str]] = []
    for what, group in groupby(cells, key=lambda cell: cell[1]):
        found = list(group)
        short = named([path for path, _, _ in found], every=every)
        kept += found if len(short) == len(found) else [*found[: len(short) - 1], (short[-1], what, "")]
    return rows(kept)


def _listed(found: Iterable[str] | None) -> Lines:
    return [Line(f"  {each}", hang=4) for each in found or ()]


def _checks(result: Result) -> Lines:
    """What does not pass, and how many do."""
    every = list(result.get("checks", ()))
    odd = [each for each in every if each["verdict"] != "pass"]
    passed = [Line(f"  {len(every) - len(odd)} passed", "good")] if len(every) > len(odd) else []
    return [*checks(odd), *passed]
