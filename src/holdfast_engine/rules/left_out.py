"""What a source leaves out by name: what it ignores without a wildcard, and what it ships an example of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from holdfast_engine.model.listing import Listing
from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape_ignores import Ignores, is_usual
from holdfast_engine.rules.shape_patterns import is_environment

_SECRETS = re.compile(
    r"""^(?:\.env(?:\.local)?|wp-config\.php|master\.key|production\.key|\.htpasswd
    |(?:local_|app_)?(?:config|configuration|settings|database|secrets|application|environment|credentials|parameters)
     (?:[._-](?:local|inc))?\.(?:php|json|ya?ml|py|rb|toml|ini)
    |local_settings\.py|(?!ehthumbs|thumbs|test|e2e)[\w-]+\.(?:sqlite3?|db))$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Files of configuration, secrets and databases that sources leave out."""
_WORD = re.compile(r"[^a-z0-9]+")
_TOOLS = frozenset(("docker", "test", "tests", "e2e", "dev", "spec", "ci"))
_KEY = re.compile(r"secret|(?<![a-z])key|credential|passwd|password|token", re.IGNORECASE)
"""In the name of an ignored file, these say that it is one server's own."""
_MARK = re.compile(r"example|sample|(?<![a-z])(?:dist|template|tmpl|tpl)(?![a-z])", re.IGNORECASE)
"""Words in the name of an example, which the name of the real file lacks."""
_SETTINGS = (
    ".php", ".yml", ".yaml", ".json", ".ini", ".toml", ".xml", ".conf", ".cfg", ".env", ".py", ".rb", ".js", ".ts",
    ".mjs", ".cjs", ".properties", ".neon", ".config", ".exs", ".key",
)  # fmt: skip
_TOOL_SETTINGS = words("tool-settings")
_LONGEST = 120


@dataclass(frozen=True)
class LeftOut:
    """One path that is left out. ANCHORED where the line has the whole of it, CONTENT_ONLY where it ignores what lies
    in the directory (`x/*`), FROM_EXAMPLE where an example is shipped.
    """

    path: str
    is_dir: bool
    anchored: bool
    content_only: bool = False
    from_example: bool = False


def left_out(listing: Listing, ignores: Ignores, files: Iterable[str], app_root: str) -> Iterator[LeftOut]:
    """Every path that the source names as ignored, or of which it ships an example and ignores the real one. FILES are
    those that a preset expects, of the application in APP_ROOT and of its neighbours.
    """
    expected = [one for one in files if "*" not in one]
    said_to_be = {path for path, _, _ in ignores.literals()}
    for path, is_dir, source in ignores.literals():
        if path.endswith(".env.local") and path[: -len(".local")] in said_to_be and path not in expected:
            continue  # every list of things to ignore has both, and one of them is read
        said = source.split("`")[1]
        yield LeftOut(path, is_dir, "/" in said.rstrip("/"), said.endswith("/*"))
    for path in expected:
        if ignores.ignored(path) and not _is_a_neighbours(listing, path, app_root):
            yield LeftOut(path, False, True)
    for path in _of_examples(listing):
        if ignores.ignored(path):
            yield LeftOut(path, False, True, from_example=True)


def _is_a_neighbours(listing: Listing, path: str, app_root: str) -> bool:
    """True for the environment of an application beside this one that ships no example of one: nobody says that it has
    one.
    """
    folder = path.rpartition("/")[0]
    examples = (f"{folder}/.env{ending}".lstrip("/") for ending in (".example", ".sample", ".dist"))
    return is_environment(path) and (folder or ".") != app_root and not any(map(listing.has, examples))


def _of_examples(listing: Listing) -> Iterator[str]:
    """`config/app.yml` for each `config/app.yml.example`, `config/.env` for `config/sample.env`, and so on."""
    for path in listing.entries:
        folder, _, name = path.rpartition("/")
        for real in _real_names(name):
            where = f"{folder}/{real}" if folder else real
            if not listing.has(where):
                yield where


def _real_names(name: str) -> Iterator[str]:
    """What the file may be called that NAME is an example of: NAME without the word, and without one mark beside it."""
    for mark in _MARK.finditer(name) if len(name) <= _LONGEST else ():
        before, after = name[: mark.start()], name[mark.end() :]
        if before.endswith(("-", "_", ".")):
            yield before[:-1] + after
        if after.startswith(("-", "_", ".")) and not before:
            yield from (after[1:], after)
        if before and after[:1].isalnum():
            yield before + after
        if not before and after[:1].isalnum():
            yield after


def is_settings(one: LeftOut) -> bool:
    """True for a file of settings, secrets or rows, which is one server's own."""
    folder, _, name = one.path.rpartition("/")
    if one.is_dir or not _TOOLS.isdisjoint(_WORD.split(folder.lower())):
        return False
    if _SECRETS.match(name):
        return True
    if not _TOOL_SETTINGS.isdisjoint(_WORD.split(name.lower())) or name.lower().startswith("docker"):
        return False
    plain = not name.startswith(".") or name.startswith((".env", ".ht"))
    # an example of a page or a style names no settings
    named = one.from_example and plain and (name.lower().endswith(_SETTINGS) or "." not in name)
    return (named or bool(_KEY.search(name))) and not is_usual(one.path)
