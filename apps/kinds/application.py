"""What the story needs to know of an application."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from play.people import People
from play.servers import PHP_PLACE, Servers
from play.web import Answer, Browser

SITE = "/srv/site"
CURRENT = f"{SITE}/current"
SOURCE = "/srv/source"
ADDRESS = "http://127.0.0.1/"


class NotWritten(Exception):
    """The application refused what a user wanted to write, or did not answer."""

    def __init__(self, why: str, answer: Answer) -> None:
        words = " ".join(answer.text.split())
        super().__init__(f"{why}: {answer.status} {answer.url} {words[:300]}")


@dataclass(frozen=True)
class Content:
    """TEXT was acknowledged, and READ says whether the application shows it. What a user removed is GONE."""

    kind: str
    text: str
    read: Callable[[], bool]
    gone: bool = False


@dataclass
class Application(ABC):
    """One application in one cell of the matrix. `prepare` and `serve` come first, in this order."""

    people: People
    variable: str
    key: str = ""
    servers: Servers = field(init=False)
    version_path: ClassVar[str] = "/version.php"
    """Where the application says its version, without a database."""

    def __post_init__(self) -> None:
        self.servers = Servers(self.people)
        self.browser = Browser()

    # how it comes to be

    @abstractmethod
    def source(self, number: int) -> None:
        """Version NUMBER lies in SOURCE."""

    @abstractmethod
    def prepare(self) -> None:
        """The application is live in SITE, a plain directory, as its user put it there by hand."""

    def serve(self, root: str) -> None:
        """ROOT is what the web server is pointed at."""
        self.servers.nginx(root + self.web_root, self.places)

    @property
    def web_root(self) -> str:
        """Below the application, with a leading slash, "" for the application itself."""
        return ""

    @property
    def places(self) -> str:
        return PHP_PLACE.format(variable=self.variable)

    def versions(self) -> list[str]:
        """Of what ran, for the table."""
        return []

    def settle(self) -> None:
        """No process knows anything of earlier releases any more."""
        self.servers.reload()

    @property
    def outputs(self) -> tuple[str, ...]:
        """What its build makes anew in each release."""
        return ()

    # how its users write and read

    @abstractmethod
    def write(self, token: str) -> list[Content]:
        """One content of each kind that users write, each acknowledged; raises NotWritten."""

    def stream(self, token: str) -> Content:
        """One content of the kind that users write all the time."""
        return self.write(token)[0]

    def between(self, turn: int) -> list[Content]:  # noqa: ARG002 - some applications have a plan
        """What else a user does before turn TURN, from 1 on."""
        return []

    def pages(self) -> list[str]:
        """Addresses that answer well at any time."""
        return [self.version_path]

    def version(self, browser: Browser) -> str:
        """The number of the version that answers, "" for none."""
        found = browser.get(self.version_path)
        return found.text.strip() if found.ok else ""

    @property
    def settings(self) -> str:
        """The site's holdfast.toml, which the source ships; "" for none."""
        return ""


def debian(*names: str) -> list[str]:
    """Debian packages with their versions, as this root has them."""
    if not names:
        return []  # without a name, it would tell of all of them
    command = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *names]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
