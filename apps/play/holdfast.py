"""Holdfast in the root, by its command line, as people type it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from kinds.application import SITE, SOURCE
from play.people import People, run_as


@dataclass(frozen=True)
class Told:
    """How a command ended: its exit code, its answer, what it said, and from when to when it ran."""

    code: int
    answer: dict[str, Any]
    words: str
    began: float
    ended: float


def holdfast(people: People, *words: str) -> Told:
    began = time.time()
    ran = run_as(people.deployer, ["python3", "-m", "holdfast", *words, "--json", "--yes"], umask=people.umask)
    try:
        answer = json.loads(ran.stdout)
    except ValueError:
        answer = {}
    return Told(ran.returncode, answer, ran.stderr, began, time.time())


def adopt(people: People) -> Told:
    return holdfast(people, "adopt", SITE)


def deploy(people: People) -> Told:
    return holdfast(people, "deploy", "--site", SITE, "--source", SOURCE)


def rollback(people: People) -> Told:
    return holdfast(people, "rollback", "--site", SITE)


def sweep(people: People) -> Told:
    return holdfast(people, "sweep", "--site", SITE)
