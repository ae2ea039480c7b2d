"""What an adoption would make of a directory, in full: found by looking, and changed by nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Optional

from holdfast_engine.data.programs import holds_program
from holdfast_engine.fs.accounts import groups_of, name_of
from holdfast_engine.fs.document_roots import Served, declared
from holdfast_engine.fs.walk import walk
from holdfast_engine.model import server_lines
from holdfast_engine.model.access import HOW, WebUser
from holdfast_engine.model.exposure import is_flat, served
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.rules import CARRIED, SEEDED, SHARED, STRAY, Ruling, SharedPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.measuring import measured
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.web_user import found_user
from holdfast_engine.site.handle import Site

HOME_ROOT = "~/public_html"
"""How a document root is called where nobody has said which one is meant."""


@dataclass
class Amount:
    """How many files, and how many bytes."""

    files: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        self.files, self.bytes = self.files + 1, self.bytes + size

    def to_json(self) -> dict[str, int]:
        return {"files": self.files, "bytes": self.bytes}


def described(there: Site, rules: Rules, live: RelPath, *, site: str, public_html: str) -> dict[str, Any]:
    """What is live in THERE, at LIVE: what it is, what is shared of it and what goes along, how much of each, who may
    write, and what serves it today and then. SITE is where the site will be, PUBLIC_HTML a document root that stays.
    """
    found = rules.detection
    rows = [*_data(there, rules, live), *_appeared(there, rules, live)]
    amounts = _amounts(there, rules, live, {row["path"] for row in rows})
    return {
        "framework": found.framework,
        "evidence": [one.to_json() for one in found.evidence],
        "app_root": found.app_root,
        "web_root": rules.web_root,
        "shared": [{**row, **amounts.get(row["path"], Amount()).to_json()} for row in rows],
        "carried": [{**row, **amounts.get(row["path"], Amount()).to_json()} for row in _carried(rules)],
        "code": amounts[""].to_json(),
        "access": _access(there, rules, live),
        **_document_root(there, rules, site, public_html),
    }


def _data(there: Site, rules: Rules, live: RelPath) -> list[dict[str, str]]:
    """What of it rules call data: that is what moves into `shared/`."""
    found = [one for one in rules.shared if os.path.lexists(there.root.absolute(live / one.path))]
    return [_row(one) for one in found]


def _appeared(there: Site, rules: Rules, live: RelPath) -> list[dict[str, str]]:
    """Directories of data that no version of what was shipped has, and files that rules call data, as settings; none
    where that is unknown, for then all counts as shipped. They move into `shared/` as well.
    """
    ships, skipped = rules.listing.kind, () if live else OURS
    every = walk(there.root, live, unreadable=[], descend=lambda path: ships(path) == DIR and path not in skipped)
    new = {path: kind for path, kind, _ in every if kind in (DIR, FILE) and ships(path) is None and path not in skipped}
    said = {path: rules.classifier.ruling(path) for path in new if not rules.is_shared(path)}
    found = [path for path, one in said.items() if _is_data(there, rules, live / path, new[path], one)]
    return [{"path": path, "kind": new[path], "why": STRAY, "action": "share"} for path in found]


def _is_data(there: Site, rules: Rules, place: RelPath, kind: str, said: Ruling) -> bool:
    """What a look at the release would bring home: of single files those alone for which a rule says so."""
    if kind == FILE:
        return said.care == SHARED and rules.classifier.stray_target(said.path, FILE)[0] == SHARED
    return (said.rule == "default" or said.care in (SHARED, SEEDED)) and not holds_program(there.root, place)


def _row(one: SharedPath) -> dict[str, str]:
    return {"path": one.path, "kind": one.kind, "why": one.why, "action": "share"}


def _carried(rules: Rules) -> list[dict[str, str]]:
    """Code that a person said lives on the server: each later release takes it along."""
    entries = rules.listing.entries if rules.settings.carried else ()  # each costs some rules
    found = {path: rules.classifier.ruling(path) for path in entries if rules.classifier.is_kept_here(path)}
    kept = [path for path in outermost(found) if found[path].care == CARRIED]
    return [{"path": path, "why": found[path].source or found[path].rule} for path in kept]


def _amounts(there: Site, rules: Rules, live: RelPath, data: set[str]) -> dict[str, Amount]:
    """By path that is DATA, shared or carried; by the empty path what is none of these."""
    tops = rules.shared_paths | data | {row["path"] for row in _carried(rules)}
    found: dict[str, Amount] = {"": Amount()}
    for path, size in _files(there, live):
        found.setdefault(_top(path, tops), Amount()).add(size)
    return found


def _top(path: str, tops: frozenset[str]) -> str:
    here = path
    while here and here not in tops:
        here = here.rpartition("/")[0]
    return here


def _files(there: Site, live: RelPath) -> Iterator[tuple[str, int]]:
    """Every file of the application with its size, as far as it may be read; none of Holdfast's own."""
    skipped = () if live else OURS
    for path, kind, status in walk(there.root, live, unreadable=[], descend=lambda path: path not in skipped):
        if kind != DIR and not (skipped and RelPath(path).parts[0] in skipped):
            yield path, status.st_size if kind == FILE else 0


