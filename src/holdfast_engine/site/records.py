"""What is known of each release without its source: counter, state, origin, rules, seeds, proof."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import field, replace
from functools import lru_cache
from typing import Any, Optional

from holdfast_engine import FORMAT
from holdfast_engine.fs import durable
from holdfast_engine.fs.probe import longest_name
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem, unknown_format
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.format import DAMAGE, damaged

INCOMING, SEALED, ACTIVE, RETIRED, BAD = "incoming", "sealed", "active", "retired", "bad"
GOOD = (ACTIVE, RETIRED)
ADOPTED = "adopted"
"""The kind of source that a release has which Holdfast did not deploy itself, and of which somebody said what was
shipped.
"""


@dataclass(frozen=True)
class ReleaseRecord:
    """One release. PATH is relative to the deploy root; SEEDS maps each seed ever shipped to its last shipped digest.

    ACTIVATED says that it was once live. PINNED says why prune must never take it, or nothing. HOOKS_DUE
    says that its hooks after the activation have not yet run to a good end.

    From format 2 on: READ are the small files from which its rules were made, as they were shipped; with the names in
    its baseline they give the same rules again. There is a place for what is CARRIED into it, by path, and for its
    LINKS as they stood at the activation, each with text and inode.
    """

    id: str
    path: RelPath
    counter: int
    state: str = INCOMING
    created: float = 0.0
    activated: bool = False
    pinned: str = ""
    source: dict[str, Any] = field(default_factory=dict)
    tree: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    framework: str = ""
    web_root: str = ""
    shared: tuple[SharedPath, ...] = ()
    seeds: dict[str, str] = field(default_factory=dict)
    hooks_due: bool = False
    read: dict[str, str] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> bool:
        """True for a release that was adopted, and of which somebody said what was shipped."""
        return self.source.get("kind") == ADOPTED

    @property
    def unobserved(self) -> bool:
        """True for one of those from which no deploy went on yet: what was built in it on the server is not known."""
        return self.told and not self.source.get("observed")

    @property
    def gone_before(self) -> tuple[str, ...]:
        """What was shipped to one of those and was deleted before; nothing once a deploy went on from it."""
        return tuple(self.source.get("absent", ())) if self.unobserved else ()

    @property
    def deleted(self) -> frozenset[str]:
        """What it shipped and was deleted in it while it was live: it is whole without that."""
        return frozenset(self.source.get("deleted", ()))

    @property
    def dropped(self) -> frozenset[str]:
        """Those of SEEDS that its source does not ship any more; they lie in `shared/` still, and may be in use."""
        return frozenset(self.source.get("dropped", ()))

    def with_seeds(self, every: dict[str, str], own: Collection[str]) -> ReleaseRecord:
        """With EVERY seed that was ever shipped, of which its source ships its OWN."""
        dropped = sorted(every.keys() - own)
        source = {key: value for key, value in self.source.items() if key != "dropped"}
        return replace(self, seeds=every, source={**source, **({"dropped": dropped} if dropped else {})})

    @property
    def lived_in(self) -> bool:
        """True for a release that was lived in when its baseline was taken: that knows nothing of what a build made."""
        return bool(self.pinned) or self.told

    @property
    def good(self) -> bool:
        """True when it was live and nobody found it bad: what rollback goes to and retention counts (I37, I51)."""
        return self.activated and self.state in GOOD


def read(root: Root, release: str) -> Optional[ReleaseRecord]:
    return read_at(root, Layout.records / f"{release}.json")


def read_at(root: Root, path: RelPath) -> Optional[ReleaseRecord]:
    """The record in the file PATH, or None when there is none. A newer format raises `format-unknown`, a damaged one
    `state-unreadable`.
    """
    content = root.read(path)
    try:
        return _decode(path, content) if content else None
    except DAMAGE as error:
        then = "its release then counts as made by hand, and is never pruned"
        raise damaged(root, path, error, then=then) from error


@lru_cache(maxsize=256)  # one command surveys its site after each step
def _decode(path: RelPath, content: bytes) -> ReleaseRecord:
    value = json.loads(content)
    written = value.pop("format")
    if written > FORMAT:
        raise unknown_format(path, f"it has format {written}")
    if not (isinstance(value["counter"], int) and isinstance(value["id"], str)):
        raise TypeError("a record without a number or a name")
    value["path"] = RelPath(value["path"])
    value["shared"] = tuple(SharedPath.from_json(one) for one in value["shared"])
    return ReleaseRecord(**value)


def write(root: Root, record: ReleaseRecord) -> None:
    """The record of this release is on disk: the old or the new one after a crash."""
    value = {**vars(record), "format": FORMAT, "shared": [one.to_json() for one in record.shared]}
    durable.replace_own(
        root, Layout.records / f"{record.id}.json", json.dumps(value, indent=1, sort_keys=True).encode()
    )


def is_too_long(root: Root, release: str) -> bool:
    """True for a release whose record or baseline, called after it, would have a longer name than a name may be."""
    return len(os.fsencode(f"{release}.jsonl")) > longest_name(root)


def refuse_too_long(root: Root, release: str) -> None:
    """`name-too-long` for a release that nothing could be remembered of."""
    if is_too_long(root, release):
        raise Problem(
            "name-too-long",
            f"a release has a name too long to keep a record of it: `{release}`",
            state="nothing was changed",
            hint=f"rename it to {longest_name(root) - len('.jsonl')} bytes or fewer, then run the command again",
        )


def read_all(root: Root) -> list[ReleaseRecord]:
    """Every record, oldest first by counter; the time in a name or on a directory decides nothing (I41)."""
    names = [name[:-5] for name in root.names(Layout.records) if name.endswith(".json")]
    found = [read(root, name) for name in names]
    return sorted((record for record in found if record), key=_by_counter)


def _by_counter(record: ReleaseRecord) -> int:
    return record.counter
