"""Defects in what is carried, what vanished, and who may write, to be planted (DESIGN 4; G10)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from crash.plants import nothing, put
from holdfast_engine.activation import seal
from holdfast_engine.data import carry, second_names
from holdfast_engine.fs import durable
from holdfast_engine.fs import second_names as names
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence import access, attic_retention, vanished
from holdfast_engine.persistence import carrier as carriers
from holdfast_engine.site import bases
from holdfast_engine.steps import stop


def deletion_not_followed() -> None:
    carry.Carrying.take_away = lambda *_words: []  # type: ignore[method-assign]


def rename_leaves_the_old_name() -> None:
    taken = carry.Carrying._is_taken_away

    def unless_it_has_another(self: Any, path: RelPath, one: Any) -> bool:
        top = self.root.absolute(self.left)
        every = (os.path.join(here, name) for here, _, below in os.walk(top) for name in below)
        return one.inode not in {os.lstat(name).st_ino for name in every} and taken(self, path, one)

    carry.Carrying._is_taken_away = unless_it_has_another  # type: ignore[method-assign]


def own_older_file_wins() -> None:
    carry.Carrying._take_the_place = lambda *_words: False  # type: ignore[method-assign]


def second_name_not_kept() -> None:
    second_names.SecondNames._give = nothing  # type: ignore[method-assign]


def base_not_written() -> None:
    put(bases.write, nothing)


def carried_by_copy() -> None:
    def refused(_root: Any, _source: str, _target: str, paths: Iterable[str]) -> Iterator[tuple[RelPath, OSError]]:
        return ((RelPath(path), OSError(errno.EXDEV, "as on another file system")) for path in sorted(paths))

    put(names.give_names, refused)


def carried_files_sealed() -> None:
    sealed = seal.seal

    def with_all(root: Any, release: Any, **named: Any) -> None:
        sealed(root, release, **named)
        for path, kind, status in walk(root, release):
            if kind == "file":
                durable.set_mode(root, release / path, stat.S_IMODE(status.st_mode) & ~0o222)

    put(sealed, with_all)


def late_files_not_carried() -> None:
    carriers.Carrier.follow = lambda _self, _left, _into, base, _found: base  # type: ignore[method-assign]


def accident_taken_for_deletions() -> None:
    put(vanished.lost_by_accident, lambda *_words: [])


def access_not_given() -> None:
    put(access.give_access, lambda *_words, **_named: [])


def start_left_out() -> None:
    stop.Start.run = lambda _self, work: replace(work, started=True)  # type: ignore[method-assign]


def attic_expires_at_once() -> None:
    put(attic_retention.expiry, lambda *_words: 0.0)
