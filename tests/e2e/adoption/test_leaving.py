"""The way out: a site is given back as it was, and nothing of it is lost (G1, G2, G3, G10)."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from holdfast_engine.fs import place
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib import old_sites
from lib.killing import killed_at_point, killed_in_step, points
from lib.old_sites import FTP, WEB, as_it_is, differences
from lib.oracle import contents
from lib.refusals import assert_refused, ending, fails, killed_at, listening
from lib.snapshot import snapshot
from lib.world import World

root_alone = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to others")
NODE = {"package.json": '{"dependencies": {"express": "4"}}\n', "app.js": "'version {version}'\n"}
LAYOUTS = {"capistrano": old_sites.capistrano, "deployer": old_sites.deployer, "pm2": old_sites.pm2}


def world(tmp_path: Path, make: Callable[[Path], None], files: dict[str, str] | None = None) -> World:
    made = World(tmp_path, files or {**old_sites.CODE, "public/index.php": "<?php 'version {version}';\n"}, env=None)
    made.site.mkdir()
    make(made.site)
    return made


@pytest.fixture
def plain(tmp_path):
    return world(tmp_path, old_sites.plain)


def left(one: World) -> Path:
    return one.top / "site-left"


@pytest.mark.parametrize("words", [("undo",), ()])
def test_an_adopted_directory_is_what_it_was(plain, words):
    """G1, G10: every entry at its place, owners, modes, times of files; nothing of ours is left, in it or beside it."""
    before = as_it_is(plain.site)
    plain.perform("adopt")
    answer = plain.perform("leave", words=words)
    assert (answer["outcome"], answer["left"], answer["current"]) == ("left", [], None)
    assert differences(before, as_it_is(plain.site)) == []
    assert not left(plain).exists()


@root_alone
def test_owners_modes_and_attributes_are_as_they_were(plain):
    """G10: two users in one directory, one of them the application, and an attribute of somebody's."""
    for path in ("", "public", "public/index.php", "artisan"):
        os.chown(plain.site / path, FTP, FTP)
    for path in ("storage", "storage/app", "storage/app/newest", "public/uploads", "public/uploads/a.jpg"):
        os.chown(plain.site / path, WEB, FTP, follow_symlinks=False)
    with suppress(OSError):
        os.setxattr(plain.site / "storage/app/invoice.pdf", "user.origin", b"mail")
    before = as_it_is(plain.site)
    plain.perform("adopt")
    plain.perform("leave", words=("undo",))
    assert differences(before, as_it_is(plain.site)) == []


def test_what_users_wrote_since_is_at_the_same_paths(plain):
    """G2: through `current`, through the old places, anew at an old place, and beside it."""
    before = as_it_is(plain.site)
    plain.perform("adopt")
    plain.precious.write("public/uploads/b.jpg")
    plain.precious.write("storage/app/new.pdf", into=plain.site)
    (plain.site / "notes.txt").write_text("saved at the top\n")
    (plain.site / ".env").unlink()
    (plain.site / ".env").write_text("APP_KEY=saved anew\n")
    plain.perform("leave", words=("undo",))
    for path, content in plain.precious.written.items():
        assert (plain.site / path).read_bytes() == content
    assert (plain.site / "notes.txt").read_text() == "saved at the top\n"
    assert (plain.site / ".env").read_text() == "APP_KEY=saved anew\n"
    now = as_it_is(plain.site)
    assert {path for path in before if path not in now} == set()
    assert not (plain.site / "public").is_symlink()


@pytest.mark.parametrize("deployed", [False, True])
def test_no_path_is_missing_at_any_moment(plain, deployed):
    """G3: what programs have open by its old place, by `current` or by `shared/` resolves until the very end."""
    plain.perform("adopt")
    if deployed:
        plain.ship()
    top, missing, by_current, ended = plain.site, [], [], []
    paths = ("public/index.php", "public/uploads/a.jpg", "storage/app/invoice.pdf", ".env", "storage/app/newest")

    def look(name):
        missing.extend(path for path in paths if not (top / path).exists())
        if not os.path.lexists(top / "current"):
            ended.append(name)
        if not ended:
            places = [f"current/{path}" for path in paths] + ["shared/storage/app/invoice.pdf"]
            by_current.extend(path for path in places if not (top / path).exists())

    with listening(look):
        plain.perform("leave")
    assert (missing, by_current) == ([], [])
    assert ended


