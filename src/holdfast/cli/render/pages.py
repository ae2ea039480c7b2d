"""Results that only look: each a function from the engine's answer to lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from shlex import quote
from typing import Any

from holdfast.cli.render.words import (
    VERDICTS,
    Line,
    Lines,
    Result,
    checks,
    day,
    facts,
    origin,
    rows,
    section,
    title,
    warnings,
    when,
    why,
)
from holdfast_engine.model.access import HOW
from holdfast_engine.model.lifetime import FOR_EVER
from holdfast_engine.model.words import count, size

_STATES = {"active": "good", "bad": "bad", "incoming": "warn"}


def detect(result: Result, *, every: bool = False) -> Lines:
    """What it is, what of it is data and why, and what a build makes; EVERY fact that was found for who asks."""
    known = facts(
        [
            (
                "framework",
                f"{result.get('framework') or 'none known'} ({float(result.get('confidence') or 0):.0%} sure)",
            ),
            ("with", ", ".join(result.get("with", ()))),
            ("app root", result.get("app_root")),
            ("web root", result.get("web_root")),
        ]
    )
    reasons = {each["path"]: each for each in result.get("evidence", ())}
    data = [*result.get("persistent", ()), *result.get("persistent_files", ())]
    caches = [each["path"] for each in result.get("evidence", ()) if each.get("care") == "cache"]
    kinds = (("made by the build", "artifacts"), ("ignored by every source", "hints"))
    return [
        *known,
        *section("data, kept through every update", rows((path, _because(reasons.get(path))) for path in data)),
        *section("data where this site is live, else files of the new version", _paths(result.get("undecided", ()))),
        *(line for name, key in kinds for line in section(name, _paths(result.get(key, ())))),
        *section("caches, made again and not kept", _paths(caches)),
        *(section("everything that was found", _rulings(result.get("evidence", ()))) if every else []),
        Line(
            "all else that appears on the server is kept too: folders in `shared/`, single files beside the code", "dim"
        ),
        *([] if every else [Line("`holdfast explain PATH` says more about one path, `-v` about all", "dim")]),
    ]


def _paths(found: Iterable[str]) -> Lines:
    return [Line(f"  {path}") for path in found]


def _because(found: Result | None) -> str:
    if not found:
        return ""
    said = why(found.get("rule"))
    source = "" if found.get("rule") in ("preset", "shape") else str(found.get("source") or "")
    return f"{said}: {source}" if said and source else said or source


def explain(result: Result) -> Lines:
    notes = warnings(result.get("notes", ()), "note")
    return [title(f"{result['path']} is {result['care']}"), *_rulings(result.get("rulings", ())), *notes]


def _rulings(found: Any) -> Lines:
    return rows((each["path"], each["care"], each["rule"], each.get("source", "")) for each in found)


def status(result: Result) -> Lines:
    top = facts([("site", result["site"]), ("current", result.get("current") or "no release is live")])
    shared = (
        (each["path"], each["kind"], count(each["files"], "file"), size(each["bytes"])) for each in result["shared"]
    )
    return [
        *top,
        *section("releases", _releases(result)),
        *section("appeared on the server", rows(_strays(result))),
        *section("edited on the server", rows(_edited(result))),
        *section("shared", rows(shared)),
        *_attic(result.get("attic") or {}),
        *warnings(result.get("warnings", ())),
        *warnings(result.get("notes", ()), "note"),
        *_unfinished(result.get("unfinished")),
    ]


def _strays(result: Result) -> list[tuple[str, str]]:
    """Each stray that is named, with its release; of those that are not, how many there are."""
    cells = []
    for each in result["releases"]:
        named = each.get("stray_paths") or []
        more = (each.get("strays") or 0) - len(named)
        cells += [(each["id"], path) for path in named if path not in (each.get("edited") or ())]
        cells += [(each["id"], f"and {more:,} more")] if named and more > 0 else []
    return cells


def _edited(result: Result) -> list[tuple[str, str]]:
    """Shipped files that are no longer as they were shipped."""
    return [(each["id"], path) for each in result["releases"] for path in each.get("edited") or ()]


def _attic(found: Result) -> Lines:
    if not found.get("entries"):
        return []
    held = f"{found['entries']:,} {'entry' if found['entries'] == 1 else 'entries'}, {size(found['bytes'])}"
    first = f"; the first may go {when(found['oldest_expiry'])}" if found.get("oldest_expiry") else ""
    return [Line(f"attic  {held}, kept {_lifetime(found['keep'])}{first}")]


def _lifetime(kept: str) -> str:
    return kept if kept == FOR_EVER else f"for {kept}"


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
            f"{count(each['strays'], 'new or edited path')} in it" if each.get("strays") else "",
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
    down = ", and the application it stopped may be down" if found.get("stopped") else ""
    return [
        Line(f"unfinished: `{what}` {found.get('operation', '')} was interrupted{down}", "warn"),
        Line("`holdfast recover`, or the next command that changes the site, completes it"),
    ]


def history(result: Result) -> Lines:
    cells = [
        (
            when(each.get("started")) or "time unknown",
            each.get("id", ""),
            each.get("outcome") or "unfinished",
            each.get("release") or _gone(each),
            each.get("who") or each.get("where", ""),
        )
        for each in result.get("operations", ())
    ]
    return rows(cells) or [Line("nothing was done yet")]


def _gone(each: Result) -> str:
    """What a prune took away."""
    releases, entries = each.get("removed") or (), each.get("expired") or ()
    return ", ".join([*releases, *(f"{path} (attic)" for path in entries)])


def checklist(result: Result) -> Lines:
    return [*checks(result["checks"]), Line(f"verdict: {result['verdict']}", VERDICTS.get(result["verdict"], ""))]


def _until(each: Result) -> str:
    return f"until {day(each['expires'])}" if each.get("expires") else "for ever"


def attic(result: Result) -> Lines:
    cells = [
        (each["operation"], each["path"], size(each.get("bytes") or 0), _until(each), each.get("reason", ""))
        for each in result["entries"]
    ]
    return rows(cells) or [Line("the attic is empty")]


def access(result: Result) -> Lines:
    """Who the web user is and why, then what it may write, each path with its rights."""
    user = result.get("user")
    whom = f"{user['name']}, for {HOW.get(user['how'], user['how'])}" if user else "unknown"
    cells = (
        (
            each["path"],
            "may write" if each["writable"] else "may not",
            f"{each['owner']}:{each['group']}",
            each["mode"],
            "said" if each["said"] else "",
            each["acl"],
        )
        for each in result["paths"]
    )
    return [
        *([Line(str(result["outcome"]), "good")] if "outcome" in result else []),
        *facts([("site", result["site"]), ("web user", whom)]),
        *section("may be written, with everything below that is not listed", rows(cells)),
        *section("written by an unknown user", [Line(f"  {path}") for path in result.get("unknown", ())]),
        *warnings(result.get("warnings", ())),
    ]


_WHAT = {
    "carried": "carried along, and looks like code",
    "data": "taken for data, and looks like code",
    "edited": "shipped, and different here",
    "deleted": "shipped, and deleted here",
}


def review(result: Result) -> Lines:
    """What can be decided on, kind by kind, each with its evidence; then what was decided."""
    kinds = [line for what, name in _WHAT.items() for line in section(name, _reviewed(result, what))]
    words = ((each["path"], each["word"], day(each["at"]), each["who"]) for each in result["decided"])
    return [
        *(kinds or [Line("nothing to review", "good")]),
        *section("decided", rows(words)),
        *(_next_decision(result) if kinds else []),
    ]


def _next_decision(result: Result) -> Lines:
    """A line that only looks, at the first file of the list, and what stands in its place to decide."""
    first = next((each for each in result["entries"] if each["kind"] != "dir"), None)
    path, verb = (first["path"], "diff") if first else (result["entries"][0]["path"], "keep")
    others = ", ".join(f"`{word}`" for word in ("keep", "drop", "share") if word != verb)
    return [
        Line(f"next  holdfast review {verb} {quote(path)} --site {quote(result['site'])}"),
        Line(f"      or {others} in place of `{verb}`", "dim"),
    ]


def _reviewed(result: Result, what: str) -> Lines:
    lines: Lines = []
    for each in (one for one in result["entries"] if one["what"] == what):
        whole = each["kind"] == "dir"
        facts_of = [count(each["files"], "file")] if whole else []
        facts_of += [size(each["bytes"]), day(each["changed"])]
        name = f"{each['path']}/" if whole else each["path"]
        lines.append(Line(f"  {name}  {', '.join(filter(None, facts_of))}"))
        lines += [Line(f"      {one['text']}", "dim") for one in each["evidence"]]
        lines.append(Line(f"      {each['care']} by {each['rule']}: {each['source']}", "dim"))
    return lines


def difference(result: Result) -> Lines:
    """The lines that differ, as `diff -u` writes them."""
    styles = {"+": "good", "-": "bad", "@": "dim"}
    lines = [Line(text, styles.get(text[:1], "")) for text in result["text"].split("\n") if result["text"]]
    same = [Line("both are the same", "good")] if result["equal"] else []
    return [*same, *lines, *warnings(result["notes"], "note")]


def report(result: Result) -> Lines:
    """Where the page lies, and its first line."""
    from urllib.parse import quote as quoted

    from holdfast.report.standing import standing

    said = standing(result)
    return [
        title(f"{said.comes} {said.rest}"),
        Line(f"written  {result['path']}  ({size(result['bytes'])})", "good"),
        Line(f"open     file://{quoted(result['path'])}"),
    ]


PAGES: dict[str, Callable[[Result], Lines]] = {
    "explain": explain,
    "status": status,
    "releases": releases,
    "history": history,
    "checklist": checklist,
    "attic": attic,
    "access": access,
    "review": review,
    "report": report,
    "difference": difference,
}
