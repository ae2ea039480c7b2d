"""The oracle of the other tests: each question sees what it is there to see, and says nothing of what is well."""

from __future__ import annotations

import pytest

from lib.oracle import attic_texts, digest, fresh, litter, lost, places, served, view

OLD, NEW = digest(b"old"), digest(b"new")


@pytest.fixture
def site(tmp_path):
    """One release is live, one file is shared, and one lies in the attic."""
    for path in ("releases/1", "shared/up", ".holdfast/releases", ".holdfast/scratch", ".holdfast/attic/1/files"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / ".holdfast/releases/1.json").write_text("{}")
    (tmp_path / "releases/1/up").symlink_to("../../shared/up")
    (tmp_path / "shared/up/a").write_bytes(b"new")
    (tmp_path / ".holdfast/attic/1/files/a").write_bytes(b"old")
    (tmp_path / "current").symlink_to("releases/1")
    return tmp_path


def test_a_content_is_lost_that_stands_in_the_trash_and_the_cache_alone(site):
    """G1: both are deleted some day; everywhere else it is kept, under whatever name."""
    wanted = {"up/a": NEW, "elsewhere": OLD}
    assert lost(site, wanted) == []
    for place in ("trash", "cache"):
        (site / ".holdfast" / place).mkdir()
        (site / ".holdfast" / place / "a").write_bytes(b"new")
    (site / "shared/up/a").unlink()
    assert lost(site, wanted) == ["lost: up/a"]
    assert (places(site, b"new"), places(site, b"old")) == ([], [".holdfast/attic/1/files/a"])


def test_what_is_served_is_read_through_links_and_a_path_that_shows_anything_else_is_named(site):
    """G2, G3: missing, different, a link that leads nowhere; unless the test says that it may be so."""
    live = site / "current"
    assert served(live, {"up/a": NEW}) == []
    assert served(live, {"up/a": OLD, "up/b": NEW}) == ["served wrongly: up/a", "served wrongly: up/b"]
    assert served(live, {"up/a": OLD}, also=lambda path, shown: (path, shown) == ("up/a", NEW)) == []
    (live / "up").unlink()
    (live / "up").symlink_to("nowhere")
    assert served(live, {"up/a": NEW}) == ["served wrongly: up/a"]


def test_the_newest_content_of_a_path_is_the_fresh_one_and_what_stands_there_instead_is_said(site):
    """G2: an older version, something that nobody wrote there, or no file at all."""
    live = site / "current"
    assert fresh(live, {"up/a": [OLD, NEW]}) == []
    assert fresh(live, {"up/a": [NEW, OLD]}) == ["not fresh: up/a shows number 1 of 2"]
    assert fresh(live, {"up/a": [OLD]}) == ["not fresh: up/a shows what nobody wrote there"]
    assert fresh(live, {"up/b": [OLD], "up": [OLD]}) == [
        "not fresh: up/b shows no file",
        "not fresh: up shows no file",
    ]


def test_names_that_an_ended_command_leaves_nowhere_are_litter(site):
    """G4: scratch, a switch that waits, links that lead to themselves, half a release and one without a record."""
    assert litter(site) == []
    (site / ".holdfast/scratch/own-1").touch()
    (site / ".holdfast/current").symlink_to("releases/2")
    (site / "shared/up/b").symlink_to("b")
    (site / "shared/up/c").symlink_to("a link of the users' that leads nowhere")
    (site / "releases/2").mkdir(mode=0o700)
    waits, loops, half = "litter: .holdfast/current waits", f"litter: {site}/shared/up/b", "half a release: 2"
    assert litter(site) == ["litter in scratch: own-1", waits, loops, "unknown release: 2", half]
    assert litter(site, known=("2",)) == ["litter in scratch: own-1", waits, loops, half]


def test_the_view_of_a_site_is_what_a_web_server_sees(site):
    """G3: by path and content; Holdfast's own directories and the caches of an application are no part of it."""
    (site / "bootstrap/cache").mkdir(parents=True)
    (site / "bootstrap/cache/routes.php").touch()
    (site / "index.php").write_bytes(b"old")
    assert view(site) == {"index.php": OLD}
    assert view(site / "current") == {"up/a": NEW}


def test_the_attic_holds_several_versions_of_a_path_in_their_order(site):
    """G1: `files~10` came after `files~9`, and its notes are no content."""
    for number in (10, 9):
        (site / f".holdfast/attic/1/files~{number}").mkdir()
        (site / f".holdfast/attic/1/files~{number}/a").write_text(f"version {number}")
    (site / ".holdfast/attic/1/notes.jsonl").write_text("{}\n")
    assert attic_texts(site, "a") == ["old", "version 9", "version 10"]
    assert sorted(attic_texts(site)) == ["old", "version 10", "version 9"]
