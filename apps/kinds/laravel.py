"""Laravel, an application around Debian's package of the framework, with MariaDB: sessions, disks, logs, views."""

from __future__ import annotations

import os
import shutil

from kinds.application import SITE, SOURCE, Application, Content, NotWritten, debian
from kinds.trees import copy_version, put
from play.people import run_as
from play.web import Answer, picture

_ENV = """APP_KEY=base64:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=
APP_ENV=production
DB_SOCKET=/run/mysqld/mysqld.sock
DB_DATABASE=club
DB_USERNAME=app
DB_PASSWORD=secret
"""
_FRONT = "location / { try_files $uri $uri/ /index.php?$query_string; }"
_HOOKS = '[hooks]\nbefore_activation = ["php artisan migrate --force", "php artisan config:cache"]\n'


class Laravel(Application):
    version_path = "/version"

    def source(self, number: int) -> None:
        copy_version("laravel", SOURCE, number)
        put(f"{SOURCE}/holdfast.toml", _HOOKS)

    def prepare(self) -> None:
        self.servers.mariadb("club")
        shutil.copytree(SOURCE, SITE)
        put(f"{SITE}/.env", _ENV)
        os.symlink("../storage/app/public", f"{SITE}/public/storage")
        self.people.own(SITE)
        told = run_as(self.people.web, ["php", "artisan", "migrate", "--force"], cwd=SITE, umask=self.people.umask)
        if told.returncode:
            raise RuntimeError(told.stdout[-800:] + told.stderr[-800:])
        self.servers.php()

    @property
    def web_root(self) -> str:
        return "/public"

    @property
    def places(self) -> str:
        return _FRONT + super().places

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("bootstrap/cache/", "storage/framework/views/")

    def versions(self) -> list[str]:
        return debian("php-laravel-framework", "mariadb-server", "php8.2-fpm", "nginx-light")

    def pages(self) -> list[str]:
        return ["/", "/robots.txt", "/version"]

    def write(self, token: str) -> list[Content]:
        return [
            self._file("photos", "storage/photos", token),
            self._file("certify", "certificates", token),
            *self._note(token),
            self._session(token),
        ]

    def stream(self, token: str) -> Content:
        if token[-1] in "048":
            return self._file("photos", "storage/photos", token)
        return self._file("certify", "certificates", token) if token[-1] in "26" else self._note(token)[0]

    def _file(self, where: str, address: str, token: str) -> Content:
        name = f"{token}.png"
        _kept(self.browser.post(f"/{where}", {}, {"file": (name, picture(token))}), where)
        return Content(where, token, lambda: token in self.browser.get(f"/{address}/{name}").text)

    def _note(self, token: str) -> list[Content]:
        text = f"noted {token}."
        _kept(self.browser.post("/notes", {"text": text}), "note")
        return [
            Content("note", text, lambda: text in self.browser.get("/").text),
            Content("log", f"a note: {text}", lambda: f"a note: {text}" in self.browser.get("/log").text),
        ]

    def _session(self, token: str) -> Content:
        """Whoever is logged in stays so."""
        _kept(self.browser.post("/remember", {"text": f"I-{token}"}), "session")
        return Content("session", f"I-{token}", lambda: f"I-{token}" in self.browser.get("/").text)


def _kept(told: Answer, what: str) -> None:
    if not told.ok or told.text != "kept":
        raise NotWritten(what, told)
