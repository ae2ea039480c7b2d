"""`holdfast access`: what the application may write is shown, and changed by a person's word (G10)."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib import old_sites
from lib.refusals import Killed, fails, killed_at
from lib.users import give
from lib.world import World

WIKI = {
    "index.php": "<?php // version {version}\n",
    "inc/init.php": "<?php // {version}\n",
    "data/pages/welcome.txt": "welcome\n",
    "plugins/base/base.php": "<?php\n",
}
WEB, OTHER = 33, 1
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which root alone may")


@pytest.fixture
def wiki(tmp_path):
    """A wiki of the web user's that was adopted, and deployed once."""
    world = World(tmp_path, WIKI, env=None)
    old_sites.write(world.site, WIKI)
    give(world.site, WEB)
    world.perform("adopt", path=str(world.site))
    world.ship()
    return world


def say(world: World, verb: str, *words: str, **more):
    return world.perform("access", intent=verb, words=words, **more)


def owner(world: World, path: str) -> int:
    return (world.live / path).stat().st_uid


def told(answer, path: str):
    return next(row for row in answer["paths"] if row["path"] == path)


def journals(world: World) -> list[Path]:
    return sorted((world.site / ".holdfast/journal").iterdir())


def test_it_tells_who_the_web_user_is_how_that_is_known_and_every_path(wiki):
    """INTERFACE, access: as measured and kept; looking changes nothing."""
    before = journals(wiki)
    answer = wiki.perform("access")
    assert answer["user"] == {"name": "www-data", "uid": WEB, "how": "owner"}
    assert told(answer, ".") == {
        "path": ".",
        "owner": "www-data",
        "group": "www-data",
        "mode": "0755",
        "acl": "",
        "default_acl": "",
        "writable": True,
        "said": False,
    }
    assert journals(wiki) == before


def test_what_is_denied_is_shut_at_once_and_in_every_later_release(wiki):
    """G10: a person can change it; a denied directory lets its owner alone make names, its files are sealed."""
    assert say(wiki, "deny", "data")["outcome"] == "changed"
    for act in (lambda: None, wiki.ship):
        act()
        assert owner(wiki, "data") == owner(wiki, "data/pages") == 0
        page = (wiki.live / "data/pages/welcome.txt").stat()
        assert not stat.S_IMODE(page.st_mode) & 0o222
        assert owner(wiki, "plugins") == WEB
    assert told(wiki.perform("access"), "data")["said"]


def test_what_is_allowed_is_open_at_once_and_in_every_later_release(wiki):
    """G10: allowed below what is denied, by the nearest word; its pages can be written, its programs cannot."""
    say(wiki, "deny", "data", "plugins")
    say(wiki, "allow", "data/pages", "plugins")
    for act in (lambda: None, wiki.ship, wiki.rollback):
        act()
        assert (owner(wiki, "data"), owner(wiki, "data/pages"), owner(wiki, "plugins/base")) == (0, WEB, WEB)
        page = (wiki.live / "data/pages/welcome.txt").stat()
        assert (page.st_uid, stat.S_IMODE(page.st_mode)) == (WEB, 0o644)
        assert not (wiki.live / "plugins/base/base.php").stat().st_mode & 0o222


def test_one_file_can_be_allowed_by_name(wiki):
    """DESIGN 5, sealing: a program is writable where a person says so by its name."""
    say(wiki, "allow", "inc/init.php")
    for act in (lambda: None, wiki.ship):
        act()
        assert (owner(wiki, "inc/init.php"), (wiki.live / "inc/init.php").stat().st_mode & 0o200) == (WEB, 0o200)


def test_what_came_since_the_deploy_is_never_changed(wiki):
    """G1, carrying: the application's own files keep owner and mode, whatever is said of their directory."""
    note = wiki.live / "data/pages/own.txt"
    note.write_text("own\n")
    os.chown(note, WEB, WEB)
    note.chmod(0o600)
    say(wiki, "deny", "data")
    assert (note.stat().st_uid, stat.S_IMODE(note.stat().st_mode)) == (WEB, 0o600)
    wiki.ship()
    carried = (wiki.live / "data/pages/own.txt").stat()
    assert (carried.st_uid, stat.S_IMODE(carried.st_mode)) == (WEB, 0o600)


def test_another_user_is_named_and_let_in_everywhere(wiki):
    """G10: which user the application runs as is a person's to say; it wins over what was measured."""
    assert say(wiki, "user", str(OTHER))["user"] == {"name": "daemon", "uid": OTHER, "how": "said"}
    for act in (lambda: None, wiki.ship):
        act()
        assert owner(wiki, "data/pages") == owner(wiki, "") == OTHER


