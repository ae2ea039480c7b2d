"""Defects to be planted in the engine, classic ones first, and the harness of the fast suite that must notice each.

A harness that cannot fail proves nothing (R13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crash import plants, plants_carried, plants_present


@dataclass(frozen=True)
class Defect:
    """NAME, how to PLANT it, and the HARNESS of noticing.py, with the SCENARIO and the argument (WHERE) it needs."""

    name: str
    plant: Callable[[], None]
    harness: str
    scenario: str
    where: str = ""


DEFECTS = (
    Defect("directories not synced", plants.directories_not_synced, "syncs", "deploy-later"),
    Defect("files not synced", plants.files_not_synced, "syncs", "deploy-later"),
    Defect("journal not synced", plants.journal_not_synced, "syncs", "deploy-later"),
    Defect("release not synced", plants.release_not_synced, "syncs", "deploy-later"),
    Defect("switch not synced", plants.switch_not_synced, "syncs", "rollback"),
    Defect("copies not synced", plants.files_not_synced, "syncs", "restore"),
    Defect("journal after the act", plants.journal_after_the_act, "syncs", "deploy-later"),
    Defect(
        "switch by unlink and symlink", plants.switch_by_unlink_and_symlink, "kills", "deploy-later", "unlink /current"
    ),
    Defect("delete before copy", plants.delete_before_copy, "kills", "restore", "unlink shared/.env"),
    Defect(
        "state rewritten in place", plants.state_rewritten_in_place, "kills", "rollback", "open .holdfast/site.json"
    ),
    Defect("adopt by copy and delete", plants.adopt_by_copy_and_delete, "kills", "adopt-layout", "unlink /releases/1/"),
    Defect(
        "exchange by two renames", plants.exchange_by_two_renames, "kills", "link-live", "rename /scratch/own-exchange"
    ),
    Defect("attic note after the move", plants.attic_note_after_the_move, "kills", "prune", "rename /.holdfast/attic/"),
    Defect("recovery skipped", plants.recovery_skipped, "kills", "deploy-later", "symlink /shared/"),
    Defect("release opened too early", plants.release_opened_too_early, "kills", "deploy-later", "write /public/page"),
    Defect("links followed when deleting", plants.links_followed_when_deleting, "last_look", "prune"),
    Defect("prune without sweep", plants.prune_without_sweep, "story", "prune"),
    Defect("seeds overwrite", plants.seeds_overwrite, "story", "deploy-later"),
    Defect("deleted seeds come back", plants.deleted_seeds_come_back, "story", "deploy-later"),
    Defect("live version loses", plants.live_version_loses, "story", "deploy-later"),
    Defect("restore without saving", plants.restore_without_saving, "story", "restore"),
    Defect("rollback leaves strays behind", plants.rollback_leaves_strays_behind, "story", "rollback"),
    Defect("failed sync retried", plants.failed_sync_retried, "errors", "deploy-later", "fsync /shared"),
    Defect("failed sync ignored", plants.failed_sync_ignored, "errors", "rollback", "fsync /.holdfast/releases"),
    Defect("records after a failed one", plants.records_after_a_failed_one, "errors", "prune", "fsync /journal/000004"),
    Defect("undone after the switch", plants.undone_after_the_switch, "errors", "rollback", "fsync /run-[-0-9]+$"),
    Defect("late sweep left out", plants.late_sweep_left_out, "written_at", "deploy-later", "place.switched"),
    Defect(
        "last sweep left out",
        plants.last_sweep_left_out,
        "written_at",
        "deploy-later",
        "durable.sync_file_system place.switched",
    ),
    Defect("lock not taken", plants.lock_not_taken, "at_once", "deploy-later"),
    Defect("undo deletes", plants.undo_deletes, "deletes", "deploy-later", "durable.sync_file_system:1"),
    Defect("trash emptied at once", plants.trash_emptied_at_once, "pruning", "prune"),
    Defect("pinned release pruned", plants.pinned_pruned, "pruning", "prune"),
    Defect("active release pruned", plants.active_pruned, "pruning", "prune"),
    Defect("no last look into the trash", plants.no_last_look_into_the_trash, "last_look", "prune"),
    Defect(
        "baseline before hooks",
        plants.baseline_before_hooks,
        "hooked",
        "deploy-later",
        "echo code > made-by-a-hook.php",
    ),
    Defect(
        "census ignores shrinking",
        plants.census_ignores_shrinking,
        "hooked",
        "deploy-later",
        ": && find storage/ -type f | while read -r one; do : > $one; done",
    ),
    Defect(
        "carried off with the release",
        plants_present.carried_off_with_the_release,
        "carried",
        "deploy-later",
        "mkdir -p public/media && mv public/uploads/one.jpg public/media/; false",
    ),
    Defect("alarm forgotten", plants.alarm_forgotten, "unmounted", "rollback"),
    Defect("second look thrown away", plants.second_look_thrown_away, "asked", "deploy-later"),
    Defect("links are absolute", plants.links_are_absolute, "moved", "deploy-later"),
    Defect("order by time", plants.order_by_time, "clocks", "deploy-first"),
    Defect("moves replace", plants.moves_replace, "contract", "restore", "moves"),
    Defect("walks follow links", plants.walks_follow_links, "contract", "restore", "links"),
    Defect("other file systems entered", plants.other_file_systems_entered, "contract", "restore", "file systems"),
    Defect(
        "journal believed against current",
        plants_present.journal_believed_against_current,
        "switched",
        "deploy-later",
        "durable.sync_file_system:1",
    ),
    Defect("memory overwritten by recover", plants.alarm_forgotten, "emptied", "deploy-later", "recover"),
    Defect("companions left behind", plants_present.companions_left_behind, "written_on", "deploy-later", "club.db"),
    Defect("retired release not swept", plants_present.retired_not_swept, "stayed", "deploy-later", "public/late.txt"),
    Defect("old document root not swept", plants_present.old_root_not_swept, "old_root", "adopt-plain", "late.txt"),
    Defect(
        "live data linked as seeds",
        plants_present.live_data_linked_as_seeds,
        "linked",
        "link-live",
        "public/uploads/a.jpg",
    ),
    Defect(
        "trash looked at by baselines alone",
        plants_present.trash_looked_at_by_baselines_alone,
        "undone",
        "deploy-later",
        "durable.append_own:38",
    ),
    Defect(
        "final look left out",
        plants_present.final_look_left_out,
        "hooked_after",
        "deploy-later",
        'chmod -R u+w "$HOLDFAST_RELEASE"; rm -rf "$HOLDFAST_RELEASE"/public/*',
    ),
    Defect("later hooks left out", plants_present.later_hooks_left_out, "hooked_after", "deploy-later", "false"),
    Defect(
        "copies without exchange",
        plants_present.copies_without_exchange,
        "kept_open",
        "no-exchange",
        "public/incoming/big.bin",
    ),
    Defect("clock ticks alike everywhere", plants_present.clock_ticks_alike_everywhere, "tick", "restore"),
    Defect("private modes widened", plants_present.private_modes_widened, "private", "deploy-later", "config/key.pem"),
    Defect("deletion not followed", plants_carried.deletion_not_followed, "deleted", "deploy-later", "forum/a.php"),
    Defect("base not written", plants_carried.base_not_written, "deleted", "deploy-later", "forum/a.php"),
    Defect("rename leaves the old name", plants_carried.rename_leaves_the_old_name, "renamed", "deploy-later", "a.php"),
    Defect("own older file wins", plants_carried.own_older_file_wins, "rewritten", "deploy-later", "forum/a.php"),
    Defect(
        "second name not kept", plants_carried.second_name_not_kept, "removed_everywhere", "deploy-later", "forum/a.php"
    ),
    Defect("carried by copy", plants_carried.carried_by_copy, "written_through", "deploy-later", "forum/a.php"),
    Defect(
        "carried files sealed", plants_carried.carried_files_sealed, "written_through", "deploy-later", "forum/a.php"
    ),
    Defect("late files not carried", plants_carried.late_files_not_carried, "came_late", "deploy-later", "late.php"),
    Defect(
        "accident taken for deletions",
        plants_carried.accident_taken_for_deletions,
        "mirrored",
        "deploy-later",
        "forum/a.php",
    ),
    Defect("access not given", plants_carried.access_not_given, "open_to_others", "adopt-plain", "public"),
    Defect("start left out", plants_carried.start_left_out, "started_again", "deploy-later", "kept.php"),
    Defect(
        "attic expires at once",
        plants_carried.attic_expires_at_once,
        "kept_for_its_time",
        "deploy-later",
        "forum/a.php",
    ),
)
