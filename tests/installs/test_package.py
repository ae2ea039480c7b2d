"""The package for Debian and Ubuntu: what it holds, and that it comes and goes."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys

import pytest

from house.source_tree import ROOT, read
from lib.first_site import by, nothing_but, taken_on_and_deployed

BASE = os.path.join(ROOT, ".apps/base")
"""The root of Debian that `make apps` works above."""

IN_A_ROOT = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/top"
mount -t proc proc "$2/top/proc"
mount --bind /dev "$2/top/dev"
cp "$3" "$2/top/holdfast.deb"
cp "$4" "$2/top/first-hour"
exec chroot "$2/top" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root sh -e /first-hour
"""
FIRST_HOUR = """
dpkg --install /holdfast.deb
test -n "$(find /usr/lib/holdfast -name '*.pyc' | head -n 1)"
mkdir -p /srv/club/uploads /srv/next
echo first >/srv/club/index.html
echo "of Ada" >/srv/club/uploads/ada.jpg
echo second >/srv/next/index.html
holdfast adopt /srv/club --yes
holdfast deploy --site /srv/club --source /srv/next --yes
test "$(cat /srv/club/current/index.html)" = second
test "$(cat /srv/club/current/uploads/ada.jpg)" = "of Ada"
dpkg --remove holdfast
test ! -e /usr/bin/holdfast
test ! -e /usr/lib/holdfast
test "$(cat /srv/club/current/uploads/ada.jpg)" = "of Ada"
echo "came and went"
"""


@pytest.fixture(scope="module")
def unpacked(published, tmp_path_factory):
    """Its files below a directory that stands for /."""
    if not shutil.which("dpkg-deb"):
        pytest.skip("no dpkg-deb on this machine")
    place = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "-x", published.one("*.deb"), place], check=True)
    return place


def fields(published):
    told = subprocess.run(
        ["dpkg-deb", "--field", published.one("*.deb")], capture_output=True, text=True, check=True
    ).stdout
    return dict(line.split(": ", 1) for line in told.splitlines() if not line.startswith(" "))


def test_what_it_unpacks_takes_a_site_on_and_deploys_to_it(unpacked, tmp_path):
    """G1, G2: by this Python, which stands for Debian's; the libraries are those of the package."""
    program = [sys.executable, "-S", str(unpacked / "usr/bin/holdfast")]
    taken_on_and_deployed(by(program, nothing_but(tmp_path / "home")), tmp_path)


def test_it_asks_for_python_and_for_nothing_else(published, unpacked):
    """What Debian 12 has in older versions only comes along."""
    told = fields(published)
    assert (told["Depends"], told["Recommends"], told["Architecture"]) == ("python3 (>= 3.11)", "git", "all")


def test_the_tab_key_the_manual_and_the_copyright_are_where_debian_looks(unpacked):
    """In bash, zsh and fish at once; `man holdfast`; the licence of each library that lies in it."""
    shells = {
        "bash": "usr/share/bash-completion/completions/holdfast",
        "zsh": "usr/share/zsh/vendor-completions/_holdfast",
        "fish": "usr/share/fish/vendor_completions.d/holdfast.fish",
    }
    for shell, path in shells.items():
        assert f"_HOLDFAST_COMPLETE={shell}_complete" in (unpacked / path).read_text()
    page = gzip.decompress((unpacked / "usr/share/man/man1/holdfast.1.gz").read_bytes()).decode()
    assert page == read("docs/reference/holdfast.1")
    said = (unpacked / "usr/share/doc/holdfast/copyright").read_text()
    library = unpacked / "usr/lib/holdfast"
    brought = {path.name for path in library.iterdir() if path.is_dir() and not path.name.endswith(".dist-info")}
    others = brought - {"holdfast", "holdfast_engine"}
    assert len(others) > 3
    assert [name for name in others if f"Files: usr/lib/holdfast/{name}/*" not in said] == []


def test_it_puts_everything_below_usr_and_owns_it_as_root(published, unpacked):
    """No setting, no service, no file that another package may have."""
    told = subprocess.run(
        ["dpkg-deb", "--contents", published.one("*.deb")], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 5) for line in told.splitlines()]
    assert {row[1] for row in rows} == {"root/root"}
    names = [row[5].split(" -> ")[0] for row in rows if not row[5].endswith("/")]
    assert [name for name in names if not name.startswith("./usr/") or "holdfast" not in name] == []


@pytest.mark.installs
def test_debian_12_itself_takes_it_runs_it_and_lets_it_go(published, tmp_path):
    """By its own dpkg and its own Python, in a root that is gone afterwards."""
    if os.geteuid() != 0 or not os.path.isdir(BASE):
        pytest.skip("no root of Debian in .apps/base, or nobody to enter it: `make apps` as root makes one")
    for part in ("upper", "work", "top"):
        (tmp_path / part).mkdir()
    (tmp_path / "first-hour").write_text(FIRST_HOUR)
    command = ["unshare", "--mount", "--pid", "--fork", "sh", "-ec", IN_A_ROOT, "sh", BASE, str(tmp_path)]
    told = subprocess.run(
        [*command, str(published.one("*.deb")), str(tmp_path / "first-hour")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines()[-1:] == ["came and went"], told.stdout + told.stderr


@pytest.mark.installs
def test_lintian_finds_no_error_and_no_warning(published):
    """Debian's own judge of packages."""
    if not shutil.which("lintian"):
        pytest.skip("no lintian on this machine")
    told = subprocess.run(
        ["lintian", "--no-override", published.one("*.deb")], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, "")
