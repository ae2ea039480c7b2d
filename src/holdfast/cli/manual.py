"""The pages of the documentation that come with every installation, read without a network."""

from __future__ import annotations

import os
import pkgutil

import holdfast

TOPICS = {
    "install": ("install.md", "pipx, uv, one file, .deb; checksums; upgrading; what a host needs"),
    "first-aid": ("first-aid.md", "something is missing, or the site is down: what to type"),
    "guarantees": ("guarantees.md", "what is promised, and how each promise is tested"),
    "commands": ("reference/commands.md", "every command with its options"),
    "configuration": ("reference/configuration.md", "every setting, its file and its variable"),
    "importing": ("importing.md", "what `init` takes over from Capistrano, Deployer and others"),
    "problems": ("reference/problems.md", "every exit code and every message's code word"),
    "review": ("review.md", "what looks like code: what is listed, and what a decision does"),
    "leaving": ("leaving.md", "how a site is given back, and what is left"),
    "conventions": ("conventions.md", "output, colours, logs, directories, completion, privacy"),
    "on-disk-format": ("design/on-disk-format.md", "what lies below a deploy root, readable without Holdfast"),
    "rules": ("design/rules.md", "the rules that hold the engine together"),
}
"""Each topic's page below `docs/`, and what it is about."""

_CLONE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(holdfast.__file__))))


def read(topic: str) -> str:
    """The text of TOPIC's page, from beside the code, or in a clone from its top; OSError where there is none."""
    name = TOPICS[topic][0]
    try:
        content = pkgutil.get_data("holdfast", f"pages/{name}")  # also where the code lies in an archive
    except OSError:
        with open(os.path.join(_CLONE, "docs", name), "rb") as file:
            content = file.read()
    assert content is not None
    return content.decode()
