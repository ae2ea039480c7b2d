"""The tool is one user and the application another: data is served, or the deploy is refused (I100, I101)."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import fails
from lib.users import APPLICATION, TOOL, Hosted, belongings, give, let_read, why_not
from lib.world import LARAVEL

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

FILES = {**LARAVEL, "public/uploads/.gitkeep": ""}
PLACES = ("storage/app/a.pdf", "storage/logs/laravel.log", "storage/framework/sessions/abc", "public/uploads/b.jpg")


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-users-")
    yield Path(made)
    shutil.rmtree(made)


def _mended(command: str) -> None:
    """Root does what the hint says: the command in its first or second pair of backticks."""
    subprocess.run(shlex.split(command), check=True)


def _offered(hint: str, program: str) -> str:
    """The command of HINT that begins with PROGRAM."""
    [command] = [part for part in hint.split("`")[1::2] if part.startswith(program)]
    return command


def test_a_database_in_a_directory_that_nobody_else_may_enter_stops_no_command(top):
    """DESIGN 5, memory: what may not be looked at is not taken for gone, and is missed again once it may be."""
    world = Hosted(top, files=FILES)
    world.ship()
    where = world.site / "shared/public/uploads/mail"
    where.mkdir()
    (where / "mail.db").write_bytes(b"mail")
    give(where, TOOL)
    world.ship()
    os.chown(where, 0, 0)
    where.chmod(0o700)
    checks = world.perform("checklist")["checks"]
    assert next(one["verdict"] for one in checks if one["name"] == "data-memory") != "refuse"
    world.ship()
    (where / "mail.db").unlink()
    give(where, TOOL)
    world.commit()
    fails(world.deploy, exits=30, code="checklist-refused")


def _rounds(world: Hosted) -> None:
    """Deploy, deploy, back, prune; after each the application reads all that it wrote and writes some more."""
    for number, act in enumerate((world.ship, world.ship, world.rollback, lambda: world.perform("prune", keep=0))):
        act()
        world.precious.assert_served()
        for place in PLACES:
            world.application_reads(place)
            world.application_writes(f"{os.path.dirname(place)}/{number}.dat")
        world.application_writes(PLACES[0])
        world.precious.assert_served()
        world.precious.assert_none_lost()


def test_directories_that_the_tool_makes_let_the_application_in(top):
    """DESIGN 5, I100: `web_user` is named: from the first deploy on, the application writes where its data goes."""
    world = Hosted(top, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    for place in PLACES:
        world.application_writes(place)
        assert (world.live / place).stat().st_uid == APPLICATION
    assert (world.site / "shared/storage").stat().st_uid == TOOL

    _rounds(world)


def test_directories_of_the_application_s_own_are_moved_with_what_is_in_them(top):
    """I100: a directory below a shared one, made by the application with mode 0755, goes where its parent goes."""
    world = Hosted(top, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    for place in (*PLACES, "storage/app/invoices/2025/1.pdf", "public/uploads/deep/er/1.jpg"):
        world.application_writes(place)

    _rounds(world)


def _live_with_certificates(top: Path) -> tuple[Hosted, Path]:
    """A live release in which the application could make `public/certificates`, a directory of its own."""
    world = Hosted(top, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    (world.live / "public").chmod(0o777)
    for place in (*PLACES, "public/certificates/1.pdf", "public/certificates/2025/2.pdf"):
        world.application_writes(place)
    made = world.live.resolve() / "public/certificates"
    assert (made.stat().st_uid, stat.S_IMODE(made.stat().st_mode)) == (APPLICATION, 0o755)
    return world, made


def test_data_that_the_tool_may_not_move_is_refused_by_name(top):
    """G7, exit 30: another user's directory cannot be moved by this one: nothing is changed, the mend is told."""
    world, made = _live_with_certificates(top)
    before = belongings(world.site / "releases"), belongings(world.site / "shared")
    world.commit()

    problem = fails(world.deploy, exits=30, code="checklist-refused")

    assert problem.context[0].startswith("permissions: ")
    assert str(made) in problem.context[0]
    assert f"chmod g+w {made}" in problem.hint
    assert f"setfacl -R -m u:{TOOL}:rwX {made}" in problem.hint
    assert (belongings(world.site / "releases"), belongings(world.site / "shared")) == before
    world.assert_code_is(1)
    world.precious.assert_served()


def test_data_that_the_tool_may_move_after_the_mend_is_served(top):
    """I100: root gives the directory a common group and does what was printed; then the deploy goes well."""
    world, made = _live_with_certificates(top)
    world.commit()
    problem = fails(world.deploy, exits=30, code="checklist-refused")

    os.chown(made, -1, TOOL)
    _mended(_offered(problem.hint, "chmod"))
    answer = world.deploy()

    assert answer["data"]["adopted"] == ["public/certificates"]
    assert (world.site / "shared/public/certificates").stat().st_uid == APPLICATION
    world.precious.assert_served()
    world.application_writes("public/certificates/3.pdf")
    _rounds(world)


@pytest.mark.skipif(shutil.which("setfacl") is None, reason="needs `setfacl`")
def test_the_printed_acl_mends_it_too(top):
    """I100: without a common group, the other command of the hint is enough."""
    world, _ = _live_with_certificates(top)
    world.commit()
    problem = fails(world.deploy, exits=30, code="checklist-refused")

    _mended(_offered(problem.hint, "setfacl"))
    world.deploy()

    world.precious.assert_served()


