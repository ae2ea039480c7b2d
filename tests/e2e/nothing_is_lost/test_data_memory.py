"""Counted data that is gone is a state of the site, until it is back or a person accepts it (DESIGN 5, memory)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import assert_refused, fails
from lib.world import PLAIN, World

UPLOADS = [f"public/uploads/{number}.jpg" for number in range(4)]
ONE = ("data-memory=public/uploads/old",)
OTHERS = [f"public/certs/{number}.pdf" for number in range(3)]


@pytest.fixture
def world(tmp_path):
    """A site whose shared data was counted: a directory by rule, one that people made, and a single file."""
    world = World(tmp_path, PLAIN, env=None)
    world.ship()
    for path in (*UPLOADS, *OTHERS):
        world.precious.write(path)
    world.precious.write("public/ads.txt", into=world.site / "shared")
    world.ship()
    world.commit()
    return world


def verdict(world: World, name: str = "data-memory") -> str:
    checks = world.perform("checklist")["checks"]
    return next(check["verdict"] for check in checks if check["name"] == name)


def recovered(world: World) -> dict[str, Any]:
    """What `recover` answers where data is missing."""
    return fails(lambda: world.perform("recover"), exits=61, code="data-missing").answer


def unmount(world: World) -> None:
    (world.site / "shared").rename(world.top / "away")
    (world.site / "shared").mkdir()


def mount(world: World) -> None:
    shutil.rmtree(world.site / "shared")
    (world.top / "away").rename(world.site / "shared")


def test_a_deploy_of_the_same_code_remembers_what_came_since(world):
    """Nothing new to activate, and yet a command that ended well: what it saw is missed from then on."""
    world.ship()
    late = [f"public/late/{number}.jpg" for number in range(4)]
    for path in late:
        world.precious.write(path)
    assert world.deploy()["outcome"] == "unchanged"
    world.precious.write("public/late/more.jpg")
    assert world.deploy()["outcome"] == "unchanged"
    (world.site / "shared/public/late").rename(world.top / "away")
    (world.site / "shared/public/late").mkdir()
    assert verdict(world) == "refuse"
    said = fails(world.deploy, exits=30, code="checklist-refused")
    assert "shared/public/late held 5 files" in "".join(said.context)


def test_what_a_rollback_brings_into_the_place_of_a_disk_is_not_remembered(world):
    """A seed lands in the empty directory under a mount point; when the disk is back nobody misses it."""
    world.ship({"public/uploads/welcome.txt": "welcome {version}\n"})
    world.ship()
    world.ship({"public/uploads/welcome.txt": None})
    (world.site / "shared/public/uploads/welcome.txt").unlink()
    world.deploy()
    unmount(world)
    world.rollback()
    assert (world.site / "shared").exists()
    mount(world)
    assert verdict(world) == "pass"


@pytest.mark.parametrize("command", ["recover", "rollback", "link", "prune"])
def test_no_command_forgets_that_shared_data_is_gone(world, command):
    """`shared/` is not mounted: whatever a person types meanwhile, the checklist refuses until the data is back."""
    unmount(world)
    more = {"link": {"release": str(world.live.resolve()), "path": str(world.site / "shared")}}.get(command, {})

    answer = recovered(world) if command == "recover" else world.perform(command, **more)

    assert verdict(world) == "refuse"
    problem = fails(world.deploy, exits=30, code="checklist-refused")
    assert "shared/public/uploads held 4 files on 2023-11-" in "".join(problem.context)
    named = {"path": "public/certs", "files_then": 3, "files_now": 0}
    assert [row for row in problem.answer["data"]["missing"] if named.items() <= row.items() and row["since"]] != []
    assert command == "prune" or "3 files" in json.dumps(answer)
    mount(world)
    assert verdict(world) == "pass"
    world.deploy()
    world.precious.assert_served()


def test_recover_says_how_many_files_are_missing_and_since_when(world):
    """It never says that nothing is lost: each path, its files, the date, the way on, and exit 61."""
    unmount(world)

    problem = fails(lambda: world.perform("recover"), exits=61, code="data-missing")

    assert "shared/public/uploads: 4 files are missing; 4 were counted on 2023-11-" in "".join(problem.context)
    assert "--accept data-memory" in problem.hint
    assert {row["path"] for row in problem.answer["missing"]} == {"public/uploads", "public/certs", "public/ads.txt"}
    plan = world.perform("recover", only_plan=True)
    assert any("4 files are missing" in note for note in plan["notes"])
    assert not any("nothing" in note for note in plan["notes"])


def test_a_few_new_uploads_do_not_lift_the_alarm(world):
    """People go on writing to what lies beneath a missing mount: that is not the data."""
    unmount(world)
    recovered(world)
    world.precious.write("public/uploads/new.jpg", into=world.site / "shared")

    assert verdict(world) == "refuse"
    assert [row["files_now"] for row in recovered(world)["missing"] if row["path"] == "public/uploads"] == [1]


def grown(world: World) -> Path:
    """`public/uploads` held ten files in `old` and a hundred in `invoices`, beside its own, and both are gone."""
    uploads, numbers = world.site / "shared/public/uploads", {"old": 10, "invoices": 100}
    for name, files in numbers.items():
        for number in range(files):
            world.precious.write(f"public/uploads/{name}/{number}.pdf")
    world.ship()
    for name in numbers:
        shutil.rmtree(uploads / name)
    world.precious.written.clear()
    world.commit()
    return uploads


@pytest.mark.parametrize("meanwhile", ["nothing", "rollback"])
def test_who_accepts_that_one_directory_is_gone_accepts_nothing_else(world, meanwhile):
    """A cleaned-up `old/` is meant; that the invoices are gone as well is not: they are refused with their number."""
    world.ship()
    grown(world)
    world.rollback() if meanwhile == "rollback" else None
    for _ in range(2):
        problem = fails(lambda: world.deploy(accept=ONE), exits=30, code="checklist-refused")
        assert "shared/public/uploads held 104 files" in "".join(problem.context), problem.context
    world.deploy(accept=(*ONE, "data-memory=public/uploads/invoices"))
    assert verdict(world) == "pass"
    for path in UPLOADS:
        (world.site / "shared" / path).unlink()
    problem = fails(world.ship, exits=30, code="checklist-refused")
    assert "shared/public/uploads held 4 files" in "".join(problem.context)


def test_a_part_of_which_nothing_is_known_any_more_is_not_accepted_for_the_whole(world):
    """G7: the index is a cache, and may be gone."""
    uploads = grown(world)
    (world.site / ".holdfast/cache/census.json").unlink()
    fails(lambda: world.deploy(accept=ONE), exits=30, code="checklist-refused")
    world.deploy(accept=("data-memory=public/uploads",))
    assert uploads.exists()


def test_what_is_left_of_a_directory_is_missed_once_a_part_of_it_was_accepted(world):
    """The warning of the rest goes on with the figure of the rest, however often the part is named."""
    uploads = world.site / "shared/public/uploads"
    for number in range(10):
        world.precious.write(f"public/uploads/old/{number}.pdf")
    world.ship()
    shutil.rmtree(uploads / "old")
    for path in UPLOADS[:2]:
        (world.site / "shared" / path).unlink()
    world.precious.written.clear()
    for _ in range(3):
        world.commit()
        answer = world.deploy(accept=ONE)
        assert any("shared/public/uploads held 4 files" in line for line in answer["warnings"]), answer["warnings"]


def test_emptied_data_is_accepted_for_once_by_name(world):
    """The new figures count from then on; nothing has to be new for it."""
    for path in UPLOADS:
        (world.site / "shared" / path).unlink()
    world.precious.written = {path: text for path, text in world.precious.written.items() if path not in UPLOADS}
    world.deploy(accept=("data-memory",))
    assert verdict(world) == "pass"
    for path in OTHERS:
        (world.site / "shared" / path).unlink()
    fails(world.deploy, exits=30, code="checklist-refused")

    answer = world.deploy(accept=("data-memory",))

    assert (answer["outcome"], answer["data"]["missing"]) == ("unchanged", [])
    assert verdict(world) == "pass"
    assert world.ship()["outcome"] == "deployed"


def test_a_path_that_may_be_empty_is_never_refused_again(world):
    """Exports that expire: accepted by name for good, noted; another path is not covered by it."""
    exports = world.site / "shared/public/uploads"
    for path in UPLOADS:
        (world.site / "shared" / path).unlink()
    problem = fails(world.deploy, exits=30, code="checklist-refused")
    assert "--accept data-memory=public/uploads" in problem.hint

    world.deploy(accept=("data-memory=public/uploads",))
    (exports / "one.csv").write_text("an export")
    world.ship()
    (exports / "one.csv").unlink()

    assert world.ship()["outcome"] == "deployed"
    memory = next(check for check in world.perform("checklist")["checks"] if check["name"] == "data-memory")
    assert (memory["verdict"], "public/uploads" in memory["why"]) == ("pass", True)
    shutil.rmtree(world.site / "shared/public/certs")
    fails(world.ship, exits=30, code="checklist-refused")


def test_half_of_the_files_gone_is_told_with_the_old_figure_until_they_are_back(world):
    """At least three were there: a warning that goes on, whatever is deployed meanwhile."""
    kept = [(world.site / "shared" / path, (world.site / "shared" / path).read_bytes()) for path in UPLOADS[:2]]
    for path, _ in kept:
        path.unlink()

    for _ in range(2):
        answer = world.ship()
        assert any("held 4 files" in line and "holds 2 now" in line for line in answer["warnings"])
        assert [row["files_then"] for row in answer["data"]["missing"]] == [4]
    assert recovered(world)["missing"] != []  # INTERFACE, recover: 61 while counted data is gone

    for path, content in kept:
        path.write_bytes(content)
    assert world.ship()["data"]["missing"] == []
    assert verdict(world) == "pass"


def test_what_comes_and_goes_by_itself_is_not_missed(tmp_path):
    """Sessions, caches and logs, in whatever directory they lie."""
    world = World(tmp_path)
    world.ship()
    passing = ("storage/framework/sessions/a", "storage/logs/laravel.log", "storage/app/tmp/b", "storage/app/cache/c")
    for path in passing:
        world.precious.write(path)
    world.ship()
    for path in passing:
        (world.site / "shared" / path).unlink()

    answer = world.ship()

    assert answer["data"]["missing"] == []
    assert verdict(world) == "pass"


def test_a_single_file_that_is_gone_is_told_of_once(world):
    """`ads.txt` was laid into `shared/`, and no rule names it: applications delete such files."""
    (world.site / "shared/public/ads.txt").unlink()
    assert verdict(world) == "warn"

    assert any("shared/public/ads.txt" in line for line in world.deploy()["warnings"])

    assert verdict(world) == "pass"


def test_all_single_files_gone_at_once_is_no_applications_work(world):
    """An unmounted `shared/` of a site that has nothing but such files."""
    for path in ("public/ads.txt", "public/a.pdf", "public/b.pdf"):
        world.precious.write(path, into=world.site / "shared")
    world.ship()
    for path in ("public/ads.txt", "public/a.pdf"):
        (world.site / "shared" / path).unlink()
    assert verdict(world) == "warn"
    (world.site / "shared/public/b.pdf").unlink()

    fails(world.ship, exits=30, code="checklist-refused")


def test_what_is_named_as_code_is_not_missed(world):
    """A person has unshared it: its data may go."""
    world.settings = Settings(code=("public/certs/",))
    shutil.rmtree(world.site / "shared/public/certs")

    assert world.ship()["outcome"] == "deployed"
    assert verdict(world) == "pass"


def test_a_site_of_an_earlier_version_is_still_guarded(world):
    """Without the newer memory the counts of the identity are what is known."""
    file = world.site / ".holdfast/site.json"
    site = json.loads(file.read_text())
    del site["options"]["memory"]
    file.write_text(json.dumps(site))
    assert verdict(world) == "pass"
    shutil.rmtree(world.site / "shared/public/uploads")

    problem = fails(world.deploy, exits=30, code="checklist-refused")

    assert "shared/public/uploads held 5 files at the last deploy" in "".join(
        problem.context
    )  # a placeholder with them


def test_the_plan_tells_what_is_missing(world):
    """INTERFACE: `data.missing`."""
    shutil.rmtree(world.site / "shared/public/certs")

    plan = world.perform("plan", source=world.source)

    assert [(row["path"], row["files_then"], row["files_now"]) for row in plan["data"]["missing"]] == [
        ("public/certs", 3, 0)
    ]


@pytest.mark.parametrize("accept", ["data-memory=", "data-memory=../x", "data-memory=/etc", "data-memory=a/*"])
def test_what_may_be_empty_is_a_path_of_the_site(world, tmp_path, accept):
    """Bad input changes nothing."""
    assert_refused(tmp_path, lambda: world.deploy(accept=(accept,)), exits=10, code="path-invalid")


def _asking(world: World, command: str, act: Any, **more: Any) -> Any:
    """COMMAND, which asks; while it waits for the answer, yes, ACT happens."""
    asked: list[dict[str, Any]] = []

    def ask(plan: dict[str, Any]) -> bool:
        asked.append(plan)
        if len(asked) == 1:
            act()
        return True

    return world.perform(command, person=ask, **more), asked


def test_h1_a_second_look_that_refuses_is_obeyed_by_a_deploy(world):
    """H1: between the question and the answer `shared/public/uploads` becomes an empty directory."""

    def swap() -> None:
        (world.site / "shared/public/uploads").rename(world.top / "aside")
        (world.site / "shared/public/uploads").mkdir()

    problem = fails(lambda: _asking(world, "deploy", swap, source=world.source), exits=30, code="checklist-refused")

    assert "data-memory" in problem.message
    world.assert_code_is(2)
    assert verdict(world) == "refuse"


def test_h1_a_rollback_is_shown_again_when_the_site_changed_meanwhile(world):
    """H1: what is shown last is what is run: here with what is missing now, which a way back only tells of."""

    def swap() -> None:
        shutil.rmtree(world.site / "shared/public/certs")

    answer, asked = _asking(world, "rollback", swap)

    assert answer["outcome"] == "activated"
    assert [plan["data"]["missing"] != [] for plan in asked] == [False, True]
    assert verdict(world) == "refuse"


def test_h1_what_a_recovery_finds_meanwhile_is_asked_for(world):
    """H1: a stray that came while the question stood is in the next question, not among what was agreed to."""
    world.precious.write("public/late/one.txt")

    answer, asked = _asking(world, "recover", lambda: world.precious.write("public/later/two.txt"))

    assert [len(question["found"]) for question in asked] == [1, 2]
    assert answer["restored"] == 2
    world.precious.assert_served()


def test_h4_lost_is_measured_and_what_other_hands_took_is_counted_apart(world):
    """H4: `lost` is what our own moves lost; what is deleted meanwhile has vanished."""
    world.precious.write("public/new/one.txt")
    deleting = f"rm {world.site}/shared/public/uploads/0.jpg"
    world.settings = Settings(before_activation=(deleting,))
    del world.precious.written[UPLOADS[0]]

    data = world.ship()["data"]

    assert (data["lost"], data["vanished"]) == (0, 1)
    assert data["files_before"] - data["files_after"] == 1
    world.precious.assert_served()


def test_h4_a_move_that_does_not_arrive_is_counted_as_lost(world, monkeypatch):
    """H4: the number is no literal: what is not found where it was put is counted."""
    from holdfast_engine.data.adopt import Adoption

    world.precious.write("public/new/one.txt")
    real = Adoption.adopt

    def losing(self: Adoption, path: str) -> None:
        real(self, path)
        if path == "public/new":
            shutil.rmtree(world.site / "shared/public/new")

    monkeypatch.setattr(Adoption, "adopt", losing)

    assert world.ship()["data"]["lost"] == 1


def test_h1_an_adoption_that_is_refused_meanwhile_makes_nothing(tmp_path):
    """H1: while the question stands, content comes under a name that Holdfast needs."""
    world = World(tmp_path, PLAIN, env=None)
    (world.site / "public").mkdir(parents=True)
    (world.site / "public/index.php").write_text("<?php // live")

    def come() -> None:
        (world.site / "shared").mkdir()
        (world.site / "shared/own.txt").write_text("the application's own")

    fails(lambda: _asking(world, "adopt", come, path=str(world.site)), exits=20, code="adopt-unclear")

    assert sorted(one.name for one in world.site.iterdir()) == ["public", "shared"]