def test_a_writer_of_a_database_loses_no_row(plain):
    """DESIGN 5, sets: an open connection goes on writing to the one file."""
    plain.perform("adopt")
    with closing(sqlite3.connect(plain.site / "club.sqlite")) as database:
        database.execute("insert into rows values (2)")
        database.commit()
        plain.perform("leave", words=("undo",))
        database.execute("insert into rows values (3)")
        database.commit()
    with closing(sqlite3.connect(plain.site / "club.sqlite")) as database:
        assert database.execute("select n from rows").fetchall() == [(1,), (2,), (3,)]


def test_an_adoption_is_undone_while_nothing_was_deployed_since(plain):
    """G7: after a deploy there is no adoption to be undone, and the way out is named."""
    plain.perform("adopt")
    plain.ship()
    problem = assert_refused(
        plain.top, lambda: plain.perform("leave", words=("undo",)), exits=20, code="deployed-since",
        without=("site/.holdfast",),
    )  # fmt: skip
    assert "holdfast leave" in problem.hint


def test_a_deploy_that_failed_stands_in_no_way(plain):
    """Nothing was deployed by it: the adoption can be undone as before."""
    before = as_it_is(plain.site)
    plain.perform("adopt")
    plain.commit()
    fails(lambda: plain.deploy(settings=Settings(before_activation=("false",))), exits=50, code="hook-failed")
    plain.perform("leave", words=("undo",))
    assert [one for one in differences(before, as_it_is(plain.site)) if not one.startswith("holdfast-left")] == []


def test_a_plan_of_it_changes_nothing_and_names_the_steps(plain):
    """G8: what it becomes, where the web server has to look, and where the rest will lie."""
    plain.perform("adopt")
    plain.ship()
    before = snapshot(plain.top)
    plan = plain.perform("leave", only_plan=True)
    assert snapshot(plain.top) == before
    assert [step["name"] for step in plan["steps"]] == ["open", "bring-back", "move-out", "set-apart", "forget"]
    assert plan["place"] == str(plain.site / "holdfast-left")
    assert plan["left"][-1].startswith("releases/")
    assert any("point the web server at" in note for note in plan["notes"])


def test_it_is_declined_by_a_person_who_says_no(plain):
    """Exit 31: nothing was changed."""
    plain.perform("adopt")
    shown = []
    fails(lambda: plain.perform("leave", person=lambda plan: shown.append(plan) or False), exits=31, code="declined")
    assert shown[0]["command"] == "leave"
    assert (plain.site / ".holdfast/site.json").exists()


VENDOR = {
    "index.php": "<?php 'version {version}';\n",
    "admin/old.php": "<?php 'of version 1';\n",
    "lib/core.php": "<?php 'core {version}';\n",
}


def ftp_site(top: Path) -> None:
    """A vendor's package, uploaded by FTP, that has been in use; all of it is the FTP user's."""
    old_sites.write(top, {path: text.replace("{version}", "1") for path, text in VENDOR.items()})
    old_sites.write(top, {"uploads/a.jpg": "a picture\n", "config.php": "<?php 'password';\n"})
    (top / "config.php").chmod(0o640)
    for path in (
        "",
        "lib",
        "admin",
        "index.php",
        "lib/core.php",
        "admin/old.php",
        "uploads",
        "uploads/a.jpg",
        "config.php",
    ):
        if os.geteuid() == 0:
            os.chown(top / path, FTP, FTP)
        if (top / path).is_dir():
            (top / path).chmod(0o775)


