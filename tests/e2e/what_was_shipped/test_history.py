"""A site that is a checkout, or was copied from one: the repository's history says what of it was code."""

from __future__ import annotations

import os
import shutil

import pytest

from holdfast_engine.model.request import Source
from lib import oracle
from lib.world import World

COMMON = {
    "index.php": "<?php // version {version}\n",
    "lib/a.php": "<?php // a\n",
    "robots.txt": "User-agent: *\n",
    ".gitignore": "/uploads/*\n!/uploads/.keep\n/settings.json\n*.log\n",
    "uploads/.keep": "",
}
OLD = {
    "lib/old.php": "<?php // dropped later\n",
    "tools/x.php": "<?php // x\n",
    "tools/notes/y.txt": "a text of the project\n",
    "pages/old.txt": "dropped with its directory\n",
}
USERS = {"uploads/a.png": "an upload", "certificates/b.pdf": "a certificate", "robots.txt": "User-agent: club\n"}


class Checkout(World):
    """The application in git, and its first version live as a clone (or a copy without `.git`)."""

    def __init__(self, top, *, bare: bool = False):
        super().__init__(
            top, {**COMMON, **OLD, "lib/ancient.php": "<?php // of the first commit\n"}, env=None, kind="git"
        )
        self.commit()
        self.commit({"lib/ancient.php": None})
        self.git("clone", "--quiet", str(self.repository), str(self.site), at=top)
        (self.site / "lib/ancient.php").write_text("<?php // of the first commit\n")
        for path, text in USERS.items():
            (self.site / path).parent.mkdir(exist_ok=True)
            (self.site / path).write_text(text)
        if bare:
            shutil.rmtree(self.site / ".git")

    def adopt(self, **more):
        return self.perform("adopt", path=str(self.site), **more)

    def served(self, *paths):
        return served(self, *paths)


def served(world: World, *paths: str) -> list[str | None]:
    return [(world.live / path).read_text() if (world.live / path).is_file() else None for path in paths]


@pytest.mark.parametrize("bare", [False, True], ids=["checkout", "copy"])
def test_whole_directories_that_the_history_knows_go_with_the_release_that_drops_them(tmp_path, bare):
    """G2, DESIGN 4: every blob that history has at that path was code; users' files and edits of texts stay."""
    world = Checkout(tmp_path, bare=bare)
    world.adopt()
    world.commit(dict.fromkeys(OLD))
    for _ in range(2):
        world.ship()
        assert world.served(*OLD, "lib/ancient.php") == [None] * 5
        assert world.served(*USERS) == list(USERS.values())
    assert world.served("index.php") == ["<?php // version 5\n"]


def test_a_checkout_goes_like_any_release_and_its_repository_is_kept(tmp_path):
    """G6, I44: what is proven is its code alone; somebody's commits that were never pushed lie in the attic."""
    world = Checkout(tmp_path)
    adopted = world.adopt()["release"]
    for _ in range(2):
        world.ship()
    world.perform("prune", keep=0)
    assert not (world.site / "releases" / adopted).exists()
    assert any(path.name == "HEAD" for path in (world.site / ".holdfast/attic").rglob(".git/HEAD"))
    assert served(world, *USERS) == list(USERS.values())


def test_what_was_built_in_a_checkout_keeps_its_release(tmp_path):
    """G6, G7: what a build left and what users wrote beside it look alike, and nothing proves either."""
    world = Checkout(tmp_path)
    (world.site / "node_modules/x").mkdir(parents=True)
    (world.site / "node_modules/x/index.js").write_text("built on the server")
    world.commit({"package.json": "{}", ".gitignore": COMMON[".gitignore"] + "/node_modules\n"})
    world.git("pull", "--quiet", at=world.site)
    adopted = world.adopt()["release"]
    for _ in range(2):
        world.ship()
    kept = world.perform("prune", keep=0)["kept"]
    assert [one["release"] for one in kept if "nothing proves what a build left" in one["why"]] == [adopted]


def test_a_plan_of_a_checkout_says_what_its_history_knows(tmp_path):
    """G8: equal, edited, of nobody; and nothing is asked for."""
    was = Checkout(tmp_path).adopt(only_plan=True)["was"]
    assert (was["versions"][0]["kind"], was["edited"], was["others"]) == ("git", ["robots.txt"], 2)


def test_a_checkout_of_something_else_says_nothing(tmp_path):
    """G7: a repository that somebody left there is no proof."""
    world = Checkout(tmp_path, bare=True)
    world.git("init", "--quiet", str(world.site), at=tmp_path)
    (world.site / "todo.md").write_text("buy milk")
    world.git("add", "todo.md", at=world.site)
    world.git("commit", "--quiet", "--message=a list", at=world.site)
    (world.site / "todo.md").write_text("buy bread")
    assert world.adopt(only_plan=True)["was"] is None
    assert world.adopt()["was"] is None


