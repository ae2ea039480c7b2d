"""Links with the full path of a release, which applications make inside their data, outlive it (I63)."""

from __future__ import annotations

import os
import shutil

import pytest

from lib.world import World

CODE = {
    "composer.json": "{}\n",
    "public/index.php": "<?php // version {version}\n",
    "public/old.css": "body {}\n",
    "public/uploads/.gitkeep": "",
}


@pytest.fixture
def world(tmp_path):
    """A site that was deployed once, with an upload."""
    world = World(tmp_path, CODE, env=None)
    world.ship()
    (world.live / "public/uploads/a.pdf").write_text("a bill\n")
    return world


def link(world, name, target):
    """As an application makes it: it knows its own place by its real path."""
    at = world.live / "public/uploads" / name
    at.symlink_to(world.live.resolve() / target)
    return at


def text(world, name):
    return os.readlink(world.site / "shared/public/uploads" / name)


def told(answer):
    return [line for line in answer["warnings"] if "full path" in line]


def test_a_link_by_the_full_path_of_a_release_leads_on_after_it_is_pruned(world):
    """I63: its text named the release in which it was made."""
    link(world, "latest.pdf", "public/uploads/a.pdf")
    answer = world.ship()
    assert text(world, "latest.pdf") == "a.pdf"
    assert "`shared/public/uploads/latest.pdf`" in told(answer)[0]
    world.perform("prune", keep=0)
    assert (world.live / "public/uploads/latest.pdf").read_text() == "a bill\n"


def test_a_link_made_since_is_mended_before_its_release_is_pruned(world):
    """G6: what leads into a release is no reason to lose what it shows."""
    old = world.live.resolve()
    world.ship()
    (world.live / "public/uploads/late.css").symlink_to(old / "public/old.css")
    (world.live / "public/uploads/relative.pdf").symlink_to(f"../../../releases/{old.name}/public/uploads/a.pdf")
    assert world.perform("prune", keep=0)["removed"] == [old.name]
    assert text(world, "late.css") == "../../../current/public/old.css"
    assert text(world, "relative.pdf") == "a.pdf"
    assert (world.live / "public/uploads/late.css").read_text() == "body {}\n"
    assert (world.live / "public/uploads/relative.pdf").read_text() == "a bill\n"


def test_a_release_with_something_that_a_link_alone_shows_is_kept(world):
    """G7: nothing that is live has what the link leads to."""
    old = world.live.resolve()
    link(world, "style.css", "public/old.css")
    world.ship({"public/old.css": None})
    world.events.clear()
    answer = world.perform("prune", keep=0)
    shown = next(event.data for event in world.events if event.kind == "planned")
    assert (shown["prune"], answer["removed"]) == ([], [])
    assert shown["kept"] == answer["kept"]
    (kept,) = answer["kept"]
    assert "`shared/public/uploads/style.css` leads to" in kept["why"]
    assert (world.live / "public/uploads/style.css").read_text() == "body {}\n"
    (world.live / "public/uploads/style.css").unlink()
    assert world.perform("prune", keep=0)["removed"] == [old.name]


def test_a_copied_site_reads_its_own_data_by_every_link(world):
    """G9: a copy never reads or writes its original."""
    link(world, "latest.pdf", "public/uploads/a.pdf")
    (world.live / "public/uploads/other.pdf").symlink_to(world.site.resolve() / "shared/public/uploads/a.pdf")
    world.ship()
    copy = world.site.with_name("copy")
    shutil.copytree(world.site, copy, symlinks=True)
    (copy / "shared/public/uploads/a.pdf").write_text("another bill\n")
    for name in ("latest.pdf", "other.pdf"):
        assert (copy / "current/public/uploads" / name).read_text() == "another bill\n"
        assert (world.live / "public/uploads" / name).read_text() == "a bill\n"


def test_links_that_lead_elsewhere_or_already_last_are_left_alone(world):
    """Whoever links a bigger disk means it."""
    for name, target in {"disk": "/srv/bigger", "beside": "a.pdf", "up": "../../.env"}.items():
        (world.live / "public/uploads" / name).symlink_to(target)
    answer = world.ship()
    assert told(answer) == []
    assert [text(world, name) for name in ("disk", "beside", "up")] == ["/srv/bigger", "a.pdf", "../../.env"]
