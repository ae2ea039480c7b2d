"""What a user's command moves out of `shared/` into the release that is being made stays users' data (G1, G6)."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.model.request import Settings
from lib.oracle import contents
from lib.refusals import fails
from lib.world import LARAVEL, World

PHOTOS = [f"public/uploads/{number}.jpg" for number in range(10)]
SOME = "mkdir -p public/media && mv public/uploads/1.jpg public/uploads/2.jpg public/media/"
ALL = "mkdir -p public/media && mv public/uploads/*.jpg public/media/"


@pytest.fixture
def world(tmp_path):
    """Ten uploads of two hours ago, counted, and a new version to come."""
    world = World(tmp_path, {**LARAVEL, "public/uploads/.gitkeep": ""})
    world.ship()
    for path in PHOTOS:
        world.precious.write(path)
        os.utime(world.live / path, (1_600_000_000, 1_600_000_000))
    world.ship()
    world.commit()
    return world


def go_on(world):
    """Deploys, a rollback and prunings without the hook: whatever nothing keeps is gone afterwards."""
    world.settings = Settings()
    world.perform("recover")
    world.ship(accept=("data-memory",))
    world.ship()
    world.rollback()
    for _ in range(2):
        world.ship()
        world.perform("prune", keep=0)


@pytest.mark.parametrize(
    "hooks",
    [(f"{SOME}; false",), (SOME, "echo the migration failed; false"), (SOME, "exit 3", "true")],
    ids=["the same", "the next", "one of several"],
)
def test_a_hook_that_moves_files_into_a_release_that_is_undone_loses_none(world, hooks):
    """The release goes to the trash, and is deleted by the next command: what users had in it must not go with it."""
    world.settings = Settings(before_activation=hooks)
    fails(world.deploy, exits=50, code="hook-failed")
    world.precious.assert_none_lost()
    go_on(world)
    world.precious.assert_none_lost()


def test_what_a_failed_hook_had_moved_is_back_where_it_was(world):
    """What is undone is as before."""
    world.settings = Settings(before_activation=(f"{SOME}; false",))
    fails(world.deploy, exits=50, code="hook-failed")
    world.precious.assert_served()
    assert any("back in their places" in event.text for event in world.events)


def test_a_build_that_moves_files_by_their_path_loses_none(world):
    """Builds see no links, but may know the path of `shared/` by themselves."""
    shared = world.site / "shared"
    world.settings = Settings(
        build=(f"mkdir -p public/media && mv {shared}/public/uploads/[12].jpg public/media/", "false")
    )
    fails(world.deploy, exits=50, code="build-failed")
    world.precious.assert_served()
    go_on(world)
    world.precious.assert_none_lost()


def test_what_a_hook_moves_into_the_new_release_is_served_by_the_later_ones(world):
    """G6: it lay in the release before its baseline was taken, and counted as shipped: a prune deleted it."""
    world.settings = Settings(before_activation=(f"{SOME} || true",))
    world.deploy()
    assert (world.live / "public/media/1.jpg").is_file()
    world.settings = Settings()
    world.ship()
    assert (world.live / "public/media/1.jpg").is_file()
    go_on(world)
    world.precious.assert_none_lost()


def test_a_migration_of_all_uploads_needs_a_word_and_keeps_every_file(world):
    """All of a shared path is another matter than some files of it: a person says that it is meant so."""
    world.settings = Settings(before_activation=(ALL,))
    problem = fails(world.deploy, exits=50, code="data-shrank")
    assert "`shared/public/uploads`" in problem.message
    world.precious.assert_none_lost()
    for name in os.listdir(world.site / "shared/public/media"):
        (world.site / "shared/public/media" / name).rename(world.site / "shared/public/uploads" / name)
    world.deploy(accept=("data-shrank",))
    assert len(os.listdir(world.live / "public/media")) == len(PHOTOS)
    world.settings = Settings()
    world.ship()
    assert len(os.listdir(world.live / "public/media")) == len(PHOTOS)
    world.precious.assert_none_lost()


def test_a_directory_that_replaces_its_own_link_comes_home(world):
    """`rm` of our link and the directory itself in its place: the same files at the same path."""
    hook = 'rm public/uploads && mv "$HOLDFAST_SHARED/public/uploads" public/uploads'
    world.settings = Settings(before_activation=(hook,))
    world.deploy()
    world.precious.assert_served()
    assert len(contents(world.site / "shared/public/uploads")) >= len(PHOTOS)


@pytest.mark.parametrize(
    ("hook", "where"),
    [
        ('for f in public/uploads/*.jpg; do echo x > "$f"; done', "shared/public/uploads"),
        (
            'head -c 9 "$HOLDFAST_SHARED/database/shop.sqlite" > x; cp x "$HOLDFAST_SHARED/database/shop.sqlite"',
            "sqlite",
        ),
    ],
)
def test_a_hook_that_writes_less_over_users_files_is_no_good_end(world, hook, where):
    """A seed over the database, a placeholder over each upload: shorter than half is as good as gone."""
    world.precious.write("database/shop.sqlite", text="rows" * 500)
    world.ship()
    world.settings = Settings(before_activation=(hook,))
    world.commit()
    problem = fails(world.deploy, exits=50, code="data-shrank")
    assert where in problem.message


@pytest.mark.parametrize("when", ["before_activation", "after_activation"])
@pytest.mark.parametrize(
    "hook",
    [
        'cd "$HOLDFAST_SHARED" && mv public/uploads storage/app/old && mkdir public/uploads',
        'mv "$HOLDFAST_SHARED/.env" "$HOLDFAST_SHARED/.env.bak"',
        'mv "$HOLDFAST_SHARED/database/shop.sqlite" "$HOLDFAST_SHARED/database/shop.old"',
        'mv "$HOLDFAST_SHARED/storage/app/public" "$HOLDFAST_SHARED/storage/app/public.old"',
    ],
    ids=["all of a path", "environment", "database", "behind the framework's link"],
)
def test_a_hook_that_moves_what_the_application_needs_is_no_good_end(world, when, hook):
    """Nothing is lost, and the site is down: that is no exit 0, and the words say what was taken away."""
    world.precious.write("database/shop.sqlite", text="rows" * 500)
    world.precious.write("storage/app/public/1.png")
    world.ship()
    world.settings = Settings(**{when: (hook,)})
    world.commit()
    after = when == "after_activation"
    code = "data-shrank-after-activation" if after else "data-shrank"
    assert "moved or deleted" in fails(world.deploy, exits=61 if after else 50, code=code).message
    world.precious.assert_none_lost()
