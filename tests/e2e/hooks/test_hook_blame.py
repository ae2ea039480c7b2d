"""Who is to blame for what vanished while a hook or a build ran, and what is remembered of it (DESIGN 5, 11)."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import fails
from lib.world import LARAVEL, World

MEMBERS = [f"storage/app/member-{number}.pdf" for number in range(8)]
PHOTOS = [f"storage/app/public/photo-{number}.jpg" for number in range(4)]


@pytest.fixture
def world(tmp_path):
    """A live site with data that no deploy has counted yet, and a new version to come."""
    world = World(tmp_path, {**LARAVEL, "public/uploads/.gitkeep": ""})
    world.ship()
    for path in (*MEMBERS, *PHOTOS, "public/uploads/a.jpg"):
        world.precious.write(path)
    world.commit()
    return world


def refused(world: World) -> str:
    """What `data-memory` refuses at the live release; empty when it does not."""
    checks = world.perform("checklist")["checks"]
    return next(
        (check["why"] for check in checks if (check["name"], check["verdict"]) == ("data-memory", "refuse")), ""
    )


def without(world: World, paths: list[str]) -> dict[str, bytes]:
    """The files of PATHS with their content, so that a person can put them back."""
    return {path: (world.site / "shared" / path).read_bytes() for path in paths}


def put_back(world: World, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (world.site / "shared" / path).parent.mkdir(parents=True, exist_ok=True)
        (world.site / "shared" / path).write_bytes(content)


@pytest.mark.parametrize(
    "hook", ["rm -rf storage/app/*", "find storage/app/ -type f -delete", 'rm -rf "$HOLDFAST_SHARED"/storage']
)
def test_a_before_hook_that_empties_data_is_undone_and_remembered(world, hook):
    """The files were never counted by a deploy; the hook's own evidence refuses until they are back."""
    backup = without(world, [*MEMBERS, *PHOTOS])
    world.settings = Settings(before_activation=(hook,))

    problem = fails(world.deploy, exits=50, code="data-shrank")

    world.assert_code_is(1)
    assert "shared/storage" in problem.message
    assert "--accept data-shrank" in problem.hint
    assert problem.answer["data"]["missing"] != []
    assert "shared/storage" in refused(world)
    world.settings = Settings()
    fails(world.deploy, exits=30, code="checklist-refused")
    put_back(world, backup)
    assert refused(world) == ""
    world.deploy()
    world.precious.assert_served()


def test_a_directory_that_a_hook_emptied_is_missed_although_its_neighbours_are_there(world):
    """`rm -rf storage/app/public/*`, while `storage/app` holds more: of twelve files four are not half."""
    backup = without(world, PHOTOS)
    world.settings = Settings(before_activation=("rm -rf storage/app/public/*",))

    problem = fails(world.deploy, exits=50, code="data-shrank")

    assert set(problem.context) == {f"shared/{path}" for path in PHOTOS}
    assert "shared/storage/app/public held 4 files" in refused(world)
    fails(lambda: world.perform("recover"), exits=61, code="data-missing")
    assert "shared/storage/app/public" in refused(world)
    put_back(world, backup)
    world.settings = Settings()
    world.deploy()
    world.precious.assert_served()


def test_what_an_after_hook_took_is_missed_and_every_other_hook_has_run(world, tmp_path):
    """After the switch every hook runs, whatever the others did; the first problem is raised at the end."""
    world.settings = Settings(
        after_activation=(f"echo 1 >> {tmp_path}/ran; exit 3", "rm -rf storage/app/*", f"echo 3 >> {tmp_path}/ran")
    )

    fails(world.deploy, exits=1, code="hook-failed-after-activation")

    assert (tmp_path / "ran").read_text() == "1\n3\n"
    assert "shared/storage" in refused(world)
    world.assert_code_is(2)


