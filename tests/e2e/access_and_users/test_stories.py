"""Whole lives of sites with two users: what the application could do before a deploy it can do after it (G10)."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from lib.refusals import fails
from lib.users import APPLICATION, TOOL, Hosted, as_user, give, why_not, write
from lib.world import World

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.skipif(shutil.which("setfacl") is None, reason="needs `setfacl`"),
]
WIKI = {
    "index.php": "<?php // version {version}\n",
    "inc/init.php": "<?php // {version}\n",
    "data/pages/welcome.txt": "welcome\n",
    "data/cache/.keep": "",
    "plugins/base/base.php": "<?php\n",
    "public/index.php": "<?php // version {version}\n",
}
WRITTEN = ("data", "data/pages", "data/cache")


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-stories-")
    yield Path(made)
    shutil.rmtree(made)


def plain(top: Path, *, tool: int, owner: int, groups: tuple[int, ...] = ()) -> Hosted:
    """A wiki that is live in a plain directory of OWNER's, and is deployed by TOOL."""
    world = Hosted(top, tool=tool, groups=groups, files=WIKI, env=None)
    for path, text in WIKI.items():
        where = world.site / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    give(world.site, owner)
    return world


def open_to_the_group(world: World, places: tuple[str, ...]) -> None:
    """The application, by its group, makes names in PLACES of the plain directory."""
    for place in places:
        os.chown(world.site / place, TOOL, APPLICATION)
        (world.site / place).chmod(0o2775)


def command_of(hint: str) -> str:
    """The one line of HINT that mends all: the last alternative, which needs no common group."""
    return re.findall(r"`([^`]+)`", hint)[-1]


def mended(world: World, act) -> None:
    """ACT is refused, names what is in its way, and goes well once root has typed the one line that it offers."""
    problem = fails(act, exits=30, code="checklist-refused")
    assert "nothing was changed" in problem.state
    subprocess.run(command_of(problem.hint), shell=True, check=True)
    act()


def lives_on(world: Hosted, *, places: tuple[str, ...] = WRITTEN) -> None:
    """Adopted, three deploys, a rollback: after each the application makes names where it could, and all is served."""
    for number, act in enumerate((world.ship, world.ship, world.rollback, world.ship)):
        act()
        for place in places:
            world.application_writes(f"{place}/{number}.txt".lstrip("/"))
        edited(world, "data/pages/welcome.txt", f"edit {number}\n")
        world.precious.assert_served()


def edited(world: Hosted, path: str, text: str) -> None:
    """The application writes into a file that a release ships."""
    as_user(APPLICATION, lambda: write(world.live / path, text.encode()))


def test_root_deploys_for_the_web_server(top):
    """G10: everything is the web server's; releases of root's are too, and programs are read-only."""
    world = plain(top, tool=0, owner=APPLICATION)
    world.perform("adopt", path=str(world.site))
    world.application_writes("first.txt")
    lives_on(world, places=("", *WRITTEN, "plugins"))
    assert not (world.live / "inc/init.php").stat().st_mode & 0o222


def test_a_plan_names_what_goes_along_as_a_copy_for_it_is_another_user_s(top):
    """DESIGN 4, fallbacks: protected_hardlinks lets nobody give a second name to what the web server alone writes."""
    world = plain(top, tool=TOOL, owner=TOOL, groups=(APPLICATION,))
    open_to_the_group(world, ("", "data"))
    world.perform("adopt", path=str(world.site))
    world.ship()
    for name in ("data/map.xml", "data/notes.txt"):
        world.application_writes(name)
    notes = world.perform("plan", source=world.source)["notes"]
    assert [note for note in notes if note.startswith("2 files of another user, as `data/map.xml`")], notes
    world.ship()
    world.precious.assert_served()


def test_a_way_back_into_what_the_application_made_for_itself_alone_is_refused_before_it_is_begun(top):
    """G7, G10: a directory of the web server's, 0755, in a plugin of the release that is gone back to."""
    world = plain(top, tool=TOOL, owner=TOOL, groups=(APPLICATION,))
    open_to_the_group(world, ("", "plugins"))
    world.perform("adopt", path=str(world.site))
    world.ship()
    world.application_writes("plugins/forum/forum.php")
    world.application_writes("plugins/forum/cache/1.txt")
    world.ship()
    (world.live / "plugins/forum/cache/2.txt").write_text("two\n")
    os.chown(world.live / "plugins/forum/cache/2.txt", TOOL, TOOL)
    before = os.readlink(world.site / "current")
    mended(world, world.rollback)
    assert os.readlink(world.site / "current") != before
    assert (world.live / "plugins/forum/cache/2.txt").read_text() == "two\n"
    world.precious.assert_served()


def test_one_user_deploys_and_runs(top):
    """G10: as on shared hosting; there is nobody to let in."""
    world = plain(top, tool=APPLICATION, owner=APPLICATION)
    world.perform("adopt", path=str(world.site))
    lives_on(world, places=("", *WRITTEN, "plugins"))


