"""The pages of the documentation that come with every installation, read without a network."""

from __future__ import annotations

import os

import holdfast

TOPICS = {
    "first-aid": ("first-aid.md", "something is missing, or the site is down: what to type"),
    "guarantees": ("guarantees.md", "what is promised, and how each promise is tested"),
    "commands": ("reference/commands.md", "every command with its options"),
    "configuration": ("reference/configuration.md", "every setting, its file and its variable"),
    "importing": ("importing.md", "what `init` takes over from Capistrano, Deployer and others"),
    "problems": ("reference/problems.md", "every exit code and every message's code word"),
    "review": ("review.md", "what looks like code: what is listed, and what a decision does"),
    "report": ("report.md", "one page of a site: what it shows, who may read it, its keys for scripts"),
    "leaving": ("leaving.md", "how a site is given back, and what is left"),
    "conventions": ("conventions.md", "output, colours, logs, directories, completion, privacy"),
    "on-disk-format": ("design/on-disk-format.md", "what lies below a deploy root, readable without Holdfast"),
    "rules": ("design/rules.md", "the rules that hold the engine together"),
}
"""Each topic's page below `docs/`, and what it is about."""

_HERE = os.path.dirname(os.path.abspath(holdfast.__file__))
PLACES = (os.path.join(_HERE, "pages"), os.path.join(os.path.dirname(os.path.dirname(_HERE)), "docs"))
"""Where pages lie: in a wheel beside the code, in a clone at its top."""


def read(topic: str) -> str:
    """The text of TOPIC's page; raises OSError where the installation lacks it."""
    name = TOPICS[topic][0]
    found = next((place for place in PLACES if os.path.isfile(os.path.join(place, name))), PLACES[0])
    with open(os.path.join(found, name), encoding="utf-8") as file:
        return file.read()