def test_what_a_person_accepts_is_a_warning_this_once(world):
    """`--accept data-shrank`: the hook was meant so, and nothing is missed afterwards."""
    world.settings = Settings(before_activation=("rm -rf storage/app/member-*",))
    fails(world.deploy, exits=50, code="data-shrank")
    for path in MEMBERS:
        world.precious.write(path)
        del world.precious.written[path]

    answer = world.deploy(accept=("data-shrank",))

    assert any(line.startswith("accepted: ") and "member-0.pdf" in line for line in answer["warnings"])
    assert refused(world) == ""
    world.precious.assert_served()
    world.settings = Settings()
    assert world.ship()["outcome"] == "deployed"


def test_a_few_of_many_that_vanish_while_a_hook_runs_are_told_of(world):
    """The application deletes a photo and writes an export anew: the deploy goes through and names them."""
    world.settings = Settings(
        before_activation=("rm storage/app/public/photo-1.jpg; echo s > storage/app/member-1.pdf",)
    )
    for path in (PHOTOS[1], MEMBERS[1]):
        del world.precious.written[path]

    answer = world.deploy()

    told = next(line for line in answer["warnings"] if "ran, 2 files are missing or shorter" in line)
    assert "shared/storage/app/public/photo-1.jpg" in told
    assert (answer["data"]["vanished"], answer["data"]["missing"]) == (1, [])
    world.precious.assert_served()
    assert refused(world) == ""


def test_what_the_application_empties_by_itself_is_no_harm_of_a_hook(world):
    """DESIGN 5: files come to an inbox and are taken from it; once that was seen, a hook that waits is not blamed."""
    inbox = world.site / "shared/storage/app/inbox"
    hook = 'sleep 0.1; rm -f "$HOLDFAST_SHARED"/storage/app/inbox/*.eml'

    def come() -> None:
        inbox.mkdir(exist_ok=True)
        for number in range(3):
            (inbox / f"{number}.eml").write_text(f"mail {number}")

    come()
    world.settings = Settings(before_activation=(hook,))
    fails(world.deploy, exits=50, code="data-shrank")
    world.settings = Settings(before_activation=("true",))
    world.deploy(accept=("data-memory",))
    come()
    for path in inbox.iterdir():
        path.unlink()
    world.ship()
    come()
    world.settings = Settings(before_activation=(hook,))
    told = world.ship()["warnings"]
    assert any("3 files are missing or shorter: shared/storage/app/inbox/0.eml" in line for line in told)
    assert refused(world) == ""
    world.precious.assert_served()


def test_a_directory_that_nobody_was_seen_to_empty_is_missed_although_its_neighbour_empties_itself(world):
    """The evidence is of one directory: what is above it, or beside it, is as before."""
    inbox = world.site / "shared/storage/app/public/inbox"
    inbox.mkdir()
    world.settings = Settings(before_activation=("true",))
    world.deploy()
    (inbox / "1.eml").write_text("mail")
    (inbox / "1.eml").unlink()
    world.ship()
    world.settings = Settings(before_activation=("rm -rf storage/app/public/*",))
    fails(world.ship, exits=50, code="data-shrank")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("echo {} > storage/framework/down", "rm -f storage/framework/down"),
        ("echo x > storage/app/closed-for-now", "rm -f storage/app/closed-for-now"),
        ("echo x > .maintenance", "rm -f .maintenance"),
        ("true", "rm -f storage/app/.maintenance.flag"),
    ],
)
def test_a_maintenance_flag_comes_and_goes_with_the_hooks(world, tmp_path, before, after):
    """A flag that a before hook makes, or a person, and that an after hook removes is no loss; later hooks run."""
    world.settings = Settings(before_activation=(before,), after_activation=(after, f"echo ran >> {tmp_path}/queue"))
    for number in range(2):
        (world.site / "shared/storage/app/.maintenance.flag").write_text("a person closed the site")
        assert world.ship()["outcome"] == "deployed"
        assert (tmp_path / "queue").read_text().count("ran") == number + 1
        assert not (world.live / after.split()[-1]).exists()
    assert refused(world) == ""
    assert world.rollback()["outcome"] == "activated"


