"""INTERFACE.md to the letter: what deploy, rollback, prune, adopt, recover, attic and hooks do to a site."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from datetime import UTC, datetime

import pytest

from lib.refusals import failing_at
from lib.terminal import terminal
from lib.world import NEXT, STATIC, World


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """One command line in an empty directory, with nobody at the keyboard."""
    return terminal(capsys, monkeypatch, tmp_path / "here")


@pytest.fixture
def static(tmp_path):
    """The smallest application: it needs no `.env`."""
    return World(tmp_path / "static", STATIC, env=None)


@pytest.fixture
def versioned(tmp_path):
    """The same in a git repository."""
    return World(tmp_path / "static", STATIC, env=None, kind="git")


def ship(typed, world, *words, changes=None):
    """A new version, deployed by the command line; how that ended."""
    world.commit(changes)
    return typed("deploy", "--site", world.site, "--source", world.repository, "--yes", "--json", *words)


def on(typed, world, *words):
    return typed(*words, "--site", world.site, "--yes", "--json")


@pytest.mark.parametrize("found", ["missing", "empty", "shared alone"])
def test_the_first_deploy_makes_the_site(typed, static, found):
    """INTERFACE, deploy: into a missing or empty directory, or one that holds only `shared/`."""
    if found != "missing":
        static.site.mkdir()
    if found == "shared alone":
        (static.site / "shared/uploads").mkdir(parents=True)
    assert ship(typed, static).json["outcome"] == "deployed"
    assert (static.live / "index.html").read_text() == "<h1>version 1</h1>\n"


@pytest.mark.parametrize("found", ["index.html", "public_html/index.html", "current"])
def test_a_deploy_into_anything_else_is_20_with_adopt_as_the_hint(typed, static, found):
    """INTERFACE, deploy: anything else is exit 20 with `adopt` as the hint."""
    (static.site / found).parent.mkdir(parents=True, exist_ok=True)
    (static.site / found).write_text("live\n")
    ended = ship(typed, static)
    assert (ended.code, ended.json["error"]["code"]) == (20, "not-a-site")
    assert f"`holdfast adopt {static.site}`" in ended.json["error"]["hint"]
    assert (static.site / found).read_text() == "live\n"


def test_the_hint_to_adopt_does_what_it_says(typed, static):
    """INTERFACE, adopt: a site that is live in a plain directory becomes one of Holdfast's, in place."""
    static.site.mkdir()
    (static.site / "index.html").write_text("live\n")
    hint = ship(typed, static).json["error"]["hint"]
    words = hint.partition("`holdfast ")[2].partition("`")[0].split()
    assert typed(*words, "--yes", "--json").json["outcome"] == "adopted"
    assert (static.site / "index.html").read_text() == (static.live / "index.html").read_text() == "live\n"
    again = typed(*words, "--yes")
    assert (again.code, again.problem) == (20, "already-managed")


def test_a_path_with_dot_git_is_a_git_source_and_what_is_not_committed_is_named(typed, versioned):
    """INTERFACE, deploy: at HEAD or `--ref`; uncommitted changes are named, not deployed."""
    first = versioned.commit()
    versioned.commit()
    (versioned.repository / "index.html").write_text("dirty\n")
    (versioned.repository / "new.html").write_text("untracked\n")
    words = ("deploy", "--site", versioned.site, "--source", versioned.repository, "--yes")
    told = typed(*words)
    assert "uncommitted changes are not deployed (2): `index.html`, `new.html`" in told.out
    versioned.assert_code_is(2, "index.html")
    assert not (versioned.live / "new.html").exists()
    assert any("`new.html`" in each for each in typed(*words, "--json").json["warnings"])
    assert any("`new.html`" in each for each in typed("plan", *words[1:5], "--json").json["notes"])
    typed(*words, "--ref", first)
    versioned.assert_code_is(1, "index.html")


