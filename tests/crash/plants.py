"""How defects are planted: each replaces functions of the engine in a child process; none is ever in the source."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from holdfast_engine.data import adopt, baseline, restore, seeds
from holdfast_engine.fs import attic, copy, dir_cursor, discard, durable, landlock, place, walk
from holdfast_engine.journal import operation
from holdfast_engine.model import memory
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.operations import agree as agreeing
from holdfast_engine.operations import choose, run
from holdfast_engine.operations import open as opening
from holdfast_engine.persistence import late_sweep
from holdfast_engine.persistence import memory as memory_of_data
from holdfast_engine.pruning import prune, retention, trash
from holdfast_engine.site import links, lock, records
from holdfast_engine.steps import adopt as adopt_step
from holdfast_engine.steps import late_sweep as late_sweep_step
from holdfast_engine.steps import link as link_step


def put(old: Any, new: Any) -> None:
    """Everybody in the engine who imported OLD has NEW instead."""
    for name, module in list(sys.modules.items()):
        if name.startswith("holdfast_engine"):
            for word in [word for word, value in vars(module).items() if value is old]:
                setattr(module, word, new)


def nothing(*_words: Any, **_named: Any) -> None:
    return None


def _sync_only(wanted: Callable[[int], bool]) -> None:
    put(durable.sync, lambda descriptor: os.fsync(descriptor) if wanted(descriptor) else None)


def _is_directory(descriptor: int) -> bool:
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


def _is_journal(descriptor: int) -> bool:
    return "/journal/" in os.readlink(f"/proc/self/fd/{descriptor}")


def directories_not_synced() -> None:
    _sync_only(lambda descriptor: not _is_directory(descriptor))


def files_not_synced() -> None:
    _sync_only(lambda descriptor: _is_directory(descriptor) or _is_journal(descriptor))


def journal_not_synced() -> None:
    _sync_only(lambda descriptor: not _is_journal(descriptor))


def release_not_synced() -> None:
    put(durable.sync_file_system, nothing)


def switch_not_synced() -> None:
    _sync_only(lambda descriptor: os.path.exists(f"/proc/self/fd/{descriptor}/.holdfast") is False)


def switch_by_unlink_and_symlink() -> None:
    def switch(top: Any, link: str, text: str, *, waiting: str) -> None:
        with top.directory(RelPath(link).parent) as parent:
            if top.link(link) is not None:
                os.unlink(RelPath(link).name, dir_fd=parent)
            os.symlink(text, RelPath(link).name, dir_fd=parent)
            durable.sync(parent)

    put(place.switch, switch)


def delete_before_copy() -> None:
    def bring(bench: Any, _operation: Any, source: RelPath, path: str) -> None:
        there = bench.layout.in_shared(path)
        with bench.root.directory(there.parent) as parent:
            os.unlink(there.name, dir_fd=parent)
        copy.copy_tree(bench.root, source, there)

    put(restore._bring_one, bring)


def journal_after_the_act() -> None:
    held: list[Any] = []
    write = operation.Operation._write

    def later(self: Any, kind: str, facts: Any) -> None:
        while kind != "move" and held:
            write(self, "move", held.pop(0))
        write(self, kind, facts)

    operation.Operation.move = lambda self, **facts: held.append(facts)  # type: ignore[method-assign]
    operation.Operation._write = later  # type: ignore[method-assign]


def links_followed_when_deleting() -> None:
    def gone(path: str) -> None:
        if os.path.isdir(path):
            for below in os.listdir(path):
                gone(f"{path}/{below}")
            os.unlink(path) if os.path.islink(path) else os.rmdir(path)
        else:
            os.unlink(path)

    def remove(top: Any, name: str) -> bool:
        gone(top.absolute(f".holdfast/trash/{name}"))
        return True

    put(landlock.change_only_below, nothing)
    put(discard._remove, remove)


def prune_without_sweep() -> None:
    put(prune._clear, nothing)
    put(trash.Emptying._last_look, nothing)
    trash.Emptying._last_look = lambda *_: ""  # type: ignore[method-assign]


def state_rewritten_in_place() -> None:
    def rewrite(top: Any, path: RelPath, content: bytes, *, mode: int = 0o600) -> None:
        with top.directory(path.parent) as parent:
            descriptor = os.open(path.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode, dir_fd=parent)
            os.write(descriptor, content)
            os.fsync(descriptor)
            os.close(descriptor)

    put(durable.replace_own, rewrite)


def failed_sync_retried() -> None:
    def sync(descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError:
            os.fsync(descriptor)

    put(durable.sync, sync)


def failed_sync_ignored() -> None:
    def sync(descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError:
            return

    put(durable.sync, sync)


def records_after_a_failed_one() -> None:
    def write(self: Any, kind: str, facts: Any) -> None:
        durable.append_own(self._descriptor, operation.Record(self._sequence, kind, facts).to_line())
        self._sequence += 1

    operation.Operation._write = write  # type: ignore[method-assign]
    prune.SyncFailed = type("Never", (Exception,), {})  # type: ignore[misc, assignment]


def undone_after_the_switch() -> None:
    run.current_release = nothing  # type: ignore[attr-defined]


def adopt_by_copy_and_delete() -> None:
    def bring(self: Any, path: str) -> None:
        here, there = self.release / path, self.links.layout.in_shared(path)
        self._announce("adopt", path)
        self._make_shared_parent(there.parent)
        copy.copy_tree(self.links.root, here, there)
        where = self.links.root.absolute(here)
        shutil.rmtree(where) if os.path.isdir(where) else os.unlink(where)
        place.make_link(self.links.root, here, self.links.text(self.release, path))
        self.moved.adopted.append(path)

    adopt.Adoption._bring_home = bring  # type: ignore[method-assign]


def exchange_by_two_renames() -> None:
    def exchange(top: Any, one: str, two: str) -> None:
        waiting = Layout.scratch / "own-exchange"
        place.move(top, one, waiting)
        place.move(top, two, one)
        place.move(top, waiting, two)

    put(place.exchange, exchange)


def attic_note_after_the_move() -> None:
    def aside(top: Any, source: str, *, path: str, operation: str, reason: str, at: float, care: str = "") -> RelPath:
        shelf = Layout.attic / operation
        spot = attic._free_place(top, shelf / "files", path, ())
        durable.make_directories(top, spot.parent, mode=0o700)
        place.move(top, source, spot)
        attic.reserve_place(top, source, path=path, operation=operation, reason=reason, at=at)
        return spot

    put(attic.set_aside, aside)


def seeds_overwrite() -> None:
    def update(self: Any, path: str, shipped: str, before: Any) -> None:
        there = self.links.layout.in_shared(path)
        with self.links.root.directory(there.parent) as parent:
            os.unlink(there.name, dir_fd=parent)
        copy.copy_file(self.links.root, self.release / path, there)

    seeds.SeedMerge._update_or_keep = update  # type: ignore[method-assign]


def deleted_seeds_come_back() -> None:
    add = seeds.SeedMerge._add
    seeds.SeedMerge._add = lambda self, path, kind, known: add(self, path, kind, known=False)  # type: ignore[method-assign]


def rollback_leaves_strays_behind() -> None:
    for step in (adopt_step.Adopt, late_sweep_step.LateSweep):
        step.run = lambda _self, work: work  # type: ignore[method-assign]
    put(adopt_step.brought_again, lambda work: work)


def late_sweep_left_out() -> None:
    put(late_sweep.late_sweep, nothing)


def last_sweep_left_out() -> None:
    put(adopt_step.brought_again, lambda work: work.with_rules())


def lock_not_taken() -> None:
    put(lock._take, nothing)


def recovery_skipped() -> None:
    put(opening.finish_interrupted, nothing)


def undo_deletes() -> None:
    def delete(top: Any, path: str, *_words: Any, **_named: Any) -> None:
        where = top.absolute(path)
        shutil.rmtree(where) if os.path.isdir(where) else os.unlink(where)

    put(discard.to_trash, delete)


def trash_emptied_at_once() -> None:
    move = discard.to_trash

    def to_trash(top: Any, path: str, name: str, proof: Any, *, inner: str = "") -> RelPath:
        spot = move(top, path, name, proof, inner=inner)
        discard.empty_trash(top, spot.name)
        return spot

    put(move, to_trash)


def no_last_look_into_the_trash() -> None:
    trash.Emptying._last_look = lambda *_: ""  # type: ignore[method-assign]


def baseline_before_hooks() -> None:
    link, take = link_step.Link.run, baseline.take
    early: list[Any] = []

    def linked(self: Any, work: Any) -> Any:
        work = link(self, work)
        skip, made = work.rules.classifier.is_cache, dict(work.rules.links)
        early[:] = take(work.site.links, work.path, digests={}, skip=skip, made=made)
        return work

    link_step.Link.run = linked  # type: ignore[method-assign]
    put(take, lambda *_words, **_named: list(early))


def release_opened_too_early() -> None:
    make = durable.make_directories
    put(make, lambda top, path, mode=0o755: make(top, path, mode=0o755 if "releases/2" in path else mode))


def census_ignores_shrinking() -> None:
    def by_name(before: Any, after: Any, counts: Callable[[str], bool]) -> memory.Losses:
        return memory.Losses(sorted(filter(counts, before.keys() - after.keys())), [], [])

    put(memory.losses, by_name)


def alarm_forgotten() -> None:
    put(memory_of_data._keep_alarms, nothing)
    put(memory_of_data._is_alarmed, nothing)
    put(memory_of_data._databases, lambda *_words: {})


def second_look_thrown_away() -> None:
    def agree(self: Any, look: Any) -> Any:
        proposed = look()
        if not (proposed.quiet or self.yes or self.ask(proposed.shown)):
            raise agreeing.declined(self.what)
        return proposed.thing

    agreeing.Asking.agree = agree  # type: ignore[method-assign]


def restore_without_saving() -> None:
    def drop(bench: Any, _operation: Any, source: RelPath, _path: str) -> RelPath:
        os.unlink(bench.root.absolute(source))
        return source

    put(restore._keep, drop)


def links_are_absolute() -> None:
    links.Links.text = lambda self, _release, path: self.root.absolute(self.layout.in_shared(path))  # type: ignore[method-assign]


def moves_replace() -> None:
    place._NOREPLACE = 0


def walks_follow_links() -> None:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    level = walk._level

    def followed(prefix: str, entries: list[Any], device: int, descend: Any, below: list[str]) -> Any:
        led = [one.name for one in entries if one.is_symlink() and one.is_dir()]
        yield from level(prefix, entries, device, descend, below)
        below += led

    dir_cursor.OPEN_DIR = flags  # type: ignore[misc]
    put(level, followed)


def other_file_systems_entered() -> None:
    level = walk._level

    def everywhere(prefix: str, here: int, _device: int, descend: Any, below: list[str]) -> Any:
        yield from level(prefix, here, os.stat("/proc").st_dev, descend, below)

    put(level, everywhere)


def order_by_time() -> None:
    read = records.read_all
    put(read, lambda top: sorted(read(top), key=lambda record: record.created))
    chosen = choose.choose

    def newest(site: Any, wanted: str) -> Any:
        others = [one for one in site.survey.releases if one.good and one.path != site.survey.current]
        return others[-1] if not wanted else chosen(site, wanted)

    put(chosen, newest)


def pinned_pruned() -> None:
    beyond = retention.beyond

    def all_beyond(survey: Any, *, keep: int, coming: bool = False) -> Any:
        free = tuple(replace(one, pinned="") for one in survey.releases)
        return beyond(replace(survey, releases=free), keep=keep, coming=coming)

    put(beyond, all_beyond)


def active_pruned() -> None:
    beyond = retention.beyond
    put(beyond, lambda survey, keep, coming=False: beyond(replace(survey, current=None), keep=keep, coming=coming))
    prune.current_release = prune.named_release = prune._clear = nothing  # type: ignore[attr-defined]  # no last look either


def live_version_loses() -> None:
    bring = adopt.Adoption._adopt_content

    def content(self: Any, path: str, kind: str, other: Any) -> bool:
        return bring(replace(self, wins="shared"), path, kind, other)

    adopt.Adoption._adopt_content = content  # type: ignore[method-assign]
