"""Where in a source an application may lie: directories to look into, what a front page or a start script leads to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.rules.detect_packages import parse_json

WEB_ROOTS = (
    *("public", "public_html", "web", "www", "htdocs", "httpdocs", "html"),
    *("docroot", "webroot", "wwwroot", "web_root", "httpsdocs"),
)
"""Names of directories that are served; what lies in one is served at the top of the site."""
_NEVER_AN_APP = frozenset(
    (
        *("vendor", "node_modules", "test", "tests", "spec", "specs", "doc", "docs", "example", "examples", "fixtures"),
        *("install", "installer", "setup", "stubs", "docker", "build", "dist"),
    )
)
_WORKSPACES = ("apps", "packages")
_WORKSPACE_FILES = ("pnpm-workspace.yaml", "lerna.json", "turbo.json", "nx.json", "rush.json")
_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_MOST = 200
"""So many directories in directories are looked into, and no more."""
_STRING = expression(r"""["']\s*([\w./@-]{1,200})["']""")
_DOOR = "public/index.php"
_ENTRIES = (
    *("vendor/autoload.php", "bootstrap/app.php", "bootstrap/autoload.php", "bootstrap/start.php"),
    *("wp-blog-header.php", _DOOR),
)
"""How a front page names the application that it hands over to."""


class Lead(NamedTuple):
    """A front page in FOLDER that hands over to the application in ROOT; it IS_A_DOOR where the web server goes on to
    that one's own front page.
    """

    root: str
    folder: str
    is_a_door: bool


def directories(listing: Listing) -> Iterator[str]:
    """Directories at the top that may be applications, and members of workspaces."""
    for name in _folders(listing, ""):
        yield name
        if name in _WORKSPACES:
            yield from (f"{name}/{inner}" for inner in listing.children.get(name, ()))


def deeper(listing: Listing) -> list[str]:
    """Directories in those, for a source that holds nothing nearer to its top."""
    found = [f"{name}/{inner}" for name in _folders(listing, "") for inner in _folders(listing, name)]
    return found[:_MOST]


def projects(listing: Listing) -> list[str]:
    """Directories in those again that hold a project of .NET, as solutions have them."""
    found = (f"{folder}/{name}" for folder in deeper(listing) for name in _folders(listing, folder))
    return [one for one in found if any(name.endswith(_PROJECTS) for name in listing.children.get(one, ()))][:_MOST]


def _folders(listing: Listing, top: str) -> Iterator[str]:
    for name in listing.children.get(top, ()):
        path = f"{top}/{name}".strip("/")
        if listing.kind(path) == DIR and not name.startswith(".") and name.lower() not in _NEVER_AN_APP:
            yield name


def leads(listing: Listing) -> Iterator[Lead]:
    """What the front pages at the top, and in a web root at the top, lead to beside themselves."""
    for folder in (".", *WEB_ROOTS):
        page = posixpath.normpath(f"{folder}/index.php")
        named = _STRING.findall(listing.text(page) if listing.kind(page) == FILE else "")
        for path, entry in ((path, entry) for path in named for entry in _ENTRIES if f"/{path}".endswith(f"/{entry}")):
            for start in (folder, posixpath.dirname(folder) or "."):
                root = posixpath.normpath(f"{start}/{path[: -len(entry)]}")
                if root not in (".", folder) and listing.kind(root) == DIR:
                    yield Lead(root, folder, entry == _DOOR)


def is_member(listing: Listing, root: str) -> bool:
    """True for a directory that the top installs, or starts: the top is the application, and ROOT a member of it."""
    if root.partition("/")[0] in _WORKSPACES and "/" in root:
        return True
    manifest = parse_json(listing.text("package.json"))
    if manifest.get("workspaces") or (manifest and any(map(listing.has, _WORKSPACE_FILES))):
        return listing.has(f"{root}/package.json")
    scripts = manifest.get("scripts")
    started = str(scripts.get("start", "")) if isinstance(scripts, dict) else ""
    named = re.escape(root)
    return bool(re.search(rf"(?:^|[\s\"'=./]){named}(?:/|[\s\"';&]|$)", started))
