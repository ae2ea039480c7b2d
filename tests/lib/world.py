"""A site and the application that is deployed to it, driven as a person would drive them."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from holdfast_engine.commands import perform
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source
from lib.precious import Precious, let_write

_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "dev",
    "GIT_AUTHOR_EMAIL": "dev@example.org",
    "GIT_COMMITTER_NAME": "dev",
    "GIT_COMMITTER_EMAIL": "dev@example.org",
}

LARAVEL = {
    "artisan": "#!/usr/bin/env php\n<?php require __DIR__.'/bootstrap/app.php';\n",
    "composer.json": '{"require": {"php": "^8.2", "laravel/framework": "^11.0"}}\n',
    "package.json": '{"devDependencies": {"vite": "^5", "vue": "^3"}, "scripts": {"build": "vite build"}}\n',
    "bootstrap/app.php": "<?php return 1;\n",
    "bootstrap/cache/.gitignore": "*\n!.gitignore\n",
    "config/filesystems.php": "<?php return ['disks' => ['local' => ['root' => storage_path('app')]]];\n",
    "public/index.php": "<?php // version {version}\n",
    "public/robots.txt": "User-agent: *\n",
    "public/build/manifest.json": '{"version": {version}}\n',
    "public/flags/de.svg": "<svg>de</svg>\n",
    "resources/views/home.blade.php": "version {version}\n",
    "storage/app/.gitignore": "*\n!public/\n!.gitignore\n",
    "storage/app/public/.gitignore": "*\n!.gitignore\n",
    "storage/framework/cache/.gitignore": "*\n!.gitignore\n",
    "storage/framework/sessions/.gitignore": "*\n!.gitignore\n",
    "storage/framework/views/.gitignore": "*\n!.gitignore\n",
    "storage/logs/.gitignore": "*\n!.gitignore\n",
    ".env.example": "APP_KEY=\nAPP_NAME=Shop\n",
    ".gitignore": "/vendor\n/node_modules\n/public/storage\n.env\n",
}

NEXT = {
    "package.json": '{"dependencies": {"next": "14.2.0", "react": "18.3.1"}, "scripts": {"build": "next build"}}\n',
    "next.config.js": "module.exports = {}\n",
    "app/page.jsx": "export default () => <p>version {version}</p>\n",
    "public/logo.svg": "<svg>version {version}</svg>\n",
    ".next/BUILD_ID": "build-{version}\n",
    ".gitignore": "/node_modules\n.env*.local\n",
}

PLAIN = {
    "index.php": "<?php 'version {version}';\n",
    "public/index.php": "<?php 'version {version}';\n",
    "public/uploads/.gitkeep": "",
}

STATIC = {"index.html": "<h1>version {version}</h1>\n", "style.css": "body {{}}\n"}


Person = Callable[[dict[str, Any]], bool]
"""Who reads a plan and says yes or no to it."""


class World:
    """One application (a directory, version by version, or a git repository by KIND) and one site.

    Every command goes through `perform`, the same way as the command line's, with a clock that
    the test owns. `precious` writes as the application does and judges afterwards.
    """

    def __init__(
        self,
        top: Path,
        files: Mapping[str, str] = LARAVEL,
        *,
        env: str | None = "APP_KEY=base64:k\nAPP_NAME=Shop\n",
        kind: str = "directory",
    ) -> None:
        self.top = top
        self.kind = kind
        self.site = top / "site"
        self.repository = top / "repository"
        self.files = dict(files)
        self.version = 0
        self.events: list[Event] = []
        self.refusal: Problem | None = None
        self.precious = Precious(self.site)
        self.settings = Settings()
        self._clock = itertools.count(1_700_000_000, 60)
        self.repository.mkdir(parents=True, exist_ok=True)
        if kind == "git":
            self.git("init", "--quiet", "--initial-branch=main", str(self.repository), at=top)
        if env is not None:
            (self.site / "shared").mkdir(parents=True)
            self.precious.write(".env", text=env, into=self.site / "shared")

    def git(self, *words: str, at: Path | None = None) -> str:
        ran = subprocess.run(
            ["git", *words],
            cwd=at or self.repository,
            env={**os.environ, **_GIT},
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout.strip()

    def commit(self, changes: Mapping[str, str | None] | None = None) -> str:
        """A new version of the application; CHANGES adds, rewrites or (None) removes files. Returns git's commit."""
        self.version += 1
        for path, text in (changes or {}).items():
            if text is None:
                self.files.pop(path, None)
                self._remove(self.repository / path)
            else:
                self.files[path] = text
        for path, text in self.files.items():
            where = self.repository / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(text.replace("{version}", str(self.version)).replace("{{}}", "{}"))
        if self.kind != "git":
            return ""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", f"--message=version {self.version}")
        return self.git("rev-parse", "HEAD")

    def _remove(self, path: Path) -> None:
        """PATH, and with it, as git does, the directories that held nothing else."""
        path.unlink()
        for above in path.parents:
            if above == self.repository or any(above.iterdir()):
                return
            above.rmdir()

    @property
    def source(self) -> Source:
        return Source(self.kind, str(self.repository))

    def request(self, command: str, **more: Any) -> Request:
        values: dict[str, Any] = {
            "site": str(self.site),
            "now": float(next(self._clock)),
            "yes": True,
            "settings": self.settings,
        }
        return Request(command, **{**values, **more})

    def perform(self, command: str, *, person: Person | None = None, **more: Any) -> dict[str, Any]:
        """Whatever is answered is JSON, so that a wire can carry it as it is. PERSON is shown the plan and asked."""
        request = self.request(command, **{"yes": person is None, **more})
        self.refusal = None
        try:
            answer = perform(request, tell=self.events.append, ask=person or (lambda _plan: True))
        except Problem as problem:
            self.refusal = problem
            raise
        assert json.loads(json.dumps(answer)) == answer
        return answer

    def deploy(self, **more: Any) -> dict[str, Any]:
        """Deploy what is committed now."""
        return self.perform("deploy", **{"source": self.source, **more})

    def ship(self, changes: Mapping[str, str | None] | None = None, **more: Any) -> dict[str, Any]:
        """Commit a new version and deploy it."""
        self.commit(changes)
        return self.deploy(**more)

    def rollback(self, release: str = "") -> dict[str, Any]:
        return self.perform("rollback", release=release)

    @property
    def live(self) -> Path:
        return self.site / "current"

    def put(self, path: str, text: str) -> None:
        """Somebody saves TEXT at PATH of the live release, in directories of their own where there are none."""
        where = self.live / path
        let_write(where)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)

    def assert_code_is(self, version: int, path: str = "public/index.php") -> None:
        assert f"version {version}" in (self.live / path).read_text() or f"-{version}" in (self.live / path).read_text()

    def forget_state(self) -> None:
        """Somebody removed `.holdfast/`."""
        shutil.rmtree(self.site / ".holdfast")