def test_rollback_twice_goes_back_twice_and_data_stays(typed, static):
    """INTERFACE, rollback: the newest release with a lower counter that was once active and is not bad."""
    releases = [ship(typed, static).json["release"] for _ in range(3)]
    static.precious.write("uploads/1.png")
    back = [on(typed, static, "rollback").json for _ in range(2)]
    assert [each["current"] for each in back] == [releases[1], releases[0]]
    static.assert_code_is(1, "index.html")
    static.precious.assert_served()
    ended = on(typed, static, "rollback")
    assert (ended.code, ended.json["error"]["code"]) == (20, "nothing-to-roll-back-to")
    assert on(typed, static, "rollback", releases[2]).json["current"] == releases[2]


def test_rollback_skips_what_was_never_active(typed, static):
    """INTERFACE, rollback: a release whose build failed is bad, and cannot be named either."""
    first = ship(typed, static).json["release"]
    assert ship(typed, static, changes={"holdfast.toml": '[build]\ncommands = ["false"]\n'}).code == 50
    bad = next(
        each["id"]
        for each in typed("releases", "--site", static.site, "--json").json["releases"]
        if each["state"] == "bad"
    )
    assert on(typed, static, "rollback", bad).code == 20
    ship(typed, static, changes={"holdfast.toml": None})
    assert on(typed, static, "rollback").json["current"] == first


def test_a_commit_that_was_rolled_back_can_be_deployed_again(typed, static):
    """INTERFACE: `unchanged` compares with the active release, not with any."""
    ship(typed, static)
    ship(typed, static)
    on(typed, static, "rollback")
    words = ("deploy", "--site", static.site, "--source", static.repository, "--yes", "--json")
    assert typed(*words).json["outcome"] == "deployed"
    static.assert_code_is(2, "index.html")


def test_a_release_that_does_not_exist_is_11_and_the_hint_can_be_typed(typed, static):
    """INTERFACE, exit codes: a named release does not exist; the hint holds wherever it is typed."""
    ship(typed, static)
    ended = on(typed, static, "rollback", "nonsense")
    assert (ended.code, ended.json["error"]["code"]) == (11, "release-missing")
    words = re.search(r"`holdfast (.*?)`", ended.json["error"]["hint"])[1].split()
    assert typed(*words).code == 0


def test_prune_counts_without_the_active_one_and_names_what_it_keeps(typed, static):
    """INTERFACE, prune: beyond the N newest good ones; what it keeps it names, with the reason, and exits 0."""
    releases = [ship(typed, static).json["release"] for _ in range(4)]
    odd = static.site / "releases" / releases[0] / "fifo"
    os.mkfifo(odd)
    ended = on(typed, static, "prune", "--keep", "1")
    assert (ended.code, ended.json["removed"]) == (0, [releases[1]])
    assert [each["release"] for each in ended.json["kept"]] == [releases[0]]
    assert "fifo" in ended.json["kept"][0]["why"]
    odd.unlink()
    assert on(typed, static, "prune", "--keep", "0").json["removed"] == [releases[0], releases[2]]
    assert os.listdir(static.site / "releases") == [releases[3]]


def test_keep_in_the_file_prunes_at_each_deploy(typed, static):
    """INTERFACE, holdfast.toml: keep is the number of good releases to keep besides the live one."""
    for _ in range(4):
        ship(typed, static, changes={"holdfast.toml": "keep = 1\n"})
    assert len(os.listdir(static.site / "releases")) == 2


