"""Where people stand when they open a guide: what is live, where it is served, and what their users have put there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from guides.machine import PROJECT
from holdfast.tour.example import EXAMPLE

WEB = 33
"""www-data, on Debian and what comes from it."""
SHOP = {
    "index.php": "<?php // shop 1.0\necho 'shop';\n",
    "admin/index.php": "<?php // shop 1.0: who is who\n",
    "lib/cart.php": "<?php // shop 1.0: the cart\n",
    "theme/style.css": "/* shop 1.0 */\n",
    "uploads/.htaccess": "php_flag engine off\n",
    "config.sample.php": "<?php return ['database' => ''];\n",
}
"""A small shop as its vendor packs it."""
SITES = {"": SHOP, "laravel": EXAMPLE}


@dataclass(frozen=True)
class World:
    """SERVED is the document root by a name that stays; users write below PLACES of it, and DATA is what they wrote."""

    served: str
    places: tuple[str, ...]
    data: Mapping[str, str]


def write(top: Path, files: Mapping[str, str], *, owner: int = 0) -> None:
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for here, below, names in os.walk(top):
        for name in (".", *below, *names):
            os.chown(os.path.join(here, name), owner, owner)


def version(files: Mapping[str, str], number: str) -> dict[str, str]:
    """FILES as the vendor or a team made them later: other contents under the same names, and one more."""
    later = {
        path: text.replace("1.0", number).replace("The club", f"The club, {number}") for path, text in files.items()
    }
    return {**later, "CHANGES.txt": f"version {number}\n"}


def ftp(owner: int = WEB) -> World:
    """The shop lies in /var/www/shop, where somebody unzipped it; new versions lie beside it as archives."""
    data = {
        "uploads/red-shirt.jpg": "a red shirt\n",
        "uploads/2025/invoice-17.pdf": "invoice 17\n",
        "config.php": "<?php\n",
    }
    top = Path("/var/www/shop")
    write(top, {**SHOP, **data}, owner=owner)
    for number in ("1.0", "1.1"):
        _packed(Path(f"/srv/shop-{number}.zip"), version(SHOP, number) if number != "1.0" else SHOP)
    return World("/var/www/shop", ("uploads",), data)


def _packed(archive: Path, files: Mapping[str, str]) -> None:
    import zipfile

    with zipfile.ZipFile(archive, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)


def nothing() -> World:
    """A new host, and the club's repository at /srv/club.git."""
    repository(Path("/srv/club.git"))
    return World("/var/www/club/current/public", ("uploads", "invoices"), {})


def site() -> World:
    """A site of Holdfast's, deployed once from /srv/club.git, whose service is `www-data`."""
    repository(Path("/srv/club.git"))
    shared = Path("/var/www/club/shared")
    write(shared, {".env": ENVIRONMENT, "public/uploads/ada.jpg": "ada\n"}, owner=WEB)
    _deployed("v1")
    return World("/var/www/club/current/public", ("uploads", "invoices"), {"uploads/ada.jpg": "ada\n"})


def updated() -> World:
    """The same, updated once since."""
    found = site()
    _deployed("v2")
    return found


def _deployed(ref: str) -> None:
    words = ["deploy", "--site", "/var/www/club", "--source", "/srv/club.git", "--ref", ref, "--yes"]
    subprocess.run([PROJECT / ".venv/bin/holdfast", *words], check=True, capture_output=True)


def checkout() -> World:
    """The club is a checkout at /var/www/club that somebody pulls; one program was edited there."""
    repository(Path("/srv/club.git"))
    git("clone", "-q", "-b", "v1", "/srv/club.git", "/var/www/club", at=Path("/srv"))
    top = Path("/var/www/club")
    write(top, {".env": ENVIRONMENT, "public/uploads/ada.jpg": "ada\n", "storage/logs/club.log": "a line\n"})
    (top / "routes/web.php").write_text("<?php // edited on the server\n")
    return World("/var/www/club/public", ("uploads", "invoices"), {"uploads/ada.jpg": "ada\n"})


def script() -> World:
    """A script of somebody's deploys the club in releases; the next version lies in /srv/club-v2."""
    _layout(("storage", "public/uploads"))
    write(Path("/srv/club-v2"), version(EXAMPLE, "v2"))
    write(Path("/srv"), {"deploy.sh": _SCRIPT})
    return _club()


