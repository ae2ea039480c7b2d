"""A real application in a root of its own, judged by HTTP: one cell of `make apps`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from house.source_tree import ROOT

APPS = os.path.join(ROOT, "apps")
READY = """
import sys
sys.path.insert(0, sys.argv[1])
from sandbox.roots import ready
sys.exit(not ready("php"))
"""


def why_not() -> str:
    if os.geteuid() != 0:
        return "roots of Debian are entered by root alone"
    ready = subprocess.run([sys.executable, "-c", READY, APPS], check=False)
    return "" if ready.returncode == 0 else "no root of Debian with nginx and php-fpm: `make apps` builds it"


def test_a_plain_php_site_with_a_forum_loses_hides_and_refuses_nothing():
    """G1, G2, G10: adopted, deployed twice, rolled back, with users at work; asked by HTTP as they would ask."""
    if why_not():
        pytest.skip(why_not())
    command = [sys.executable, "run.py", "--app", "plain-php", "--people", "root", "--variable", "realpath_root"]
    ran = subprocess.run([*command, "--short"], cwd=APPS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    with open(os.path.join(ROOT, ".apps/results/short.json"), encoding="utf-8") as file:
        assert json.load(file)["written"] > 50
