"""What lies in the trash is ours or somebody's by its kind, whatever its name ends in (G1, G6)."""

from __future__ import annotations

import json

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.precious import let_write
from lib.world import World

CODE = {"public/index.php": "<?php // version {version}\n"}


def attic_of(world: World) -> str:
    return "".join(attic_texts(world.site))


@pytest.mark.parametrize("name", ["db.json", "rows.jsonl", "db.txt"])
def test_a_worker_that_has_a_shipped_file_open_loses_nothing_whatever_its_name_ends_in(tmp_path, name):
    """G1, G6: what gave way to the shared file of its name is looked at once more before it is deleted."""
    world = World(tmp_path, CODE, env=None)
    first = world.ship({name: "as it was shipped\n"})["release"]
    world.ship({name: None})
    (world.site / "shared").mkdir(exist_ok=True)
    (world.site / "shared" / name).write_text("the users' own\n")
    world.settings = Settings(shared=(name,))
    world.ship()
    place = world.site / "releases" / first / name
    let_write(place)
    with place.open("a") as stream:
        world.rollback(first)
        stream.write("a row by a worker that stayed\n")
    answer = world.ship()
    assert "a row by a worker that stayed" in attic_of(world)
    assert [line for line in answer["warnings"] if "stays in the trash" in line] == []
    assert list((world.site / ".holdfast/trash").glob(f"*{name}")) == []


def test_records_of_pruned_releases_leave_the_trash_and_nothing_of_them_is_taken_for_data(tmp_path):
    """G6: our own record and baseline are known by what they say; a stranger under such a name is kept."""
    world = World(tmp_path, CODE, env=None)
    for _ in range(3):
        world.ship()
    world.perform("prune", keep=0)
    trash = world.site / ".holdfast/trash"
    assert any(path.suffix == ".json" for path in trash.iterdir())
    (trash / "notes.json").write_text(json.dumps({"somebody": "put this here"}))
    (trash / "rows.jsonl").write_text("one row of somebody's\n")
    for _ in range(3):
        world.ship()
    assert [path.name for path in trash.iterdir() if path.suffix in (".json", ".jsonl")] == []
    kept = attic_of(world)
    assert "put this here" in kept
    assert "one row of somebody's" in kept
    assert '"counter"' not in kept
    assert '"taken"' not in kept