def test_a_damaged_checkout_is_told_and_keeps_nobody_from_adopting(tmp_path):
    """G7: without proof everything counts as somebody's."""
    world = Checkout(tmp_path)
    (world.site / ".git/HEAD").write_text("no repository")
    answer = world.adopt()
    assert (answer["was"], "does not say what was shipped" in answer["warnings"][0]) == (None, True)


def test_a_ref_of_the_repository_is_a_version_with_its_history(tmp_path):
    """INTERFACE: `--was REF`."""
    world = Checkout(tmp_path, bare=True)
    answer = world.adopt(was=(Source("git", str(world.repository), "main"),))
    assert (answer["was"]["versions"][0]["ref"], answer["was"]["absent"]) == ("main", 0)
    world.ship(dict.fromkeys(OLD))
    assert world.served(*OLD, "lib/ancient.php") == [None] * 5
    assert world.served(*USERS) == list(USERS.values())


def test_what_the_source_stopped_tracking_and_ignores_is_the_servers(tmp_path):
    """G2: a checkout still holds a file that was tracked once; the source says by name that it is the server's."""
    world = Checkout(tmp_path)
    world.commit({"settings.json": "{}"})
    world.commit({"settings.json": None})
    world.git("pull", "--quiet", at=world.site)
    (world.site / "settings.json").write_text("{}")
    world.adopt()
    world.ship()
    assert world.served("settings.json") == ["{}"]


STOPPED = {
    "gallery/1.jpg": "one",
    "gallery/2.jpg": "two",
    "data/app.json": "{}",
    "config/settings.json": '{"price": 1}',
}
IGNORED = "/gallery\n/data/\n/config/settings.json\n/dist\n*.tmp\n"


def test_what_a_release_shipped_and_the_next_one_ignores_by_name_goes_on_being_served(tmp_path):
    """G2: `git rm --cached` with an ignore line gives files to the server, edited there or not; what is built, or is
    ignored by a wildcard alone, was shipped and goes.
    """
    world = World(tmp_path, {**COMMON, **STOPPED, "dist/app.js": "built", "half.tmp": "rest"}, env=None, kind="git")
    world.ship()
    edited = world.live / "config/settings.json"
    os.chmod(edited, 0o644)
    edited.write_text('{"price": 2}')
    kept = {**STOPPED, "config/settings.json": '{"price": 2}'}
    gone = dict.fromkeys((*STOPPED, "dist/app.js", "half.tmp"))
    world.commit({**gone, ".gitignore": IGNORED})
    for _ in range(2):
        world.ship()
        assert served(world, *kept) == list(kept.values())
        assert served(world, "dist/app.js", "half.tmp") == [None, None]
    world.perform("prune", keep=1)
    world.rollback()
    assert served(world, *kept) == list(kept.values())
    assert oracle.litter(world.site) == []


def backed_up(world: World) -> dict[str, str]:
    """What users have made by the time when a job on the host commits all that stands there."""
    made = {"certificates/c.pdf": "another certificate\n", "notes.txt": "of the club\n"}
    for path, text in made.items():
        (world.site / path).write_text(text)
    world.git("add", "--all", "--force", at=world.site)
    world.git("commit", "--quiet", "--message=nightly backup", at=world.site)
    return made


@pytest.mark.parametrize("came", ["cloned", "pushed to", "made here"])
def test_what_was_committed_on_the_host_was_shipped_by_nobody(tmp_path, came):
    """G1, G2: a repository that a job on the host fills knows every upload, and is no word on what is code."""
    world = Checkout(tmp_path)
    if came != "cloned":
        shutil.rmtree(world.site / ".git")
        world.git("init", "--quiet", "--initial-branch=main", str(world.site), at=tmp_path)
    if came == "pushed to":
        world.git("config", "receive.denyCurrentBranch", "ignore", at=world.site)
        world.git("push", "--quiet", str(world.site), "main", at=world.repository)
        world.git("reset", "--quiet", at=world.site)
    made = backed_up(world)
    answer = world.adopt()
    assert any("does not say what was shipped" in line for line in answer["warnings"]) == (came == "made here")
    packed = tmp_path / "v3"
    for path, text in COMMON.items():
        (packed / path).parent.mkdir(parents=True, exist_ok=True)
        (packed / path).write_text(text.replace("{version}", "3"))
    world.perform("deploy", source=Source("directory", str(packed)))
    theirs = {**made, **USERS}
    if came == "made here":  # nothing tells that it is an edit: the new version wins
        assert theirs.pop("robots.txt") in oracle.attic_texts(world.site)
    assert served(world, *theirs) == [*theirs.values()]
    assert (served(world, "lib/old.php") == [None]) == (came != "made here")
