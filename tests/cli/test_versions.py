"""How it is typed which version was shipped: an archive, a directory, a ref."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.model.request import Source

ADOPTED = {"outcome": "adopted", "release": "1", "current": "1", "data": {}}


@pytest.fixture
def adopting(engine):
    engine.answers.update(adopt=ADOPTED, baseline={"outcome": "noted", "release": "1", "warnings": ["812 files equal"]})
    os.mkdir("club")
    return engine


def test_an_archive_and_a_directory_are_versions_in_the_order_that_they_were_named(holdfast, adopting):
    """INTERFACE, adopt: `--was` may be repeated."""
    open("cms-4.2.zip", "w").close()
    os.mkdir("cms-4.1")
    assert holdfast("adopt", "club", "--was", "cms-4.2.zip", "--was", "cms-4.1", "--yes").code == 0
    here = os.getcwd()
    wanted = (Source("archive", f"{here}/cms-4.2.zip"), Source("directory", f"{here}/cms-4.1"))
    assert adopting.request.was == wanted


def test_what_is_no_path_is_a_ref_of_the_configured_repository(holdfast, adopting):
    """INTERFACE, adopt: `--was REF`."""
    with open("holdfast.toml", "w") as file:
        file.write('[source]\ngit = "https://example.org/club.git"\n')
    holdfast("adopt", "club", "--was", "v1.3", "--yes")
    assert adopting.request.was == (Source("git", "https://example.org/club.git", "v1.3"),)


def test_without_one_it_is_a_ref_of_the_checkout_itself(holdfast, adopting):
    """INTERFACE, adopt: the repository that lies in the directory."""
    os.mkdir("club/.git")
    holdfast("adopt", "club", "--was", "v1.3", "--yes")
    assert adopting.request.was == (Source("git", f"{os.getcwd()}/club", "v1.3"),)


def test_what_is_nothing_of_the_three_is_not_guessed(holdfast, adopting):
    """INTERFACE, exit codes: 11, and the engine is not asked."""
    ended = holdfast("adopt", "club", "--was", "v1.3", "--yes")
    assert (ended.code, adopting.requests) == (11, [])
    assert "error[source-missing]" in ended.err


def test_a_baseline_is_said_with_the_release_behind_it(holdfast, adopting):
    """INTERFACE: `holdfast baseline --from ARCHIVE|REF [RELEASE]`."""
    open("cms.zip", "w").close()
    ended = holdfast("baseline", "--site", "club", "--from", "cms.zip", "20251130-101500", "--accept", "was")
    request = adopting.request
    assert (request.command, request.release, request.accept) == ("baseline", "20251130-101500", ("was",))
    assert request.was == (Source("archive", f"{os.getcwd()}/cms.zip"),)
    assert (ended.code, "noted" in ended.out, "812 files equal" in ended.out) == (0, True, True)


def test_the_plan_of_a_baseline_is_a_plan(holdfast, adopting):
    """INTERFACE: `--plan` and `--dry-run` touch nothing."""
    adopting.answers["baseline"] = {"command": "baseline", "notes": ["3 differ, and are edits"]}
    ended = holdfast("baseline", "--site", "club", "--from", "club", "--dry-run")
    assert ("3 differ, and are edits" in ended.out, adopting.request.only_plan) == (True, True)
