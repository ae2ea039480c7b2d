"""Results that only look: each a function from the engine's answer to lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdfast.cli.render.words import Line, Lines, count, facts, origin, rows, section, size, title, warnings, when

Result = dict[str, Any]
_VERDICTS = {"pass": "good", "warn": "warn", "refuse": "bad"}
_STATES = {"active": "good", "bad": "bad", "incoming": "warn"}


def page(name: str, result: Result) -> Lines:
    """The lines for the result of the command NAME."""
    if name in PAGES:
        return PAGES[name](result)
    from holdfast.cli.render.about import ABOUT
    from holdfast.cli.render.changes import CHANGES

    return {**CHANGES, **ABOUT}[name](result)


def detect(result: Result) -> Lines:
    confidence = f"{float(result.get('confidence') or 0):.0%} sure"
    top = facts(
        [
            ("framework", f"{result.get('framework') or 'none known'} ({confidence})"),
            ("with", ", ".join(result.get("with", ()))),
            ("app root", result.get("app_root")),
            ("web root", result.get("web_root")),
        ]
    )
    kinds = (("data", "persistent"), ("data files", "persistent_files"), ("build output", "artifacts"))
    lists = [line for name, key in kinds for line in section(name, [Line(f"  {path}") for path in result.get(key, ())])]
    return [*top, *lists, *section("evidence", _rulings(result.get("evidence", ())))]


def explain(result: Result) -> Lines:
    return [title(f"{result['path']} is {result['care']}"), *_rulings(result.get("rulings", ()))]


def _rulings(found: Any) -> Lines:
    return rows((each["path"], each["care"], each["rule"], each.get("source", "")) for each in found)


def status(result: Result) -> Lines:
    top = facts([("site", result["site"]), ("current", result.get("current") or "no release is active")])
    shared = (
        (each["path"], each["kind"], count(each["files"], "file"), size(each["bytes"])) for each in result["shared"]
    )
    return [
        *top,
        *section("releases", _releases(result)),
        *section("shared", rows(shared)),
        *warnings(result.get("warnings", ())),
        *_unfinished(result.get("unfinished")),
    ]


def releases(result: Result) -> Lines:
    return _releases(result) or [Line("no release yet")]


def _releases(result: Result) -> Lines:
    found = result.get("releases", ())
    cells = (
        (
            "*" if each["id"] == result.get("current") else " ",
            each["id"],
            each["state"],
            when(each.get("created")),
            origin(each.get("source")),
            count(each["strays"], "stray") if each.get("strays") else "",
        )
        for each in found
    )
    return rows(cells, styles=[_STATES.get(each["state"], "") for each in found])


def _unfinished(found: Any) -> Lines:
    if not found:
        return []
    what = found.get("command") or "an operation"
    if found.get("running"):
        return [Line(f"`{what}` is running now: {found.get('holder') or 'holder unknown'}", "warn")]
    return [
        Line(f"unfinished: `{what}` {found.get('operation', '')} was interrupted", "warn"),
        Line("the next command that changes the site completes it; `holdfast recover` does so now"),
    ]


def history(result: Result) -> Lines:
    cells = [
        (
            when(each.get("started")) or "time unknown",
            each.get("command", ""),
            each.get("outcome") or "unfinished",
            each.get("release") or "",
            each.get("who") or each.get("where", ""),
        )
        for each in result.get("operations", ())
    ]
    return rows(cells) or [Line("nothing was done here yet")]


def checklist(result: Result) -> Lines:
    return [*checks(result["checks"]), Line(f"verdict: {result['verdict']}", _VERDICTS.get(result["verdict"], ""))]


def checks(found: Any) -> Lines:
    """One line for each check, and below it the way to mend what does not pass."""
    lines: Lines = []
    for each in found:
        lines.append(
            Line(f"  {each['verdict']:<7} {each['name']}: {each.get('why', '')}", _VERDICTS.get(each["verdict"], ""))
        )
        if each.get("mend") and each["verdict"] != "pass":
            lines.append(Line(f"          mend: {each['mend']}"))
    return lines


def attic(result: Result) -> Lines:
    cells = [
        (each["operation"], each["path"], size(each.get("bytes") or 0), each.get("reason", ""))
        for each in result["entries"]
    ]
    return rows(cells) or [Line("the attic is empty")]


PAGES: dict[str, Callable[[Result], Lines]] = {
    "detect": detect,
    "explain": explain,
    "status": status,
    "releases": releases,
    "history": history,
    "checklist": checklist,
    "attic": attic,
}