def test_a_person_deploys_and_the_web_server_runs_by_a_common_group(top):
    """G10: group and setgid of each directory are as they were, in every release."""
    world = plain(top, tool=TOOL, owner=TOOL, groups=(APPLICATION,))
    open_to_the_group(world, WRITTEN)
    os.chown(world.site / "data/pages/welcome.txt", TOOL, APPLICATION)
    (world.site / "data/pages/welcome.txt").chmod(0o664)
    world.perform("adopt", path=str(world.site))
    lives_on(world)
    made = (world.live / "data/cache").stat()
    assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (TOOL, APPLICATION, 0o2775)


def test_a_person_deploys_and_the_web_server_runs_by_an_acl(top):
    """G10: the ACL of each directory is measured and given, and the default one of what is made in it."""
    world = plain(top, tool=TOOL, owner=TOOL)
    rights = ["-m", f"u:{APPLICATION}:rwX", "-m", f"d:u:{APPLICATION}:rwX", "-m", f"d:u:{TOOL}:rwX"]
    subprocess.run(["setfacl", "-R", *rights, str(world.site / "data")], check=True)
    world.perform("adopt", path=str(world.site))
    kept = {row["path"]: row for row in world.perform("access")["paths"]}
    assert f"u:{APPLICATION}:rwx" in kept["data"]["acl"]
    assert f"u:{TOOL}:rwx" in kept["data"]["default_acl"]
    for number, act in enumerate((world.ship, world.ship, world.rollback)):
        act()
        for place in WRITTEN:
            world.application_writes(f"{place}/{number}.txt")
        world.precious.assert_served()


def test_with_neither_the_adoption_names_all_and_one_line_mends_all(top):
    """G7, G10: directories of the web server's own in a tree of the person's: refused before the first change."""
    world = plain(top, tool=TOOL, owner=TOOL)
    for place in ("data", "public/gallery"):
        (world.site / place).mkdir(exist_ok=True)
        give(world.site / place, APPLICATION)
    private = world.site / "public/notes.txt"
    private.write_text("notes\n")
    private.chmod(0o600)
    os.chown(private, APPLICATION, APPLICATION)

    problem = fails(lambda: world.perform("adopt", path=str(world.site)), exits=30, code="checklist-refused")
    named = " ".join([problem.message, *problem.context])
    assert all(str(world.site / place) in named for place in ("data", "public/gallery", "public/notes.txt"))
    assert problem.hint.count("`") == 2
    assert not (world.site / ".holdfast").exists()

    mended(world, lambda: world.perform("adopt", path=str(world.site)))
    world.application_writes("data/pages/first.txt")
    world.ship()
    world.application_writes("data/pages/second.txt")
    world.precious.assert_served()
    assert world.application_reads("public/notes.txt") == b"notes\n"


def test_a_directory_that_the_web_server_makes_later_is_named_with_its_mend(top):
    """G10: made after the adoption, below a directory that both may write: the next deploy says all of it at once."""
    world = plain(top, tool=TOOL, owner=TOOL, groups=(APPLICATION,))
    os.chown(world.site / "public", TOOL, APPLICATION)
    (world.site / "public").chmod(0o2775)
    world.perform("adopt", path=str(world.site))
    world.ship()
    for place in ("public/albums/1.jpg", "public/receipts/2025/2.pdf"):
        world.application_writes(place)
    world.commit()
    mended(world, world.deploy)
    world.precious.assert_served()
    world.application_writes("public/albums/3.jpg")


def test_a_private_file_of_the_web_server_is_named_and_goes_along_once_it_may_be_read(top):
    """G10: 0600 and another user's: neither a second name nor a copy can be made of it."""
    world = plain(top, tool=TOOL, owner=TOOL, groups=(APPLICATION,))
    os.chown(world.site / "data/pages", TOOL, APPLICATION)
    (world.site / "data/pages").chmod(0o2775)
    world.perform("adopt", path=str(world.site))
    world.ship()
    world.application_writes("data/pages/secret.txt")
    (world.live / "data/pages/secret.txt").chmod(0o600)
    world.commit()
    mended(world, world.deploy)
    world.precious.assert_served()
    assert world.application_reads("data/pages/secret.txt") == world.precious.written["data/pages/secret.txt"]


def test_a_seed_that_cannot_be_read_is_named_before_it_has_to_be_compared(top):
    """G7: what users have made of it is neither replaced unseen nor lost."""
    files = {**WIKI, "public/uploads/default.png": "version {version}\n"}
    world = Hosted(top, files=files, env=None)
    world.settings = world.settings.__class__(shared=("public/uploads/",), web_user=str(APPLICATION))
    world.ship()
    world.application_writes("public/uploads/own.png")
    seed = world.site / "shared/public/uploads/default.png"
    seed.write_text("ours\n")
    os.chown(seed, APPLICATION, APPLICATION)
    seed.chmod(0o600)
    world.commit()
    mended(world, world.deploy)
    assert seed.read_text() == "ours\n"
    world.precious.assert_served()


