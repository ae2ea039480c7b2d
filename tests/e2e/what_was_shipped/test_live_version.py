"""What the version that is live remembers: settings, shared paths, whether its hooks ran; and what a deploy tells."""

from __future__ import annotations

import json
import os

import pytest

from holdfast.session import Session
from holdfast_engine.model.request import Settings
from holdfast_engine.site import records
from holdfast_engine.site.records import ReleaseRecord
from lib.refusals import failing_at, fails, releases
from lib.world import STATIC, World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def elsewhere(tmp_path):
    place = tmp_path / "elsewhere"
    place.mkdir()
    return place


def _session(directory):
    return Session(str(directory), yes=True)


def _deploys(world, elsewhere, number):
    flags = {"site.root": str(world.site), "source": str(world.repository)}
    for _ in range(number):
        world.commit()
        _session(elsewhere).ask_with_source("deploy", flags)


def test_i37_pruning_from_elsewhere_keeps_as_many_as_the_live_version_says(world, elsewhere):
    """I37: `keep = 9` came with the code; no directory somebody happens to stand in makes it five."""
    world.commit({"holdfast.toml": "keep = 9\n"})
    _deploys(world, elsewhere, 8)

    assert _session(elsewhere).ask_site("prune", {"site.root": str(world.site)})["removed"] == []
    assert len(releases(world)) == 8


def test_i37_what_is_said_where_one_stands_is_above_what_the_live_version_says(world, elsewhere):
    """INTERFACE: flags beat variables beat the file upward from here beat what came with the code."""
    world.commit({"holdfast.toml": "keep = 9\n"})
    _deploys(world, elsewhere, 5)
    (elsewhere / "holdfast.toml").write_text("keep = 2\n")
    site = {"site.root": str(world.site)}

    assert len(_session(elsewhere).ask_site("prune", site)["removed"]) == 2
    assert len(_session(elsewhere).ask_site("prune", site, keep=1)["removed"]) == 1


def test_i10_the_checklist_from_elsewhere_misses_no_shared_path(world, elsewhere):
    """I10: a path that the live version shares is not `left out` because its file is not here."""
    world.commit({"holdfast.toml": '[shared]\npaths = ["public/certificates/"]\n'})
    _deploys(world, elsewhere, 2)
    site = {"site.root": str(world.site)}

    checks = {check["name"]: check for check in _session(elsewhere).ask_site("checklist", site)["checks"]}

    assert checks["shared-narrowed"]["verdict"] == "pass", checks["shared-narrowed"]
    shared = [row["path"] for row in _session(elsewhere).ask_site("status", site)["shared"]]
    assert "public/certificates" in shared


def test_i10_a_deploy_tells_what_its_plan_warned_of_and_noted(world):
    """I10, I29: who answers --yes has read no plan; each warning and note is in the answer, once."""
    world.settings = Settings(shared=("public/certificates/",))
    world.ship()
    world.settings = Settings(stop=("true",))

    answer = world.ship()

    plan = next(event.data for event in reversed(world.events) if event.kind == "planned")
    assert any("[hooks] stop" in note for note in plan["notes"])
    warned = [check for check in plan["checks"] if check["verdict"] == "warn"]
    assert [check["name"] for check in warned] == ["artifacts-present", "shared-narrowed"]
    for text in (*plan["notes"], *(f"{check['why']}; {check['mend']}" for check in warned)):
        assert answer["warnings"].count(text) == 1


def test_i10_an_unchanged_deploy_tells_its_warnings_too(world):
    """I10: nothing new is activated, and what is not as it should be is still said."""
    root = world.top / "public_html"
    root.mkdir()
    world.settings = Settings(public_html=str(root))
    world.ship()
    (root / "index.php").unlink()
    (root / "index.php").write_text("by FTP\n")

    answer = world.deploy()

    assert answer["outcome"] == "unchanged"
    assert any("public_html" in line for line in answer["warnings"])


@pytest.mark.parametrize("path", ["uploads/a.txt", "public/qr/a.svg", "storage2/deep/er/a.pdf", "note.txt"])
def test_i01_a_stray_that_was_brought_home_makes_no_difference_to_the_next_deploy(world, path):
    """I01: the same code stays `unchanged`, however often it is asked for, with what was written meanwhile."""
    world.ship()
    world.precious.write(path)

    assert [world.deploy()["outcome"] for _ in range(4)] == ["unchanged"] * 4
    world.precious.assert_served()


