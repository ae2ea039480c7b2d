"""What `detect` and `explain` answer, as JSON values."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import CACHE, CODE, SEEDED, SHARED, Ruling
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.classify_rules import DEFAULT, PRESET
from holdfast_engine.rules.detect import Detection, detect
from holdfast_engine.rules.presets import EVERY, load

_SECRETS = re.compile(
    r"""^(?:\.env(?:\.local)?|wp-config\.php|master\.key|production\.key|\.htpasswd
    |(?:local_|app_)?(?:config|configuration|settings|database|secrets|application|environment|credentials|parameters)
     (?:[._-](?:local|inc))?\.(?:php|json|ya?ml|py|rb|toml|ini)
    |local_settings\.py|(?!ehthumbs|thumbs|test|e2e)[\w-]+\.(?:sqlite3?|db))$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Files of configuration, secrets and databases that sources leave out."""
_TOOLS = frozenset(
    (
        "android", "artifacts", "assets", "bin", "bower", "build", "bundle", "bundles", "cache", "caches", "caddyfile",
        "compiled", "components", "composer", "contrib", "core", "coverage", "css", "cypress", "debug", "deprecated",
        "dev", "develop", "dist", "doc", "docker", "dockerfile", "docs", "eggs", "env", "generated", "homestead", "hot",
        "html", "htmlcov", "ide", "index", "ios", "jenkinsfile", "js", "lib", "license", "lock", "log", "logs",
        "makefile", "modules", "nbproject", "node", "obj", "out", "packages", "packs", "parts", "phar", "pids",
        "playwright", "plugins", "project", "public", "readme", "release", "report", "screenshots", "site", "sockets",
        "static", "staticfiles", "storybook", "target", "temp", "test", "tests", "theme", "themes", "tmp", "vendor",
        "venv", "vite", "web", "wheels", "wp", "www",
    )
)  # fmt: skip
"""Words in the name of an ignored directory that speak of tools and output, not of data."""
_PLAIN = re.compile(r"(?:[\w-]+/)*[\w-]+$")
_EXAMPLE = re.compile(r"^(?P<stem>.+?)\.(?:example|sample|dist)(?P<suffix>\.\w+)?$")


def report(listing: Listing, settings: Settings) -> dict[str, Any]:
    """The answer of `detect --json`: paths are relative to the app, directories without a trailing slash."""
    found = detect(listing, framework=settings.framework)
    rules = Classifier(listing, found, settings)
    dirs, files = persistent(rules)
    kept = (rules.ruling(path) for path in (*dirs, *files))
    evidence = (*found.evidence, *kept, *_artifacts(rules), *_caches(rules))
    return {
        "framework": found.framework,
        "confidence": round(found.confidence, 2),
        "app_root": found.app_root,
        "web_root": found.web_root,
        "persistent": _inner(found, dirs),
        "persistent_files": _inner(found, files),
        "artifacts": _inner(found, (ruling.path for ruling in _artifacts(rules))),
        "evidence": [ruling.to_json() for ruling in evidence],
        "with": [one.id for one in rules.additions],
        "undecided": _inner(found, undecided(rules)),
    }


def explain_report(listing: Listing, settings: Settings, path: str) -> dict[str, Any]:
    """Why PATH, relative to the source, has its care: every rule that spoke, in order; raises `path-invalid`."""
    place = RelPath.parse(path)
    rules = Classifier(listing, detect(listing, framework=settings.framework), settings)
    spoken = rules.explain(place)
    return {"path": place, "care": spoken[0].care, "rulings": [ruling.to_json() for ruling in spoken]}


def persistent(rules: Classifier) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Directories and files that are shared, with what the source leaves out and will be data once it exists."""
    linked = rules.shared_paths()
    dirs = {one.path for one in linked if one.kind == DIR}
    files = {one.path for one in linked if one.kind != DIR}
    for path, is_dir, anchored in _left_out(rules):
        if rules.ruling(path).care not in (SHARED, SEEDED):
            continue
        if _is_left_out_file(path):
            files.update(() if is_dir else (path,))
        elif _is_left_out_data(rules, path, trusted=is_dir or anchored):
            dirs.add(path)
    dirs.update(path for path in rules.preset.candidates if _is_awaited(rules, path))
    kept = set(outermost(dirs | files))
    return tuple(sorted(dirs & kept)), tuple(sorted(files & kept))


