"""The wheel in an environment of its own, as pipx and uv make one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from house.source_tree import ROOT
from lib.first_site import by, nothing_but, taken_on_and_deployed

WHEELS = os.path.join(ROOT, ".wheels")


def ran(*words):
    return subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(published, tmp_path_factory):
    """The `holdfast` of a new environment, made without a network."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    command = [sys.executable, "-m", "pip", "--python", place / "bin/python", "install", "--quiet", "--no-compile"]
    told = ran(*command, "--no-index", "--find-links", WHEELS, published.one("*.whl"))
    assert told.returncode == 0, told.stderr
    return place / "bin/holdfast"


def test_a_new_environment_takes_a_site_on_and_deploys_to_it(installed, tmp_path):
    """G1, G2: with its two libraries and nothing of this clone."""
    taken_on_and_deployed(by([str(installed)], nothing_but(tmp_path / "home")), tmp_path)


def test_its_manual_page_lies_where_pipx_looks_for_one(installed):
    """`man holdfast` after `pipx install`."""
    assert (installed.parents[1] / "share/man/man1/holdfast.1").read_text().startswith(".TH HOLDFAST 1")


INSTALL = {
    "pipx": ("install", "--python", sys.executable),
    "uv": ("tool", "install", "--python", sys.executable, "--no-index", "--find-links", WHEELS),
}
UNINSTALL = {"pipx": ("uninstall", "holdfast"), "uv": ("tool", "uninstall", "holdfast")}


@pytest.mark.installs
@pytest.mark.parametrize("tool", INSTALL)
def test_pipx_and_uv_install_it_and_take_it_away(published, tmp_path, tool):
    """The lines of the page of installation, in a home with nothing in it."""
    bench = tmp_path / "bench"
    subprocess.run([sys.executable, "-m", "venv", bench], check=True)
    if ran(bench / "bin/python", "-m", "pip", "install", "--quiet", tool).returncode:
        pytest.skip(f"{tool} cannot be fetched here")
    home = nothing_but(tmp_path / "home")
    run, holdfast = by([str(bench / "bin" / tool)], home), tmp_path / "home/.local/bin/holdfast"
    run(*INSTALL[tool], published.one("*.whl"))
    taken_on_and_deployed(by([str(holdfast)], home), tmp_path)
    run(*UNINSTALL[tool])
    assert not os.path.lexists(holdfast)
    assert (tmp_path / "club/current/index.html").read_text() == "the second page"
