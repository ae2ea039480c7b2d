"""What an adoption makes by itself, noted in its journal before it is made: what undoes the adoption takes it away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from holdfast_engine.fs.discard import drop_empty
from holdfast_engine.fs.place import drop_own_link, respell
from holdfast_engine.journal import log
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, above, link_text
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import Rules, structure
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import opened

_MADE = "made"
_WAITING = Layout.scratch / "own-way-back"


@dataclass(frozen=True)
class Traces:
    """DIRECTORIES of the application that were made empty, those made IN_SHARED, LINKS by path with their text,
    which stand in the release, and the text that a link WAS found with where it was given one of those.
    """

    directories: tuple[str, ...] = ()
    in_shared: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    was: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        links = {"links": dict(self.links), "was": dict(self.was)}
        return {_MADE: {"directories": self.directories, "in_shared": self.in_shared, **links}}


def to_come(site: Site, live: RelPath, rules: Rules) -> Traces:
    """What sharing the data of LIVE by RULES will make, before anything is made."""
    root, shared = site.root, site.links.layout.shared
    wanted = {*structure(rules), *above(structure(rules))}
    lacking = sorted(path for path in wanted if not (root.has(live / path) or root.has(shared / path)))
    below = {*wanted, *above(one.path for one in rules.shared)}
    there = sorted(path for path in below if not root.has(shared / path))
    own = {at: link_text(RelPath(at), RelPath(to)) for at, to in rules.links}
    was = {at: root.link(live / at) or "" for at, text in own.items() if root.link(live / at) not in (None, text)}
    links = {**own, **{one.path: site.links.text(live, one.path) for one in rules.shared}}
    links = {path: text for path, text in links.items() if path in was or not root.has(live / path)}
    return Traces(tuple(lacking), tuple(there), links, was)


def of_adoption(site: Site, operation: str) -> Traces:
    """What the adoption of that name noted; nothing where it was made by an earlier version."""
    notes = (record.facts[_MADE] for record in log.read(site.root, operation) if _MADE in record.facts)
    found = next(notes, None)
    return Traces(**found) if found else Traces()


def take_away(site: Site, live: RelPath, traces: Traces) -> None:
    """What the adoption made is gone, as far as it holds nothing and is as it was made."""
    root, shared = site.root, site.links.layout.shared
    around = {(live / path).parent for path in (*traces.directories, *traces.links)}
    with opened(root, sorted(around)):
        for path, text in traces.links.items():
            if root.link(live / path) == text and path in traces.was:
                respell(root, live / path, traces.was[path], waiting=_WAITING)
            elif root.link(live / path) == text:
                drop_own_link(root, live / path)
        for path in sorted(traces.directories, reverse=True):
            drop_empty(root, live / path)
    for path in sorted(traces.in_shared, reverse=True):
        if root.kind(shared / path) == DIR:
            drop_empty(root, shared / path)
