"""Histories that went wrong once, as short as they could be made: after each step is asked what the machines ask."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from histories.actors import Actors
from histories.harm import Misfortunes
from histories.keeping import Keepers
from histories.machine import Histories
from histories.rights import can_be_two


@contextmanager
def played(machine):
    """One life of a site by MACHINE, whose steps are called by their names."""
    life = machine()
    try:
        yield life
    finally:
        life.teardown()


def test_what_comes_from_a_release_that_was_left_is_shared_before_the_live_one_is_carried():
    """G2, I59: a worker that stayed behind makes a directory that is data, where files were to be carried."""
    with played(Histories) as life:
        life.first_deploy(parts=frozenset(["gallery", "placeholder", "robots"]))
        life.a_script_links_and_switches(kill=0)
        life.a_worker_that_stayed_behind_writes(place="public/gallery/2.jpg", which=0)
        life.deploy_a_new_version(
            kill=0, parts=frozenset(["storage-seed", "data", "data-deep", "certificates"]), static=True
        )
        life.a_script_links_and_switches(kill=119)
        life.deploy_a_new_version(kill=0, parts=frozenset(["storage-seed"]), static=False)


@pytest.mark.skipif(not can_be_two(), reason="needs root, to give files to another user")
def test_a_directory_that_somebody_put_into_shared_keeps_the_application_out_of_nothing():
    """G10: the application could write there; root made the directory of the same name in `shared/`."""
    with played(Actors) as life:
        parts = frozenset(["data", "placeholder", "gallery", "avatars", "robots", "sitemap"])
        life.first_deploy(parts=parts, all_of_it=True, two=True)
        life.people_write(place="data/user.json", way="write into shared")
        life.deploy_a_new_version(kill=128, parts=frozenset(["gallery-page"]), static=True)


def test_what_was_carried_stands_in_a_half_made_release_that_somebody_switched_to():
    """G2: a deploy was killed before it carried, and `recover` takes what is live for live."""
    parts = frozenset({"certificates-file", "data-deep", "placeholder", "docs", "docs-link", "storage-seed"})
    with played(Misfortunes) as life:
        life.first_deploy(adopted=True, parts=frozenset())
        life.a_kill_and_a_journal_cut_short(kill=38, lines=6, parts=parts, place="public/gallery/1.jpg", switched=True)
        life.sweep()


@pytest.mark.skipif(not can_be_two(), reason="needs root, to give files to another user")
def test_a_way_back_lets_the_application_into_a_release_that_somebody_gave_to_root():
    """G10: `chown -R root` on what was live; the deploy after it lets the application in, and so does a rollback."""
    with played(Actors) as life:
        life.first_deploy(two=True, all_of_it=True, parts=frozenset())
        life.a_person_gives_all_away(shared=False, user=0)
        life.deploy_a_new_version(kill=0, parts=frozenset(), static=False)
        life.rollback(kill=0)


@pytest.mark.skipif(not can_be_two(), reason="needs root, to give files to another user")
def test_a_shared_directory_that_a_version_ships_into_keeps_its_access_without_any_state():
    """G10: `.holdfast/` was removed, so only a link of the live release says that all of the directory was shared."""
    with played(Actors) as life:
        life.first_deploy(
            two=True, all_of_it=False, parts=frozenset(["placeholder", "certificate-seed", "certificates"])
        )
        life.somebody_removes_the_state()
        life.deploy_a_new_version(kill=0, parts=frozenset(["flags", "data-deep"]), static=False)


def test_what_comes_from_a_release_that_was_left_is_served_after_the_switch_of_a_script_too():
    """I59: beside a page of the earlier version it was carried; in the live one its directory is data."""
    with played(Histories) as life:
        life.first_deploy(parts=frozenset({"gallery-page"}))
        life.deploy_a_new_version(kill=0, parts=frozenset(), static=False)
        life.a_worker_that_stayed_behind_writes(place="public/gallery/1.jpg", which=0)
        life.a_script_links_and_switches(kill=0)


def test_what_an_earlier_release_had_carried_and_the_live_one_ships_was_deleted_by_nobody():
    """G2, G5: without any state a version's file was people's own; a later one shipped the same, and was left again."""
    with played(Misfortunes) as life:
        life.first_deploy(adopted=False, parts=frozenset(["flags"]))
        life.somebody_removes_the_state()
        life.deploy_a_new_version(kill=0, parts=frozenset(), static=False)
        life.deploy_a_new_version(kill=0, parts=frozenset(["flags"]), static=False)
        life.rollback_to(kill=0, which=3)


@pytest.mark.skipif(not can_be_two(), reason="needs root, to give files to another user")
def test_what_was_carried_becomes_shared_while_a_deploy_runs():
    """G2: a worker's late file was carried, and somebody makes its directory in `shared/` before the switch."""
    with played(Actors) as life:
        life.first_deploy(all_of_it=True, two=True, parts=frozenset(["docs-link", "gallery", "certificates"]))
        life.a_script_links_and_switches(kill=0)
        life.a_worker_that_stayed_behind_writes(place="public/flags/de.svg", which=5)
        life.somebody_writes_during(at=58, command="deploy", place="public/flags/xx.svg", way="write into shared")


