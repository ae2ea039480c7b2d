"""One document root shows one site: a second adoption of it is refused, at another time and at the same one (G7)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from holdfast_engine.model.problem import Problem
from lib.refusals import acting_at
from lib.world import World

CODE = {"index.php": "<?php // version {version}\n", "lib/a.php": "<?php\n"}
DATA = {"uploads/a.jpg": "photo\n", "notes.txt": "notes\n"}
RACED = "nothing locks a document root: two adoptions share its entries out between two sites, and pages are missing"


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, CODE, env=None)
    made.root, made.site = tmp_path / "public_html", tmp_path / "club"
    for path, text in {**CODE, **DATA}.items():
        (made.root / path).parent.mkdir(parents=True, exist_ok=True)
        (made.root / path).write_text(text)
    return made


def adopt(world, site):
    return world.perform("adopt", path=str(world.root), site=str(world.top / site))


def shown(world):
    every = {**CODE, **DATA}
    return {path: (world.root / path).read_text() for path in every if (world.root / path).is_file()} == every


def test_a_document_root_that_shows_a_site_is_no_application(world):
    """G7: `already-managed`, with the site that it shows; nothing is changed."""
    adopt(world, "club")
    links = {one.name: one.readlink() for one in world.root.iterdir()}
    with pytest.raises(Problem):
        adopt(world, "other")
    assert {one.name: one.readlink() for one in world.root.iterdir()} == links
    assert shown(world)


@pytest.mark.xfail(strict=True, reason=RACED)
@pytest.mark.parametrize("count", [1, 2])
def test_two_adoptions_at_once_leave_every_page_where_it_was(world, count):
    """G3, G7: one of them is refused before anything is moved, or waits; whichever it is, each page is served."""

    def meanwhile():
        with suppress(Problem):
            adopt(world, "other")

    with suppress(Problem), acting_at("place.exchanged", meanwhile, count=count):
        adopt(world, "club")
    assert shown(world)
    assert {(world.top / site / "current").exists() for site in ("club", "other")} != {True}