def undecided(rules: Classifier) -> tuple[str, ...]:
    """Directories with something in them of which no rule speaks, which hold no program and bear no usual name.

    They may be what an author wrote or what users did; somebody who knows may be asked.
    """
    above_data = {step for one in rules.shared_paths() for step in RelPath(one.path).ancestors()}
    folders = (path for path, entry in rules.listing.entries.items() if entry.kind == DIR and path not in above_data)
    return tuple(sorted(outermost(path for path in folders if _is_unspoken(rules, path))))


def _is_unspoken(rules: Classifier, path: str) -> bool:
    ruling, shape = rules.ruling(path), rules.shape
    decided = (ruling.rule, ruling.care) != (DEFAULT, CODE) or path.startswith(".") or shape.is_conventional(path)
    return not decided and shape.ships_code(path) and not shape.holds_program(path)


def _is_awaited(rules: Classifier, path: str) -> bool:
    """True for a candidate that the source ignores; build output is always ignored, and that says nothing."""
    return "*" not in path and not rules.builds(path) and bool(rules.ignores.ignored(path, is_dir=True))


def _left_out(rules: Classifier) -> Iterator[tuple[str, bool, bool]]:
    """Paths that the source names as ignored, or of which it ships an example: path, is a directory, is anchored."""
    for path, is_dir, source in rules.ignores.literals():
        yield path, is_dir, "/" in source.split("`")[1].rstrip("/")
    for path in (*(one for one in rules.preset.files if "*" not in one), *_of_examples(rules)):
        if rules.ignores.ignored(path):
            yield path, False, True


def _of_examples(rules: Classifier) -> Iterator[str]:
    """`config/app.yml` for each `config/app.yml.example`, `config/.env` for `config/sample.env`."""
    for path in rules.listing.entries:
        folder, _, name = path.rpartition("/")
        match = _EXAMPLE.match(name)
        real = ".env" if name == "sample.env" else (match["stem"] + (match["suffix"] or "")) if match else ""
        if real and not rules.listing.has(f"{folder}/{real}".strip("/")):
            yield f"{folder}/{real}".strip("/")


def _is_left_out_file(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return bool(_SECRETS.match(name)) and not _words(folder).intersection(("docker", "test", "tests", "e2e", "dev"))


def _is_left_out_data(rules: Classifier, path: str, *, trusted: bool) -> bool:
    """True when an ignored directory is more likely data than output; in the web root its name must say so."""
    name = path.rpartition("/")[2]
    if not _PLAIN.match(path) or name.isupper() or rules.shape.ships_code(path) or rules.keeps_output(path):
        return False
    if rules.shape.named_for_data(path):
        return True
    in_web = rules.web_root and path.startswith(rules.web_root + "/")
    return trusted and not in_web and not _words(path).intersection(_TOOLS)


def _words(path: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", path.lower()))


def _artifacts(rules: Classifier) -> Iterator[Ruling]:
    """Build output of the framework; what any application may have is told where this one shows it."""
    anywhere = frozenset(load(EVERY).artifacts)
    for path in outermost(entry for entry in rules.preset.artifacts if "*" not in entry):
        ruling = rules.ruling(path)
        shown = path not in anywhere or rules.listing.has(path) or bool(rules.ignores.ignored(path, is_dir=True))
        if shown and ruling.care not in (SHARED, SEEDED):
            yield ruling


def _caches(rules: Classifier) -> Iterator[Ruling]:
    """What is rebuilt in each release and never kept; what any application may have is told where this one shows it."""
    anywhere = frozenset(load(EVERY).caches)
    python = any(path.endswith(".py") for path in rules.listing.entries)
    for path in rules.preset.caches:
        name = path.rpartition("/")[2]
        shown = path not in anywhere or rules.ignores.ignored(name, is_dir=True) or (python and "py" in name[:4])
        if shown:
            yield Ruling(path, CACHE, PRESET, f"{rules.preset.name}: `{path}`, rebuilt and not kept")


def _inner(found: Detection, paths: Iterable[str]) -> list[str]:
    """PATHS relative to the app; what lies outside it is not the app's, unless it is served from there."""
    if found.app_root == ".":
        return sorted(paths)
    beside = found.web_root.startswith("..")
    own = (path for path in paths if beside or path.startswith(found.app_root + "/"))
    return sorted(posixpath.relpath(path, found.app_root) for path in own)
