"""One deployment tool, as the gauntlet drives it: a command line each for deploy, rollback and unlock, on this host."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
INSTALLED = os.path.join(ROOT, ".peers")
CONFIGS = os.path.join(HERE, "configs")

SPOKEN = re.compile(
    r"warn|refus|not shared|missing|lost|hidden|shrink|brought home|adopt|attic|displaced|left behind", re.IGNORECASE
)


@dataclass(frozen=True)
class Settings:
    """What a scenario wants of a tool, in words that each of them has."""

    directories: tuple[str, ...] = ("storage",)
    files: tuple[str, ...] = (".env",)
    keep: int = 2
    build: str = ""
    check: str = ""


@dataclass(frozen=True)
class Ran:
    code: int
    output: str

    def told(self, name: str) -> bool:
        """Whether a line of the output names NAME and says that something is the matter with it."""
        return any(name in line and SPOKEN.search(line) for line in self.output.splitlines())


class Tool:
    """A tool that deploys REPOSITORY to SITE, run from CONTROL, a directory of its own."""

    title: ClassVar[str]
    how: ClassVar[str]
    config: ClassVar[str] = ""
    names_by_second: ClassVar[bool] = True
    makes_directories: ClassVar[bool] = True

    def __init__(self, *, control: str, repository: str, site: str) -> None:
        self.control = control
        self.repository = repository
        self.site = site
        self.settings = Settings()
        shutil.copytree(os.path.join(CONFIGS, self.config), control) if self.config else os.makedirs(control)

    @classmethod
    def missing(cls) -> str:
        """Why this tool cannot be run here, or nothing."""
        return ""

    @classmethod
    def version(cls) -> str:
        return ""

    def words(self, act: str) -> list[str]:
        """The command line of ACT, which is deploy, rollback or unlock; none where the tool knows no such thing."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        chosen = self.settings
        return {
            "PEER_SITE": self.site,
            "PEER_REPOSITORY": self.repository,
            "PEER_DIRS": ":".join(chosen.directories),
            "PEER_FILES": ":".join(chosen.files),
            "PEER_KEEP": str(chosen.keep),
            "PEER_BUILD": chosen.build,
            "PEER_CHECK": chosen.check,
        }

    def set_up(self) -> None:
        """What is done once, before the first deploy."""

    def run(self, act: str, more: Mapping[str, str] | None = None) -> Ran:
        started = self.start(act, more)
        output, _ = started.communicate()
        return Ran(started.returncode, output)

    def start(self, act: str, more: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """ACT is under way, in a process group of its own, with no start-up file of a person's to run or to break."""
        return subprocess.Popen(
            self.words(act),
            cwd=self.control,
            env={
                **os.environ,
                **plain(),
                "HOME": self.control,
                "TMPDIR": self.control,
                **self.environment(),
                **(more or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    @property
    def can_unlock(self) -> bool:
        return bool(self.words("unlock"))


def plain() -> dict[str, str]:
    """Nobody's settings of git, no colours, programs of `.peers` first."""
    return {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "PATH": os.pathsep.join([os.path.join(INSTALLED, "bin"), os.environ["PATH"]]),
    }


def kill(started: subprocess.Popen[str]) -> None:
    """The tool and all that it started on this host are gone."""
    try:
        os.killpg(started.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    started.communicate()