@pytest.mark.skipif(not can_be_two(), reason="needs root, to give files to another user")
def test_what_went_by_an_accident_after_a_crash_is_back_although_the_recovery_makes_links():
    """G2: missing links tell `rsync --delete` from a deletion, and finishing the rollback makes them again."""
    with played(Actors) as life:
        life.first_deploy(all_of_it=True, parts=frozenset(), two=True)
        life.a_script_links_and_switches(kill=0)
        life.rollback(kill=33)
        life.a_person_mirrors_the_source()


def test_what_came_late_from_a_release_that_was_left_is_known_as_carried_where_it_is_served():
    """G2: the application renames its directory; an earlier release that it had come to is live again, without it."""
    with played(Actors) as life:
        life.first_deploy(all_of_it=True, parts=frozenset(), two=False)
        life.a_script_links_and_switches(kill=0)
        life.a_script_links_and_switches(kill=0)
        life.a_worker_that_stayed_behind_writes(place="public/flags/de.svg", which=3)
        life.a_script_links_and_switches(kill=0)
        life.a_person_moves_a_directory(to="public/moved", which=16)
        life.rollback_to(kill=0, which=2)


def test_what_a_killed_deploy_saw_in_the_live_release_is_no_list_of_it_though_its_journal_was_cut_short():
    """G2: nothing told what was live, the deploy was undone, and code that was to give way is no data."""
    with played(Misfortunes) as life:
        life.first_deploy(adopted=False, parts=frozenset(["certificate-seed"]))
        life.a_kill_and_a_journal_cut_short(kill=0, lines=4, parts=frozenset(), place="public/a\nname", switched=False)
        life.a_kill_and_a_journal_cut_short(kill=53, lines=3, parts=frozenset(), place="notes.txt", switched=True)
        life.a_kill_and_a_journal_cut_short(
            kill=88,
            lines=5,
            parts=frozenset(["placeholder", "certificate-seed", "sitemap", "docs-link"]),
            place="public/avatars/mine.svg",
            switched=False,
        )
        life.somebody_writes_during(at=88, command="deploy", place="public/certificates/1.pdf", way="unlink the top")
        life.rollback(kill=0)
        life.somebody_writes_during(at=109, command="deploy", place="storage/app/public/1.png", way="write")
        life.rollback(kill=0)


def test_what_came_late_and_went_along_into_a_release_that_was_undone_was_not_deleted():
    """G2: a worker's late file, a deploy that failed, and the release that `recover` makes live never had it."""
    with played(Misfortunes) as life:
        life.first_deploy(adopted=True, parts=frozenset(["content"]))
        life.a_backup_is_taken()
        life.the_backup_is_restored(command="deploy")
        life.a_worker_is_started()
        life.a_kill_and_a_journal_cut_short(
            kill=0, lines=1, parts=frozenset(), place="storage/app/1.pdf", switched=True
        )
        life.a_hook_does_harm(harm="switches back late", kill=0)
        life.a_worker_writes_where_it_stands(place="public/sitemap.xml", way="write", which=0)
        life.nothing_is_live(first="deploy", release=True)
        life.sweep()


def test_a_script_s_release_whose_linking_was_killed_at_its_end_is_known_with_what_it_shipped():
    """G2: somebody switches to it all the same; its pictures are code, and the next version brings newer ones."""
    with played(Misfortunes) as life:
        life.first_deploy(adopted=False, parts=frozenset())
        life.a_kill_and_a_journal_cut_short(
            kill=0, lines=4, parts=frozenset(["gallery"]), place="public/flags/de.svg", switched=False
        )
        life.a_script_links_and_switches(kill=28)
        life.a_kill_and_a_journal_cut_short(
            kill=0, lines=5, parts=frozenset(["gallery-page"]), place="storage/app/public/1.png", switched=True
        )
        life.a_hook_empties_data()
        life.a_kill_and_a_journal_cut_short(
            kill=133,
            lines=3,
            parts=frozenset(["avatars", "certificate-seed", "gallery"]),
            place="public/uploads/1.jpg",
            switched=False,
        )
        life.nothing_is_live(first="", release=False)


def test_a_way_back_shares_what_came_late_to_a_release_of_code_and_is_a_directory_of_data_by_now():
    """G2: a worker's late picture went along beside code; where nobody ships that directory any more, it is shared."""
    with played(Histories) as life:
        life.first_deploy(parts=frozenset(["gallery"]))
        life.deploy_a_new_version(kill=0, parts=frozenset(), static=False)
        life.a_worker_that_stayed_behind_writes(place="public/gallery/2.jpg", which=2)
        life.a_script_links_and_switches(kill=0)
        life.rollback(kill=0)


def test_a_release_is_let_in_to_though_a_link_stands_where_a_directory_was_measured():
    """G10: the state was lost, `recover` measured what a person had detached; the next release has our link there."""
    with played(Keepers) as life:
        life.first_deploy(parts=frozenset())
        life.deploy_a_new_version(kill=0, parts=frozenset(), static=True)
        life.deploy_a_new_version(kill=14, parts=frozenset(), static=False)
        life.somebody_removes_the_state()
        life.people_write(place="storage/app/demo.txt", way="detach")
        life.recover(kill=0)
        life.the_application_is_stopped_and_started(
            command="deploy", kill=0, place="storage/app/kept.json", way="rename"
        )