def test_i01_what_was_brought_home_late_or_by_pruning_makes_no_difference_either(world):
    """I01, I59: a stray of a retired release that pruning brought home leaves the live one unchanged."""
    first = world.ship()["release"]
    world.ship()
    world.precious.write("public/certificates/1.pdf", into=world.site / "releases" / first)
    world.perform("prune", keep=0)

    assert world.deploy()["outcome"] == "unchanged"
    world.precious.assert_served()


def test_i81_hooks_after_the_activation_that_failed_are_run_by_the_next_deploy(world, tmp_path):
    """I81: `fix the command, then deploy again` is what helps, with no new code."""
    world.settings = Settings(after_activation=(f"test -e {tmp_path}/queue && echo run >> {tmp_path}/ran",))
    world.commit()
    fails(world.deploy, exits=1, code="hook-failed-after-activation")
    fails(world.deploy, exits=1, code="hook-failed-after-activation")
    (tmp_path / "queue").touch()

    assert world.deploy()["outcome"] == "deployed"
    assert world.deploy()["outcome"] == "unchanged"
    assert (tmp_path / "ran").read_text() == "run\n"


def test_i81_hooks_of_a_rollback_that_failed_are_due_as_well(world, tmp_path):
    """I81: what is live after a rollback owes its hooks until they went well."""
    world.settings = Settings(after_activation=(f"test -e {tmp_path}/queue",))
    (tmp_path / "queue").touch()
    world.ship()
    world.ship()
    (tmp_path / "queue").unlink()
    fails(world.rollback, exits=1, code="hook-failed-after-activation")
    (tmp_path / "queue").touch()
    world.version = 0
    world.commit()  # the first version once more

    assert world.deploy()["outcome"] == "deployed"
    assert world.deploy()["outcome"] == "unchanged"


def test_i81_hooks_that_a_crash_kept_from_running_are_due(world, tmp_path):
    """I81, G4: after the switch the release is completed, and what its hooks would have done is not taken for done."""
    world.settings = Settings(after_activation=(f"echo run >> {tmp_path}/ran",))
    world.commit()

    def remembering() -> bool:
        return bool(world.events) and (world.events[-1].kind, world.events[-1].name) == ("started", "remember")

    with failing_at("durable.replace_own", OSError(5, "input/output error"), when=remembering):
        fails(world.deploy, exits=60, code="step-failed-after-activation")

    assert world.deploy()["outcome"] == "deployed"
    assert (tmp_path / "ran").read_text() == "run\n"


def test_records_without_the_new_field_are_read():
    """Formats outlive us: what was written before hooks could be due owes none."""
    assert ReleaseRecord("a", records.RelPath("releases/a"), 1).hooks_due is False


def test_a_deploy_can_be_forced_though_nothing_changed(world):
    """`--force`: the same code is deployed once more, as a release of its own."""
    first = world.ship()["release"]

    answer = world.deploy(force=True)

    assert (answer["outcome"], answer["previous"]) == ("deployed", first)
    assert answer["release"] != first


def test_force_and_accept_reach_the_engine_from_the_command_line(tmp_path, capsys, monkeypatch):
    """INTERFACE: flags of the one who types."""
    from holdfast.cli.main import main

    world = World(tmp_path, STATIC, env=None)
    world.commit()
    monkeypatch.chdir(tmp_path)
    words = ["deploy", "--site", str(world.site), "--source", str(world.repository), "--yes", "--json"]
    assert main(words) == 0
    capsys.readouterr()

    assert main([*words, "--force", "--accept", "space", "--accept", "inodes"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "deployed"
    assert main([*words, "--accept", "permissions"]) == 2
    assert "shared-identity" in capsys.readouterr().err


def test_status_lists_no_file_that_is_not_there(world):
    """Status shows what lies in `shared/`: a database that no one has made is no row of zeros."""
    world.ship()

    rows = {row["path"]: row for row in world.perform("status")["shared"]}

    assert "database/database.sqlite" not in rows
    assert rows[".env"]["files"] == 1
    assert rows["storage"]["kind"] == "dir"


def test_what_nobody_moves_is_told_once(world):
    """I10: the plan notes it and the sweep says it; the answer has it once."""
    world.ship()
    os.mkfifo(world.live / "public/queue")

    warnings = world.ship()["warnings"]

    assert len([line for line in warnings if "public/queue" in line]) == 1
