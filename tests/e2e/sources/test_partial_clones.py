"""`git clone --filter`: what is there is deployed, what is elsewhere is told with the command that fetches it (I24)."""

from __future__ import annotations

import pytest

from holdfast_engine.model.request import Source
from lib.refusals import assert_refused, fails
from lib.world import PLAIN, World


@pytest.fixture
def world(tmp_path) -> World:
    """A repository with a history, and a clone of it that leaves content there: `partial`."""
    made = World(tmp_path, PLAIN, env=None, kind="git")
    for number in range(3):
        made.commit({"big.txt": f"content {number}\n"})
    made.git("config", "uploadpack.allowFilter", "true")
    return made


def clone(world: World, *options: str) -> Source:
    world.git("clone", "--quiet", *options, f"file://{world.repository}", str(world.top / "partial"), at=world.top)
    return Source("git", str(world.top / "partial"))


def test_a_partial_clone_that_lacks_content_is_told_as_one_and_can_be_filled(world):
    """Exit 50, nothing made live: its promisor is out of reach, and no deploy fetches into a person's repository."""
    source = clone(world, "--no-checkout", "--filter=blob:none")
    world.repository.rename(world.top / "away")
    problem = fails(lambda: world.deploy(source=source), exits=50, code="fetch-failed")
    assert "is a partial clone" in problem.message
    assert "--source URL" in problem.hint
    fill = f"git -C {world.top / 'partial'} fetch --refetch --no-filter origin"
    assert f"`{fill}`" in problem.hint
    assert_refused(world.top / "partial", lambda: world.deploy(source=source), exits=50, code="fetch-failed")
    (world.top / "away").rename(world.repository)
    world.git(*fill.split()[1:], at=world.top)
    world.deploy(source=source)
    assert (world.live / "big.txt").read_text() == "content 2\n"


def test_a_partial_clone_that_holds_what_the_commit_needs_is_deployed(world):
    """With its remote away: the content of older commits is not asked for."""
    source = clone(world, "--filter=blob:none")
    world.repository.rename(world.top / "away")
    world.deploy(source=source)
    assert (world.live / "big.txt").read_text() == "content 2\n"
    assert world.deploy(source=source)["outcome"] == "unchanged"
    (world.top / "away").rename(world.repository)
    world.commit({"big.txt": "content 3\n"})
    world.git("pull", "--quiet", at=world.top / "partial")
    world.deploy(source=source)
    assert (world.live / "big.txt").read_text() == "content 3\n"
    world.rollback()
    assert (world.live / "big.txt").read_text() == "content 2\n"


def test_a_whole_clone_whose_fetch_fails_is_not_told_as_a_partial_one(world):
    """Words that fit nothing help nobody."""
    source = clone(world)
    for pack in (world.top / "partial/.git/objects").rglob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(b"damaged")
    with pytest.raises(Exception, match=r"^(?!.*partial clone)"):
        world.deploy(source=source)
