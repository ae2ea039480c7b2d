"""Roots of Debian: one base, and a layer above it for each group of packages; each is made once.

A layer is what `apt-get install` wrote into an overlay of the base. Nothing is installed on this host.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from sandbox.places import ARCHIVES, BASE, CACHE, LAYERS, LIBRARIES, PROJECT, Unavailable

SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
BASE_PACKAGES = "python3,ca-certificates,curl,git,iproute2,procps,sudo,unzip,zip"
GROUPS = {
    "php": "nginx-light php8.2-fpm php8.2-cli php8.2-opcache php8.2-sqlite3 php8.2-gd php8.2-mbstring php8.2-xml"
    " php8.2-curl php8.2-intl php8.2-zip",
    "wordpress": "mariadb-server php8.2-mysql wordpress wordpress-theme-twentytwentythree",
    "dokuwiki": "dokuwiki",
    "mediawiki": "mediawiki",
    "laravel": "php-laravel-framework mariadb-server php8.2-mysql",
    "python": "nginx-light python3-flask python3-django python3-fastapi python3-uvicorn gunicorn python3-multipart"
    " python3-venv",
    "node": "nginx-light libatomic1",
    "rails": "nginx-light rails ruby-sqlite3 puma",
    "pages": "nginx-light hugo jekyll",
}
_INSTALL = """
set -e
ip link set lo up 2>/dev/null || true
mount -t proc proc "$1/proc"
mount --bind "$2" "$1/var/cache/apt/archives"
mkdir -p "$1/dev"; mount --bind /dev "$1/dev"
cp /etc/resolv.conf "$1/etc/resolv.conf"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
chroot "$1" apt-get update -q
chroot "$1" apt-get install -qy --no-install-recommends $3
"""


def ready(group: str) -> bool:
    """True where nothing would have to be fetched for GROUP."""
    return all(map(os.path.isdir, (BASE, LIBRARIES, os.path.join(LAYERS, group))))


def build(groups: Sequence[str]) -> None:
    """The base and the layers of GROUPS stand, each upon those before it."""
    if os.geteuid() != 0:
        raise Unavailable("roots of Debian are made and entered by root alone")
    os.makedirs(ARCHIVES + "/partial", exist_ok=True)
    _base()
    _libraries()
    below = [BASE]
    for number in range(len(groups)):
        name = "+".join(groups[: number + 1])
        _layer(name, groups[number], below)
        below.insert(0, os.path.join(LAYERS, name))


def lowers(groups: Sequence[str]) -> list[str]:
    """The directories of a root with GROUPS, uppermost first."""
    names = ["+".join(groups[: number + 1]) for number in range(len(groups))]
    return [*(os.path.join(LAYERS, name) for name in reversed(names)), BASE]


def _base() -> None:
    if os.path.isdir(BASE):
        return
    if not shutil.which("debootstrap"):
        raise Unavailable("debootstrap is not installed here")
    partial = BASE + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", SUITE, partial, MIRROR]
    _run(command, "the base of Debian could not be fetched")
    _finish(partial)
    os.rename(partial, BASE)


def _finish(root: str) -> None:
    """No package starts a service, security updates are taken, and there is somebody who deploys."""
    _write(f"{root}/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
    sources = [f"deb {MIRROR} {SUITE} main", f"deb {MIRROR} {SUITE}-updates main"]
    sources.append(f"deb {MIRROR}-security {SUITE}-security main")
    _write(f"{root}/etc/apt/sources.list", "\n".join(sources) + "\n", 0o644)
    _write(f"{root}/etc/sudoers.d/deploy", "deploy ALL=(root) NOPASSWD: ALL\n", 0o440)
    _run(["chroot", root, "useradd", "-m", "-s", "/bin/sh", "-G", "www-data", "deploy"], "no user could be made")


def _write(path: str, text: str, mode: int) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def _libraries() -> None:
    """What the controller needs, for the root's Python."""
    if os.path.isdir(LIBRARIES):
        return
    with open(os.path.join(PROJECT, "requirements/dev.txt"), encoding="utf-8") as file:
        locked = dict(line.split(" ")[0].split("==") for line in file if "==" in line and not line.startswith(" "))
    wanted = ("click", "rich", "markdown-it-py", "mdurl", "pygments")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", LIBRARIES + ".partial"]
    command += ["--python-version", "3.11", "--only-binary", ":all:", "--disable-pip-version-check"]
    _run([*command, *(f"{name}=={locked[name]}" for name in wanted)], "the controller's libraries could not be had")
    os.rename(LIBRARIES + ".partial", LIBRARIES)


def _layer(name: str, group: str, below: Sequence[str]) -> None:
    target = os.path.join(LAYERS, name)
    if os.path.isdir(target):
        return
    partial = os.path.join(CACHE, "partial", name)
    shutil.rmtree(partial, ignore_errors=True)
    for part in ("upper", "work", "root"):
        os.makedirs(os.path.join(partial, part))
    root = os.path.join(partial, "root")
    options = f"lowerdir={':'.join(below)},upperdir={partial}/upper,workdir={partial}/work"
    script = f'mount -t overlay overlay -o "{options}" "$1"\n{_INSTALL}'
    command = ["unshare", "--mount", "--pid", "--fork", "sh", "-ec", script, "sh", root, ARCHIVES, GROUPS[group]]
    _run(command, f"Debian's packages for {group} could not be had")
    os.makedirs(LAYERS, exist_ok=True)
    os.rename(os.path.join(partial, "upper"), target)
    shutil.rmtree(partial)


def _run(command: Sequence[str], problem: str) -> None:
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if told.returncode:
        last = told.stdout.strip().splitlines()[-3:]
        raise Unavailable(f"{problem}: {' / '.join(last)}")
