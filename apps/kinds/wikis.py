"""DokuWiki, whose pages and media are files, and MediaWiki with SQLite."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from abc import abstractmethod

from kinds.application import SITE, SOURCE, Application, Content, NotWritten, debian
from kinds.trees import put
from play.people import run_as
from play.web import picture

_ACTION = """<?php
class action_plugin_NAME extends DokuWiki_Action_Plugin
{
    public function register(Doku_Event_Handler $controller)
    {
    }
}
"""


class Wiki(Application):
    """Pages are edited and pictures uploaded by whoever comes."""

    package: str

    def source(self, number: int) -> None:
        if not os.path.isdir(SOURCE):
            shutil.copytree(f"/usr/share/{self.package}", SOURCE, ignore_dangling_symlinks=True)
            self.complete()
            subprocess.run(["chmod", "-R", "a+rX", SOURCE], check=True)
        put(f"{SOURCE}/version.php", f"<?php echo '{number}';\n")

    @abstractmethod
    def complete(self) -> None:
        """What Debian keeps elsewhere stands in SOURCE."""

    def versions(self) -> list[str]:
        return debian(self.package, "php8.2-fpm", "nginx-light")

    def write(self, token: str) -> list[Content]:
        return [self.page(token), self.media(token)]

    def stream(self, token: str) -> Content:
        return self.media(token) if token[-1] in "02468" else self.page(token)

    @abstractmethod
    def page(self, token: str) -> Content:
        """A new page."""

    @abstractmethod
    def media(self, token: str) -> Content:
        """A new picture."""


class DokuWiki(Wiki):
    package = "dokuwiki"

    def complete(self) -> None:
        shutil.copytree("/etc/dokuwiki", f"{SOURCE}/conf", ignore=lambda _top, _names: ["local.php", "apache.conf"])
        shutil.copytree("/var/lib/dokuwiki/data", f"{SOURCE}/data")
        for name in ("acl.auth.php", "users.auth.php"):
            os.unlink(f"{SOURCE}/conf/{name}")
        conf = (
            "define('DOKU_MAIN_CONF', dirname(__DIR__) . '/conf/'); define('DOKU_CONF', dirname(__DIR__) . '/conf/');"
        )
        put(f"{SOURCE}/inc/preload.php", f"<?php\nif (!defined('DOKU_CONF')) {{ {conf} }}\n")

    def prepare(self) -> None:
        shutil.copytree(SOURCE, SITE)
        settings = {"title": "Club", "useacl": 1, "superuser": "@admin", "savedir": "./data", "lang": "en"}
        if self.people.key == "deploy":
            settings |= {"dmode": 0o2775, "fmode": 0o664}
        rows = "".join(f"$conf['{name}'] = {value!r};\n" for name, value in settings.items())
        put(f"{SITE}/conf/local.php", f"<?php\n{rows}")
        secret = hashlib.md5(b"Secret-123").hexdigest()
        put(f"{SITE}/conf/users.auth.php", f"# <?php exit()?>\nann:{secret}:Ann:ann@example.org:admin,user\n")
        put(f"{SITE}/conf/acl.auth.php", "# <?php exit()?>\n*\t@ALL\t8\n")
        self.people.own(SITE)
        self.servers.php()

    def pages(self) -> list[str]:
        return ["/doku.php", "/feed.php", "/lib/exe/css.php"]

    def page(self, token: str) -> Content:
        text = f"says {token}."
        fields = {"wikitext": text, "do[save]": "Save", "prefix": "", "suffix": "", "date": "", "sectok": ""}
        told = self.browser.post(f"/doku.php?id={token}", fields)
        if text not in told.text:
            raise NotWritten("page", told)
        return Content("page", text, lambda: text in self.browser.get(f"/doku.php?id={token}").text)

    def media(self, token: str) -> Content:
        name = f"{token}.png"
        fields = {"ns": "", "mediaid": name, "sectok": ""}
        told = self.browser.post("/lib/exe/mediamanager.php?ns=", fields, {"upload": (name, picture(token))})
        if not told.ok or 'class="error"' in told.text:
            raise NotWritten("media", told)
        return Content("media", token, lambda: token in self.browser.get(f"/lib/exe/fetch.php?media={name}").text)

    def between(self, turn: int) -> list[Content]:
        """Plugins are uploaded by the extension manager, and one of them anew."""
        if turn in (1, 4):
            return [self._plugin("calendar", turn)]
        return [self._plugin("gallery", turn)] if turn == 6 else []

    def _plugin(self, name: str, version: int) -> Content:
        if not self.browser.get("/doku.php?do=admin").text.count("do=logout"):
            self.browser.post("/doku.php?id=start", {"do": "login", "u": "ann", "p": "Secret-123"})
        page = "/doku.php?id=start&do=admin&page=extension&tab=install"
        fields = {"sectok": self.browser.get(page).inputs.get("sectok", ""), "overwrite": "1"}
        told = self.browser.post(page, fields, {"installfile": (f"{name}.zip", _zipped(name, version))})
        self.browser.get("/doku.php?id=start&do=logout&sectok=" + told.inputs.get("sectok", ""))
        said = f"{name} v{version}v"
        address = f"/lib/plugins/{name}/said.txt"
        if said not in self.browser.get(address).text:
            raise NotWritten(f"plugin {name}", told)
        return Content("plugin", said, lambda: name in self.browser.get(address).text)


class MediaWiki(Wiki):
    package = "mediawiki"

    def complete(self) -> None:
        put(f"{SOURCE}/holdfast.toml", '[hooks]\nbefore_activation = ["php maintenance/update.php --quick"]\n')

    def prepare(self) -> None:
        shutil.copytree(SOURCE, SITE)
        for name in ("data", "cache", "images"):
            os.makedirs(f"{SITE}/{name}", exist_ok=True)
        self.people.own(SITE)
        words = ["php", "maintenance/install.php", "--dbtype", "sqlite", "--dbpath", f"{SITE}/data", "--scriptpath", ""]
        words += ["--server", "http://127.0.0.1", "--pass", "Secret-123-club", "Club", "Ann"]
        told = run_as(self.people.web, words, cwd=SITE, umask=self.people.umask)
        if told.returncode:
            raise RuntimeError(told.stdout[-600:] + told.stderr[-600:])
        with open(f"{SITE}/LocalSettings.php", "a", encoding="utf-8") as file:
            file.write("$wgRateLimits = [];\n")
            file.write("$wgEnableUploads = true; $wgVerifyMimeType = false; $wgUseInstantCommons = false;\n")
            file.write("$wgGroupPermissions['*']['upload'] = true; $wgGroupPermissions['*']['edit'] = true;\n")
        self.people.own(SITE)
        self.servers.php()

    def pages(self) -> list[str]:
        return ["/index.php?title=Main_Page", "/load.php?modules=startup&only=scripts"]

    def page(self, token: str) -> Content:
        text, title = f"says {token}.", token.capitalize()
        self._api({"action": "edit", "title": title, "text": text}, None)
        return Content("page", text, lambda: text in self.browser.get(f"/index.php?title={title}").text)

    def media(self, token: str) -> Content:
        fields = {"action": "upload", "filename": f"{token}.png", "ignorewarnings": "1"}
        told = self._api(fields, {"file": (f"{token}.png", picture(token))})
        address = str(told["upload"]["imageinfo"]["url"])
        return Content("media", token, lambda: token in self.browser.get(address).text)

    def _api(self, fields: dict[str, str], files: dict[str, tuple[str, bytes]] | None) -> dict[str, dict[str, object]]:
        told = self.browser.post("/api.php?format=json", {**fields, "token": "+\\"}, files)
        answer = json.loads(told.text) if told.ok and told.text.startswith("{") else {}
        if answer.get(fields["action"], {}).get("result") != "Success":
            raise NotWritten(fields["action"], told)
        return answer


def _zipped(name: str, version: int) -> bytes:
    held = io.BytesIO()
    info = f"base {name}\nauthor Ann\nemail ann@example.org\ndate 2026-01-0{version}\nname {name}\ndesc none\nurl http://x\n"
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(f"{name}/plugin.info.txt", info)
        archive.writestr(f"{name}/action.php", _ACTION.replace("NAME", name))
        archive.writestr(f"{name}/said.txt", f"{name} v{version}v\n")
    return held.getvalue()
