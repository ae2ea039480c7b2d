"""INTERFACE.md to the letter, by the real command line on real sites: commands, flags, streams, keys and codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from holdfast.cli.table import TABLE
from lib.terminal import terminal
from lib.world import LARAVEL, NEXT, STATIC, World

COMMANDS = (
    "detect explain init plan deploy rollback status releases history checklist check link adopt leave baseline "
    "recover sweep review access report attic restore prune try config docs completion"
).split()
NOT_BUILT = ("vault",)
ON_A_SITE = (
    "explain plan deploy rollback status releases history checklist adopt leave baseline recover sweep review access "
    "report attic restore prune config"
).split()
CHANGING = "init deploy rollback link adopt leave baseline recover sweep review access restore prune tour".split()
DATA = {"files_before": int, "files_after": int, "lost": int, "adopted": list, "attic": list, "seeded": list}
LINKED = {"shared-structure", "uploads-linked", "storage-linked", "environment-linked", "artifacts-present"}


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """One command line in an empty directory, with nobody at the keyboard."""
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "world")


@pytest.fixture
def static(tmp_path):
    """The smallest application: it needs no `.env`."""
    return World(tmp_path / "static", STATIC, env=None)


@pytest.fixture
def versioned(tmp_path):
    """The same in a git repository."""
    return World(tmp_path / "static", STATIC, env=None, kind="git")


def shipped(typed, world, *words, changes=None):
    """A new version, deployed by the command line; what it answered."""
    world.commit(changes)
    return typed("deploy", "--site", world.site, "--source", world.repository, "--yes", "--json", *words)


def holds(value, **types):
    """VALUE has each key with its type."""
    return {key: type(value[key]) for key in types} == types


def test_every_command_that_is_named_exists_and_no_other(typed):
    """INTERFACE: a command that is not built yet is absent, never a stub."""
    assert list(TABLE) == COMMANDS
    assert [name for name in COMMANDS if typed(name, "--help").code != 0] == []
    assert [typed(name).code for name in NOT_BUILT] == [2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_flags_of_all_and_its_examples_first(typed, name):
    """INTERFACE, commands: the five of all, -h/--help; --site and --yes where they mean anything."""
    told = typed(name, "-h").out
    assert told == typed(name, "--help").out
    assert told.startswith("Examples:\n  ")
    for flag in ("--json", "--events", "-v, --verbose", "-q, --quiet", "--no-color", "-h, --help"):
        assert flag in told
    assert ("--site" in told.partition("Options:")[2]) == (TABLE[name][0] in ON_A_SITE)
    assert ("--yes" in told.partition("Options:")[2]) == (TABLE[name][0] in CHANGING)


def test_the_examples_of_every_help_can_be_typed(typed):
    """INTERFACE: an example with an option that does not exist would teach a wrong command line."""
    for name in COMMANDS:
        examples = typed(name, "-h").out.partition("Usage:")[0]
        for option in set(re.findall(r" (--[a-z-]+)", examples)):
            assert option in typed(name, "-h").out.partition("Options:")[2], (name, option)


def test_detect_answers_with_the_promised_keys(typed, world):
    """INTERFACE, `detect --json`: paths without a leading `./` and a trailing `/`."""
    world.commit({"public/uploads/.gitkeep": ""})
    found = typed("detect", world.repository, "--json").json
    keys = (
        "framework",
        "confidence",
        "app_root",
        "web_root",
        "persistent",
        "persistent_files",
        "artifacts",
        "evidence",
    )
    assert tuple(found) == (*keys, "with", "undecided", "hints")
    assert (found["framework"], found["app_root"], found["web_root"]) == ("laravel", ".", "public")
    assert 0.5 < found["confidence"] <= 1
    assert {"storage", "public/uploads"} <= set(found["persistent"])
    assert ".env" in found["persistent_files"]
    assert "public/build" in found["artifacts"]
    assert all({"path", "care", "rule", "source"} == set(each) for each in found["evidence"])
    paths = [*found["persistent"], *found["persistent_files"], *found["artifacts"]]
    assert [path for path in paths if path.startswith(("./", "/")) or path.endswith("/")] == []


def test_explain_names_every_rule_that_spoke_in_the_source_and_at_the_site(typed, world):
    """INTERFACE: why this path has its care; with --site for what is live there."""
    shipped(typed, world)
    found = typed("explain", "storage/logs", "--site", world.site, "--json").json
    assert found["care"] == found["rulings"][0]["care"] == "shared"
    assert {"known", "preset"} <= {each["rule"] for each in found["rulings"]}
    os.chdir(world.repository)
    assert typed("explain", "public/index.php", "--json").json["care"] == "code"


def test_deploy_answers_with_the_promised_keys(typed, world):
    """INTERFACE, `deploy --json`, for the first release, the next one, and one with nothing new."""
    first = shipped(typed, world).json
    world.precious.write("public/certificates/42.pdf")
    second = shipped(typed, world)
    third = typed("deploy", "--site", world.site, "--source", world.repository, "--yes", "--json")
    assert (first["outcome"], first["previous"], first["current"]) == ("deployed", None, first["release"])
    found = second.json
    assert (found["outcome"], found["previous"], found["current"]) == ("deployed", first["release"], found["release"])
    assert all(holds(step, name=str, seconds=float) for step in found["steps"])
    assert holds(found["data"], **DATA, kept=list)
    assert (found["data"]["adopted"], found["data"]["lost"]) == (["public/certificates"], 0)
    assert found["data"]["files_before"] == found["data"]["files_after"]
    assert (third.code, third.json["outcome"], third.json["current"]) == (0, "unchanged", found["release"])
    world.precious.assert_served()


def test_strays_are_swept_and_counted_even_when_nothing_is_new(typed, world):
    """INTERFACE: `unchanged` when tree, settings and rules are equal; strays are still swept."""
    shipped(typed, world)
    world.precious.write("public/certificates/42.pdf")
    found = typed("deploy", "--site", world.site, "--source", world.repository, "--yes", "--json").json
    assert (found["outcome"], found["data"]["adopted"]) == ("unchanged", ["public/certificates"])
    assert found["data"]["files_before"] == found["data"]["files_after"]
    assert (world.site / "shared/public/certificates/42.pdf").is_file()


def test_a_refused_deploy_says_so_in_json_and_changes_nothing(typed, tmp_path):
    """INTERFACE, `deploy --json` and exit code 30; a missing `.env` is `refuse` when the preset needs it."""
    world = World(tmp_path / "bare", env=None)
    ended = shipped(typed, world)
    found = ended.json
    assert (ended.code, found["outcome"], found["error"]["code"]) == (30, "refused", "checklist-refused")
    assert (found["release"], found["previous"], found["current"], found["steps"]) == (None, None, None, [])
    assert holds(found["data"], **DATA, kept=list)
    assert ended.problem == "checklist-refused"
    assert str(world.site / "shared/.env") in found["error"]["hint"]
    assert not (world.site / "current").exists()


def test_a_failed_deploy_says_so_in_json_and_the_old_release_is_live(typed, world):
    """INTERFACE, `deploy --json` and exit code 50: failed before activation, undone completely."""
    first = shipped(typed, world).json["release"]
    ended = shipped(typed, world, changes={"holdfast.toml": '[build]\ncommands = ["echo broken >&2; exit 3"]\n'})
    found = ended.json
    assert (ended.code, found["outcome"], found["error"]["code"]) == (50, "failed-back", "build-failed")
    assert (found["release"], found["previous"], found["current"]) == (None, first, first)
    assert [step["name"] for step in found["steps"]] == ["fetch"]
    assert found["data"]["files_before"] == found["data"]["files_after"]
    assert os.listdir(world.site / "releases") == [first]
    assert ended.problem == "build-failed"


def test_status_answers_with_the_promised_keys(typed, world):
    """INTERFACE, `status --json`."""
    shipped(typed, world)
    world.precious.write("public/certificates/42.pdf")
    found = typed("status", "--site", world.site, "--json").json
    assert (found["site"], found["unfinished"]) == (str(world.site), None)
    assert {"id", "state", "created", "source", "strays"} <= set(found["releases"][0])
    assert (found["releases"][0]["id"], found["releases"][0]["state"]) == (found["current"], "active")
    assert found["releases"][0]["strays"] == 1
    assert holds(found["shared"][0], path=str, kind=str, files=int, bytes=int)
    assert {each["path"] for each in found["shared"]} == {".env", "storage"}


def test_checklist_answers_with_the_promised_keys_and_names(typed, world):
    """INTERFACE, `checklist --json`: exit 0 on pass and warn, 30 on refuse; `check` is short for it."""
    shipped(typed, world, changes={"vendor/autoload.php": "<?php\n"})
    ended = typed("check", "--site", world.site, "--json")
    assert (ended.code, ended.json["verdict"]) == (0, "pass")
    assert {each["name"] for each in ended.json["checks"]} >= LINKED
    assert all({"name", "verdict", "why", "mend"} == set(each) for each in ended.json["checks"])
    (world.site / "shared/.env").unlink()
    refused = typed("checklist", "--site", world.site, "--json")
    assert (refused.code, refused.json["verdict"]) == (30, "refuse")
    assert "environment-linked" in {each["name"] for each in refused.json["checks"] if each["verdict"] == "refuse"}


@pytest.mark.parametrize(
    ("files", "verdict"),
    [(LARAVEL, "refuse"), ({**NEXT, ".env.example": "KEY=\n"}, "refuse"), (NEXT, "warn"), (STATIC, "pass")],
)
def test_a_missing_environment_refuses_where_it_is_needed_and_warns_where_it_may_be_read(
    typed, tmp_path, files, verdict
):
    """INTERFACE: `refuse` when the preset needs an `.env` or the source ships `.env.example`, else `warn`; a framework
    that reads none misses none, so that a static site can pass.
    """
    world = World(tmp_path / "w", files, env=None)
    ended = shipped(typed, world)
    assert ended.code == (30 if verdict == "refuse" else 0)
    if verdict != "refuse":
        checks = typed("checklist", "--site", world.site, "--json").json["checks"]
        assert [each["verdict"] for each in checks if each["name"] == "environment-linked"] == [verdict]


def test_results_go_to_stdout_progress_and_events_to_stderr(typed, static):
    """INTERFACE, commands: `--events` adds live JSON lines on stderr, with `--json` and without."""
    ended = shipped(typed, static, "--events")
    assert ended.json["outcome"] == "deployed"
    assert {"planned", "started", "finished"} <= {each["event"] for each in ended.events}
    assert len(ended.events) == len(ended.err.splitlines())
    words = ("deploy", "--site", static.site, "--source", static.repository, "--yes")
    static.commit()
    plain = typed(*words)
    assert plain.out.startswith("deployed")
    assert "make it live" in plain.err
    assert "activate" not in plain.out
    static.commit()
    assert typed(*words, "-q").err == ""


def test_with_json_an_error_is_one_object_and_also_text(typed, tmp_path):
    """INTERFACE: with --json, errors also go to stderr as text; a code word, message, context, state and hint."""
    ended = typed("status", "--site", tmp_path / "nowhere", "--json")
    assert ended.problem == ended.json["error"]["code"] == "site-missing"
    assert {"code", "message", "context", "state", "hint"} <= set(ended.json["error"])
    assert ended.json["error"]["state"] == "nothing was changed"


def test_flags_beat_variables_which_beat_the_file_which_beats_detection(typed, static, monkeypatch, tmp_path):
    """INTERFACE, commands: in this order, seen in what `detect` makes of one directory."""
    static.commit()
    source, here = static.repository, tmp_path / "here"

    def framework():
        return typed("plan", "--site", static.site, "--source", source, "--json").json["framework"]

    seen = [framework()]
    static.commit({"holdfast.toml": 'framework = "laravel"\n'})
    seen.append(framework())
    (here / "holdfast.toml").write_text('framework = "symfony"\n')
    seen.append(framework())
    monkeypatch.setenv("HOLDFAST_FRAMEWORK", "rails")
    seen.append(framework())
    assert seen == ["plain-static", "laravel", "symfony", "rails"]
    monkeypatch.setenv("HOLDFAST_SITE", "/from/variable")
    assert typed("status", "--site", tmp_path / "flag").err.startswith(f"error[site-missing]: `{tmp_path}/flag`")


def test_the_settings_are_those_of_the_version_that_is_deployed(typed, versioned):
    """INTERFACE: the `holdfast.toml` at the top of the source speaks in the version being deployed."""
    first = versioned.commit({"holdfast.toml": '[hooks]\nbefore_activation = ["touch one"]\n'})
    versioned.commit({"holdfast.toml": '[hooks]\nbefore_activation = ["touch two"]\n'})
    (versioned.repository / "holdfast.toml").write_text('[hooks]\nbefore_activation = ["touch dirty"]\n')
    words = ("deploy", "--site", versioned.site, "--source", versioned.repository, "--yes", "--json")
    assert typed(*words).code == 0
    assert (versioned.live / "two").exists()
    assert not (versioned.live / "dirty").exists()
    assert typed(*words, "--ref", first).code == 0
    assert (versioned.live / "one").exists()


def test_an_unknown_key_is_an_error_with_the_nearest_known_one(typed, static):
    """INTERFACE, holdfast.toml, and exit code 10."""
    ended = shipped(typed, static, changes={"holdfast.toml": "kepe = 3\n"})
    assert (ended.code, ended.json["error"]["code"]) == (10, "config-unknown-key")
    assert ended.json["error"]["hint"] == "did you mean `keep`?"


def test_the_json_schema_lies_in_the_package():
    """INTERFACE: a JSON Schema is published in the package for editors."""
    from importlib.resources import files

    schema = json.loads((files("holdfast.config") / "holdfast.schema.json").read_text())
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_init_writes_what_plan_reads_and_never_twice(typed, static):
    """INTERFACE: write a commented `holdfast.toml`; never overwrite. Uncommented, its suggestions are still true."""
    static.commit()
    assert typed("init", static.repository).code == 0
    before = (static.repository / "holdfast.toml").read_text()
    assert "\n# " in before
    ended = typed("init", static.repository)
    assert (ended.code, ended.problem) == (20, "config-exists")
    assert (static.repository / "holdfast.toml").read_text() == before


def test_init_suggests_the_commands_of_what_stands_on_top(typed, world):
    """INTERFACE: the framework is Laravel; Horizon's workers are told to end after a switch as well."""
    world.commit({"composer.json": '{"require": {"laravel/framework": "^12", "laravel/horizon": "^5"}}'})
    typed("init", world.repository)
    written = (world.repository / "holdfast.toml").read_text()
    assert 'framework = "laravel"' in written
    assert '"php artisan queue:restart", "php artisan horizon:terminate"' in written