_SCRIPT = """#!/bin/sh
set -e
SHARED=/var/www/club/shared
RELEASE=/var/www/club/releases/$1
rm -rf $RELEASE/storage && ln -s $SHARED/storage $RELEASE/storage
rm -rf $RELEASE/public/uploads && ln -s $SHARED/public/uploads $RELEASE/public/uploads
ln -sf $SHARED/.env $RELEASE/.env
ln -sfn $RELEASE /var/www/club/current
"""


def capistrano() -> World:
    """Capistrano's layout, and the checkout with its recipe in /srv/club."""
    _layout(("storage", "public/uploads"))
    _checkout_with(
        {"config/deploy.rb": _RECIPE, "config/deploy/production.rb": _STAGE, "Capfile": "require 'capistrano/setup'\n"}
    )
    return _club()


_RECIPE = """
set :application, "club"
set :repo_url, "/srv/club.git"
set :deploy_to, "/var/www/club"
set :keep_releases, 4
append :linked_dirs, "storage", "public/uploads"
append :linked_files, ".env"
"""
_STAGE = 'server "club.example.org", user: "deploy", roles: %w{app web}\n'


def deployer() -> World:
    """Deployer's layout, and the checkout with its recipe in /srv/club."""
    _layout(("storage", "public/uploads"))
    (Path("/var/www/club") / ".dep").mkdir()
    _checkout_with({"deploy.php": _DEPLOYER})
    return _club()


_DEPLOYER = """<?php
namespace Deployer;
require 'recipe/laravel.php';
set('repository', '/srv/club.git');
set('keep_releases', 4);
add('shared_dirs', ['public/uploads']);
host('club.example.org')->set('remote_user', 'deploy')->set('deploy_path', '/var/www/club');
after('deploy:failed', 'deploy:unlock');
"""


def _checkout_with(files: Mapping[str, str]) -> None:
    repository(Path("/srv/club.git"))
    write(Path("/srv/club"), {**version(EXAMPLE, "v2"), **files})


def _layout(dirs: tuple[str, ...]) -> None:
    """Two releases of the club as other tools leave them: DIRS are linked, and what users write besides is not."""
    top = Path("/var/www/club")
    for number, files in (("20250101000000", EXAMPLE), ("20250201000000", version(EXAMPLE, "v2"))):
        release = top / "releases" / number
        write(release, {path: text for path, text in files.items() if not path.startswith(dirs)})
        for path in (*dirs, ".env"):
            (release / path).parent.mkdir(parents=True, exist_ok=True)
            (release / path).symlink_to(os.path.relpath(top / "shared" / path, (release / path).parent))
    write(top / "shared", {".env": ENVIRONMENT, "storage/logs/club.log": "a line\n", "public/uploads/ada.jpg": "ada\n"})
    write(top / "releases/20250201000000/public/certificates", {"ada.pdf": "certified\n"})
    (top / "current").symlink_to("releases/20250201000000")


def _club() -> World:
    data = {"uploads/ada.jpg": "ada\n", "certificates/ada.pdf": "certified\n"}
    return World("/var/www/club/current/public", ("uploads", "certificates"), data)


def cpanel() -> World:
    """A blog in ~/public_html of a user without root, and its next version as an archive beside it."""
    top, number = Path("/home/club"), 1002
    data = {"uploads/2025/hall.jpg": "the hall\n", "config.php": "<?php // the password\n"}
    write(top / "public_html", {**SHOP, **data, ".htaccess": "Options -Indexes\n"}, owner=number)
    _packed(top / "blog-1.1.zip", version(SHOP, "1.1"))
    return World("/home/club/public_html", ("uploads",), data)


ENVIRONMENT = "APP_NAME=Club\nAPP_DEBUG=false\nAPP_KEY=base64:x\n"


def repository(at: Path, files: Mapping[str, str] = EXAMPLE) -> None:
    """A bare repository with two versions of FILES: `v1`, and `v2`, which is its `main`."""
    work = Path("/var/tmp/work")
    for number in ("v1", "v2"):
        write(work, version(files, number) if number == "v2" else files)
        if number == "v1":
            git("init", "-qb", "main", at=work)
        git("add", "-Af", at=work)
        git("commit", "-qm", f"version {number}", at=work)
        git("tag", number, at=work)
    git("clone", "-q", "--bare", str(work), str(at), at=work)


def git(*words: str, at: Path) -> None:
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _ADA.items()}
    subprocess.run(["git", *words], cwd=at, env={**os.environ, **who}, check=True, capture_output=True)


_ADA = {"NAME": "Ada", "EMAIL": "ada@example.org"}

WORLDS: dict[str, Callable[[], World]] = {
    one.__name__: one for one in (ftp, nothing, site, updated, checkout, script, capistrano, deployer, cpanel)
}
