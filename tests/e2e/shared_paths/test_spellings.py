"""Incidents I14, I15, I19 and I27 (S04): however a shared path is spelt, no marker in `shared/` moves and nothing
outside the deploy root changes.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

PLAIN = {"index.php": "<?php // version {version}\n" * 9, "app/run.php": "<?php // version {version}\n"}
NFC, NFD = "caf\u00e9", "cafe\u0301"

NEVER_PATHS = {
    "outside": "../../etc",
    "outside-in-the-middle": "storage/x/../app",
    "parent": "..",
    "absolute": "/etc",
    "absolute-inside": "/storage/app",
    "absolute-doubled": "//etc",
    "itself": ".",
    "itself-spelt-long": "././",
    "empty": "",
    "blank": "  ",
    "star": "public/*",
    "question": "public/upload?",
    "bracket": "public/[a-z]",
    "braces": "public/{a,b}",
    "newline": "public/up\nloads",
    "tab": "public/up\tloads",
    "nul": "public/up\0loads",
    "delete": "public/up\x7floads",
    "home": "~/uploads",
    "variable": "$HOME/uploads",
    "backslash": "public\\uploads",
    "own-state": ".holdfast/attic",
}
CLASHING = {
    "case": ("public/uploads", "public/Uploads"),
    "case-of-a-parent": ("public/uploads", "Public/other"),
    "case-of-a-child": ("storage", "Storage/app"),
    "unicode": (f"public/{NFC}", f"public/{NFD}"),
    "sharp-s": ("public/stra\u00dfe", "public/strasse"),
}
SAME = {
    "plain": "storage",
    "trailing slash": "storage/",
    "leading dot": "./storage",
    "doubled slash": "storage//",
    "all of them": ".//storage/./",
}


@pytest.fixture
def site(tmp_path):
    """A site with a marker in every place that a wrong path could reach."""
    world = World(tmp_path / "sandbox", PLAIN, env=None)
    world.settings = Settings(framework="generic-php", shared=("storage",))
    world.ship()
    world.precious.write("storage/app/marker.txt")
    world.precious.write("storage/marker.txt")
    (world.top / "etc").mkdir()
    (world.top / "etc/passwd").write_text("not ours")
    return world


def refused(world: World) -> Problem:
    """The problem that a deploy with these settings raises, the whole sandbox being as it was before."""
    world.commit()
    before = snapshot(world.top)
    with pytest.raises(Problem) as caught:
        world.deploy()
    assert_unchanged(before, snapshot(world.top))
    return caught.value


@pytest.mark.parametrize("key", ["shared", "code", "artifacts"])
@pytest.mark.parametrize("name", NEVER_PATHS)
def test_i27_what_is_no_path_inside_the_application_ends_with_10_and_changes_nothing(name, key, site):
    """I14, I27, S04: outside, absolute, empty, a pattern or a control character: refused before anything is touched."""
    site.settings = replace(site.settings, **{key: (NEVER_PATHS[name],)})
    problem = refused(site)
    assert (problem.exit_code, problem.code) == (10, "path-invalid")
    assert "public/uploads" in problem.hint
    site.precious.assert_served()


@pytest.mark.parametrize("name", NEVER_PATHS)
def test_i27_a_first_deploy_with_such_a_path_does_not_even_make_the_site(name, tmp_path):
    """I27: what is wrong with the words is told before a directory is made."""
    world = World(tmp_path / "sandbox", PLAIN, env=None)
    world.settings = Settings(shared=(NEVER_PATHS[name],))
    assert refused(world).exit_code == 10
    assert not world.site.exists()


@pytest.mark.parametrize("name", CLASHING)
def test_i14_two_spellings_that_some_disks_take_for_one_end_with_10_and_change_nothing(name, site):
    """S04: case and normal forms are kept apart here and folded elsewhere; such a pair is asked about, not guessed."""
    for pair in itertools.permutations(CLASHING[name]):
        site.settings = replace(site.settings, shared=pair)
        problem = refused(site)
        assert (problem.exit_code, problem.code) == (10, "shared-paths-overlap")
    site.precious.assert_served()


@pytest.mark.parametrize(
    "paths",
    [
        ("storage", "storage/app"),
        ("storage/app", "storage"),
        ("storage", "./storage/app"),
        ("storage//app", "storage/"),
        ("storage/app/", "storage", "storage/marker.txt"),
    ],
)
def test_i14_of_nested_entries_the_parent_is_kept_and_no_marker_moves(paths, site):
    """I14: parent and child in either order and spelling make one link; what lies in `shared/` is not touched."""
    before = snapshot(site.site / "shared")
    site.settings = replace(site.settings, shared=paths)
    site.ship()
    assert_unchanged(before, snapshot(site.site / "shared"))
    assert (site.live / "storage").is_symlink()
    assert not (site.site / "shared/storage/app").is_symlink()
    site.precious.assert_served()


def test_i14_siblings_whose_names_begin_alike_are_two_paths(site):
    """I14: `img/news` and `img/newsletters` are compared by whole names, so neither contains the other."""
    site.settings = replace(site.settings, shared=("img/news", "img/newsletters", "img/news.txt"))
    site.ship()
    for path in ("img/news/1.txt", "img/newsletters/1.txt", "img/news.txt"):
        site.precious.write(path)
    site.ship()
    for path in ("img/news", "img/newsletters", "img/news.txt"):
        assert os.path.samefile(site.live / path, site.site / "shared" / path)
    site.precious.assert_served()


def test_i14_code_named_inside_a_shared_path_ends_with_10_and_changes_nothing(site):
    """I14: `storage` as data with `storage/views` as code cannot both be; the person is asked."""
    site.settings = replace(site.settings, code=("storage/views",))
    problem = refused(site)
    assert (problem.exit_code, problem.code) == (10, "shared-paths-overlap")


@pytest.mark.parametrize("paths", [("storage", "storage/oauth.key"), ("storage/oauth.key", "storage/")])
def test_i15_a_file_named_inside_a_shared_folder_is_read_through_both_paths_and_loops_nowhere(paths, site):
    """I15: the folder's link serves the file; no link is ever made inside `shared/`."""
    site.precious.write("storage/oauth.key", text="KEY")
    site.settings = replace(site.settings, shared=paths)
    for _ in range(2):
        site.ship()
        assert (site.live / "storage/oauth.key").read_text() == "KEY"
        assert os.path.samefile(site.live / "storage/oauth.key", site.site / "shared/storage/oauth.key")
        assert not (site.site / "shared/storage/oauth.key").is_symlink()