def test_a_rollback_that_may_not_move_data_leaves_it_served(top):
    """G7, exit 30: the way back is refused as well where another user's data cannot be moved; nothing is changed."""
    world = Hosted(top, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    world.ship()
    (world.live / "public").chmod(0o777)
    for place in (*PLACES, "public/receipts/1.pdf"):
        world.application_writes(place)
    before = belongings(world.site / "releases"), belongings(world.site / "shared")
    journals = sorted(os.listdir(world.site / ".holdfast/journal"))

    problem = fails(world.rollback, exits=30, code="checklist-refused")

    made = world.live.resolve() / "public/receipts"
    assert str(made) in problem.context[0]
    assert f"chmod g+w {made}" in problem.hint
    assert problem.state.startswith("nothing was changed")
    assert (belongings(world.site / "releases"), belongings(world.site / "shared")) == before
    assert sorted(os.listdir(world.site / ".holdfast/journal")) == journals
    world.assert_code_is(2)
    world.precious.assert_served()

    os.chown(made, -1, TOOL)
    _mended(f"chmod g+w {made}")
    world.rollback()
    world.assert_code_is(1)
    world.precious.assert_served()


def test_root_keeps_owner_mode_and_times_of_all_data(top):
    """I101: everything of the site is root's, the data the application's: no command touches what it did not make."""
    world = Hosted(top, tool=0, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    for place in PLACES:
        world.application_writes(place)
    odd = world.site / "shared/storage/app/a.pdf"
    odd.chmod(0o640)
    script = world.site / "shared/public/uploads/run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o750)
    before = belongings(world.site / "shared")

    for act in (world.ship, world.ship, world.rollback, lambda: world.perform("prune", keep=0)):
        act()
        assert belongings(world.site / "shared") == before
        world.precious.assert_served()
    for place in PLACES:
        world.application_writes(place)


def test_root_finds_the_application_s_user_by_its_data(top):
    """INTERFACE.md, `web_user`: not named, it is the owner of live data; directories made for it are its own."""
    world = Hosted(top, tool=0, files=FILES)
    (world.site / "shared/storage").mkdir()
    give(world.site / "shared/storage", APPLICATION)

    world.ship()

    for place in PLACES:
        world.application_writes(place)
    world.ship()
    world.precious.assert_served()


def test_a_new_directory_of_the_application_is_brought_home_by_root_as_it_is(top):
    """I101: root may move it without a mend, and owner and mode stay the application's."""
    world = Hosted(top, tool=0, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    (world.live / "public").chmod(0o777)
    world.application_writes("public/certificates/1.pdf")

    world.ship()

    moved = (world.site / "shared/public/certificates").stat()
    assert (moved.st_uid, stat.S_IMODE(moved.st_mode)) == (APPLICATION, 0o755)
    world.precious.assert_served()
    world.application_writes("public/certificates/2.pdf")


def _without_reading_rights(top: Path) -> tuple[Hosted, Path]:
    world = Hosted(top, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    env = world.site / "shared/.env"
    env.chmod(0o600)
    world.commit()
    return world, env


def test_an_environment_that_the_application_may_not_read_is_refused(top):
    """I100, exit 30: a deploy that would answer every request with an error is not begun."""
    world, env = _without_reading_rights(top)

    problem = fails(world.deploy, exits=30, code="checklist-refused")

    assert problem.context[0].startswith(f"permissions: `{env}`")
    assert str(env) in problem.hint
    assert not world.live.is_symlink()
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert env.read_bytes() == world.precious.written[".env"]


def test_an_environment_given_to_the_application_is_served(top):
    """I100: root does what the hint says, `chown`; the tool need not read the file to link it."""
    world, _ = _without_reading_rights(top)
    problem = fails(world.deploy, exits=30, code="checklist-refused")

    _mended(_offered(problem.hint, "chown"))
    world.deploy()

    assert world.application_reads(".env") == world.precious.written[".env"]


def test_an_environment_opened_to_the_application_by_an_acl_is_served(top):
    """I100: the other command of the hint gives the right by name, and the check sees it."""
    world, env = _without_reading_rights(top)
    fails(world.deploy, exits=30, code="checklist-refused")

    let_read(env, APPLICATION)
    world.deploy()

    assert world.application_reads(".env") == world.precious.written[".env"]
    assert env.stat().st_uid == TOOL


def test_a_database_that_a_hook_of_the_tool_makes_is_written_by_the_application(top):
    """I69, I100: its first migration ran as another user; rows, and a journal beside the file, can be written."""
    world = Hosted(top, files={**FILES, "database/migrations/1.php": "<?php\n"})
    world.settings = Settings(
        web_user=str(APPLICATION),
        before_activation=("test -e database/database.sqlite || touch database/database.sqlite",),
    )
    world.ship()

    world.application_writes("database/database.sqlite")
    world.application_writes("../../shared/database/database.sqlite-journal")
    world.ship()

    assert (world.site / "shared/database/database.sqlite").read_bytes() == world.precious.written[
        "database/database.sqlite"
    ]
