"""The plan of an adoption: what lies there, how much of it, who writes to it, and what serves it today and then."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.cli.render.words import (
    Line,
    Lines,
    Result,
    facts,
    named,
    rows,
    section,
    shown,
    title,
    warnings,
    why,
)
from holdfast_engine.model.words import count, size

_SERVERS = (
    ("nginx", "for nginx"),
    ("apache", "for Apache"),
    ("public_html", "for shared hosting, where the document root may become a link"),
    ("filled", "for shared hosting, where it may not"),
)
_NAMED = 8


def adoption(result: Result) -> Lines:
    """The plan as one screen: what it is, what becomes of it, who may write, and what to tell the web server."""
    entries = [Line(f"  {name}") for name in result.get("entries", ())]
    lines = result.get("lines") or {}
    return [
        title("adopt"),
        *_what(result),
        *section("data, which moves into `shared/`", rows(map(_amount, result.get("shared", ())))),
        *section("carried along by each release", rows(map(_amount, result.get("carried", ())))),
        *section("edited on the server", [Line(f"  {path}") for path in named(result.get("edited") or ())]),
        *section("what becomes the first release", entries),
        *section("stays in the document root", [Line(f"  {name}") for name in result.get("stays", ())]),
        *section("users and access", _access(result.get("access") or {})),
        *section("document root", _root(result.get("document_root") or {})),
        *(line for key, name in _SERVERS for line in section(name, [Line(f"  {text}") for text in lines.get(key, ())])),
        *section("steps", rows((each["name"], each.get("text", "")) for each in result.get("steps", ()))),
        *warnings(map(shown, result.get("notes", ())), "note"),
    ]


def _what(result: Result) -> Lines:
    proof = [f"{each['path']} {each['source']}".strip() for each in result.get("evidence", ())]
    code = result.get("code") or {}
    return facts(
        [
            ("path", result.get("path")),
            ("site", result.get("site") if result.get("site") != result.get("path") else None),
            ("framework", result.get("framework")),
            ("proven by", "; ".join(dict.fromkeys(proof[:_NAMED]))),
            ("app root", result.get("app_root")),
            ("web root", result.get("web_root")),
            ("code", _files(code) if code else None),
            (
                "shipped",
                None if result.get("edited") is not None or not code else "what was shipped is unknown",
            ),
        ]
    )


def _amount(each: Result) -> tuple[str, str, str]:
    return each["path"], _files(each), why(each.get("why"))


def _files(each: Result) -> str:
    return f"{count(int(each.get('files') or 0), 'file')}, {size(int(each.get('bytes') or 0))}"


def _access(access: Result) -> Lines:
    user = access.get("web_user")
    web_user = f"{user['name']}: {user['how']}" if user else "unknown: set `[site] web_user`"
    return rows(
        (name, value)
        for name, value in (
            ("deploys as", access.get("deploys_as")),
            ("runs as", web_user if access else None),
            ("may write in", _some(access.get("writes") or ())),
            ("but not in", _some(access.get("but_not") or ())),
        )
        if value
    )


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")


def _root(root: Result) -> Lines:
    declared = [f"{each['path']}, by {each['file']}" for each in root.get("declared", ())]
    today = "; ".join(declared) or root.get("today") or "no readable configuration names one"
    cells = [
        ("today", today if root else None),
        ("afterwards", root.get("afterwards")),
        ("then shows", root.get("then")),
    ]
    return rows((name, value) for name, value in cells if value)
