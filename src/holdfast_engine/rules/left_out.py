"""What a source leaves out by name: what it ignores without a wildcard, and what it ships an example of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.rules import SHARED
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.classify_rules import PathRules
from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape_patterns import PathSet, is_environment

_SECRETS = expression(
    r"""^(?:\.env(?:\.local)?|wp-config\.php|master\.key|production\.key|\.htpasswd
    |(?:local_|app_)?(?:config|configuration|settings|database|secrets|application|environment|credentials|parameters)
     (?:[._-](?:local|inc|prod|production))?\.(?:php|json|ya?ml|py|rb|toml|ini|properties|env)
    |local_settings\.py|appsettings(?:\.(?!Development)[\w-]+)?\.json|(?!ehthumbs|thumbs|test|e2e)[\w-]+\.(?:sqlite3?|db))$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Files of configuration, secrets and databases that sources leave out."""
_WORD = expression(r"[^a-z0-9]+")
_TOOLS = frozenset(("docker", "test", "tests", "e2e", "dev", "development", "spec", "ci"))
_KEY = expression(r"secret|(?<![a-z])key|credential|passwd|password|token", re.IGNORECASE)
"""In the name of an ignored file, these say that it is one server's own."""
_MARK = expression(r"example|sample|(?<![a-z])(?:dist|template|tmpl|tpl)(?![a-z])", re.IGNORECASE)
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
    in the directory (`x/*`), FROM_EXAMPLE where an example is shipped. HEADING is the comment above the line; EXPECTED
    what the preset knows as one server's own.
    """

    path: str
    is_dir: bool
    anchored: bool
    content_only: bool = False
    from_example: bool = False
    heading: str = ""
    expected: bool = False


def left_out(rules: PathRules) -> Iterator[LeftOut]:
    """Every path that the source names as ignored, or of which it ships an example and ignores the real one."""
    listing, ignores, preset, app_root = rules.listing, rules.ignores, rules.preset, rules.app_root
    named = list(_by_lines(rules))
    yield from named
    said = {one.path for one in named}
    for path in preset.files:
        unsaid = "*" not in path and path not in said
        if unsaid and ignores.ignored(path) and not _is_a_neighbours(listing, path, app_root):
            yield LeftOut(path, False, True)
    for path in _of_examples(listing):
        if ignores.ignored(path):
            yield LeftOut(path, False, True, from_example=True)


def by_example(rules: PathRules, path: str) -> bool:
    """True for PATH of which an example is shipped beside it."""
    return path in _of_examples(rules.listing)


def _by_lines(rules: PathRules) -> Iterator[LeftOut]:
    expected, known, lines = rules.preset.files, PathSet(rules.preset.files), list(rules.ignores.literals())
    said = {one.path for one in lines}
    for one in lines:
        if one.path.endswith(".env.local") and one.path[: -len(".local")] in said and one.path not in expected:
            continue  # every list of things to ignore has both, and one of them is read
        rule, content = one.rule, one.rule.pattern.endswith("/*")
        for path in (one.path,) if rule.is_anchored else _meant(rules, rule.folder, one.path):
            own = not one.is_dir and not is_environment(path) and known.names(path)
            yield LeftOut(path, one.is_dir, rule.is_anchored, content, heading=rule.heading, expected=own)


def _meant(rules: PathRules, folder: str, path: str) -> Iterator[str]:
    """Where a line in FOLDER that holds at any depth means PATH: where the application or the preset puts what is
    called so; else in the application, where that lies below the line; else where the line stands.
    """
    top, root = f"{folder}/".lstrip("/"), rules.app_root
    name = path[len(top) :]
    for places in (_declared(rules), _of_preset(rules)):
        named = sorted(one for one in places if f"/{one}".endswith(f"/{name}") and one.startswith(top))
        there = [one for one in named if rules.listing.kind(one.rpartition("/")[0]) == DIR]
        if there and path not in named and not is_environment(path):
            yield from there
            return
    below = root != "." and f"{root}/".startswith(top) and root != folder
    yield f"{root}/{name}" if below else path


def _declared(rules: PathRules) -> frozenset[str]:
    return frozenset(said.path for said in rules.declared.values() if said.care == SHARED)


def _of_preset(rules: PathRules) -> frozenset[str]:
    preset = rules.preset
    return frozenset((*preset.dirs, *preset.files, *preset.candidates, *preset.databases))


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


def is_secret(one: LeftOut) -> bool:
    """True for a file that is one server's own by its name alone."""
    folder, _, name = one.path.rpartition("/")
    return not one.is_dir and _TOOLS.isdisjoint(_words(folder)) and bool(_SECRETS.match(name))


def is_settings(one: LeftOut) -> bool:
    """True for a file of settings, secrets or rows, which is one server's own."""
    folder, _, name = one.path.rpartition("/")
    if one.is_dir or not _TOOLS.isdisjoint(_words(folder)):
        return False
    if _SECRETS.match(name):
        return True
    if not _TOOL_SETTINGS.isdisjoint(_words(name)) or name.lower().startswith("docker"):
        return False
    plain = not name.startswith(".") or name.startswith((".env", ".ht"))
    # an example of a page or a style names no settings
    named = one.from_example and plain and (name.lower().endswith(_SETTINGS) or "." not in name)
    known = one.expected and _TOOLS.isdisjoint(_words(name))
    return known or named or bool(_KEY.search(name))


def _words(text: str) -> list[str]:
    return _WORD.split(text.lower())
