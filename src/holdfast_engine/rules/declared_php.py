"""What applications in PHP declare: disks, parameters, the places of uploads, where Composer installs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.rules import ARTIFACT, SHARED
from holdfast_engine.rules.declared_place import Declared, joined, matching, programs
from holdfast_engine.rules.detect_packages import Packages, parse_json

_PHP_TOKEN = expression(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|/\*.*?\*/|//[^\n]*|\#(?!\[)[^\n]*""", re.DOTALL)
_DISK = expression(
    r"""['"]root['"]\s*=>\s*(?:env\([^,\n]*,)?[^,\n]*?\b(public_path|storage_path|base_path)\(\s*(?:['"]([^'"]*)['"])?\s*\)"""
    r"""(?:\s*\.\s*(?:DIRECTORY_SEPARATOR\s*\.\s*)?['"]([^'"]*)['"])?"""
)
_SYMFONY = expression(r"(?:^|/)config/(?:services|packages/(?:prod/)?[\w-]+)\.ya?ml$")
_SYMFONY_PLACE = expression(
    r"""^[ \t]*([\w.-]+)[ \t]*:[ \t]*"""
    r"""["']?%kernel\.project_dir%/([\w./-]+)["']?[ \t]*$""",
    re.MULTILINE | re.IGNORECASE,
)
_SYMFONY_KEYS = ("upload", "directory", "storage")
_CRAFT = expression(r"(?:^|/)config/project/(?:project|(?:fs|volumes)/[\w.-]+)\.ya?ml$")
_CRAFT_PLACE = expression(r"""^[ \t]*path:[ \t]*["']?@(webroot|root|storage)/([\w./-]+)["']?[ \t]*$""", re.MULTILINE)
_UPLOAD_PATH = expression(
    r"""['"]upload_path['"]\s*\]?\s*=>?\s*(?:FCPATH\s*\.\s*|realpath\(\s*)?['"]([\w./-]{1,120})['"]"""
)
_WRITES = (
    r"(?:->(?:move|save|store|storeAs|copy|put)|move_uploaded_file|file_put_contents|mkdir|(?:make|ensure)Directory\w*)"
)
_TARGET = r"\$\w{0,40}(?:dest|upload|target|folder|dir|path)\w{0,40}\s*=\s*"
_PUBLIC_PATH = expression(
    rf"""(?:{_WRITES}\s*\([^;\n]{{0,160}}?|{_TARGET})\bpublic_path\(\s*(?:['"]([^'"\n]{{1,120}})['"])?\s*"""
    rf"""(?:\)\s*\.\s*['"]([^'"\n]{{1,120}})['"])?""",
    re.IGNORECASE,
)
_OWN_FOLDER = expression(
    r"""(?:move_uploaded_file\s*\([^;\n]{0,160}?,\s*|\$(?:target|upload|dest)\w{0,24}?_?(?:dir|path|folder)\s*=\s*)"""
    r"""(?:(?:__DIR__|dirname\(__FILE__\))\s*\.\s*)?['"]([\w./-]{2,120}/)['"]""",
    re.IGNORECASE,
)


def in_php(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Every declaration of an application in PHP, those that are settings first."""
    for finder in (_disks, _symfony, _craft, _packages, _uploads):
        yield from finder(listing, root, web_root)


def _disks(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """`root` of each disk in `config/filesystems.php`; comments are not read."""
    places = {"public_path": web_root, "storage_path": "storage", "base_path": ""}
    for name in ("config/filesystems.php", "app/Config/filesystems.php"):
        file = joined(root, name)
        code = _PHP_TOKEN.sub(lambda token: token.group(1) or " ", listing.text(file))
        for call, inner, tail in _DISK.findall(code):
            rest = joined(inner, tail)
            if rest != "." and ".." not in rest.split("/"):
                yield Declared(joined(root, places[call], rest), DIR, SHARED, f"`{file}`: {call}('{rest}')")


def _symfony(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Where uploads and stored files go, by parameters and by the settings of bundles.

    A directory that is not said to be for uploads may be one of templates or fixtures: where it lies decides.
    """
    places = (web_root, "var", "data", "files", "media", "private", "storage", "uploads")
    for file in matching(listing, root, _SYMFONY):
        for key, path in _SYMFONY_PLACE.findall(listing.text(file)):
            named = any(word in key.lower() for word in _SYMFONY_KEYS)
            data = "upload" in key.lower() or path.split("/")[0] in places
            if named and data and not {"cache", "src", "config", "templates", "vendor"}.intersection(path.split("/")):
                yield Declared(joined(root, path), DIR, SHARED, f"`{file}`: {key}")


def _craft(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """The place of each local file system of a project configuration."""
    places = {"webroot": web_root, "root": "", "storage": "storage"}
    for file in matching(listing, root, _CRAFT):
        for alias, path in _CRAFT_PLACE.findall(listing.text(file)):
            yield Declared(joined(root, places[alias], path), DIR, SHARED, f"`{file}`: path: @{alias}/{path}")


def _packages(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """`vendor-dir` of `composer.json`, and where it puts WordPress beside its content: what Composer fills is output,
    wherever it lies. A core whose content nobody names may hold the uploads.
    """
    file = joined(root, "composer.json")
    packages = Packages(listing, root or ".")
    core, content = packages.wordpress_core, packages.wordpress_content
    if core and content and not f"{content}/".startswith(f"{core}/") and not listing.has(joined(root, core)):
        yield Declared(joined(root, core), DIR, ARTIFACT, f"`{file}`: the core of WordPress")
    settings = parse_json(listing.text(file)).get("config")
    place = settings.get("vendor-dir") if isinstance(settings, dict) else None
    if isinstance(place, str) and place.strip("./"):
        yield Declared(joined(root, place), DIR, ARTIFACT, f"`{file}`: vendor-dir")


def _uploads(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """Literals in calls that write: `upload_path` of CodeIgniter, `public_path('x')`, `move_uploaded_file`."""
    hints = (b"upload_path", b"public_path", b"move_uploaded_file")
    for file, text in programs(listing, root, (".php",), hints):
        code = _PHP_TOKEN.sub(lambda token: token.group(1) or " ", text)
        for path in _UPLOAD_PATH.findall(code):
            yield Declared(joined(root, web_root, path), DIR, SHARED, f"`{file}`: upload_path")
        for inner, tail in _PUBLIC_PATH.findall(code):
            place = joined(inner, tail)
            if place != "." and "." not in posixpath.basename(place):
                yield Declared(
                    joined(root, web_root, place), DIR, SHARED, f"`{file}`: public_path('{place}')", weak=True
                )
        for path in _OWN_FOLDER.findall(code) if "move_uploaded_file" in code else ():
            place = posixpath.normpath(f"{posixpath.dirname(file)}/{path}".lstrip("/"))
            yield Declared(place, DIR, SHARED, f"`{file}`: move_uploaded_file", weak=True)
