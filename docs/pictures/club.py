"""A club's site as it stands after a summer: six deploys, a rollback, uploads, and what people put beside the code."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import Any

from holdfast.tour.example import EXAMPLE
from holdfast_engine.commands import perform
from holdfast_engine.model.request import Request, Settings, Source

_BEGAN = datetime(2026, 6, 1, 9, 30, tzinfo=UTC).timestamp()
_DAY = 86400
_VENDOR = {
    "laravel/framework": 9_800_000, "symfony/http-kernel": 2_400_000, "symfony/console": 1_900_000,
    "guzzlehttp/guzzle": 1_200_000, "nesbot/carbon": 3_100_000, "monolog/monolog": 900_000,
    "dompdf/dompdf": 6_200_000, "league/flysystem": 700_000, "ramsey/uuid": 600_000, "brick/math": 400_000,
}  # fmt: skip
_PAGES = ("home", "members", "fixtures", "results", "gallery", "contact", "invoice", "certificate")
Files = dict[str, str | int | None]
"""Paths with a text, with so many bytes that say nothing, or with nothing for what goes."""


class Club:
    """The site below TOP, with a clock of its own: pictures of it are alike whenever they are made."""

    def __init__(self, top: str) -> None:
        self.site = os.path.join(top, "club")
        self._source = os.path.join(top, "source")
        self._now = _BEGAN
        os.makedirs(self._source)
        self._git("init", "--quiet", "--initial-branch=main")
        self.put({"shared/.env": "APP_NAME=Club\nAPP_KEY=base64:bm90IGEgc2VjcmV0\nAPP_DEBUG=false\n"})

    def wait(self, days: float) -> None:
        self._now += days * _DAY

    def ask(self, command: str, **more: Any) -> dict[str, Any]:
        request = Request(command, self.site, self._now, who="ada@club-web-1", yes=True, **{"said": (), **more})
        self._now += 40
        return perform(request, tell=lambda _event: None, ask=lambda _plan: True)

    def deploy(self, subject: str, changes: Files) -> None:
        """A new version, with SUBJECT as its author's word."""
        _write(self._source, changes, self._now)
        self._git("add", "--all", "--force")
        self._git("commit", "--quiet", "--allow-empty", "-m", subject)
        self.ask("deploy", source=Source("git", self._source), settings=Settings(framework="laravel"), said=None)

    def put(self, files: Files) -> None:
        """Files below the site, as the application or a person writes them."""
        _write(self.site, files, self._now)

    def upload(self, where: str, ending: str, number: int, size: int) -> None:
        """A number of uploads, of sizes around SIZE."""
        made = {f"current/{where}/{at:04}{ending}": size * (60 + at * 37 % 90) // 100 for at in range(number)}
        self.put(dict(made))

    def _git(self, *words: str) -> None:
        who = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": f"{int(self._now)} +0000"}
        said = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        said |= {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
        subprocess.run(["git", *words], cwd=self._source, env={**os.environ, **said}, check=True)


def _write(top: str, files: Files, now: float) -> None:
    for path, content in files.items():
        where = os.path.join(top, path)
        if content is None:
            os.unlink(where)
            continue
        os.makedirs(os.path.dirname(where), exist_ok=True)
        if os.path.exists(where):
            os.chmod(where, 0o644)
        with open(where, "wb") as file:
            if isinstance(content, int):
                file.truncate(content)  # holes: a picture of a large site takes no room
            else:
                file.write(content.encode())
        os.utime(where, (now, now))


def _version(number: int) -> Files:
    """What every version changes: the build's names, and some pages."""
    hashed = {f"public/build/assets/{name}-{number}f3c.{kind}": size for name, kind, size in _ASSETS}
    before = {path.replace(f"-{number}f3c", f"-{number - 1}f3c"): None for path in hashed} if number > 1 else {}
    pages = {f"resources/views/{name}.blade.php": f"<h1>{name}, {number}</h1>\n" for name in _PAGES[: 3 + number]}
    manifest = f'{{"resources/app.js": {{"file": "assets/app-{number}f3c.js"}}}}\n'
    return {**hashed, **before, **pages, "public/build/manifest.json": manifest}


_ASSETS = (
    ("app", "js", 640_000), ("vendor", "js", 1_450_000), ("gallery", "js", 210_000), ("app", "css", 180_000),
    ("inter", "woff2", 320_000),
)  # fmt: skip


def _first() -> Files:
    vendor = {
        f"vendor/{name}/src/part{at}.php": size // 10 * (at + 3) // 8
        for name, size in _VENDOR.items()
        for at in range(10)
    }
    images = {
        f"public/img/{name}.webp": size for name, size in (("hero", 420_000), ("team", 260_000), ("pitch", 310_000))
    }
    return {**EXAMPLE, **vendor, **images, "public/img/club.svg": "<svg/>\n", "composer.lock": 240_000, **_version(1)}


def summer(top: str) -> Club:
    """The whole story; what it leaves is told in words by the page."""
    club = Club(top)
    club.deploy("The club's new site", _first())
    club.wait(3)
    club.upload("public/uploads/2026-06", ".jpg", 180, 4_200_000)
    club.upload("public/invoices", ".pdf", 96, 88_000)
    club.put({"current/storage/logs/laravel.log": 3_400_000, "current/database/database.sqlite": 46_000_000})
    club.wait(6)
    club.deploy("Fixtures and results", {**_version(2), "app/Models/Fixture.php": "<?php\n"})
    club.wait(11)
    club.upload("public/uploads/2026-07", ".jpg", 240, 4_600_000)
    club.upload("public/certificates", ".pdf", 64, 310_000)
    club.put(
        {
            "current/ads.txt": "google.com, pub-1, DIRECT\n",
            "current/public/robots.txt": "User-agent: *\nDisallow: /old\n",
        }
    )
    club.deploy("Certificates for members", {**_version(3), "app/Models/Certificate.php": "<?php\n"})
    club.wait(9)
    club.upload("public/uploads/films", ".mp4", 14, 96_000_000)
    club.put({f"current/public/forum/{name}": size for name, size in _FORUM.items()})
    club.deploy("A gallery with films", {**_version(4), "app/Http/Controllers/GalleryController.php": "<?php\n"})
    club.wait(0.1)
    club.ask("rollback")
    club.wait(2)
    club.deploy(
        "The gallery, mended", {**_version(5), "routes/web.php": "<?php\n\nRoute::view('/gallery', 'gallery');\n"}
    )
    club.wait(13)
    club.upload("public/uploads/2026-08", ".jpg", 310, 4_900_000)
    club.put({"current/app/Http/Controllers/InvoiceController.php": "<?php // 19 % until the end of the year\n"})
    club.deploy("Sponsors on every page", {**_version(6), "app/Http/Controllers/InvoiceController.php": "<?php // 2\n"})
    club.wait(4)
    club.upload("public/badges", ".png", 22, 64_000)
    return club


_FORUM: Files = {
    "index.php": "<?php require 'lib/User.php';\n", "lib/User.php": "<?php\nclass User {}\n", "lib/board.php": 84_000,
    "theme/style.css": 61_000, "theme/logo.png": 240_000, "smilies.png": 510_000,
}  # fmt: skip