def test_an_account_that_is_not_here_changes_nothing(wiki):
    """G10: nobody can be let in whom the host does not know; exit 11."""
    before = journals(wiki)
    fails(lambda: say(wiki, "user", "nobody-here"), exits=11, code="user-missing")
    assert journals(wiki) == before


def test_the_configuration_wins_and_says_so(wiki):
    """INTERFACE, web_user: two words on one thing would be acted on by the one that nobody looks at."""
    wiki.settings = Settings(web_user="www-data")
    wiki.ship()
    fails(lambda: say(wiki, "user", "daemon"), exits=2, code="usage")


def test_a_configured_account_that_is_not_here_is_refused_before_a_deploy(wiki):
    """G10: a release would be made that the application could not write."""
    wiki.settings = Settings(web_user="nobody-here")
    problem = fails(wiki.ship, exits=30, code="checklist-refused")
    assert "nobody-here" in problem.context[0]


@pytest.mark.parametrize(
    ("verb", "words", "exits", "code"),
    [
        ("allow", (), 2, "usage"),
        ("measure", ("data",), 2, "usage"),
        ("user", ("daemon", "bin"), 2, "usage"),
        ("lend", ("data",), 2, "usage"),
        ("allow", ("data/nothing",), 11, "path-missing"),
        ("deny", ("/etc",), 10, "path-invalid"),
        ("deny", ("../..",), 10, "path-invalid"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_changed(wiki, verb, words, exits, code):
    """I14, G9: a word too many or too few, a path that is not there, and one that leaves the application."""
    before = journals(wiki)
    fails(lambda: say(wiki, verb, *words), exits=exits, code=code)
    assert journals(wiki) == before


def test_the_plan_of_a_change_names_what_it_changes_and_changes_nothing(wiki):
    """G8: the plan shown is the plan run."""
    plan = say(wiki, "deny", "data", only_plan=True)
    assert plan["notes"] == ["`data`: root:www-data 0755, was www-data:www-data 0755"]
    assert owner(wiki, "data") == WEB


def test_what_is_said_twice_is_unchanged_the_second_time(wiki):
    """G10: nothing is journalled where nothing is to be done."""
    say(wiki, "deny", "data")
    before = journals(wiki)
    assert say(wiki, "deny", "data")["outcome"] == "unchanged"
    assert journals(wiki) == before


def test_measured_anew_a_sealed_tree_is_not_believed(wiki):
    """G10: what we gave, and a nightly chown of the release to root, say nothing; a person's word stays."""
    say(wiki, "deny", "plugins")
    for here, _, _ in os.walk(wiki.live.resolve()):
        os.chown(here, 0, 0)
    say(wiki, "measure")
    kept = wiki.perform("access")
    assert told(kept, ".")["owner"] == "www-data"
    assert not told(kept, "plugins")["writable"]


def test_measured_anew_a_directory_that_was_written_in_is_open(wiki):
    """G10: whoever has made a name there could make one."""
    say(wiki, "deny", "data")
    file = wiki.site / ".holdfast/site.json"
    file.write_text(file.read_text().replace('"data"', '"data/other"'))  # nothing is said of `data` itself any more
    upload = wiki.live / "data/pages/upload.txt"
    upload.write_text("of the application\n")
    os.chown(upload, WEB, WEB)
    say(wiki, "measure")
    wiki.ship()
    assert owner(wiki, "data/pages") == WEB


@pytest.mark.parametrize("count", range(1, 5))
@pytest.mark.parametrize("point", ["access.take", "durable.replace_own", "durable.append_own"])
def test_a_change_that_a_crash_cut_short_is_made_by_the_next_command(wiki, point, count):
    """G4: kept before it is made: what was cut short is completed, or was never begun."""
    with suppress(Killed), killed_at(point, count=count):
        say(wiki, "deny", "data")
    wiki.perform("sweep")
    is_kept = any(row["path"] == "data" for row in wiki.perform("access")["paths"])
    assert {owner(wiki, "data"), owner(wiki, "data/pages")} == {0 if is_kept else WEB}
    assert wiki.perform("status")["unfinished"] is None


def test_data_stays_the_application_s(tmp_path):
    """G1: what lies in `shared/` is not taken from it; a directory there can be opened to it."""
    world = World(tmp_path, {**WIKI, "public/uploads/.gitkeep": "", "public/index.php": "<?php // version {version}\n"})
    world.ship()
    fails(lambda: say(world, "allow", "public/uploads"), exits=11, code="user-missing")
    say(world, "user", "www-data")
    assert (world.site / "shared/public/uploads").stat().st_uid == WEB
    fails(lambda: say(world, "deny", "public/uploads"), exits=2, code="usage")
    os.chown(world.site / "shared/public/uploads", 0, 0)
    say(world, "allow", "public/uploads")
    assert (world.site / "shared/public/uploads").stat().st_uid == WEB
