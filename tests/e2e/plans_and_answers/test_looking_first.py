"""Nothing is made, fetched into or left behind before a plan is agreed to (I66, I67, G8)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import holdfast
from holdfast_engine.commands import perform
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings
from lib.refusals import assert_refused, fails
from lib.snapshot import assert_unchanged, snapshot
from lib.world import LARAVEL, STATIC, World

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, kind="git")


@pytest.fixture
def static(tmp_path):
    """The smallest application, for a site that does not exist."""
    return World(tmp_path, STATIC, env=None, kind="git")


def typed(world, *words):
    """A real command line, with nobody at the keyboard, as a process of its own."""
    command = [sys.executable, "-m", "holdfast", *words, "--site", world.site, "--source", world.repository]
    environment = {**os.environ, "PYTHONPATH": SRC, "GIT_CONFIG_GLOBAL": os.devnull}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=world.top, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
    )


def codes(world, number):
    """How NUMBER deploys that begin at one time end, with what each said."""
    running = [typed(world, "deploy", "--yes") for _ in range(number)]
    said = [process.communicate(timeout=300) for process in running]
    return [process.returncode for process in running], said


@pytest.mark.parametrize("live", [False, pytest.param(True, marks=pytest.mark.soak(share=1))])
def test_of_deploys_that_begin_at_once_one_works_and_the_others_are_told(static, live):
    """INTERFACE, 21: they ended 50 or 11, because each fetched into one mirror while it planned."""
    if live:
        static.ship()
    static.commit({"page.html": "version {version}\n"})
    ended, said = codes(static, 10)
    assert set(ended) <= {0, 21}, said
    outcomes = [out.split()[0].rstrip(":") for (out, _), code in zip(said, ended, strict=True) if code == 0]
    assert outcomes.count("deployed") == 1
    assert set(outcomes) <= {"deployed", "unchanged"}
    assert len(os.listdir(static.site / "releases")) == 1 + live
    mirrors = [name for name in os.listdir(static.site / ".holdfast/cache") if name.startswith("git-")]
    assert len(mirrors) == 2, mirrors  # one, and the lock of it
    assert static.perform("status")["unfinished"] is None


@pytest.mark.parametrize("words", [("plan",), ("deploy", "--plan")])
@pytest.mark.parametrize("damaged", [False, True])
def test_a_plan_leaves_the_cache_as_it_was(world, words, damaged):
    """INTERFACE: `plan` and `deploy --plan` touch nothing; what is new is fetched elsewhere."""
    world.ship()
    world.precious.write("public/certificates/one.pdf")
    if damaged:
        [pack] = (world.site / ".holdfast/cache").glob("git-*/objects/pack/*.pack")
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[:100])
    newest = world.commit()
    before = snapshot(world.site, without=())
    process = typed(world, *words, "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert newest in out
    assert_unchanged(before, snapshot(world.site, without=()))


def test_a_plan_of_what_is_live_reads_the_cache_alone(world):
    """I67: nothing is fetched for a commit that the site's mirror keeps."""
    world.ship()
    before = snapshot(world.site, without=())
    assert world.perform("plan", source=world.source)["unchanged"]
    assert world.perform("inspect", source=world.source)["commit"]
    assert_unchanged(before, snapshot(world.site, without=()))


REFUSED = {
    "no .env": (30, {}, None),
    "an unknown framework": (10, {"holdfast.toml": 'framework = "larave"\n'}, "A=1\n"),
    "paths that overlap": (10, {"holdfast.toml": '[shared]\npaths = ["public"]\ncode = ["public"]\n'}, "A=1\n"),
}


@pytest.mark.parametrize("site", ["missing", "empty", "shared alone"])
@pytest.mark.parametrize("why", REFUSED)
def test_a_first_deploy_that_is_refused_leaves_nothing(tmp_path, why, site):
    """Exit 30 and 10 said "nothing was changed" and left a site with a lock, a reserve and a mirror."""
    exits, changes, env = REFUSED[why]
    made = World(tmp_path, {**LARAVEL, **changes}, env=env if site == "shared alone" else None)
    if site == "empty":
        made.site.mkdir()
    if site == "shared alone":
        made.precious.write("public/uploads/old.jpg", into=made.site / "shared")
    made.commit()
    before = snapshot(tmp_path, without=())
    process = typed(made, "deploy", "--yes")
    _, err = process.communicate(timeout=60)
    expected = exits if changes or site != "shared alone" else 30
    assert process.returncode == expected, err
    assert "nothing was changed" in err
    assert_unchanged(before, snapshot(tmp_path, without=()))
    assert made.site.exists() == (site != "missing")


def test_a_first_deploy_beside_a_site_of_almost_the_same_name_says_so(tmp_path):
    """G8: a wrong letter in `--site` made a second site with exit 0, and visitors went on seeing the first."""
    world = World(tmp_path, STATIC, env=None)
    world.ship()
    other = str(world.top / "siet")
    notes = world.perform("plan", site=other, source=world.source)["notes"]
    assert [line for line in notes if f"`{world.site}` is a site already" in line and f"`--site {world.site}`" in line]
    assert [line for line in world.deploy(site=other)["warnings"] if "becomes a new site" in line]
    assert [line for line in world.deploy(site=other)["warnings"] if "becomes a new site" in line] == []
    assert world.perform("plan", site=str(world.top / "blog"), source=world.source)["notes"] == []


