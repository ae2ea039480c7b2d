"""`make try` on a machine where nothing was made ready."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from house.source_tree import ROOT, tracked


@pytest.mark.installs
def test_a_fresh_clone_takes_the_tour_with_two_libraries_and_no_developer_s_tools(tmp_path, monkeypatch):
    """Progress from the first second; what only tests need is not fetched."""
    for path in tracked():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.join(ROOT, path), tmp_path / path)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS"):  # `make installs` is no part of what somebody types
        monkeypatch.delenv(name, raising=False)
    told = subprocess.run(["make", "try"], cwd=tmp_path, capture_output=True, text=True, check=False)
    said = told.stderr.splitlines()
    if told.returncode and "2/2  fetching click, markdown-it-py, mdurl, pygments, rich" in said:
        pytest.skip("the two libraries cannot be fetched here")
    assert (told.returncode, told.stdout.splitlines()[-1:]) == (0, ["lost: 0"]), told.stderr
    assert said[0].startswith("the tour of Holdfast")
    assert not (tmp_path / ".venv").exists()
    brought = {path.name.partition("-")[0] for path in (tmp_path / ".venv-try").glob("lib/*/site-packages/*.dist-info")}
    assert brought == {"click", "markdown_it_py", "mdurl", "pygments", "rich"}
    again = subprocess.run(["make", "try"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "fetching" not in again.stderr
