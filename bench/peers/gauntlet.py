"""The scenarios of the gauntlet, by number and in order, and their run against one tool."""

from __future__ import annotations

import os
import shutil
import stat
import statistics
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from peers.scene import ENV, Scene
from peers.tool import Tool

Story = Callable[[Scene], str]


@dataclass(frozen=True)
class Scenario:
    """TELL plays it in a new scene and says in few words what was seen on the disk."""

    number: str
    title: str
    tell: Story
    env: bytes | None = ENV


@dataclass
class Column:
    """What one tool made of each scenario."""

    title: str
    cells: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) if self.seconds else 0.0


def objection(tool: type[Tool]) -> str:
    """Why TOOL has no column: it is not here, or does not get the application live where nothing is in its way."""
    if tool.missing():
        return tool.missing()
    wrong = []

    def plain(scene: Scene) -> str:
        for _ in range(2):
            ran = scene.ship()
            if ran.code or scene.site.status() != 200 or scene.site.version() != scene.application.version:
                wrong.append(f"a plain deploy fails here, exit {ran.code}: {ran.output.strip()[-300:]}")
                break
        return ""

    run(tool, tool.title, [Scenario("0", "a plain deploy", plain)])
    return "".join(wrong)


def run(tool: Callable[..., Tool], title: str, scenarios: Iterable[Scenario]) -> Column:
    """Each scenario in a directory of its own, which is gone afterwards."""
    column = Column(title)
    for scenario in scenarios:
        top = os.path.realpath(tempfile.mkdtemp(prefix="peers-"))
        try:
            scene = Scene(top, tool, env=scenario.env)
            column.cells[scenario.number] = told(scenario, scene)
            column.seconds += scene.seconds
        finally:
            remove(top)
    return column


def told(scenario: Scenario, scene: Scene) -> str:
    """Where what a tool left keeps a scenario from going on, its reason is the verdict."""
    try:
        return scenario.tell(scene)
    except OSError as reason:
        return f"broke off: {reason.strerror}"


def remove(top: str) -> None:
    for here, _, _ in os.walk(top):
        os.chmod(here, stat.S_IRWXU)
    shutil.rmtree(top, ignore_errors=True)
