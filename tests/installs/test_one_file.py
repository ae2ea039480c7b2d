"""The programs in one file, on a host where nothing is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lib.first_site import by, nothing_but, taken_on_and_deployed
from lib.interpreters import interpreter


def test_all_of_it_takes_a_site_on_and_deploys_to_it(published, tmp_path):
    """G1, G2: no packages of the host, no site directory, an empty home."""
    home = nothing_but(tmp_path / "home")
    taken_on_and_deployed(by([sys.executable, "-I", "-S", str(published.at / "holdfast.pyz")], home), tmp_path)


def test_it_is_a_program_by_itself(published, tmp_path):
    """`install -m 755 holdfast.pyz ~/.local/bin/holdfast`, as the page of installation says."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/holdfast").symlink_to(published.at / "holdfast.pyz")
    (tmp_path / "bin/python3").symlink_to(sys.executable)
    told = subprocess.run(
        [tmp_path / "bin/holdfast", "--version"], env={"PATH": str(tmp_path / "bin")}, capture_output=True, check=True
    )
    assert told.stdout.startswith(b"holdfast ")


def test_its_pages_its_completion_and_its_settings_are_read_from_the_file(published, tmp_path):
    """Nothing lies beside it that could be read instead; a schema that no editor could open is not named."""
    run = by([sys.executable, "-I", "-S", str(published.at / "holdfast.pyz")], nothing_but(tmp_path / "home"))
    assert run("docs", "install").startswith("# Install")
    assert "_HOLDFAST_COMPLETE=zsh_complete" in run("completion", "zsh")
    (tmp_path / "club").mkdir()
    run("init", tmp_path / "club")
    assert (tmp_path / "club/holdfast.toml").read_text().startswith("# What Holdfast needs")
    (tmp_path / "club/holdfast.toml").write_text("keep = 3\n")
    assert "3" in run("config", "--config", tmp_path / "club/holdfast.toml")


@pytest.mark.installs
def test_the_tour_runs_from_the_file(published, tmp_path):
    """G1 to G5; each of its commands is a process of its own, which finds the file again."""
    run = by([sys.executable, "-I", "-S", str(published.at / "holdfast.pyz")], nothing_but(tmp_path / "home"))
    assert run("try").splitlines()[-1] == "lost: 0"


_BETWEEN = [pytest.param(version, marks=pytest.mark.installs) for version in ("3.10", "3.12")]


@pytest.mark.parametrize("version", ["3.9", *_BETWEEN, "3.13", "3.14"])
def test_the_other_file_does_the_same_by_other_pythons(published, tmp_path, version):
    """G1, G2: what a host has that nothing may be installed on."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    engine = [python, "-I", "-S", str(published.at / "holdfast-engine.pyz")]
    taken_on_and_deployed(by(engine, nothing_but(tmp_path / "home")), tmp_path)
