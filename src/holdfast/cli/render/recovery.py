"""What `recover` found and what is missing: each with where it lies, and one line to type."""

from __future__ import annotations

from holdfast.cli.render.words import Line, Lines, Result, count, rows, section, shown, size, warnings, when

_TYPE = "      type: "


def recover(result: Result) -> Lines:
    done = result.get("finished")
    first = f"finished `{done['command']}` {done['operation']}: {done['verdict']}" if done else "nothing was unfinished"
    return [
        Line(first, "good"),
        *missing_and_found(result, after=True),
        Line(f"{count(int(result.get('restored') or 0), 'path')} put back"),
        *warnings(map(shown, result.get("warnings", ()))),
    ]


def reported(result: Result) -> Lines:
    """What there is to say where the command ended before its end, or with data still missing."""
    return missing_and_found(result, after="restored" in result)


def missing_and_found(result: Result, *, after: bool) -> Lines:
    """What is missing first; AFTER it acted, with what it could not do."""
    missing = [line for each in result.get("missing", ()) if "copies" in each for line in _missing(each)]
    found = _found(list(result.get("found", ())), after=after) if result.get("found") else []
    return [*_who(result.get("who") or {}), *section("missing", missing), *section("found", found)]


def _who(who: Result) -> Lines:
    if not who.get("sudo"):
        return []
    return [Line(f"you are `{who['you']}`; the site is `{who['site']}`'s, so lines to type begin with `{who['sudo']}`")]


def _missing(each: Result) -> Lines:
    """One path: how many files of how many, since when, each copy, and what a backup alone can have."""
    gone = int(each["files_then"]) - int(each["files_now"])
    since = f"; they were counted {when(each['since'])}" if each.get("since") else ""
    head = Line(
        f"  {each['path'] or 'shared/'}: {gone:,} of {count(int(each['files_then']), 'file')} missing{since}", "bad"
    )
    return [head, *(line for copy in each["copies"] for line in _copy(copy)), *_backup(each)]


def _copy(copy: Result) -> Lines:
    what = f"{count(int(copy['files']), 'file')}, {size(int(copy['bytes']))}"
    return [Line(f"    {copy['where']}: {copy['what']}; {what}"), Line(f"{_TYPE}{copy['command']}", "strong")]


def _backup(each: Result) -> Lines:
    if not each.get("backup"):
        return []
    files = count(int(each["only_in_a_backup"]), "file")
    none = "no copy lies below the deploy root" if not each["copies"] else f"{files} in no copy here"
    return [Line(f"    {none}: only a backup can have them"), Line(f"{_TYPE}{each['backup']}", "strong")]


def _found(found: list[Result], *, after: bool) -> Lines:
    """A row for each, and the line to type below it."""
    cells = [
        (each["path"], each["what"], each["where"], _done(each) if after else each.get("action") or "")
        for each in found
    ]
    return [line for each, row in zip(found, rows(cells), strict=True) for line in (row, *_to_type(each))]


def _to_type(each: Result) -> Lines:
    return [Line(f"{_TYPE}{each['command']}", "strong")] if each.get("command") else []


def _done(each: Result) -> str:
    return f"done: {each.get('action') or ''}" if each.get("done") else "left for a person"