def test_release_ids_are_times_in_utc_and_a_second_one_in_a_second_gets_a_number(typed, static, monkeypatch):
    """INTERFACE: release ids are UTC times; a second one in the same second gets `-2`."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    first = ship(typed, static).json["release"]
    made = datetime.strptime(first, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - made).total_seconds()) < 120
    monkeypatch.setattr("holdfast.session.time.time", made.timestamp)
    assert ship(typed, static).json["release"] == f"{first}-2"
    assert ship(typed, static).json["release"] == f"{first}-3"
    assert on(typed, static, "rollback").json["current"] == f"{first}-2"


def test_hooks_run_by_the_shell_in_the_release_and_are_told_where_they_are(typed, static):
    """INTERFACE: `/bin/sh -c` in the release, with the four variables, without the lock's descriptor."""
    said = {f"HOLDFAST_{name}": f"${{HOLDFAST_{name}-unset}}" for name in ("RELEASE", "SITE", "SHARED", "PREVIOUS")}
    lines = "; ".join(f'echo "{name}={value}"' for name, value in {**said, "PWD": "$(pwd)", "SHELL": "$0"}.items())
    hook = f"({lines}; ls -l /proc/self/fd) > {static.top}/said"
    first = ship(typed, static).json["release"]
    second = ship(typed, static, changes={"holdfast.toml": f"[hooks]\nbefore_activation = ['{hook}']\n"}).json[
        "release"
    ]
    told = (static.top / "said").read_text()
    heard = dict(line.split("=", 1) for line in told.splitlines() if re.match(r"[A-Z_]+=", line))
    place = f"{static.site}/releases"
    assert heard == {
        "HOLDFAST_RELEASE": f"{place}/{second}",
        "HOLDFAST_SITE": str(static.site),
        "HOLDFAST_SHARED": f"{static.site}/shared",
        "HOLDFAST_PREVIOUS": f"{place}/{first}",
        "PWD": f"{place}/{second}",
        "SHELL": "/bin/sh",
    }
    assert "holdfast/lock" not in told


def test_the_build_sees_a_private_copy_of_the_environment_that_is_gone_before_linking(typed, tmp_path):
    """INTERFACE: a private copy (0600) of `shared/.env`, removed before linking."""
    world = World(tmp_path / "world")
    command = f"stat -c %a .env > {tmp_path}/mode; cp .env {tmp_path}/seen; test ! -L .env"
    assert ship(typed, world, changes={"holdfast.toml": f"[build]\ncommands = ['{command}']\n"}).code == 0
    assert (tmp_path / "mode").read_text() == "600\n"
    assert (tmp_path / "seen").read_bytes() == (world.site / "shared/.env").read_bytes()
    assert os.readlink(world.live / ".env") == "../../shared/.env"


@pytest.mark.parametrize(("written", "kind"), [("notes/x/", "dir"), ("notes/x", "file")])
def test_a_trailing_slash_makes_a_directory_else_what_is_found_decides(typed, static, written, kind):
    """INTERFACE, holdfast.toml: `paths`."""
    if kind == "file":
        (static.site / "shared/notes").mkdir(parents=True)
        (static.site / "shared/notes/x").write_text("found\n")
    ship(typed, static, changes={"holdfast.toml": f'[shared]\npaths = ["{written}"]\n'})
    assert (static.live / "notes/x").is_symlink()
    assert (static.live / "notes/x").is_dir() == (kind == "dir")


def test_a_release_without_its_build_output_is_told_at_once(typed, tmp_path):
    """INTERFACE, `artifacts-present`: the deploy itself says what only `checklist` would say later."""
    world = World(tmp_path / "next", {path: text for path, text in NEXT.items() if ".next" not in path}, env=None)
    assert any("`.next`" in each and "[build]" in each for each in ship(typed, world).json["warnings"])


