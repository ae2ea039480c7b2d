"""An adopted document root that is still written to: what is saved there is served at `current`, and seen there too."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from holdfast_engine.fs import document_roots
from holdfast_engine.model.request import Settings
from lib.killing import killed_at_point, points
from lib.world import World

NODE = {"package.json": '{"dependencies":{"express":"4","lowdb":"7"}}\n', "server.js": "{version}\n"}
KEPT = {"db.json": "", ".gitignore": "db.json\nsettings.json\n"}


def adopted(top):
    """An adopted Node application; an old process stands in its directory."""
    world = World(top, {**NODE, ".gitignore": KEPT[".gitignore"]}, env=None, kind="directory")
    world.commit()
    shutil.copytree(world.repository, world.site)
    for name in ("db.json", "settings.json"):
        world.precious.write(name, into=world.site)
    world.perform("adopt")
    return world


@pytest.fixture
def world(tmp_path):
    return adopted(tmp_path)


def save(world, path, *, seconds=1.0):
    """As most programs save: a new file, renamed over PATH in the directory where the old process stands."""
    content = world.precious.write(f"{path}.tmp", into=world.site)
    del world.precious.written[f"{path}.tmp"]
    os.utime(world.site / f"{path}.tmp", (time.time() + seconds,) * 2)
    os.replace(world.site / f"{path}.tmp", world.site / path)
    world.precious.written[path] = content


def work(world):
    """The old process saves a database, and makes a log and a directory."""
    save(world, "db.json")
    save(world, "app.log")
    world.precious.write("reports/2025/1.pdf", into=world.site)


def shown(world):
    """What is to be seen in the old document root and is no link to what is live."""
    own = ("releases", "shared", "current", ".holdfast")
    return [path.name for path in world.site.iterdir() if path.name not in own and not path.is_symlink()]


ACTS = {
    "deploy": World.ship,
    "unchanged": World.deploy,
    "rollback": World.rollback,
    "recover": lambda world: world.perform("recover"),
    "sweep": lambda world: world.perform("sweep"),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_an_old_process_saves_again_and_again_is_served_after_any_command(world, act):
    """G2: rename-saves, new names and directories; each round, before and after a release was deployed."""
    for _ in range(2 if act != "rollback" else 0):
        work(world)
        ACTS[act](world)
        world.precious.assert_served()
        assert shown(world) == []
    world.ship()
    world.ship()
    work(world)
    ACTS[act](world)
    world.precious.assert_served()
    world.precious.assert_none_lost()
    assert shown(world) == []
    assert {name: (world.site / name).read_bytes() for name in ("db.json", "app.log")} == {
        name: world.precious.written[name] for name in ("db.json", "app.log")
    }


def test_of_two_versions_the_one_that_was_saved_last_is_served(world):
    """G2: the restarted application and the old process save the same file; the elder one lies in the attic."""
    save(world, "settings.json", seconds=-60)
    world.precious.written["elder"] = world.precious.written["settings.json"]
    world.precious.write("settings.json")
    report = world.ship()["data"]
    world.precious.assert_served(but=["elder"])
    world.precious.assert_none_lost()
    assert "settings.json" in [row["path"] for row in report["attic"]]


def test_a_plan_shows_what_comes_home_and_changes_nothing(world):
    """G8."""
    work(world)
    plan = world.perform("plan", source=world.source)
    rows = {row["path"]: row["from"] for row in plan["adopt"] if row["path"] in ("db.json", "app.log", "reports")}
    assert rows == dict.fromkeys(("db.json", "app.log", "reports"), "the old document root")
    assert sorted(shown(world)) == ["app.log", "db.json", "reports"]


def test_a_name_that_a_new_release_brings_is_seen_in_the_old_document_root(world):
    """G2: whoever still serves it shows the pages that are live."""
    world.ship({"about.html": "about us\n", "img/logo.svg": "<svg/>\n"})
    assert (world.site / "about.html").read_text() == "about us\n"
    assert (world.site / "img/logo.svg").read_text() == "<svg/>\n"


def test_code_that_is_put_there_anew_is_kept_and_the_release_goes_on_being_served(world):
    """G2: somebody copies a version over the old place, where links to directories become directories."""
    world.ship({"lib/a.js": "a\n", "lib/b.js": "b\n"})
    (world.site / "lib").unlink()
    (world.site / "lib").mkdir()
    (world.site / "lib/a.js").write_text("a\n")
    world.precious.write("lib/b.js", text="another b\n", into=world.site)
    world.precious.write("lib/c.json", into=world.site)
    save(world, "server.js")
    world.perform("sweep")
    assert (world.live / "lib/b.js").read_text() == "b\n"
    assert (world.live / "server.js").read_text() == f"{world.version}\n"
    world.precious.assert_served(but=["lib/b.js", "server.js"])
    world.precious.assert_none_lost()
    assert shown(world) == []
    assert {row["path"] for row in world.perform("attic")["entries"]} >= {"lib/b.js", "server.js"}


def test_repositories_and_links_of_a_persons_own_stay_where_they_are(world):
    """G7: `public_html`, a bare repository and a history are none of the application's data."""
    (world.site / "public_html").symlink_to("current/public")
    for name in ("HEAD", "objects", "refs"):
        (world.site / "site.git" / name).mkdir(parents=True)
    (world.site / ".git").mkdir()
    work(world)
    world.ship()
    world.precious.assert_served()
    assert os.readlink(world.site / "public_html") == "current/public"
    assert sorted(shown(world)) == [".git", "site.git"]


