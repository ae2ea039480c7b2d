"""What is remembered of data goes with it where the application gave it another name (data.md, memory)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Optional

from holdfast_engine.data.adopt_renames import in_order
from holdfast_engine.journal.record import MOVE, Record
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.rules import HAPPENED
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site import format as site_format
from holdfast_engine.site.handle import Site

_BY_PATH = ("memory", "databases")


def has_left_its_place(site: Site, rules: Rules, live: RelPath, old: str) -> bool:
    """True where OLD is a directory of data by a rule, and nothing stands there in LIVE: the application looks for its
    data at OLD whatever the link is called now, and would find a new and empty directory.
    """
    ruled = any(one.path == old and one.kind == DIR and one.why not in HAPPENED for one in rules.shared)
    return ruled and not site.root.has(live / old)


def follow(site: Site, renamed: Mapping[str, str]) -> None:
    """The site file knows under its new name what was RENAMED (new name: old name) and lies there. Idempotent: of a new
    name of which something is remembered nothing is overwritten.
    """
    file = site_format.read(site.root)
    done = {path: old for path, old in renamed.items() if site.root.has(site.links.layout.in_shared(path))}
    if file is None or not done:
        return
    identity, options = dict(file.identity), dict(file.options)
    groups: list[dict[str, Any]] = [identity]
    for name in _BY_PATH:
        if isinstance(options.get(name), dict):
            options[name] = dict(options[name])
            groups.append(options[name])
    for path, old in in_order(done):
        for rows in groups:
            _move(rows, path, old)
    site_format.write(site.root, replace(file, identity=identity, options=options))


def _move(rows: dict[str, Any], path: str, old: str) -> None:
    if any(RelPath(one).is_within(path) for one in rows):
        return
    for one in [one for one in rows if RelPath(one).is_within(old)]:
        rows[str(RelPath(path) / RelPath(one).below(old))] = rows.pop(one)


def followed(history: Iterable[Record]) -> dict[str, str]:
    """The renames that an operation followed, as its HISTORY says: new name, old name."""
    moves = (record.facts for record in history if record.kind == MOVE)
    names: Mapping[str, Optional[str]] = {facts["path"]: facts["old"] for facts in moves if facts["what"] == "rename"}
    return {path: old for path, old in names.items() if old}