def _access(there: Site, rules: Rules, live: RelPath) -> dict[str, Any]:
    """Whom the application runs as, and where it may make names today: there it may after each deploy (G10)."""
    kept = measured(there, live)
    user = found_user(there, rules) or (None if kept.user is None else WebUser(kept.user, kept.how))
    whom = os.geteuid() if user is None else user.uid
    open_to = {path for path, one in kept.directories.items() if one.lets_in(whom, groups_of(whom))}
    shut = {path for path in kept.directories if path not in open_to}
    return {
        "deploys_as": name_of(os.geteuid()),
        "web_user": None if user is None else {"name": name_of(user.uid), "uid": user.uid, "how": HOW[user.how]},
        "writes": [path or "." for path in outermost(open_to)],
        "but_not": [path for path in sorted(shut) if _top(path, frozenset(open_to)) or "" in open_to],
    }


def _document_root(there: Site, rules: Rules, site: str, public_html: str) -> dict[str, Any]:
    """What web servers of this host serve of it, as far as they say so, and the lines by which they serve it then."""
    live = served(site, rules.web_root)
    php = any(path.endswith(".php") for path in rules.listing.entries)
    if public_html:
        root = {"today": public_html, "afterwards": public_html, "then": live, "declared": _named(there)}
        return {"document_root": root, "lines": {}}
    named = _named(there)
    today = named[0]["path"] if named else ""
    outside = _outside(there.request.settings.public_html, site) or HOME_ROOT
    lines = {
        "nginx": server_lines.nginx(live, php=php),
        "apache": server_lines.apache(live),
        "public_html": server_lines.as_link(live, outside),
        "filled": server_lines.filled(outside),
    }
    return {"document_root": {"today": today or None, "afterwards": live, "declared": named}, "lines": lines}


def _outside(path: str, site: str) -> str:
    return path if path and path != site else ""


def _named(there: Site) -> list[dict[str, str]]:
    tops = {there.root.path.rstrip("/"), os.path.realpath(there.root.path)}
    return [{"path": one.path, "file": one.file} for one in declared() if _is_of(one, tops)]


def _is_of(one: Served, tops: set[str]) -> bool:
    """True for the directory itself, or what lies below it, by its name or by where that leads."""
    names = {one.path, os.path.realpath(one.path)}
    return any(name == top or name.startswith(f"{top}/") for name in names for top in tops)


def token_of(plan: dict[str, Any]) -> str:
    """What two plans have in common that mean the same: a log that grew, or a photo more, is no other adoption (G8)."""
    shared = [(row["path"], row["kind"]) for row in plan.get("shared", ())]
    said = [plan.get(key) for key in ("path", "site", "entries", "stays", "laid_out", "framework", "web_root")]
    carried = [row["path"] for row in plan.get("carried", ())]
    return repr((said, shared, carried, plan.get("notes"), plan.get("document_root")))


def advice(site: str, rules: Optional[Rules], *, laid_out: bool, public_html: str = "") -> list[str]:
    """What a person has to know, for the old place goes on working and does not say it. A worker of php-fpm takes a
    directory for what it was, and follows a link in it from the wrong place, as long as it remembers (php.ini,
    realpath_cache_ttl).
    """
    web_root = rules.web_root if rules else ""
    if laid_out:
        return ["releases from before the adoption are kept, but no rollback goes to them: they may be incomplete"]
    php = bool(rules) and any(path.endswith(".php") for path in rules.listing.entries)  # type: ignore[union-attr]
    remembers = ["PHP caches paths for two minutes: reload php-fpm right after, or uploads may fail"]
    if public_html:
        return [*_said_of(public_html, site, rules), *(remembers if php else [])]
    point = f"point the web server at `{served(site, web_root)}`"
    told = [f"{point}: its old document root only shows files and folders that exist today"]
    if is_flat(web_root):
        told.append(f"while the web server's document root is `{site}` itself, visitors can read `/{Layout().shared}/`")
    return [*told, *(remembers if php else [])]


def _said_of(public_html: str, site: str, rules: Optional[Rules]) -> list[str]:
    """What a document root shows that stays, today and from the first deploy on; and who may have written it down."""
    web_root = rules.web_root if rules else ""
    stays = f"`{public_html}` stays the document root, and shows through links what it shows today"
    if is_flat(web_root):
        secret = rules is not None and rules.listing.has(".env")
        return [f"{stays}; deny `/.env` in the web server if it does not do so yet" if secret else stays]
    then = f"from the first deploy on it shows `{served(site, web_root)}`, and nothing above it"
    return [f"{stays}; {then}: what names a path below it, as a setting in `.env`, has to name one below `{site}` then"]
