"""Defects in how the engine looks at the present, to be planted: each makes it believe what it once knew (G11)."""

from __future__ import annotations

import errno
from typing import Any

from crash.plants import nothing, put
from holdfast_engine.activation import seal
from holdfast_engine.data import adopt
from holdfast_engine.fs import census, clock, durable, sets
from holdfast_engine.fs.walk import walk
from holdfast_engine.guarding import carried_off, hooks
from holdfast_engine.journal import verdict
from holdfast_engine.operations import run, undo
from holdfast_engine.persistence import live_releases, old_document_root, retired_releases, wholeness
from holdfast_engine.pruning import trash


def journal_believed_against_current() -> None:
    put(verdict.judge, _blind(verdict.judge))
    put(undo._written_since, lambda *_words: "")  # what came into it since would keep it, too


def _blind(judge: Any) -> Any:
    return lambda records, *, current: judge(records, current=None)


def companions_left_behind() -> None:
    put(sets.name_beside, lambda *_words: ())
    put(sets.companions, lambda *_words: ())


def retired_not_swept() -> None:
    put(retired_releases.look, lambda *_words, **_named: ())


def old_root_not_swept() -> None:
    put(old_document_root.saved, lambda *_words: {})


def live_data_linked_as_seeds() -> None:
    put(live_releases.live_releases, lambda *_words: ())


def trash_looked_at_by_baselines_alone() -> None:
    look = trash.Emptying._last_look

    def by_baseline(self: Any, name: str, kind: str, release: str) -> str:
        return look(self, name, kind, release) if release else ""

    trash.Emptying._last_look = by_baseline  # type: ignore[method-assign]


def final_look_left_out() -> None:
    put(wholeness.require_live, nothing)
    put(run.require_live, nothing)


def later_hooks_left_out() -> None:
    run = hooks.run_guarded

    def until_the_first(place: Any, rules: Any, commands: Any, **named: Any) -> None:
        for command in commands:
            run(place, rules, (command,), **named)

    put(run, until_the_first)


def copies_without_exchange() -> None:
    def refused(*_words: Any, **_named: Any) -> bool:
        raise OSError(errno.EXDEV, "as on another file system")

    adopt.step_aside = refused  # type: ignore[attr-defined]


def clock_ticks_alike_everywhere() -> None:
    put(clock.tick_of, lambda _stamp: clock.TICK_NS)


def private_modes_widened() -> None:
    sealed = seal.seal

    def open_to_all(root: Any, release: Any, **named: Any) -> None:
        sealed(root, release, **named)
        for path, kind, _ in walk(root, release):
            if kind == "file":
                durable.set_mode(root, release / path, 0o444)

    put(sealed, open_to_all)


def carried_off_with_the_release() -> None:
    put(carried_off.brought_home, lambda adopter, *_words, **_named: _counted(adopter.site))


def _counted(place: Any) -> Any:
    return census.full(place.root, place.links.layout.shared)