def test_a_site_of_ftp_is_a_plain_directory_again_after_three_versions(tmp_path):
    """G1, G2, G10: live code, what users wrote, owners and modes; old releases and the attic lie beside it."""
    club = world(tmp_path, ftp_site, VENDOR)
    owner = (club.site / "index.php").stat().st_uid
    club.perform("adopt")
    club.ship()
    (club.live / "uploads/b.jpg").write_text("another\n")
    club.ship({"admin/old.php": None, "admin/new.php": "<?php 'new';\n"})
    (club.live / "lib/extra.php").write_text("<?php 'made on the server';\n")
    club.ship()
    kept = set(contents(club.site, without=(".holdfast",)))
    answer = club.perform("leave")
    served = {path: row for path, row in as_it_is(club.site).items() if row[0] != "dir"}
    assert served["index.php"][-1] == b"<?php 'version 3';\n"
    assert served["admin/new.php"][-1] == b"<?php 'new';\n"
    assert {path: served[path][-1] for path in ("uploads/a.jpg", "uploads/b.jpg", "lib/extra.php")} == {
        "uploads/a.jpg": b"a picture\n",
        "uploads/b.jpg": b"another\n",
        "lib/extra.php": b"<?php 'made on the server';\n",
    }
    assert not any(row[0] == "link" for row in served.values())
    made_by_us = ("lib/extra.php", "uploads/b.jpg")
    assert {row[1] for path, row in served.items() if path not in made_by_us} == {owner}
    assert (served["config.php"][3], served["index.php"][3] & 0o600) == (0o640, 0o600)
    assert {row[-2] for row in served.values()} == {1}
    kept_open = {path: row for path, row in as_it_is(club.site).items() if row[0] == "dir"}
    assert {(row[1], row[3]) for row in kept_open.values()} == {(owner, 0o775)}
    assert not {"releases", "shared", "current", ".holdfast"} & set(os.listdir(club.site))
    assert kept <= {*contents(club.site), *contents(left(club))}
    assert {os.path.dirname(row["place"]) for row in answer["left"]} <= {str(left(club)), f"{left(club)}/releases"}
    assert left(club).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["plain", *LAYOUTS])
@pytest.mark.parametrize("deployed", [False, True])
def test_where_names_cannot_be_exchanged_it_is_the_same_by_two_renames(tmp_path, monkeypatch, name, deployed):
    """G1: on NFS there are moments between two renames, and nothing else is different."""

    def refuse(*_words):
        raise OSError(errno.EINVAL, "no flags")

    monkeypatch.setattr(place, "_renameat2", refuse)
    club = world(tmp_path, LAYOUTS.get(name, old_sites.plain), NODE if name == "pm2" else None)
    before, kept = as_it_is(club.site), contents(club.site)
    club.perform("adopt")
    if deployed:
        club.ship()
    club.perform("leave", words=() if deployed else ("undo",))
    if not deployed:
        assert differences(before, as_it_is(club.site)) == []
    assert set(kept) <= set(contents(club.site))
    assert not (club.site / ".holdfast").exists()


def test_a_directory_called_current_and_empty_ones_are_what_they_were(tmp_path):
    """An application that lies in `current/`, beside empty `releases/` and `shared/` of a person's own."""
    club = world(tmp_path, lambda top: old_sites.plain(top / "current"))
    (club.site / "current/public/up").symlink_to("../../notes")
    (club.site / "releases").mkdir()
    (club.site / "notes").write_text("beside it\n")
    for words in (("undo",), ()):
        before = as_it_is(club.site)
        club.perform("adopt")
        club.perform("leave", words=words)
        assert differences(before, as_it_is(club.site)) == []
    club.perform("adopt")
    club.ship()
    club.perform("leave")
    assert not club.live.is_symlink()
    assert (club.live / "public/index.php").read_text() == "<?php 'version 1';\n"
    assert (club.live / "public/uploads/a.jpg").read_text() == "a picture\n"


def test_what_is_written_while_it_happens_is_there(plain):
    """G2: new uploads by each name, and settings that are saved by rename, at every moment of it."""
    plain.perform("adopt")
    plain.ship()
    top, count, written = plain.site, [0], {}

    def write(_name):
        count[0] += 1
        for below in ("", "current"):
            where = top / below / "public/uploads"
            if where.is_dir():
                written[f"{below}{count[0]}.txt"] = f"upload {count[0]}"
                (where / f"{below}{count[0]}.txt").write_text(f"upload {count[0]}")
        (top / ".env.new").write_text(f"APP_KEY={count[0]}\n")
        (top / ".env.new").replace(top / ".env")

    with listening(write):
        plain.perform("leave")
    assert {name: (top / "public/uploads" / name).read_text() for name in written} == written
    assert (top / ".env").read_text() == f"APP_KEY={count[0]}\n"


