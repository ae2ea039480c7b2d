"""A site whose document root is filled with links, and what people do there with an FTP client."""

from __future__ import annotations

import os

from holdfast_engine.model.request import Settings
from lib.world import LARAVEL, World

FLAT = {"index.php": "<?php // version {version}\n", "css/site.css": "body\n", ".htaccess": "# shipped\n"}
COMMANDS = {
    "sweep": lambda world: world.perform("sweep"),
    "deploy": lambda world: world.ship({"VERSION.txt": "{version}\n"}),
    "rollback": lambda world: world.rollback(),
    "recover": lambda world: world.perform("recover"),
}


def made(top, shape):
    """A site whose document root is filled with links; `public/` or all of it is what is served."""
    world = World(top, LARAVEL if shape == "laravel" else FLAT, env=None if shape == "flat" else "APP_KEY=k\n")
    world.root, world.inner = top / "public_html", "public/" if shape == "laravel" else ""
    world.root.mkdir()
    (world.root / ".user.ini").write_text("of the host\n")
    world.settings = Settings(public_html=str(world.root))
    world.ship()
    world.ship()
    return world


def save(world, path, text=""):
    """As an FTP server saves: a new file, renamed over what stands there. What was a link is a directory then."""
    for above in reversed((world.root / path).relative_to(world.root).parents):
        if (world.root / above).is_symlink():
            (world.root / above).unlink()
        (world.root / above).mkdir(exist_ok=True)
    passing = world.root / path
    passing = passing.with_name(f".in.{passing.name}.")
    passing.write_text(text or f"{path} saved by FTP\n")
    passing.replace(world.root / path)
    world.precious.written[world.inner + path] = (world.root / path).read_bytes()


def assert_home(world, *paths):
    """Each of PATHS is in what is live, and seen in the document root through our links alone."""
    for path in paths:
        wanted = world.precious.written[world.inner + path].decode()
        assert (world.live / world.inner / path).read_text() == wanted
        assert (world.root / path).read_text() == wanted
        top = world.root / path.split("/")[0]
        assert top.is_symlink()
        assert os.readlink(top) == f"../site/current/{world.inner}{top.name}"
    assert not (world.site / ".holdfast-saved").exists()
    assert (world.root / ".user.ini").read_text() == "of the host\n"
    assert not [name for name in os.listdir(world.root) if name.startswith(".holdfast")]
