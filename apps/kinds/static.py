"""Sites that are built and served as files, into which people put photos and single files by FTP."""

from __future__ import annotations

import os
from collections.abc import Callable

from kinds.application import SITE, Content, NotWritten
from kinds.small import Recipe, Small
from play.people import People, run_as
from play.web import Answer, picture

_WRITE = """
import os, sys
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with open(sys.argv[1], "xb") as file:
    file.write(bytes.fromhex(sys.argv[2]))
"""


class Static(Small):
    """FTP is a user of the host: the one whom the site belongs to."""

    version_path = "/version.txt"

    def __init__(self, people: People, variable: str, key: str, recipe: Recipe) -> None:
        super().__init__(people, variable, key, recipe)
        self._root = SITE

    def serve(self, root: str) -> None:
        self._root = root
        self.servers.nginx(root + self.web_root, "")

    @property
    def web_root(self) -> str:
        return self.recipe.web_root

    @property
    def places(self) -> str:
        return ""

    def pages(self) -> list[str]:
        return ["/", "/version.txt"]

    def write(self, token: str) -> list[Content]:
        return [self._put(f"photos/{token}.png", token), self._put(f"{token}.txt", token)]

    def stream(self, token: str) -> Content:
        return self._put(f"photos/{token}.png", token)

    def _put(self, path: str, token: str) -> Content:
        where = os.path.join(self._root + self.web_root, path)
        told = run_as(self._builder, ["python3", "-c", _WRITE, where, picture(token).hex()], umask=self.people.umask)
        if told.returncode:
            raise NotWritten(path, Answer(0, told.stderr.strip()[-300:], where))
        return Content("by FTP", token, self._shows(path, token))

    def _shows(self, path: str, token: str) -> Callable[[], bool]:
        return lambda: token in self.browser.get(f"/{path}").text
