"""The rules of comparing: what counts as users' files, and what its being gone means (DESIGN 5, memory)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast_engine.model.memory import (
    Missing,
    Remembered,
    Taken,
    comes_and_goes,
    is_data,
    is_evidence,
    is_flag,
    judged,
    kept_of,
    losses,
    may_be_empty,
    still_taken,
    taken_of,
)

_EVERY = Remembered(40, 1.0)


@pytest.mark.parametrize(
    ("directory", "passing"),
    [
        ("storage/framework", True),
        ("storage/framework/views", True),
        ("var/sessions/prod", True),
        ("wp-content/cache", True),
        ("storage/app/livewire-tmp", True),
        ("tmp", True),
        ("var/log", True),
        ("storage/app", False),
        ("public/uploads", False),
        ("public/framework", False),
        ("public/blog", False),
        ("public/attempts", False),
        ("public/uploads/training_sessions", False),
        ("public/photo-sessions", False),
        ("", False),
    ],
)
def test_what_comes_and_goes_is_known_by_whole_names(directory, passing):
    """Sessions, caches, logs, queues and temporary files are nobody's to miss; what only sounds alike is data."""
    assert comes_and_goes(directory) == passing


def test_placeholders_flags_and_parts_of_a_database_are_no_uploads():
    """A directory with `.gitkeep` in it holds no user's file."""
    assert [name for name in ("a.jpg", ".gitkeep", "app.sqlite-wal", ".maintenance", ".env") if is_data(name)] == [
        "a.jpg",
        ".env",
    ]
    assert is_flag("storage/framework/down")
    assert is_flag("shop/storage/framework/maintenance.php")
    assert is_flag("var/.maintenance.flag")
    assert not is_flag("storage/app/down")


@pytest.mark.parametrize(
    ("lost", "before", "blamed"),
    [
        *[(0, 9, False), (1, 1, True), (1, 2, False), (1, 3, False), (2, 3, True), (5, 12, False), (6, 59, True)],
        *[(6, 60, False), (20, 40, True), (7, 1000, False)],
    ],
)
def test_blame_needs_evidence(lost, before, blamed):
    """All, half of at least three, or more than five and more than a tenth."""
    assert is_evidence(lost, before) == blamed


@pytest.mark.parametrize(
    ("kept", "now", "verdict"),
    [
        (_EVERY, 40, None),
        (_EVERY, 90, None),
        (_EVERY, 21, None),
        (_EVERY, 20, "warn"),
        (_EVERY, 3, "warn"),
        (_EVERY, 2, "refuse"),
        (_EVERY, 0, "refuse"),
        (replace(_EVERY, alarm=True), 1, "refuse"),
        (replace(_EVERY, alarm=True), 38, None),
        (Remembered(2), 1, None),
        (Remembered(0), 0, None),
    ],
)
def test_all_gone_is_refused_and_half_gone_is_told(kept, now, verdict):
    """An alarm is not lifted by a few new files, and is once nearly everything is back."""
    found = judged("public/uploads", kept, now)
    assert (found.verdict if found else None) == verdict


def test_a_single_file_of_the_applications_is_told_of():
    """Applications delete files."""
    found = judged("public/sitemap.xml", Remembered(1), 0, passing=True)
    assert found == Missing("public/sitemap.xml", 1, 0, 0.0, "warn", passing=True)


def test_an_earlier_site_file_is_read_by_its_counts():
    """Without a memory the identity's counts are what is known; damage is passed by."""
    identity = {"storage": [7, 12], "mount": [8, 3, 1]}
    assert kept_of(identity, {})["mount"] == Remembered(3, every=True)
    damaged = {"memory": {"storage": ["x"], "public": [4, 5.0, 1]}, "taken": [{"path": 1}, 7]}
    assert kept_of(identity, damaged) == {
        "storage": Remembered(12, every=True),
        "mount": Remembered(3, every=True),
        "public": Remembered(4, 5.0, alarm=True),
    }
    assert taken_of(damaged) == []
    assert kept_of({}, {"memory": 3}) == {}


def test_what_was_taken_is_missed_until_every_name_is_back():
    """Of more files than are kept by name, those that are stand for the others."""
    taken = Taken("storage/app", 400, 400, 1.0, tuple(map(str, range(200))))
    assert still_taken(taken, 0) is None
    assert still_taken(taken, 200) == Missing("storage/app", 400, 0, 1.0, "refuse")
    assert still_taken(taken, 1) == Missing("storage/app", 400, 398, 1.0, "warn")
    assert taken_of({"taken": [taken.to_json()]}) == [taken]


def test_a_file_that_was_renamed_or_had_no_content_is_no_loss():
    """Known by inode, size and time; an inode that a new file was given again is another file."""
    before = {"a": (5, 1, 1, 10), "b": (5, 1, 1, 11), "c": (0, 1, 1, 12), "d": (5, 1, 1, 13), "e": (9, 1, 1, 14)}
    after = {"moved/a": (5, 1, 9, 10), "new": (5, 7, 7, 11), "d": (0, 8, 8, 13), "e": (8, 8, 8, 14)}
    assert losses(before, after, lambda _path: True) == (["b", "d"], ["e"], ["a"])


def test_what_may_be_empty_is_named_behind_an_equals_sign():
    """`--accept data-memory=PATH`, whatever spelling the path has."""
    assert may_be_empty(("space", "data-memory", "data-memory=./public/exports/")) == ("public/exports",)
