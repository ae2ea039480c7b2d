"""WordPress with MariaDB: posts, media, and plugins that are installed, updated and removed through the admin pages."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile

from kinds.application import SITE, SOURCE, Application, Content, NotWritten, debian
from kinds.trees import put
from play.people import People
from play.web import Answer, picture

_PACKAGE = "/usr/share/wordpress"
_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'app'); define('DB_PASSWORD', 'secret');
define('DB_HOST', 'localhost:/run/mysqld/mysqld.sock'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('AUTH_KEY', 'a1'); define('SECURE_AUTH_KEY', 'b2'); define('LOGGED_IN_KEY', 'c3'); define('NONCE_KEY', 'd4');
define('AUTH_SALT', 'e5'); define('SECURE_AUTH_SALT', 'f6'); define('LOGGED_IN_SALT', 'g7'); define('NONCE_SALT', 'h8');
define('FS_METHOD', 'direct'); define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true); EXTRA
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""
_SHARED_GROUP = "define('FS_CHMOD_DIR', 02775); define('FS_CHMOD_FILE', 0664);"
_PLUGIN = """<?php
/* Plugin Name: NAME
 * Version: VERSION */
add_action('wp_footer', function () {
    $kept = @file_get_contents(__DIR__ . '/data/list.txt');
    echo '<p>plugin NAME says TOKEN</p><pre>', esc_html((string) $kept), '</pre>';
});
add_action('init', function () {
    if (isset($_GET['remember-NAME'])) {
        if (!is_dir(__DIR__ . '/data')) { mkdir(__DIR__ . '/data'); }
        $done = file_put_contents(__DIR__ . '/data/list.txt', $_GET['remember-NAME'] . "\\n", FILE_APPEND);
        exit($done ? 'kept' : 'not kept');
    }
});
"""


class WordPress(Application):
    def __init__(self, people: People, variable: str, key: str) -> None:
        super().__init__(people, variable, key)
        self._saying: dict[str, str] = {}
        """What each plugin that is installed says in its newest version."""

    def source(self, number: int) -> None:
        if not os.path.isdir(SOURCE):
            subprocess.run(["cp", "-rL", _PACKAGE, SOURCE], check=True)
            os.unlink(f"{SOURCE}/wp-config.php")
        put(f"{SOURCE}/version.php", f"<?php echo '{number}';\n")
        put(f"{SOURCE}/wp-content/themes/club/style.css", f"/* Theme Name: Club\nVersion: {number} */\n")
        put(f"{SOURCE}/wp-content/mu-plugins/club.php", f"<?php // version {number}\n")

    def prepare(self) -> None:
        self.servers.mariadb("wordpress")
        shutil.copytree(SOURCE, SITE)
        extra = _SHARED_GROUP if self.people.key == "deploy" else ""
        put(f"{SITE}/wp-config.php", _CONFIG.replace("EXTRA", extra))
        os.makedirs(f"{SITE}/wp-content/uploads")
        self.people.own(SITE)
        self.servers.php()
        self.serve(SITE)
        self._install()

    def _install(self) -> None:
        fields = {"weblog_title": "Club", "user_name": "ann", "admin_password": "Secret-123", "pw_weak": "1"}
        fields |= {"admin_password2": "Secret-123", "admin_email": "ann@example.org", "blog_public": "0"}
        told = self.browser.post("/wp-admin/install.php?step=2", {**fields, "language": ""})
        if "wp-login.php" not in told.text:
            raise NotWritten("WordPress is not installed", told)
        self.browser.get("/wp-login.php")
        told = self.browser.post("/wp-login.php", {"log": "ann", "pwd": "Secret-123", "testcookie": "1"})
        if "wp-admin" not in told.url:
            raise NotWritten("nobody is logged in", told)

    def versions(self) -> list[str]:
        return debian("wordpress", "mariadb-server", "php8.2-fpm", "nginx-light")

    def pages(self) -> list[str]:
        return ["/", "/wp-login.php", "/wp-includes/css/dashicons.min.css", "/?feed=rss2"]

    def write(self, token: str) -> list[Content]:
        found = [self.stream(token), self._post(token)]
        return [*found, *(self._remembered(name, token) for name in self._saying)]

    def stream(self, token: str) -> Content:
        """A picture, as the editor uploads it."""
        told = self._rest("media", {}, {"file": (f"{token}.png", picture(token))})
        address = str(told["source_url"])
        return Content("media", token, lambda: token in self.browser.get(address).text)

    def _post(self, token: str) -> Content:
        told = self._rest("posts", {"title": token, "content": f"says {token}", "status": "publish"}, None)
        address = f"/?p={told['id']}"
        return Content("post", f"says {token}", lambda: f"says {token}" in self.browser.get(address).text)

    def _rest(self, kind: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]] | None) -> dict[str, object]:
        nonce = self.browser.get("/wp-admin/admin-ajax.php?action=rest-nonce").text
        told = self.browser.post(f"/?rest_route=/wp/v2/{kind}&_wpnonce={nonce}", fields, files)
        if told.status != 201:
            raise NotWritten(kind, told)
        answer: dict[str, object] = json.loads(told.text)
        return answer

    def between(self, turn: int) -> list[Content]:
        """Plugins come, are updated and go, between deploys and rollbacks."""
        if turn == 1:
            return [self._install_plugin("events", 1), self._install_plugin("polls", 1)]
        if turn in (2, 4, 7):
            return [self._update_plugin("events", turn)]
        if turn == 6:
            return [self._remove_plugin("polls")]
        if turn == 8:
            return [self._install_plugin("gallery", 1)]
        return []

    def _install_plugin(self, name: str, version: int) -> Content:
        told = self._upload(name, version)
        if "installed successfully" not in told.text:
            raise NotWritten(f"plugin {name}", told)
        told = self.browser.get(f"/wp-admin/{told.link('action=activate')}")
        if not told.ok:
            raise NotWritten(f"plugin {name} is not active", told)
        return self._says(name, version)

    def _update_plugin(self, name: str, version: int) -> Content:
        """WordPress finds it there already, and asks whether to replace it."""
        told = self._upload(name, version)
        link = told.link("overwrite=")
        told = self.browser.get(link if link.startswith(("http", "/")) else f"/wp-admin/{link}") if link else told
        if "updated successfully" not in told.text:
            raise NotWritten(f"plugin {name}, version {version}", told)
        return self._says(name, version)

    def _says(self, name: str, version: int) -> Content:
        """Only the newest version says something."""
        said = f"plugin {name} says v{version}v"
        self._saying[name] = said
        return Content("plugin", said, lambda: self._saying.get(name) != said or said in self.browser.get("/").text)

    def _upload(self, name: str, version: int) -> Answer:
        form = self.browser.get("/wp-admin/plugin-install.php?tab=upload").inputs
        fields = {"_wpnonce": form.get("_wpnonce", ""), "install-plugin-submit": "Install Now"}
        files = {"pluginzip": (f"{name}.zip", _zipped(name, version))}
        return self.browser.post("/wp-admin/update.php?action=upload-plugin", fields, files)

    def _remove_plugin(self, name: str) -> Content:
        plugin, page = f"{name}/{name}.php", "/wp-admin/plugins.php"
        for action in ("deactivate-selected", "delete-selected"):
            nonce = self.browser.get(page).inputs.get("_wpnonce", "")
            fields = {"action": action, "checked[]": plugin, "verify-delete": "1", "_wpnonce": nonce}
            told = self.browser.post(page, fields)
        if "deleted=" not in told.url:
            raise NotWritten(f"plugin {name} is not deleted", told)
        said = self._saying.pop(name)
        address = f"/wp-content/plugins/{name}/{name}.php"
        return Content("plugin", said, lambda: self.browser.get(address).status != 404, gone=True)

    def _remembered(self, name: str, token: str) -> Content:
        """What a plugin keeps in a file beside its programs; WordPress replaces the whole directory at an update."""
        row, said = f"{name} knows {token}", self._saying[name]
        told = self.browser.get(f"/?remember-{name}={row.replace(' ', '+')}")
        if told.text != "kept":
            raise NotWritten(f"data of plugin {name}", told)
        address = f"/wp-content/plugins/{name}/data/list.txt"
        return Content(
            f"data of {name}", row, lambda: self._saying.get(name) != said or row in self.browser.get(address).text
        )


def _zipped(name: str, version: int) -> bytes:
    text = _PLUGIN.replace("NAME", name).replace("VERSION", f"1.{version}").replace("TOKEN", f"v{version}v")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/{name}.php", text)
        archive.writestr(f"{name}/readme.txt", f"{name} {version}\n")
        archive.writestr(f"{name}/css/{name}-{version}.css", "p { color: green }\n")
    return held.getvalue()