def test_a_suggested_artifact_that_may_be_a_file_gets_no_slash(typed, world):
    """INTERFACE: a trailing slash makes a directory; `public/hot` and `public/mix-manifest.json` are files."""
    world.commit()
    typed("init", world.repository)
    suggested = re.search(r"^# artifacts = (.*)$", (world.repository / "holdfast.toml").read_text(), re.MULTILINE)
    assert "public/mix-manifest.json" in json.loads(suggested[1])


def test_the_plan_for_a_site_that_does_not_exist_names_that_site(typed, tmp_path):
    """INTERFACE: plan touches nothing, and a hint is one thing to type."""
    world = World(tmp_path / "w", env=None)
    world.commit()
    ended = typed("plan", "--site", world.site, "--source", world.repository)
    assert f"do: write `{world.site}/shared/.env`" in ended.out
    assert not world.site.exists()


@pytest.mark.parametrize("words", [("rollback",), ("deploy", "--source", "."), ("recover",), ("prune", "--keep", "0")])
def test_a_question_that_nobody_can_answer_ends_with_31(typed, world, words):
    """INTERFACE: a question with neither a terminal nor --yes exits 31; the hint is what answers it."""
    shipped(typed, world)
    shipped(typed, world)
    world.precious.write("public/certificates/1.pdf", into=world.site / "current")
    os.chdir(world.repository)
    world.commit()
    ended = typed(*words, "--site", world.site, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (31, "declined")
    assert "--yes" in ended.json["error"]["hint"]


def test_the_way_back_can_be_typed_also_where_a_name_holds_a_space(typed, tmp_path):
    """INTERFACE: a hint is one thing to type next."""
    world = World(tmp_path / "my shop")
    shipped(typed, world)
    back = shipped(typed, world).json["back"]
    ran = subprocess.run(
        f"{back} --yes".replace("holdfast", f"{sys.executable} -m holdfast", 1),
        shell=True,
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in map(os.path.abspath, sys.path) if path)},
    )
    assert ran.returncode == 0, ran.stderr
    world.assert_code_is(1)