def test_what_a_hook_moves_within_the_shared_data_is_no_loss(world):
    """A migration that gives uploads another place: known by their inodes, and nothing is missed afterwards."""
    world.settings = Settings(before_activation=("mkdir -p storage/media && mv storage/app/member-* public/uploads/",))

    answer = world.deploy()

    assert answer["data"]["vanished"] == 0
    assert refused(world) == ""
    for path in MEMBERS:
        text = world.precious.written.pop(path)
        world.precious.written[path.replace("storage/app", "public/uploads")] = text
    world.precious.assert_served()
    world.settings = Settings()
    assert world.ship()["outcome"] == "deployed"


def _by_absolute_path(world: World, *words: str) -> Settings:
    return Settings(build=(" ".join([*words, f"{world.site}/shared/storage/app"]),))


def test_h4_a_build_that_empties_shared_data_by_its_absolute_path_is_no_good_deploy(world):
    """H4: builds are not guarded, so what was there is counted again before the switch."""
    backup = without(world, [*MEMBERS, *PHOTOS])
    world.settings = _by_absolute_path(world, "rm -rf")

    problem = fails(world.deploy, exits=50, code="data-shrank")

    world.assert_code_is(1)
    assert "shared/storage held 12 files" in problem.message
    assert problem.answer["data"]["vanished"] >= 12
    assert "shared/storage" in refused(world)
    put_back(world, backup)
    world.settings = Settings()
    world.deploy()
    world.precious.assert_served()


def test_h4_a_build_that_was_meant_to_is_accepted_by_name(world):
    """The same, with `--accept data-shrank`: told, and remembered as it is then."""
    world.settings = _by_absolute_path(world, "rm -rf")
    for path in (*MEMBERS, *PHOTOS):
        del world.precious.written[path]

    answer = world.deploy(accept=("data-shrank",))

    assert any(line.startswith("accepted: shared/storage") for line in answer["warnings"])
    assert refused(world) == ""


def test_a_kill_while_a_hook_empties_data_leaves_the_memory_of_before(world):
    """What came since the last deploy is counted before any command runs: no end of ours hides what it took."""
    marks: list[Any] = []

    def killed(*_: Any, **__: Any) -> None:
        shutil.rmtree(world.site / "shared/storage/app")
        marks.append(os.getpid())
        raise KeyboardInterrupt

    world.settings = Settings(before_activation=("true",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("holdfast_engine.guarding.hooks.run", killed)
        fails(world.deploy, exits=130, code="interrupted")

    assert marks
    assert "shared/storage held 12 files" in refused(world)


@pytest.mark.parametrize("when", ["before_activation", "after_activation"])
def test_a_hook_that_moves_a_shared_directory_away_is_no_good_end(world, when):
    """Nothing is lost and nothing of it is served: that is said, and refused until it is back."""
    world.ship()
    hook = 'mv "$HOLDFAST_SHARED/public/uploads" "$HOLDFAST_SHARED/public/uploads.old"'
    world.settings = Settings(**{when: (hook,)})
    world.commit()
    after = when == "after_activation"
    code = "data-shrank-after-activation" if after else "data-shrank"

    problem = fails(world.deploy, exits=61 if after else 50, code=code)

    assert "is not served" in problem.state
    assert "recover" in problem.hint
    assert refused(world)
    shutil.rmtree(world.site / "shared/public/uploads", ignore_errors=True)
    (world.site / "shared/public/uploads.old").rename(world.site / "shared/public/uploads")
    assert not refused(world)
    world.precious.assert_none_lost()


def test_what_a_hook_moves_to_another_place_is_told(world):
    """A migration of uploads is no loss; who reads the answer knows of it."""
    world.ship()
    hook = 'cd "$HOLDFAST_SHARED/storage" && mkdir media && mv app/member-* media/'
    world.settings = Settings(before_activation=(hook,))
    told = world.ship()["warnings"]
    assert any("8 files are at another place" in line for line in told)
