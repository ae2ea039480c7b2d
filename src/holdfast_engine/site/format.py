"""The site file: format version, named features, counters and what is shared."""

from __future__ import annotations

import json
from dataclasses import field
from shlex import quote
from typing import Any, Optional, TypeVar

from holdfast_engine import FORMAT
from holdfast_engine.fs import durable
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem, unknown_format
from holdfast_engine.model.reviewed import FEATURE as REVIEW
from holdfast_engine.model.reviewed import FORMAT as REVIEW_FORMAT
from holdfast_engine.model.reviewed import Reviewed
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.values import dataclass

T = TypeVar("T")
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What reading one of our own files raises when a disk or a hand changed it."""
FEATURES = ("attic-notes", "baseline-rows", "carried", "journal-crc")
OPTIONAL = (REVIEW,)
"""Features that a site file names while it holds something of theirs: an earlier version reads it where it does not."""


@dataclass(frozen=True)
class SiteFile:
    """What `.holdfast/site.json` says. COUNTER is the newest release's; orders never depend on a clock.

    REVIEWED is what a person said of what looks like code.
    IDENTITY remembers the inode of each shared path, how many files it held, and whether it was a
    mount or a link and to where, so that a missing mount or a swapped directory is noticed (I29,
    I76).
    """

    counter: int = 0
    shared_name: str = "shared"
    shared: tuple[SharedPath, ...] = ()
    declared: tuple[str, ...] = ()
    identity: dict[str, list[Any]] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    access: dict[str, Any] = field(default_factory=dict)
    reviewed: Reviewed = field(default_factory=Reviewed)

    @property
    def layout(self) -> Layout:
        return Layout(self.shared_name)


def read(root: Root) -> Optional[SiteFile]:
    """The site file, or None when there is none. A newer format or an unknown feature raises `format-unknown`,
    what cannot be read `state-unreadable`.
    """
    content = root.read(Layout.site_file)
    if content is None:
        return None
    try:
        value = json.loads(content)
        _require_known(value)
        return SiteFile(
            counter=_of(int, value["counter"]),
            shared_name=_of(str, value["shared_name"]),
            shared=tuple(SharedPath.from_json(one) for one in value["shared"]),
            declared=tuple(value["declared"]),
            identity=_of(dict, value["identity"]),
            options=_of(dict, value["options"]),
            access=_of(dict, value.get("access", {})),  # from format 2 on
            reviewed=Reviewed.from_json(_of(dict, value.get(REVIEW, {}))),
        )
    except DAMAGE as error:
        raise _unreadable(root, error) from error


def _of(kind: type[T], value: object) -> T:
    """VALUE, which must be of KIND."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.40} where {kind.__name__} is expected")
    return value


def damaged(root: Root, path: RelPath, error: BaseException, *, then: str) -> Problem:
    """The problem of our own file at PATH that cannot be read; THEN says what follows from moving it away."""
    where = quote(root.absolute(path))
    return Problem(
        "state-unreadable",
        f"`{path}` is damaged: {type(error).__name__}",
        state="nothing was changed; releases and data are where they were",
        whereabouts=[root.absolute(path)],
        hint=f"`mv {where} {where}.damaged`; {then}",
    )


def layout_of(root: Root) -> Layout:
    """The names of the site at ROOT; the usual ones where it is none yet."""
    site = read(root)
    return site.layout if site else Layout()


def _require_known(value: dict[str, Any]) -> None:
    strange = sorted(set(value["features"]) - {*FEATURES, *OPTIONAL})
    if value["format"] > FORMAT or strange:
        told = f"it has format {value['format']} and features {', '.join(map(ascii, strange)) or 'known ones'}"
        raise unknown_format(Layout.site_file, told)
    if value.get(REVIEW, {}).get("format", 0) > REVIEW_FORMAT:
        raise unknown_format(Layout.site_file, f"its decisions of a review have format {value[REVIEW]['format']}")


def _unreadable(root: Root, error: Exception) -> Problem:
    """Nobody wrote it so: a full disk or a hand did. What it says can be found again from what lies beside it."""
    where, site = quote(root.absolute(Layout.site_file)), quote(root.path)
    return Problem(
        "state-unreadable",
        f"`{Layout.site_file}` is damaged: {type(error).__name__}: {error}",
        state="nothing was changed; releases and data are where they were",
        whereabouts=[root.absolute(Layout.site_file)],
        hint=f"`mv {where} {where}.damaged && holdfast recover --site {site}` writes it again from what is there",
    )


def write(root: Root, site: SiteFile) -> None:
    """The site file holds SITE: the old or the new one after a crash."""
    optional = {REVIEW: site.reviewed.to_json()}
    said = {name: found for name, found in optional.items() if found}
    value = {
        **said,
        "format": FORMAT,
        "features": sorted([*FEATURES, *said]),
        "counter": site.counter,
        "shared_name": site.shared_name,
        "shared": [one.to_json() for one in site.shared],
        "declared": list(site.declared),
        "identity": site.identity,
        "options": site.options,
        "access": site.access,
    }
    durable.replace_own(root, Layout.site_file, json.dumps(value, indent=1, sort_keys=True).encode() + b"\n")


PREPARED = (
    *(Layout.state, Layout.scratch, Layout.journals, Layout.records, Layout.baselines),
    *(Layout.carried, Layout.second_names, Layout.bases),
    *(Layout.attic, Layout.trash, Layout.cache, Layout.reserve),
)
"""The directories of our own that every site has."""


def prepare(root: Root) -> None:
    """`.holdfast/` and its directories exist, readable by their owner alone: journals and the attic
    may hold secrets.
    """
    for path in PREPARED:
        durable.make_directories(root, path, mode=0o700)
