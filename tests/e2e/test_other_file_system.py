"""`shared/` on a file system of its own: names cannot be exchanged with it, so data is copied and verified.

Mounts live in a private namespace of a child process, so nothing of the machine changes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.world import World

STORY = "import sys; sys.path[:0] = {path!r}; from test_other_file_system import story; story(sys.argv[1])"


def _may_mount() -> str:
    if os.geteuid() != 0:
        return "needs root for a mount namespace of its own"
    ran = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return "" if ran.returncode == 0 else f"`unshare -m` does not work here: {ran.stderr.decode().strip()}"


def story(top: str) -> None:
    """Three deploys and a rollback with shared/ on a tmpfs: uploads, strays, seeds, a detached .env."""
    world = World(Path(top))
    env = (world.site / "shared/.env").read_bytes()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(world.site / "shared")], check=True)
    (world.site / "shared/.env").write_bytes(env)
    world.ship({"public/uploads/default.png": "seed {version}\n"})
    assert os.stat(world.site).st_dev != os.stat(world.site / "shared").st_dev
    for path in ("public/uploads/a.jpg", "public/certificates/deep/c.pdf", "storage/logs/l.log", "public/sitemap.xml"):
        world.precious.write(path)
    os.remove(world.live / ".env")
    world.precious.write(".env", text="APP_KEY=base64:k\nAPP_NAME=Other\n")
    world.ship()
    world.precious.assert_served()
    world.rollback()
    world.precious.assert_served()
    world.precious.write("public/receipts/b.pdf")
    world.ship()
    world.precious.assert_served()
    world.precious.assert_none_lost()
    assert os.listdir(world.site / ".holdfast/scratch") == []


@pytest.mark.skipif(bool(_may_mount()), reason=_may_mount() or "mounts work")
def test_data_comes_home_to_another_file_system_by_verified_copies(tmp_path):
    """DESIGN 5, across file systems: copy, verify, exchange, sweep; the original goes to the attic."""
    code = STORY.format(path=[str(Path(__file__).parent), *sys.path])
    ran = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
