"""Which site is meant, and which settings hold there."""

from __future__ import annotations

import os

import pytest


def test_a_flag_beats_the_environment_which_beats_the_file(holdfast, engine, monkeypatch, tmp_path):
    """INTERFACE: flags beat HOLDFAST_* variables, which beat holdfast.toml."""
    (tmp_path / "holdfast.toml").write_text('[site]\nroot = "from-file"\n')
    holdfast("status")
    monkeypatch.setenv("HOLDFAST_SITE", "/from/environment")
    holdfast("status")
    holdfast("status", "--site", "/from/flag")
    sites = [request.site for request in engine.requests]
    assert sites == [str(tmp_path / "from-file"), "/from/environment", "/from/flag"]


def test_inside_a_site_no_name_is_needed(holdfast, engine, tmp_path, monkeypatch):
    """The site around the working directory is the last that is asked."""
    (tmp_path / "club/.holdfast").mkdir(parents=True)
    (tmp_path / "club/releases/1/public").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "club/releases/1/public")
    holdfast("status")
    assert engine.request.site == str(tmp_path / "club")


def test_nowhere_and_unnamed_is_no_guess(holdfast, engine):
    """INTERFACE, exit codes: 11, and the engine is not asked."""
    ended = holdfast("status")
    assert (ended.code, engine.requests) == (11, [])
    assert "error[site-missing]" in ended.err
    assert "try: name it with `--site DIR`" in ended.err


def test_a_relative_site_becomes_absolute_before_the_engine_sees_it(holdfast, engine):
    """`Request.site` is absolute."""
    holdfast("status", "--site", "../club")
    assert engine.request.site == os.path.abspath("../club")


def test_the_file_in_the_source_speaks_in_the_version_that_is_deployed(holdfast, engine):
    """INTERFACE: the holdfast.toml at the top of the source gives framework, build, shared, hooks and keep."""
    engine.answers["inspect"]["settings"] = 'framework = "rails"\nkeep = 2\n[site]\nroot = "/elsewhere"\n'
    os.mkdir("code")
    ended = holdfast("deploy", "--site", "/srv/club", "--source", "code", "--yes")
    assert ended.code == 0
    assert [request.command for request in engine.requests] == ["inspect", "deploy"]
    assert (engine.request.settings.framework, engine.request.settings.keep) == ("rails", 2)
    assert engine.request.site == "/srv/club"


def test_the_file_around_the_working_directory_wins_over_the_one_in_the_source(holdfast, engine, tmp_path):
    """INTERFACE: it wins where both speak, and is silent where it says nothing."""
    engine.answers["inspect"]["settings"] = 'framework = "rails"\nkeep = 2\n'
    (tmp_path / "holdfast.toml").write_text("keep = 9\n")
    os.mkdir("code")
    holdfast("deploy", "--site", "/srv/club", "--source", "code", "--yes")
    assert (engine.request.settings.framework, engine.request.settings.keep) == ("rails", 9)


def test_a_mistake_in_the_file_of_the_source_names_its_commit(holdfast, engine):
    """Exit 10 before anything is begun."""
    engine.answers["inspect"]["settings"] = "kep = 2\n"
    os.mkdir("code")
    ended = holdfast("deploy", "--site", "/srv/club", "--source", "code", "--yes")
    assert ended.code == 10
    assert "holdfast.toml of 1234567890ab has an unknown key `kep`" in ended.err
    assert [request.command for request in engine.requests] == ["inspect"]


def test_link_passes_its_directories_as_they_were_typed(holdfast, engine, tmp_path):
    """`X/current/../shared` is `releases/shared` to the kernel: cleaned up here, the engine could not refuse it."""
    engine.answers["link"] = {"outcome": "linked", "release": "r", "shared": [], "data": {}, "warnings": []}
    holdfast("link", "club/releases/r", "club/current/../shared", "--yes")
    here = str(tmp_path / "here")
    assert engine.request.path == f"{here}/club/current/../shared"
    assert engine.request.release == f"{here}/club/releases/r"


def test_adopt_makes_a_site_of_the_directory_itself(holdfast, engine, tmp_path):
    """INTERFACE: in place; a second place that is named is a misunderstanding."""
    engine.answers["adopt"] = {"outcome": "adopted", "release": "r", "current": "r", "data": {}, "warnings": []}
    (tmp_path / "club").mkdir()
    assert holdfast("adopt", tmp_path / "club", "--site", "../club/", "--yes").code == 0
    assert (engine.request.site, engine.request.path) == (str(tmp_path / "club"),) * 2
    assert holdfast("adopt", tmp_path / "club", "--site", "/srv/other", "--yes").code == 2
    assert holdfast("adopt", tmp_path / "nowhere", "--yes").code == 11


@pytest.mark.parametrize("declared", [True, False])
def test_adopt_takes_an_application_out_of_a_document_root_to_the_site_that_is_named(
    holdfast, engine, tmp_path, monkeypatch, declared
):
    """INTERFACE, `[site] public_html`: by its name, or declared; where settings name both, no flag is needed."""
    engine.answers["adopt"] = {"outcome": "adopted", "release": "r", "current": "r", "data": {}, "warnings": []}
    root = tmp_path / ("live" if declared else "public_html")
    root.mkdir()
    if declared:
        monkeypatch.setenv("HOLDFAST_PUBLIC_HTML", str(root))
    assert holdfast("adopt", root, "--site", tmp_path / "club", "--yes").code == 0
    assert (engine.request.site, engine.request.path) == (str(tmp_path / "club"), str(root))
    if declared:
        monkeypatch.setenv("HOLDFAST_SITE", str(tmp_path / "club"))
        assert holdfast("adopt", root, "--yes").code == 0
        assert (engine.request.site, engine.request.path) == (str(tmp_path / "club"), str(root))


def test_who_and_when_come_from_outside_the_engine(holdfast, engine):
    """`Request.now` and `Request.who` are parameters."""
    holdfast("status", "--site", "/srv/club")
    assert engine.request.now > 1_700_000_000
    assert engine.request.who.endswith("@" + os.uname().nodename)


def test_explain_asks_about_the_site_around_here_and_else_about_the_application_here(holdfast, engine, tmp_path):
    """INTERFACE: `holdfast explain PATH [--site DIR]`."""
    engine.answers["explain"] = {"path": "storage", "care": "shared", "rulings": []}
    here = str(tmp_path / "here")
    holdfast("explain", "storage")
    holdfast("explain", "storage", "--site", "..")
    asked = [(request.path, request.site, request.release) for request in engine.requests]
    assert asked == [("storage", here, here), ("storage", str(tmp_path), str(tmp_path))]


def test_the_configuration_of_an_application_speaks_when_it_is_detected(holdfast, engine, tmp_path):
    """DESIGN 4: the site's own configuration speaks first."""
    engine.answers["detect"] = {"framework": "rails"}
    (tmp_path / "club").mkdir()
    (tmp_path / "club/holdfast.toml").write_text('[shared]\npaths = ["public/x/"]\n')
    holdfast("detect", tmp_path / "club", "--json")
    assert engine.request.settings.shared == ("public/x/",)