def test_a_static_site_passes_its_checklist(typed, static):
    """Nothing is asked of an application that it does not need."""
    shipped(typed, static)
    found = typed("checklist", "--site", static.site, "--json").json
    assert found["verdict"] == "pass"
    assert [each["why"] for each in found["checks"] if each["name"] == "environment-linked"] == ["none is needed"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ""])
def test_explain_refuses_what_is_no_path_of_the_application(typed, world, path):
    """INTERFACE, exit code 10: the same in a source and at a site."""
    shipped(typed, world)
    os.chdir(world.repository)
    for more in ((), ("--site", world.site)):
        ended = typed("explain", path, *more)
        assert (ended.code, ended.problem) == (10, "path-invalid")


def test_explain_gives_the_care_that_a_deploy_acts_on(typed, world):
    """INTERFACE, explain: what lies in `shared/` is shared, also where the release ships a version of it."""
    shipped(typed, world, changes={"public/favicon.ico": "shipped\n"})
    (world.site / "shared/public").mkdir()
    (world.site / "shared/public/favicon.ico").write_text("ours\n")
    shipped(typed, world)
    assert (world.live / "public/favicon.ico").is_symlink()
    found = typed("explain", "public/favicon.ico", "--site", world.site, "--json").json
    assert found["care"] == "seeded"
    assert found["rulings"][0]["source"] == "everything in shared/ is shared: `shared/public/favicon.ico`"
    assert found["rulings"][-1]["source"] == "shipped by the release"
    assert typed("explain", "public/robots.txt", "--site", world.site, "--json").json["care"] == "code"


