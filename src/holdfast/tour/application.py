"""Versions of one application, made in a git repository of the tour's own."""

from __future__ import annotations

import os

from holdfast.config.layers import load_settings
from holdfast.config.places import absolute, working_directory
from holdfast.config.source import holds_git
from holdfast.config.text import NAME, Text
from holdfast.tour.example import EXAMPLE
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings, Source
from holdfast_engine.sources.git_process import Answer, git, raise_for

_AUTHOR = ("-c", "user.name=Holdfast", "-c", "user.email=tour@localhost")


class Application:
    """A bare repository in SCRATCH that holds the example, or what is at the directory OWN.

    OWN is read and never written to: a repository is fetched at its HEAD; of any other directory
    everything is taken but what its `.gitignore` files name.
    """

    def __init__(self, scratch: str, own: str | None) -> None:
        self.repository = os.path.join(scratch, "application.git")
        self._run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", self.repository, at="/")
        if own is None:
            own = _write_example(os.path.join(scratch, "example"))
        if holds_git(own):
            self._run("fetch", "--quiet", "--no-tags", "--depth=1", "--", own, "HEAD")
            self._run("read-tree", "FETCH_HEAD")
        else:
            self._run(f"--work-tree={own}", "add", "--all", ".", at=own)
        self._commits = 0
        self.commit({})

    @property
    def source(self) -> Source:
        return Source("git", self.repository)

    def commit(self, files: dict[str, str]) -> None:
        """The next version: as before, with FILES added or rewritten. HEAD leads to it."""
        for path, text in files.items():
            blob = self._run("hash-object", "-w", "--stdin", given=text.encode()).text
            self._run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        self._commits += 1
        tree = self._run("write-tree").text
        parents = ("-p", "HEAD") if self._commits > 1 else ()
        made = self._run(*_AUTHOR, "commit-tree", tree, *parents, "-m", f"version {self._commits}").text
        self._run("update-ref", "HEAD", made)

    def read(self, path: str) -> bytes | None:
        """The content of PATH at HEAD, or None when there is no such file."""
        found = git("cat-file", "blob", f"HEAD:{path}", git_dir=self.repository)
        return found.out if found.status == 0 else None

    def settings(self) -> Settings:
        """What the application's own `holdfast.toml` says, without build commands and hooks: none are run here."""
        content = self.read(NAME)
        files = [] if content is None else [Text(f"{NAME} of the application", content, from_source=True)]
        said = load_settings(files, {}, {}).settings().to_json()
        return Settings.from_json({**said, "build": [], "before_activation": [], "after_activation": [], "keep": 5})

    def _run(self, *words: str, at: str = "/", given: bytes = b"") -> Answer:
        answer = git(*words, cwd=at, git_dir="" if words[0] == "init" else self.repository, given=given)
        raise_for(answer, "source-unusable", "git cannot copy the application")
        return answer


def require_directory(app: str) -> str:
    """The absolute path of APP; `path-missing` when there is no such directory."""
    path = absolute(app, working_directory())
    if os.path.isdir(path):
        return path
    raise Problem("path-missing", f"there is no directory `{path}`", state="nothing was changed", hint="holdfast try")


def _write_example(top: str) -> str:
    for path, text in EXAMPLE.items():
        where = os.path.join(top, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "w", encoding="utf-8") as file:
            file.write(text)
    return top