def test_a_save_whose_new_file_was_brought_home_before_it_was_renamed_is_served(world):
    """G2: the rename gave its link the name; what it leads to is what was saved, of a known and of a new name."""
    for path in ("db.json", "new.json"):
        text = world.precious.write(f"{path}.tmp", into=world.site)
        world.perform("sweep")
        os.replace(world.site / f"{path}.tmp", world.site / path)
        del world.precious.written[f"{path}.tmp"]
        world.precious.written[path] = text
    (world.site / "own").symlink_to("current/server.js")
    for _ in range(2):
        world.perform("sweep")
        world.precious.assert_served()
        assert (world.site / "db.json").read_bytes() == world.precious.written["db.json"]
        assert os.readlink(world.site / "new.json") == "current/new.json"
        assert os.readlink(world.site / "own") == "current/server.js"
        assert not os.path.lexists(world.live / "db.json.tmp")
    world.ship()
    world.precious.assert_served()


def test_a_document_root_of_which_every_link_was_replaced_is_known_still(world):
    """The site file remembers what it held."""
    names = [path.name for path in world.site.iterdir() if path.is_symlink() and path.name != "current"]
    for name in names:
        text = (world.site / name).read_text()
        (world.site / name).unlink()
        (world.site / name).write_text(text)
    world.precious.write("app.log", into=world.site)
    world.perform("sweep")
    world.precious.assert_served()
    assert shown(world) == []


def test_a_site_that_was_never_a_document_root_keeps_what_lies_beside_it(tmp_path):
    """G9: a person's own files at the top of a site are none of ours."""
    world = World(tmp_path, NODE, env=None, kind="directory")
    world.ship()
    (world.site / "backup.tar").write_text("a person's own")
    world.ship()
    assert (world.site / "backup.tar").read_text() == "a person's own"
    assert not (world.live / "backup.tar").exists()