def test_another_run_that_holds_the_lock_is_21_and_names_its_holder(typed, static):
    """INTERFACE, exit codes: 21, another run holds the lock; reading commands still answer."""
    ship(typed, static)
    with (static.site / ".holdfast/lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = on(typed, static, "rollback")
        assert typed("status", "--site", static.site).code == 0
    assert (ended.code, ended.json["error"]["code"]) == (21, "locked")
    assert "`deploy` by" in ended.json["error"]["context"][0]


def test_a_format_of_the_future_is_41_and_not_touched(typed, static):
    """INTERFACE, exit codes: on-disk format not understood."""
    ship(typed, static)
    file = static.site / ".holdfast/site.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 999}))
    before = file.read_bytes()
    assert (on(typed, static, "rollback").code, typed("status", "--site", static.site).code) == (41, 41)
    assert file.read_bytes() == before


def test_a_host_without_git_is_40(typed, versioned, monkeypatch, tmp_path):
    """INTERFACE, exit codes: the host lacks something."""
    versioned.commit()
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = typed("deploy", "--site", versioned.site, "--source", versioned.repository, "--yes", "--json")
    assert (ended.code, ended.json["error"]["class"]) == (40, "host")


def test_a_wrong_command_line_is_2_and_the_hint_is_the_help_of_that_command(typed):
    """INTERFACE, exit codes: 2; also where an option lacks its value."""
    for words in (("deploy", "--site"), ("deploy", "--nonsense"), ("rollback", "a", "b")):
        ended = typed(*words)
        assert (ended.code, ended.err.splitlines()[-1]) == (2, f"try: holdfast {words[0]} --help")


def test_what_a_deploy_displaced_comes_back_by_restore(typed, static):
    """INTERFACE: `attic` and `restore` list and bring back displaced content, and save what they replace first."""
    ship(typed, static)
    target = static.live / "style.css"
    target.chmod(0o644)
    target.write_text("edited on the server\n")
    ship(typed, static, changes={"style.css": "h1 {}\n"})
    entries = typed("attic", "--site", static.site, "--json").json["entries"]
    assert [each["path"] for each in entries] == ["style.css"]
    assert on(typed, static, "restore", "style.css").code == 0
    assert (static.live / "style.css").read_text() == "edited on the server\n"
    missing = on(typed, static, "restore", "nothing.css")
    assert (missing.code, missing.json["error"]["code"]) == (11, "path-missing")


def test_recover_puts_back_what_appears_lost(typed, static):
    """INTERFACE, recover: strays, attic, old releases, broken links; and it says when there is nothing."""
    ship(typed, static)
    static.precious.write("uploads/1.png")
    ship(typed, static)
    (static.live / "uploads").unlink()
    ended = on(typed, static, "recover")
    assert (ended.code, [each["path"] for each in ended.json["found"]]) == (0, ["uploads"])
    static.precious.assert_served()
    shutil.rmtree(static.site / ".holdfast/cache")
    assert on(typed, static, "recover").json["found"] == []


def test_history_names_each_operation_with_its_end(typed, static):
    """INTERFACE: what was done, newest first."""
    ship(typed, static)
    ship(typed, static)
    on(typed, static, "rollback")
    found = typed("history", "--site", static.site, "--json").json["operations"]
    assert [each["command"] for each in found] == ["rollback", "deploy", "deploy"]
    assert all(each["outcome"] and each["who"] for each in found)


def failing(typed, world):
    return ship(typed, world, changes={"holdfast.toml": '[build]\ncommands = ["echo one; echo two; exit 3"]\n'})


def test_a_first_deploy_that_fails_does_not_speak_of_a_previous_release(typed, static):
    """INTERFACE, errors: the state of the site now."""
    assert failing(typed, static).json["error"]["state"] == "the command was undone; nothing is live yet, as before"
    ship(typed, static, changes={"holdfast.toml": None})
    assert "; the previous release is live, as before" in failing(typed, static).json["error"]["state"]


def test_what_this_very_command_undid_is_not_told_as_an_older_crash(typed, static):
    """G4: the note is for what an earlier command left."""
    ship(typed, static)
    static.commit({"holdfast.toml": '[build]\ncommands = ["false"]\n'})
    ended = typed("deploy", "--site", static.site, "--source", static.repository, "--yes")
    assert (ended.code, "was interrupted" in ended.err) == (50, False)


def test_after_a_failure_there_is_no_way_back_to_offer(typed, static):
    """INTERFACE, `deploy --json`: `back` would leave the release that was live before and is live now."""
    ship(typed, static)
    ship(typed, static)
    assert failing(typed, static).json["back"] == ""


def test_the_last_lines_of_a_build_that_failed_are_shown_always_and_all_of_them_with_v(typed, static):
    """-v: the output of builds and hooks as it comes; INTERFACE: the context of an error."""
    static.commit({"holdfast.toml": '[build]\ncommands = ["seq -f line-%g 1 30; exit 3"]\n'})
    words = ("deploy", "--site", static.site, "--source", static.repository, "--yes")
    quiet, verbose = typed(*words).err, typed(*words, "-v").err
    assert "line-30" in quiet
    assert "line-1\n" not in quiet
    assert [f"  line-{number}" in verbose.splitlines() for number in range(1, 31)] == [True] * 30


def test_a_checklist_before_anything_was_deployed_says_so(typed, tmp_path):
    """INTERFACE, checklist: a site whose first deploy was undone does not pass."""
    world = World(tmp_path / "bare", STATIC, env=None)
    assert ship(typed, world, changes={"holdfast.toml": '[build]\ncommands = ["false"]\n'}).code == 50
    found = typed("checklist", "--site", world.site, "--json")
    assert (found.code, found.json["verdict"]) == (0, "warn")
    assert found.json["checks"][0]["why"] == "nothing was deployed yet"
    assert all(each["verdict"] == "warn" for each in found.json["checks"])


@pytest.mark.parametrize("found", ["directory", "dangling", "gone"])
def test_a_current_that_leads_to_no_release_is_refused_with_what_mends_it(typed, static, found):
    """I21, G3: `status` warns, `checklist` refuses, and the command that it names works."""
    ship(typed, static)
    static.precious.write("uploads/1.png")
    released = static.live.resolve()
    static.live.unlink()
    if found == "directory":
        shutil.copytree(released, static.live, symlinks=True)
    elif found == "dangling":
        static.live.symlink_to("releases/nowhere")
    warned = typed("status", "--site", static.site, "--json").json["warnings"]
    refused = typed("checklist", "--site", static.site, "--json")
    assert (refused.code, [refused.json["checks"][0]["why"]]) == (30, warned)
    mend = refused.json["checks"][0]["mend"].strip("`")
    if found == "directory":
        assert os.system(mend) == 0
        assert ship(typed, static).code == 0
    else:
        assert typed(*mend.split()[1:], "--yes").code == 0
    assert typed("checklist", "--site", static.site, "--json").json["verdict"] == "pass"
    assert typed("status", "--site", static.site, "--json").json["warnings"] == []
    static.precious.assert_served()


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_damaged_site_file_is_mended_by_the_hint(typed, static, content):
    """INTERFACE, exit codes: 41; no version wrote this, so none is asked for."""
    ship(typed, static)
    static.precious.write("uploads/1.png")
    ship(typed, static)
    (static.site / ".holdfast/site.json").write_text(content)
    ended = typed("status", "--site", static.site, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (41, "state-unreadable")
    move, _, recover = ended.json["error"]["hint"].partition("`")[2].partition("`")[0].partition(" && ")
    assert os.system(move) == 0
    assert typed(*recover.split()[1:], "--yes").code == 0
    assert ship(typed, static).json["outcome"] == "deployed"
    static.precious.assert_served()


def test_a_prune_names_the_pinned_releases_and_why(typed, static):
    """INTERFACE, prune: what it keeps it names, with the reason: an adopted release is never removed."""
    static.site.mkdir()
    (static.site / "index.html").write_text("live\n")
    adopted = typed("adopt", static.site, "--yes", "--json").json["release"]
    ship(typed, static)
    found = on(typed, static, "prune", "--keep", "0").json
    assert found["kept"] == [{"release": adopted, "why": "adopted; nothing proves what it shipped"}]


def test_recover_tells_truthfully_how_an_interrupted_deploy_ended(typed, static):
    """INTERFACE, recover: `undone` before the switch, `completed` after it."""
    ship(typed, static)
    for point, verdict in (("place.switch", "undone"), ("place.switched", "completed")):
        static.commit()
        with pytest.raises(GeneratorExit), failing_at(point, GeneratorExit()):
            static.deploy()
        assert on(typed, static, "recover").json["finished"]["verdict"] == verdict


def test_recover_without_a_terminal_shows_what_it_found(typed, static):
    """INTERFACE, exit code 31: what was found is the result, and nothing of it is moved."""
    ship(typed, static)
    (static.live / "uploads").mkdir()
    (static.live / "uploads/1.png").write_text("precious\n")
    ended = typed("recover", "--site", static.site)
    assert (ended.code, "uploads" in ended.out) == (31, True)
    assert [each["path"] for each in typed("recover", "--site", static.site, "--json").json["found"]] == ["uploads"]
    assert not (static.live / "uploads").is_symlink()


def test_a_site_that_is_a_file_is_11(typed, static):
    """INTERFACE, exit codes: a named path is no directory, itself or on the way."""
    static.commit()
    (static.top / "file").touch()
    for site in (static.top / "file", static.top / "file/x"):
        for command in ("deploy", "plan"):
            yes = ("--yes",) if command == "deploy" else ()
            ended = typed(command, "--site", site, "--source", static.repository, *yes)
            assert (ended.code, ended.problem) == (11, "site-missing")


def test_a_restore_of_shipped_code_is_a_real_file_until_the_next_release(typed, static):
    """G5: a page is put back as what it was, beside its code; the next release's version counts, and ours is kept."""
    ship(typed, static)
    (static.live / "style.css").chmod(0o644)
    (static.live / "style.css").write_text("edited on the server\n")
    ship(typed, static, changes={"style.css": "h1 {}\n"})
    assert on(typed, static, "restore", "style.css").code == 0
    assert (static.live / "style.css").read_text() == "edited on the server\n"
    assert not (static.live / "style.css").is_symlink()
    ship(typed, static, changes={"style.css": "h2 {}\n"})
    assert (static.live / "style.css").read_text() == "h2 {}\n"


def test_a_pipe_in_the_live_release_is_named_once(typed, static):
    """DESIGN 5: FIFOs, sockets and devices are named and left."""
    ship(typed, static)
    os.mkfifo(static.live / "pipe")
    assert len([each for each in ship(typed, static).json["warnings"] if "pipe" in each]) == 1


def test_an_environment_whose_key_is_empty_is_told_so(typed, tmp_path):
    """INTERFACE, checklist: a key that is there and empty is not called missing."""
    world = World(tmp_path / "world", env="APP_KEY=\n")
    context = ship(typed, world).json["error"]["context"]
    assert context == ["environment-keys: APP_KEY is empty in `shared/.env`"]


def test_a_path_that_is_unshared_is_named_once(typed, static):
    """I75: `up/` and `up` are one path."""
    ship(typed, static, changes={"holdfast.toml": '[shared]\npaths = ["up/"]\n'})
    static.commit({"holdfast.toml": '[shared]\ncode = ["up/"]\n'})
    checks = typed("plan", "--site", static.site, "--source", static.repository, "--json").json["checks"]
    [why] = [each["why"] for each in checks if each["name"] == "shared-narrowed"]
    assert why.endswith("as code: up")


def test_an_older_journal_that_is_damaged_stops_nothing(typed, static):
    """G7: only the newest can be unfinished; the row of the damaged one says where it lies."""
    ship(typed, static)
    ship(typed, static)
    journal = static.site / ".holdfast/journal/000001-deploy.jsonl"
    journal.write_text("damaged\n" + journal.read_text())
    assert ship(typed, static).code == 0
    oldest = typed("history", "--site", static.site, "--json").json["operations"][-1]
    assert (oldest["command"], oldest["outcome"], oldest["where"]) == ("deploy", "unreadable", str(journal))
    assert str(journal) in typed("history", "--site", static.site).out


def test_an_interrupted_deploy_says_how_the_site_stands_and_what_to_type(typed, static):
    """INTERFACE, exit code 130: undone in the same run; there is nothing to go back from."""
    ship(typed, static)
    ship(typed, static)
    with failing_at("place.switch", KeyboardInterrupt()):
        ended = ship(typed, static)
    assert (ended.code, ended.json["back"]) == (130, "")
    assert ended.json["error"]["state"] == "the command was undone; the previous release is live, as before"
    assert typed(*ended.json["error"]["hint"].split()[1:]).code == 0