def test_a_site_of_somebodys_own_script_loses_our_directory_alone(tmp_path):
    """`link` works beside a script: what that made stays as it is."""
    club = world(tmp_path, old_sites.capistrano)
    release = club.site / "releases/20250201120000"
    club.perform("link", release=str(release), path=str(club.site / "shared"))
    before = as_it_is(club.site)
    club.perform("leave", words=("layout",))
    changed = [path for path in differences(before, as_it_is(club.site)) if not path.startswith(".holdfast")]
    assert [path for path in changed if not path.startswith("holdfast-left")] == []
    assert not (club.site / ".holdfast").exists()


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("words", [("undo",), ()])
def test_another_tools_layout_is_what_it_was(tmp_path, name, words):
    """G1, G10: links as they were spelled, data where it lay, and nothing of ours."""
    club = world(tmp_path, LAYOUTS[name])
    before = as_it_is(club.site)
    club.perform("adopt")
    club.perform("leave", words=words)
    assert differences(before, as_it_is(club.site)) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_goes_on_without_us_after_deploys(tmp_path, name):
    """G3: releases, shared and current; every path resolves, and files can be written by their owner."""
    club = world(tmp_path, LAYOUTS[name], NODE if name == "pm2" else None)
    club.perform("adopt")
    club.ship()
    club.ship()
    shown = {path: path.read_bytes() for path in club.live.rglob("*") if path.is_file()}
    kept = set(contents(club.site, without=(".holdfast",)))
    answer = club.perform("leave")
    assert (answer["how"], answer["current"]) == ("layout", "current")
    assert {path: path.read_bytes() for path in shown} == shown
    assert kept <= set(contents(club.site))
    assert not (club.site / ".holdfast").exists()
    shipped = [path for path in club.live.resolve().rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in shipped if not path.stat().st_mode & 0o200] == []


def test_a_site_that_a_deploy_made_is_a_layout_or_a_plain_directory(tmp_path):
    """The default fits the site; a plain directory keeps `current`, by which it was always served."""
    for words, how in (((), "layout"), (("plain",), "plain")):
        club = World(tmp_path / how)
        club.ship()
        club.ship()
        club.precious.write("public/uploads/a.jpg")
        assert club.perform("leave", words=words)["how"] == how
        assert not (club.site / ".holdfast").exists()
        club.precious.assert_served()
        club.assert_code_is(2)
        assert (club.site / "releases").exists() == (how == "layout")
    assert (tmp_path / "plain/site/public/index.php").is_file()
    assert os.readlink(tmp_path / "plain/site/current") == "."
    assert (tmp_path / "plain/site/holdfast-left/releases").is_dir()


def test_current_stays_where_a_person_says_so(plain):
    """G3: a web server that looks at `current` goes on being served."""
    plain.perform("adopt")
    plain.perform("leave", words=("keep-current",))
    assert (plain.live / "public/index.php").read_text() == "<?php // live\n"
    assert not (plain.live / "public").is_symlink()


@pytest.mark.parametrize("words", [(), ("undo",)])
def test_current_stays_where_the_document_root_is_a_link_through_it(plain, words):
    """G3: so `adopt` advises where a document root itself would be read through; leaving must not take it away."""
    plain.perform("adopt")
    root = plain.top / "www"
    root.symlink_to(f"{plain.site.name}/current/public")
    plan = plain.perform("leave", words=words, only_plan=True)
    assert any(f"{root}" in note and "stays" in note for note in plan["notes"])
    plain.perform("leave", words=words)
    assert (root / "index.php").read_text() == "<?php // live\n"
    assert not (plain.site / ".holdfast").exists()


