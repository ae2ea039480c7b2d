"""Where everything lies: below `.apps/`, which git ignores."""

from __future__ import annotations

import os

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(PROJECT, ".apps")
BASE = os.path.join(CACHE, "base")
LAYERS = os.path.join(CACHE, "layers")
RUNS = os.path.join(CACHE, "runs")
RESULTS = os.path.join(CACHE, "results")
LIBRARIES = os.path.join(CACHE, "libraries")
ARCHIVES = os.path.join(CACHE, "archives")
NODE = os.path.join(CACHE, "node")


class Unavailable(Exception):
    """What keeps an application from being tried here, in words."""
