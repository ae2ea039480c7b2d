"""Small applications with one contract: `/version`, `/upload` with `/uploads/NAME`, and `/notes`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kinds.application import CURRENT, SITE, SOURCE, Application, Content, NotWritten, debian
from kinds.trees import copy_version, put
from play.people import People, run_as
from play.web import picture

_PROXY = """
location / {
  proxy_pass http://127.0.0.1:8000; proxy_http_version 1.1; proxy_set_header Host $host;
  proxy_set_header X-Forwarded-Proto http; proxy_read_timeout 60;
}
"""
_SERVED = "location /UPLOADS/ { root ROOT; }"


@dataclass(frozen=True)
class Recipe:
    """What there is to say of a small application.

    TREE lies below `sources/`. COMMAND serves it at port 8000, from its own directory. BUILD are the commands of
    `[build]`, and what its user typed by hand before Holdfast came, with HAND besides. TOML is the rest of its
    `holdfast.toml`. HOOKS restart it: "restart" after the switch, "stop" around it; HOOKS_BEFORE come before it.
    OUTPUTS are made by the build, and directories in MADE by hand.
    """

    tree: str
    command: str
    packages: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    hand: tuple[str, ...] = ()
    toml: str = ""
    hooks: str = "restart"
    hooks_before: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    env: str = ""
    web_root: str = ""
    told_by: Callable[[], Iterator[str]] | None = field(default=None)


_HOOKS = {
    "": "",
    "restart": '[hooks]\nafter_activation = ["sudo /usr/local/bin/app restart"]\n',
    "stop": '[hooks]\nstop = ["sudo /usr/local/bin/app stop"]\nstart = ["sudo /usr/local/bin/app start"]\n',
}


class Small(Application):
    """A server of its own behind nginx."""

    version_path = "/version"

    def __init__(self, people: People, variable: str, key: str, recipe: Recipe) -> None:
        super().__init__(people, variable, key)
        self.recipe = recipe

    def source(self, number: int) -> None:
        copy_version(self.recipe.tree, SOURCE, number)
        put(f"{SOURCE}/holdfast.toml", self._toml())

    def _toml(self) -> str:
        build = ", ".join(f"'''{one}'''" for one in self.recipe.build)
        parts = [f"[build]\ncommands = [{build}]\n" if build else "", self.recipe.toml, _HOOKS[self.recipe.hooks]]
        if self.recipe.hooks_before:
            parts.append(f"before_activation = [{', '.join(map(repr, self.recipe.hooks_before))}]\n")
        return "\n".join(filter(None, parts))

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.recipe.outputs

    def prepare(self) -> None:
        shutil.copytree(SOURCE, SITE)
        for path in self.recipe.made:
            os.makedirs(f"{SITE}/{path}", exist_ok=True)
        if self.recipe.env:
            put(f"{SITE}/.env", self.recipe.env)
        self.people.own(SITE)
        typed = [(self._builder, one) for one in self.recipe.build] + [
            (self.people.web, one) for one in self.recipe.hand
        ]
        for who, one in typed:
            told = run_as(who, ["/bin/sh", "-c", one], cwd=SITE, umask=self.people.umask)
            if told.returncode:
                raise RuntimeError(f"`{one}` fails: {told.stdout[-800:]} {told.stderr[-800:]}")

    @property
    def _builder(self) -> str:
        return self.people.web if self.people.key == "root" else self.people.deployer

    def serve(self, root: str) -> None:
        """The application is started where it is served from, and nginx leads to it."""
        if root == CURRENT and self.recipe.hooks == "stop":
            self._come_home()
        self.servers.application(SITE if root == SITE else CURRENT, self.recipe.command)
        super().serve(root)

    def _come_home(self) -> None:
        """What it had in memory, and saved where it was started, is brought to where it will be started."""
        self.servers.end_application()
        told = run_as(self.people.deployer, ["python3", "-m", "holdfast", "sweep", "--site", SITE, "--yes"])
        if told.returncode:
            raise RuntimeError(told.stderr[-500:])

    @property
    def places(self) -> str:
        return _PROXY

    def versions(self) -> list[str]:
        own = list(self.recipe.told_by()) if self.recipe.told_by else []
        return [*debian(*self.recipe.packages), *own]

    def write(self, token: str) -> list[Content]:
        return [self._photo(token), self._note(token)]

    def stream(self, token: str) -> Content:
        return self._photo(token) if token[-1] in "02468" else self._note(token)

    def pages(self) -> list[str]:
        return ["/version", "/notes"]

    def _photo(self, token: str) -> Content:
        name = f"{token}.png"
        told = self.browser.post("/upload", {}, {"file": (name, picture(token))})
        if not told.ok or "kept" not in told.text:
            raise NotWritten("photo", told)
        return Content("photo", token, lambda: token in self.browser.get(f"/uploads/{name}").text)

    def _note(self, token: str) -> Content:
        text = f"noted {token}."
        told = self.browser.post("/notes", {"text": text})
        if not told.ok or "kept" not in told.text:
            raise NotWritten("note", told)
        return Content("note", text, lambda: text in self.browser.get("/notes").text)


def said(*words: str) -> str:
    """What a program says of its version, in one line."""
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    return (told.stdout or told.stderr).strip().splitlines()[0] if told.stdout or told.stderr else ""