def test_a_sweep_that_is_killed_anywhere_loses_and_hides_nothing(tmp_path):
    """G1, G3, G4: at each point, with a file and a directory that come in, and a file that is shared already."""
    first = adopted(tmp_path / "first")
    first.ship()
    work(first)
    (first.site / "lib").mkdir()
    copy = shutil.copytree(first.site, tmp_path / "copy", symlinks=True)
    total = points(lambda: first.perform("sweep", site=str(copy)))
    assert total > 40
    for number in range(1, total + 1, 2):
        world = World(tmp_path / f"site-{number}", NODE, env=None)
        shutil.copytree(first.site, world.site, symlinks=True)
        world.precious.written = dict(first.precious.written)
        killed_at_point(number, lambda world=world: world.perform("sweep"))
        world.precious.assert_none_lost()
        for name in ("app.log", "reports/2025/1.pdf"):
            assert (world.site / name).read_bytes() == world.precious.written[name], number
        assert (world.site / "db.json").exists()
        world.perform("sweep")
        world.precious.assert_served()
        assert shown(world) == []
        shutil.rmtree(world.top)


def said(world):
    found = [one for one in world.perform("checklist")["checks"] if one["name"] == "old-document-root"]
    return found[0] if found else None


def test_a_deploy_leaves_no_warning_about_what_its_own_hooks_made(world):
    """What a command can show there itself is no matter for a person."""
    world.settings = Settings(after_activation=("touch made-late.txt",), before_activation=("touch made-early.txt",))
    answer = world.ship({"new.html": "new\n"})
    assert [line for line in answer["warnings"] if "old document root" in line] == []
    assert said(world)["verdict"] == "pass"
    assert (world.site / "made-late.txt").exists()
    (world.live / "run.log").write_text("at run time\n")
    assert said(world)["verdict"] == "pass"
    world.perform("sweep")
    assert (world.site / "run.log").read_text() == "at run time\n"


def test_settings_that_are_written_beside_the_site_are_no_data_of_the_application(world):
    """`holdfast init` in the site: its file is looked for there, and is not brought home."""
    (world.site / "holdfast.toml").write_text("keep = 3\n")
    assert said(world)["verdict"] == "pass"
    world.ship()
    assert (world.site / "holdfast.toml").read_text() == "keep = 3\n"
    assert not (world.site / "holdfast.toml").is_symlink()


def test_it_ends_when_the_web_servers_configuration_names_the_new_place_alone(world, tmp_path, monkeypatch):
    """Only where no file that may be read names the old one as well."""
    hosts = tmp_path / "nginx/club.conf"
    hosts.parent.mkdir()
    monkeypatch.setattr(document_roots, "HOST_FILES", (f"{tmp_path}/nginx/*.conf",))
    hosts.write_text(f"server {{\n  # root {world.site};\n  root {world.site}/current;\n}}\n")
    assert "no longer served" in said(world)["why"]
    hosts.write_text(f"server {{ root {world.site}/current; }}\nserver {{ root {world.site}; }}\n")
    assert "no longer served" not in said(world)["why"]


@pytest.mark.parametrize("act", ["sweep", "deploy"])
def test_it_ends_by_a_persons_word_after_what_was_saved_there_came_home(world, act):
    """G1: what was saved there last is served; the links are gone, and none comes back with later releases."""
    world.ship()
    work(world)
    (world.site / "mine").symlink_to("current/server.js")
    plan = world.perform("sweep", accept=("old-document-root",), only_plan=True)
    assert "close-down" in [step["name"] for step in plan["steps"]]
    world.perform(act, accept=("old-document-root",), **({"source": world.source} if act == "deploy" else {}))
    world.precious.assert_served()
    world.precious.assert_none_lost()
    assert said(world) is None
    world.ship({"later.html": "later\n"})
    assert sorted(os.listdir(world.site)) == [".holdfast", "current", "mine", "releases", "shared"]
    assert [one for one in world.perform("checklist")["checks"] if one["name"] == "exposure"] == []


def test_a_kill_while_it_is_closed_down_is_gone_on_with_by_the_same_command(tmp_path):
    """G4."""
    number = 1
    while True:
        world = adopted(tmp_path / str(number))
        work(world)
        killed = killed_at_point(number, lambda: world.perform("sweep", accept=("old-document-root",)))  # noqa: B023
        if killed:
            world.perform("sweep", accept=("old-document-root",))
        world.precious.assert_served()
        assert said(world) is None
        if not killed:
            return
        number += 13
