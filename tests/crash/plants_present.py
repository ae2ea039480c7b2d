"""Defects in how the engine looks at the present, to be planted: each makes it believe what it once knew (G11)."""

from __future__ import annotations

from typing import Any

from crash.plants import nothing, put
from holdfast_engine.commands import (
    applying,
    doorstep,
    hooks,
    lingering,
    link,
    trash,
    wholeness,
)
from holdfast_engine.fs import sets
from holdfast_engine.journal import verdict


def journal_believed_against_current() -> None:
    put(verdict.judge, _blind(verdict.judge))


def _blind(judge: Any) -> Any:
    return lambda records, *, current: judge(records, current=None)


def companions_left_behind() -> None:
    put(sets.name_beside, lambda *_words: ())
    put(sets.companions, lambda *_words: ())


def members_compared_alone() -> None:
    def newest(root: Any, path: str) -> int:
        status = root.lstat(path)
        return status.st_mtime_ns if status else 0

    put(sets.newest, newest)


def retired_not_swept() -> None:
    put(lingering.look, lambda *_words, **_named: ())


def old_root_not_swept() -> None:
    put(doorstep.saved, lambda *_words: {})


def live_data_linked_as_seeds() -> None:
    put(link.live_releases, lambda *_words: ())


def trash_looked_at_by_baselines_alone() -> None:
    look = trash.Emptying._last_look

    def by_baseline(self: Any, name: str, kind: str, release: str) -> str:
        return look(self, name, kind, release) if release else ""

    trash.Emptying._last_look = by_baseline  # type: ignore[method-assign]


def final_look_left_out() -> None:
    put(wholeness.require_live, nothing)
    put(applying.require_live, nothing)


def later_hooks_left_out() -> None:
    run = hooks.run_guarded

    def until_the_first(place: Any, rules: Any, commands: Any, **named: Any) -> None:
        for command in commands:
            run(place, rules, (command,), **named)

    put(run, until_the_first)