def test_detect_names_what_is_a_cache(typed, world):
    """DESIGN 4: what is rebuilt in each release is told, for it is not kept."""
    world.commit({"tools/report.py": "pass\n"})
    evidence = typed("detect", world.repository, "--json").json["evidence"]
    caches = {each["path"] for each in evidence if each["care"] == "cache"}
    assert {"bootstrap/cache", "**/__pycache__"} <= caches
    assert "  bootstrap/cache\n" in typed("detect", world.repository).out


@pytest.mark.parametrize("command", ["detect", "init"])
def test_the_file_of_another_application_says_nothing_of_this_one(typed, world, static, command):
    """INTERFACE, detect and init: with a PATH the file found upward from PATH counts, not the one around here."""
    static.commit({"holdfast.toml": 'framework = "wordpress"\n'})
    world.commit()
    os.chdir(static.repository)
    ended = typed(command, world.repository, "--json")
    assert ended.code == 0
    if command == "init":
        assert 'framework = "laravel"' in (world.repository / "holdfast.toml").read_text()
    else:
        assert ended.json["framework"] == "laravel"


def test_a_plan_names_the_file_whose_settings_it_was_made_with(typed, versioned, tmp_path):
    """INTERFACE: the file found upward wins, whatever application it is of; so the plan says which one that was."""
    versioned.commit({"holdfast.toml": 'framework = "laravel"\nkeep = 2\n'})
    (tmp_path / "here/holdfast.toml").write_text('framework = "symfony"\n')
    words = ("plan", "--site", versioned.site, "--source", versioned.repository)
    commit = versioned.git("rev-parse", "HEAD")[:12]
    origins = [str(tmp_path / "here/holdfast.toml"), f"holdfast.toml of {commit}"]
    assert typed(*words, "--json").json["settings_from"] == origins
    assert f"settings from  {origins[0]}, {origins[1]}\n" in typed(*words).out


@pytest.mark.parametrize("command", ["detect", "explain"])
def test_a_live_checkout_is_judged_as_its_clone(command, typed, world, tmp_path, monkeypatch):
    """G2, `detect` and `explain`: what users and the application wrote beside what git holds was not shipped."""
    clone = tmp_path / "clone"
    world.commit()
    shutil.copytree(world.repository, clone, symlinks=True)
    for words in (("init", "--quiet"), ("add", "--all", "--force"), ("commit", "--quiet", "--message=1")):
        world.git(*words, at=clone)
    live = tmp_path / "live"
    shutil.copytree(clone, live, symlinks=True)
    for path in ("public/uploads/a.jpg", "sessions/abc", "data/club.db"):
        (live / path).parent.mkdir(parents=True, exist_ok=True)
        (live / path).write_text(path)
    asked = ["public/uploads/b.jpg"] if command == "explain" else ["."]
    answers = []
    for place in (clone, live):
        monkeypatch.chdir(place)
        answers.append(typed(command, *asked, "--json").json)
    assert answers[0] == answers[1]