@pytest.mark.parametrize("name", SAME)
def test_i19_every_spelling_of_one_path_gives_byte_identical_results(name, tmp_path):
    """I19: slash, dot and doubled slash are spellings of one path, from the first deploy to the last link."""
    trees = []
    for spelling in ("storage", SAME[name]):
        world = World(tmp_path / str(len(trees)), PLAIN, env=None)
        world.settings = Settings(framework="generic-php", shared=(spelling, "public/" + spelling))
        for act in (world.ship, world.ship, world.rollback):
            act()
            world.precious.write("storage/marker.txt", text="marker")
            world.precious.write("public/storage/marker.txt", text="marker")
        world.precious.assert_served()
        trees.append(snapshot(world.site, without=[".holdfast"]))
    assert_unchanged(*trees)


@pytest.mark.parametrize("spelling", [NFC, NFD])
@pytest.mark.parametrize("written", [NFC, NFD])
def test_s04_accented_names_are_served_as_the_application_wrote_them(written, spelling, site):
    """S04: whichever normal form the settings have and whichever the application uses, the file stays where it was."""
    site.settings = replace(site.settings, shared=("storage", f"public/{spelling}"))
    site.ship()
    site.precious.write(f"public/{written}/menu.pdf")
    for act in (site.ship, site.ship, site.rollback):
        act()
        site.precious.assert_served()


@pytest.mark.parametrize(
    "name", ["with space", "newline\nin it", "-rf", "*", "quote'\"", "\udcff\udcfe", "a\\b", "$(x)"]
)
def test_s04_names_that_no_person_would_choose_are_data_like_any_other(name, site):
    """S04: what an application wrote under a hostile name is adopted, served and never expanded."""
    site.precious.write(f"uploads/{name}/{name}.jpg")
    site.precious.write(f"made/at/run time/{name}")
    for act in (site.ship, site.ship, site.rollback):
        act()
        site.precious.assert_served()


_LETTERS = st.sampled_from(
    ["..", ".", "/", "~", "$VAR", " ", "\n", "\\", "\u00e9", "e\u0301", "a", "etc", "*", "storage", "x"]
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(_LETTERS, min_size=1, max_size=5).map("".join))
def test_i27_no_path_whatever_reaches_beyond_the_deploy_root(path, site):
    """I27, G9: any mixture of dots, slashes and letters: refused, or shared inside and all else as it was."""
    outside = {name: entry for name, entry in snapshot(site.top).items() if not name.startswith(("site", "repository"))}
    site.settings = replace(site.settings, shared=("storage", path))
    codes = []
    try:
        site.ship()
    except Problem as problem:
        codes = [problem.exit_code]
    assert codes in ([], [10], [30])
    now = {name: entry for name, entry in snapshot(site.top).items() if not name.startswith(("site", "repository"))}
    assert_unchanged(outside, now)
    site.precious.assert_served()