def test_a_first_deploy_that_nobody_can_be_asked_about_leaves_nothing(static):
    """Exit 31; and `status` of what is no site is 11 as before."""
    static.commit()
    before = snapshot(static.top, without=())
    process = typed(static, "deploy")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 31, err
    assert_unchanged(before, snapshot(static.top, without=()))
    assert fails(lambda: static.perform("status"), exits=11, code="site-missing").hint


def test_a_first_deploy_fetches_once_and_fills_the_cache(static, monkeypatch):
    """What was fetched for the plan is what is deployed, and what the next deploy reads."""
    from holdfast_engine.sources.mirror import Mirror

    fetched, genuine = [], Mirror._fetch
    monkeypatch.setattr(Mirror, "_fetch", lambda self, wanted: (fetched.append(self.path), genuine(self, wanted))[1])
    static.ship()
    static.deploy()
    assert len(fetched) == 1
    assert str(static.site) not in fetched[0]
    static.ship()
    assert len(fetched) == 2
    assert str(static.site) in fetched[1]


def test_a_site_that_somebody_makes_while_the_first_plan_is_read_is_planned_again(static):
    """G8: the plan that is run is the one of the site as it is."""
    static.commit()
    asked = []

    def person(plan):
        if not asked:
            static.ship()
        asked.append(plan["previous"])
        return True

    done = static.deploy(person=person)
    assert asked == [None, done["previous"]]
    assert done["outcome"] == "deployed"
    assert done["previous"] is not None
    static.assert_code_is(1, "index.html")


def test_a_first_deploy_whose_room_is_short_leaves_nothing(static, monkeypatch):
    """The room that is measured is that of the directory in which the site would be made."""
    from holdfast_engine.checks import host
    from holdfast_engine.fs.probe import Space

    static.commit()
    monkeypatch.setattr(host, "space", lambda _root, _path: Space(1 << 20, 10_000))
    problem = fails(static.deploy, exits=30, code="checklist-refused")
    assert problem.context[0].startswith("space: ")
    assert not static.site.exists()


def test_a_first_deploy_below_a_directory_that_is_missing_is_told_so(static):
    """INTERFACE, 11; `plan` says what `deploy` says."""
    static.commit()
    for command in ("plan", "deploy"):
        site = str(static.top / "no/such/site")
        fails(lambda command=command, site=site: static.perform(command, source=static.source, site=site),
              exits=11, code="site-missing")  # fmt: skip


def _releases(top: Path) -> Path:
    """What another tool's script laid out, with data in the live release."""
    release = top / "releases/1"
    for path, text in LARAVEL.items():
        where = release / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    (release / "public/uploads").mkdir()
    (release / "public/uploads/a.jpg").write_text("a")
    (top / "current").symlink_to("releases/1")
    (top / "shared").mkdir()
    return release


WRONG = [
    (Settings(framework="larave"), "framework-unknown"),
    (Settings(shared=("public/uploads", "public"), code=("public",)), "shared-paths-overlap"),
]


@pytest.mark.parametrize(("settings", "code"), WRONG)
def test_a_link_that_is_refused_leaves_no_state(static, settings, code):
    """I14, I27: `.holdfast/` beside SHARED is made when the step is possible, and not before."""
    static.site.mkdir()
    release = _releases(static.site)
    assert_refused(
        static.top,
        lambda: static.perform("link", release=str(release), path=str(static.site / "shared"), settings=settings),
        exits=10,
        code=code,
        without=(),
    )
    done = static.perform("link", release=str(release), path=str(static.site / "shared"))
    assert done["outcome"] == "linked"


@pytest.mark.parametrize("layout", ["plain", "current is a directory", "another tool's"])
@pytest.mark.parametrize(("settings", "code"), WRONG)
def test_an_adoption_that_is_refused_moves_nothing(static, settings, code, layout):
    """Exit 10 came after everything had been moved into `releases/`, and left an operation unfinished."""
    static.site.mkdir()
    _releases(static.site)
    if layout != "another tool's":
        (static.site / "current").unlink()
        (static.site / "releases/1").rename(static.site / "current")
        (static.site / "releases").rmdir()
        (static.site / "shared").rmdir()
    if layout == "plain":
        for entry in list((static.site / "current").iterdir()):
            entry.rename(static.site / entry.name)
        (static.site / "current").rmdir()
    assert_refused(static.top, lambda: static.perform("adopt", settings=settings), exits=10, code=code, without=())
    assert static.perform("adopt")["outcome"] == "adopted"
    assert (static.live / "public/uploads/a.jpg").read_text() == "a"


def test_a_first_deploy_that_was_agreed_and_fails_can_be_repeated(static):
    """G4: what fails after the plan was agreed to is undone as ever, and the site stays for the next one."""
    static.settings = Settings(build=("exit 3",))
    static.commit()
    with pytest.raises(Problem) as caught:
        static.deploy()
    assert caught.value.exit_code == 50
    static.settings = Settings()
    assert static.deploy()["outcome"] == "deployed"


def test_a_bare_repository_has_no_files_to_look_at_and_detect_says_how_to_get_some(tmp_path):
    """G7: the first thing that a newcomer types at a server's repository."""
    bare = tmp_path / "club.git"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    request = Request(command="detect", site="", path=str(bare), now=1.0)
    problem = fails(
        lambda: perform(request, tell=lambda _: None, ask=lambda _: False), exits=30, code="source-unusable"
    )
    assert f"git clone {bare}" in problem.hint