@pytest.mark.parametrize("whose", [APPLICATION, TOOL, 0])
def test_a_panel_that_gives_everything_to_one_user_every_night(top, whose):
    """G10: what was measured at the adoption is kept; root's deploys give it anew, whoever owned it last night;
    data that the panel took from the web server is named, and nobody else gives it back.
    """
    world = plain(top, tool=0, owner=APPLICATION)
    world.perform("adopt", path=str(world.site))
    world.ship()
    for number in range(3):
        world.application_writes(f"data/pages/{number}.txt")
        if whose == APPLICATION or number == 0:  # what goes along is one file: it stays as the panel left it
            edited(world, "data/pages/welcome.txt", f"edit {number}\n")
        for place in ("releases", "shared"):
            give(world.site / place, whose)
        world.commit()
        deployed = world.deploy if whose == APPLICATION else lambda: mended(world, world.deploy)
        deployed()
        world.precious.assert_served()
    world.application_writes("data/pages/last.txt")


def test_a_site_of_an_earlier_version_is_measured_by_what_was_made_in_it(top):
    """G10: nothing was kept then; where the web server has made a name it can go on making them."""
    world = Hosted(top, tool=0, files=WIKI, env=None)
    world.ship()
    assert world.perform("access")["user"] is None
    live = world.live.resolve()
    for place in ("data/pages", "data/cache"):
        os.chown(live / place, APPLICATION, APPLICATION)
        world.application_writes(f"{place}/made.txt")
    give(live / "data/cache", 0)  # a panel; the file in `data/pages` still tells
    (world.site / "shared/tmp").mkdir(parents=True, exist_ok=True)
    give(world.site / "shared/tmp", APPLICATION)
    world.commit()
    mended(world, world.deploy)
    world.application_writes("data/pages/after.txt")
    kept = world.perform("access")
    assert (kept["user"]["uid"], kept["user"]["how"]) == (APPLICATION, "owner")


def test_parents_made_in_shared_are_as_what_they_stand_for(top):
    """DESIGN 5, sealing: owner, group, mode and ACL; and so where a restore makes them anew."""
    world = plain(top, tool=0, owner=APPLICATION)
    (world.site / "public").chmod(0o750)
    (world.site / "public/albums/2025").mkdir(parents=True)
    (world.site / "public/albums/2025/1.jpg").write_text("1\n")
    give(world.site / "public/albums", APPLICATION)
    subprocess.run(["setfacl", "-m", "u:34:r-x", str(world.site / "public")], check=True)
    world.settings = world.settings.__class__(shared=("public/albums/",))
    world.perform("adopt", path=str(world.site))
    world.ship()
    made = world.site / "shared/public"
    assert (made.stat().st_uid, made.stat().st_gid) == (APPLICATION, APPLICATION)
    assert stat.S_IMODE(made.stat().st_mode) == 0o2750
    told = subprocess.run(["getfacl", "-cn", str(made)], check=True, capture_output=True, text=True).stdout
    assert "user:34:r-x" in told


def test_a_process_that_works_in_the_site_tells_whom_it_runs_as(top):
    """DESIGN 5: nothing is owned by it yet; what root makes for data is open to it from the next deploy on."""
    world = Hosted(top, tool=0, files={**WIKI, "public/uploads/.gitkeep": ""}, env=None)
    world.ship()
    identity = ("--reuid", str(APPLICATION), "--regid", str(APPLICATION), "--clear-groups")
    with subprocess.Popen(["setpriv", *identity, "sleep", "60"], cwd=world.live.resolve()) as serving:
        try:
            assert world.perform("access")["user"] == {"name": "www-data", "uid": APPLICATION, "how": "process"}
            world.commit()
            mended(world, world.deploy)
        finally:
            serving.kill()
    world.application_writes("public/uploads/1.jpg")
    assert world.perform("access")["user"]["uid"] == APPLICATION


def test_what_an_earlier_version_adopted_is_measured_at_the_next_deploy(top):
    """G10: it kept nothing; the adopted release was sealed by nobody, so it tells all of it."""
    world = plain(top, tool=0, owner=APPLICATION)
    world.perform("adopt", path=str(world.site))
    file = world.site / ".holdfast/site.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "access": {}}))
    lives_on(world, places=("", *WRITTEN, "plugins"))


def test_a_directory_that_root_made_by_hand_stops_no_deploy_once_it_came_home(top):
    """G10: the web server could not write there before; that is told, with the mend, and is nobody's emergency."""
    world = plain(top, tool=0, owner=APPLICATION)
    world.perform("adopt", path=str(world.site))
    world.ship()
    (world.live / "certificates").mkdir(mode=0o755)
    (world.live / "certificates/1.pdf").write_text("one\n")
    for _ in range(2):
        world.ship()
        assert (world.live / "certificates/1.pdf").read_text() == "one\n"
    checks = {check["name"]: check for check in world.perform("checklist")["checks"]}
    assert checks["permissions"]["verdict"] == "warn"
    assert "shared/certificates" in checks["permissions"]["why"]
