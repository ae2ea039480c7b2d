"""A scenario as it is played: people and commands by turns on one site, which can be copied at any step."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash import hands, victim
from crash.shim import Made, heard
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source
from lib import oracle
from lib.precious import Precious
from scenarios.writers import acknowledged

SMALL = {
    "index.php": "<?php // version {version}\n",
    "public/index.php": "<?php require '../index.php'; // version {version}\n",
    "lib/page.php": "<?php // page of version {version}\n",
}
_START = 1_700_000_000.0


def _nothing(_play: Play) -> None: ...


@dataclass(frozen=True)
class Step:
    """One command: WHAT and, for a deploy, its VERSION; PEOPLE is what happens before it, MORE what the request says.

    REFUSED is the code word that it ends with. AT is the clock, in seconds from the beginning.
    """

    what: str
    version: int = 0
    people: Callable[[Play], None] = _nothing
    refused: str = ""
    at: float | None = None
    settings: Settings | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One scenario of incidents.md: STEPS, and the RULE of its own that holds at the end.

    FILES are the application's, with `{version}` in them; OF_VERSION those that a version adds or
    (None) lacks. ENV is the environment that the site begins with. HIDDEN are paths whose user
    content need not be served (it must be kept nevertheless). KINDS of faults take turns.
    """

    name: str
    steps: Sequence[Step]
    rule: Callable[[Play], list[str]] = lambda _play: []
    files: Mapping[str, str] = field(default_factory=lambda: SMALL)
    of_version: Mapping[int, Mapping[str, str | None]] = field(default_factory=dict)
    settings: Settings = field(default_factory=lambda: Settings(framework="generic-php"))
    env: str = ""
    hidden: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()

    def sources(self, version: int) -> dict[str, str]:
        """What VERSION ships."""
        files: dict[str, str | None] = {"VERSION": "{version}\n", **self.files}
        for number in range(version + 1):
            files.update(self.of_version.get(number, {}))
        return {path: _in(text, version) for path, text in files.items() if text is not None}


def _in(text: str, version: int) -> str:
    return text.replace("{version}", str(version)).replace("{{}}", "{}")


class Play:
    """One site in the middle of STORY.

    `precious` knows what people wrote, UNSEEN what they hid themselves; BEGUN: some version was live.
    """

    def __init__(self, story: Story, top: Path) -> None:
        self.story, self.top, self.site = story, top, top / "site"
        self.unseen: frozenset[str] = frozenset()
        self.begun = False
        self.precious = Precious(self.site)
        self._copies = 0
        for version in {step.version for step in story.steps} - {0}:
            hands.write(top / f"v{version}", story.sources(version))
        (self.site / "shared").mkdir(parents=True)
        if story.env:
            self.precious.write(".env", text=story.env, into=self.site / "shared")

    def copy(self) -> Play:
        """The same site at another place, modes, times and links kept, to be played on from here."""
        self._copies += 1
        twin = object.__new__(Play)
        twin.__dict__.update(self.__dict__)
        twin.site = self.top / f"copy-{self._copies}-{id(self)}"
        subprocess.run(["cp", "-a", str(self.site), str(twin.site)], check=True)
        twin.precious = self.precious.copied_to(twin.site)
        return twin

    @property
    def live(self) -> Path:
        return self.site / "current"

    @property
    def shared(self) -> Path:
        return self.site / "shared"

    def release(self, version: int) -> Path:
        """The newest release that is of VERSION, wherever `current` leads."""
        of = [one for one in (self.site / "releases").iterdir() if _version(one) == version]
        return max(of, key=lambda one: one.name)

    @property
    def version(self) -> int:
        return _version(self.live)

    def request(self, number: int) -> Request:
        """The command of the step NUMBER."""
        step = self.story.steps[number]
        at = _START + (600 * number if step.at is None else step.at)
        values: dict[str, Any] = {"now": at, "yes": True, "settings": step.settings or self.story.settings}
        if step.version:
            values["source"] = Source("directory", str(self.top / f"v{step.version}"))
        return Request(step.what, **{"site": str(self.site), **values, **step.more})

    def prepare(self, number: int) -> None:
        """What people do before the step NUMBER is done."""
        self.story.steps[number].people(self)

    def step(self, number: int) -> list[str]:
        """The command of the step NUMBER ran; what is wrong with how it ended."""
        refused, was = self.story.steps[number].refused, self.version
        wrong = self.ended(self.request(number), refused)
        return wrong + ["refused, and another version is live"] * bool(refused and self.version != was)

    def ended(self, request: Request, refused: str = "") -> list[str]:
        """REQUEST ran; what is wrong with how it ended."""
        try:
            victim.run(request)
        except Problem as problem:
            told = f"stuck: {request.command}: {problem.code}: {problem.message} {problem.context}"
            return [] if problem.code == refused or self._is_alarm(problem) else [told]
        if request.command == "deploy":
            self.unseen = frozenset()  # whatever people hid, a deploy shows again
        return [f"{request.command} was not refused"] if refused else []

    def _is_alarm(self, problem: Problem) -> bool:
        """`recover` ends well when it says what a hook or a person of this story took, and that no copy is left."""
        takes = any(step.refused in ("data-shrank", "checklist-refused") for step in self.story.steps)
        return takes and problem.code == "data-missing"

    def heard(self, number: int) -> tuple[list[str], list[Made]]:
        """Like `step`, with every changing call that was made."""
        wrong: list[str] = []
        made = heard(str(self.site), lambda: wrong.extend(self.step(number)))
        return wrong, made

    def hear_of_writers(self) -> None:
        """What was acknowledged to writers beside the command is people's as well."""
        told = acknowledged(self.site)
        self.precious.written |= told
        self.unseen |= told.keys()

    def lost(self) -> list[str]:
        """Contents that people wrote and that stand nowhere outside the trash and the cache (G1)."""
        return oracle.lost(self.site, self.precious.digests)

    def unserved(self) -> list[str]:
        """What the application does not see although it should: people's files and the live version's code (G2, G3)."""
        if not self.version:
            return ["served wrongly: no version is live"] * (self.begun or self.live.is_symlink())
        self.begun = True
        code = {path: text for path, text in self.story.sources(self.version).items() if self._is_code(path)}
        due = {path: oracle.digest(text.encode()) for path, text in code.items()} | self.precious.digests
        hidden = self.story.hidden | self.unseen
        return oracle.served(self.live, {path: one for path, one in due.items() if path not in hidden})

    def _is_code(self, path: str) -> bool:
        """False for a cache, and for a seed behind the link of a shared path: its version there is people's affair."""
        behind_a_link = (self.live / path).resolve().is_relative_to(self.shared.resolve())
        return not behind_a_link and not path.startswith("bootstrap/cache")


def wrote(*paths: str) -> Callable[[Play], None]:
    """The application wrote each of PATHS, as it sees them."""

    def write(play: Play) -> None:
        for path in paths:
            play.precious.write(path)

    return write


def _version(release: Path) -> int:
    try:
        return int("".join(filter(str.isdigit, (release / "VERSION").read_text())))
    except OSError:
        return 0
