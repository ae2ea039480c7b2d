"""Sites under another locale, behind links, and written by a newer Holdfast: worked on, or refused in words."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from holdfast_engine import FORMAT
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.record import Record
from lib.engine_file import compiled, engine_file
from lib.refusals import assert_refused
from lib.snapshot import OWN
from lib.world import PLAIN, World

NAME = "gr\u00f6\u00dfe".encode()
ASCII = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
UNICODE = {"LC_ALL": "C.UTF-8"}
EVERY = ("deploy", "rollback", "prune", "recover", "status", "checklist", "history", "attic")


@pytest.fixture
def world(tmp_path) -> World:
    made = World(tmp_path, PLAIN, env=None, kind="directory")
    made.ship()
    made.ship()
    return made


def act(world, command):
    return world.deploy if command == "deploy" else lambda: world.perform(command)


@pytest.mark.parametrize("program", ["an installation", "the single file"])
def test_names_are_the_same_bytes_under_every_locale(world, program):
    """A cron job in an ASCII locale goes on with what a person deployed under UTF-8, and hooks see their locale."""
    (place := os.path.join(os.fsencode(world.live), NAME)) and os.mkdir(place)
    with open(os.path.join(place, b"a.txt"), "w") as file:
        file.write("mine")
    world.ship()
    begun = ("-m", "holdfast") if program == "an installation" else (str(compiled(engine_file())),)

    def run(*words, locale):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHONUTF8"))}
        full = [sys.executable, *begun, *words, "--site", str(world.site), "--json"]
        ran = subprocess.run(full, env={**kept, **locale}, capture_output=True, check=False, cwd=world.top)
        assert ran.returncode == 0, ran.stderr.decode()
        return json.loads(ran.stdout)

    world.commit()
    run("deploy", "--source", str(world.repository), "--yes", locale=ASCII)
    with open(os.path.join(place, b"a.txt")) as file:
        assert file.read() == "mine"
    for locale in (ASCII, UNICODE):
        found = [row["path"] for row in run("status", locale=locale)["shared"]]
        assert NAME.decode() in found
        assert all(os.path.lexists(os.path.join(world.site, "shared", path)) for path in found)


@pytest.mark.parametrize("place", ["releases", ".holdfast", "shared", ".holdfast/attic", ".holdfast/releases"])
@pytest.mark.parametrize("command", EVERY)
def test_a_place_that_was_moved_behind_a_link_is_refused_with_the_mount_that_helps(world, place, command):
    """G9, a bigger disk: exit 30 and nothing left unfinished; what the web server sees through the link stays."""
    (world.site / place).rename(world.top / "big")
    (world.site / place).symlink_to(world.top / "big")

    code = "shared-is-a-link" if place == "shared" else "place-is-a-link"
    problem = assert_refused(world.top, act(world, command), exits=30, code=code)

    assert str(world.site / place) in problem.message
    assert "mount --bind" in problem.hint
    world.assert_code_is(2)


def test_a_first_deploy_beside_a_prepared_link_is_refused(tmp_path):
    """Somebody made room for `.holdfast/` or `releases/` on another disk before the first deploy."""
    for place in ("releases", ".holdfast"):
        world = World(tmp_path / place.strip("."), PLAIN, env=None, kind="directory")
        world.commit()
        (world.top / "big").mkdir()
        world.site.mkdir()
        (world.site / place).symlink_to(world.top / "big")
        assert_refused(world.top, world.deploy, exits=30, code="place-is-a-link")


def _age(path, change):
    value = json.loads(path.read_text().partition("\n")[0] if path.suffix == ".jsonl" else path.read_text())
    rest = path.read_text().partition("\n")[2] if path.suffix == ".jsonl" else ""
    path.write_text(json.dumps({**value, **change}) + "\n" + rest)


@pytest.mark.parametrize("command", EVERY)
def test_a_release_record_of_a_newer_version(world, command):
    """Exit 41: what a later Holdfast wrote is neither read as ours nor written over."""
    newest = max((world.site / ".holdfast/releases").iterdir())
    _age(newest, {"format": FORMAT + 1, "strange": ["new"]})

    assert_refused(world.top, act(world, command), exits=41, code="format-unknown")


@pytest.mark.parametrize("command", EVERY)
def test_a_journal_of_a_newer_version(world, command):
    """Exit 41: an operation that a later Holdfast left open is finished by that one alone (G4, G7)."""
    with Root(str(world.site)) as root:
        name = log.operations(root)[-1]
        first, *rest = log.read(root, name)
    newer = Record(first.sequence, first.kind, {**first.facts, "format": FORMAT + 1})
    lines = b"".join(record.to_line() for record in (newer, *rest[:-1]))
    (world.site / ".holdfast/journal" / f"{name}.jsonl").write_bytes(lines)

    assert_refused(world.top, act(world, command), exits=41, code="format-unknown")


@pytest.mark.parametrize("command", ["deploy", "rollback", "status"])
def test_a_baseline_of_a_newer_version(world, command):
    """Exit 41: a proof that is not understood proves nothing (G6)."""
    newest = max((world.site / ".holdfast/baselines").iterdir())
    _age(newest, {"format": FORMAT + 1})

    assert_refused(world.top, act(world, command), exits=41, code="format-unknown", without=OWN)