def test_a_link_of_another_program_at_the_top_leads_on(plain):
    """G3: a person's own link into `shared/` leads to the same file, at its place."""
    plain.perform("adopt")
    (plain.site / "pictures").symlink_to("current/public/uploads")
    (plain.site / "papers").symlink_to("shared/storage/app")
    plain.ship()
    plain.perform("leave")
    assert (plain.site / "pictures/a.jpg").read_text() == "a picture\n"
    assert (plain.site / "papers/invoice.pdf").read_text() == "an invoice\n"


@pytest.mark.parametrize("number", range(1, 60, 4))
def test_an_adoption_that_fails_while_data_is_shared_is_undone(plain, number):
    """G1, G3, exit 50: what is live by then is live nowhere else, and the plain directory is what it was."""
    before, count, failed = as_it_is(plain.site), [number], []

    def hook(name):
        if (plain.site / "current").is_symlink() and not failed:
            count[0] -= 1
            if count[0] == 0:
                failed.append(name)
                raise OSError(13, "refused")

    with listening(hook), suppress(Problem):
        plain.perform("adopt")
    if not failed or (plain.site / "current").is_symlink():
        pytest.skip("an adoption reaches fewer points")
    now = as_it_is(plain.site)
    assert [path for path in differences(before, now) if not path.startswith(".holdfast")] == []
    assert not (plain.site / ".holdfast/site.json").exists()
    assert plain.perform("adopt")["outcome"] == "adopted"


@pytest.mark.parametrize("number", range(2, 110, 12))
@pytest.mark.parametrize("command", ["leave", "recover", "deploy"])
def test_a_kill_is_gone_on_with_by_the_next_command(plain, number, command):
    """G4: whatever is typed next gives the site back, and says that it is none any more."""
    before = as_it_is(plain.site)
    plain.perform("adopt")
    count = [number]

    class Stop(BaseException):
        """The power went."""

    def hook(_name):
        if any(one.name.endswith("-leave.jsonl") for one in (plain.site / ".holdfast/journal").glob("*")):
            count[0] -= 1
            if count[0] == 0:
                raise Stop

    with listening(hook), suppress(Stop):
        plain.perform("leave", words=("undo",))
    more = {"source": plain.source} if command == "deploy" else {}
    plain.commit()
    if (plain.site / ".holdfast").exists():
        fails(lambda: plain.perform(command, **more), exits=20, code="not-a-site")
    assert differences(before, as_it_is(plain.site)) == []


@pytest.mark.parametrize("back", range(0, 40, 8))
def test_a_kill_of_what_goes_on_with_it_at_its_very_end_is_gone_on_with_too(plain, back):
    """G4: what was about to be deleted lies in the trash then, and no trash of a person's."""
    plain.perform("adopt")
    for number in (1, 2):
        plain.precious.write(f"public/uploads/{number}.jpg")
        plain.ship({"public/uploads/readme.txt": f"version {number}\n"})
    killed_in_step("set-apart", plain.request("leave"))
    copy = shutil.copytree(plain.site, plain.top / "copy/site", symlinks=True)
    total = points(lambda: ending(lambda: plain.perform("recover", site=str(copy))))
    killed_at_point(total - back, lambda: plain.perform("recover"))
    ending(lambda: plain.perform("recover"))
    assert not (plain.site / ".holdfast").exists()
    for path in plain.precious.written:
        assert (plain.site / path).read_bytes() == plain.precious.written[path]


def test_an_adoption_goes_on_where_a_leaving_was_cut_short(plain):
    """G4: the leaving is ended first, then the plain directory is adopted anew."""
    plain.perform("adopt")
    with killed_at("place.exchange", count=6):
        plain.perform("leave", words=("undo",))
    assert plain.perform("adopt")["outcome"] == "adopted"
    assert (plain.live / "public/index.php").read_text() == "<?php // live\n"


def test_what_is_mounted_in_shared_is_refused_for_a_plain_directory(plain, monkeypatch):
    """Exit 30: a mount cannot change its name; the layout is the way out."""
    from holdfast_engine.operations import leavable

    plain.perform("adopt")
    monkeypatch.setattr(leavable, "mounts_below", lambda *_: [leavable.RelPath("shared/storage")])
    problem = fails(lambda: plain.perform("leave"), exits=30, code="leave-impossible")
    assert "--layout" in problem.hint
