"""A plain PHP site that its source ships, with a forum in `/forum` that somebody put there by FTP."""

from __future__ import annotations

import os
import shutil

from kinds.application import SITE, SOURCE, Application, Content, NotWritten, debian
from kinds.trees import copy_version, put
from play.web import Answer, picture


class PlainPhp(Application):
    _titles = 0

    def source(self, number: int) -> None:
        copy_version("plain_php/site", SOURCE, number)

    def prepare(self) -> None:
        shutil.copytree(SOURCE, SITE)
        copy_version("plain_php/forum", f"{SITE}/forum", 1)
        for name in ("data", "avatars"):
            os.makedirs(f"{SITE}/forum/{name}")
        put(f"{SITE}/ads.txt", "ads.example.org, 1, DIRECT\n")
        put(f"{SITE}/menus/summer.pdf", "%PDF summer\n")
        self.people.own(SITE)
        self.servers.php()

    def versions(self) -> list[str]:
        return debian("nginx-light", "php8.2-fpm", "php8.2-sqlite3")

    def pages(self) -> list[str]:
        return ["/", "/forum/", "/ads.txt", "/menus/summer.pdf", "/style.css"]

    def write(self, token: str) -> list[Content]:
        return [self._photo(token), self._entry(token), self._post(token), self._avatar(token), *self._title(token)]

    def stream(self, token: str) -> Content:
        return self._photo(token) if token[-1] in "02468" else self._post(token)

    def _photo(self, token: str) -> Content:
        told = self.browser.post("/index.php", {}, {"photo": (f"{token}.png", picture(token))})
        where = _kept(told, "photo").partition(": ")[2]
        return Content("photo", token, lambda: token in self.browser.get(f"/{where}").text)

    def _entry(self, token: str) -> Content:
        _kept(self.browser.post("/index.php", {"entry": token}), "guest book")
        return Content("guest book", token, lambda: token in self.browser.get("/").text)

    def _post(self, token: str) -> Content:
        _kept(self.browser.post("/forum/index.php", {"post": token}), "post")
        return Content("post in SQLite", token, lambda: token in self.browser.get("/forum/").text)

    def _avatar(self, token: str) -> Content:
        name = f"{token}.png"
        _kept(self.browser.post("/forum/index.php", {}, {"avatar": (name, picture(token))}), "avatar")
        return Content("avatar", token, lambda: token in self.browser.get(f"/forum/avatars/{name}").text)

    def _title(self, token: str) -> list[Content]:
        """The settings are saved anew; only the newest are to be seen, so what is asked later is asked of them."""
        self._titles += 1
        mine = self._titles
        _kept(self.browser.post("/forum/index.php", {"title": token}), "settings")
        return [Content("settings", token, lambda: mine < self._titles or token in self.browser.get("/forum/").text)]


def _kept(told: Answer, what: str) -> str:
    if not told.ok or not told.text.startswith("kept"):
        raise NotWritten(what, told)
    return told.text
