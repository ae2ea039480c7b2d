"""The small application that every tool deploys: a tree in the manner of PHP, in git, version by version."""

from __future__ import annotations

import os
import subprocess

FILES = {
    "artisan": "#!/usr/bin/env php\n<?php require __DIR__.'/bootstrap/app.php';\n",
    "composer.json": '{"require": {"php": "^8.2", "laravel/framework": "^12.0"}}\n',
    "bootstrap/app.php": "<?php return 1;\n",
    "app/Invoice.php": "<?php class Invoice {}\n",
    "public/index.php": "<?php // version {version}\n",
    "public/uploads/.gitkeep": "",
    "resources/views/home.blade.php": "version {version}\n",
    "storage/app/.gitignore": "*\n!public/\n!.gitignore\n",
    "storage/app/public/.gitignore": "*\n!.gitignore\n",
    "storage/logs/.gitignore": "*\n!.gitignore\n",
    "vendor/autoload.php": "<?php // version {version}\n",
    **{f"lib/part{number:03}.php": f"<?php // part {number}\n" * 20 for number in range(60)},
    ".env.example": "APP_KEY=\nAPP_NAME=Club\n",
}

_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "dev" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "dev@example.org" for who in ("AUTHOR", "COMMITTER")},
}


class Application:
    """A repository at TOP; `commit` makes the next version of all files, and of CHANGES (None takes a file away)."""

    def __init__(self, top: str) -> None:
        self.top = top
        self.version = 0
        self.files: dict[str, str] = dict(FILES)
        os.makedirs(top)
        self._git("init", "--quiet", "--initial-branch=main")

    def commit(self, changes: dict[str, str | None] | None = None) -> int:
        self.version += 1
        for path, text in (changes or {}).items():
            if text is None:
                del self.files[path]
                os.unlink(os.path.join(self.top, path))
            else:
                self.files[path] = text
        for path, text in self.files.items():
            if "{version}" in text or self.version == 1 or path in (changes or {}):
                self._write(path, text.replace("{version}", str(self.version)))
        self._git("add", "--all", "--force")
        self._git("commit", "--quiet", f"--message=version {self.version}")
        return self.version

    def branch(self, count: int) -> None:
        """COUNT branches beside the main one lead to the newest version as well."""
        for_git = "".join(f"update refs/heads/feature-{number} HEAD\n" for number in range(count))
        self._git("update-ref", "--stdin", told=for_git)

    def _write(self, path: str, text: str) -> None:
        where = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "w", encoding="utf-8") as file:
            file.write(text)

    def _git(self, *words: str, told: str = "") -> None:
        subprocess.run(["git", *words], cwd=self.top, env={**os.environ, **_ALONE}, check=True, input=told, text=True)
