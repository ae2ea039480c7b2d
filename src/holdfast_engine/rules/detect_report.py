"""What `detect` and `explain` answer, as JSON values."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import CACHE, CODE, SEEDED, SHARED, Ruling
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.classify_rules import DEFAULT, PRESET
from holdfast_engine.rules.classify_settings import looks_like_file
from holdfast_engine.rules.detect import Detection, detect
from holdfast_engine.rules.left_out import LeftOut, by_example, is_secret, is_settings, left_out
from holdfast_engine.rules.presets import EVERY, load
from holdfast_engine.rules.shape_patterns import is_environment, lineage, within
from holdfast_engine.rules.unread import Unread

_PLAIN = expression(r"(?:[\w-]+/)*[\w-]+$")


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
        "persistent_files": sorted((*_inner(found, files), *_above(rules, found, files))),
        "artifacts": _inner(found, (ruling.path for ruling in _artifacts(rules))),
        "evidence": [ruling.to_json() for ruling in evidence],
        "with": [one.id for one in rules.additions],
        "undecided": _inner(found, undecided(rules)),
        "hints": _inner(found, hints(rules, (*dirs, *files))),
    }


def explain_report(listing: Listing, settings: Settings, path: str) -> dict[str, Any]:
    """Why PATH, relative to the source, has its care: every rule that spoke, in order; raises `path-invalid`."""
    place = RelPath.parse(path)
    rules = Classifier(listing, detect(listing, framework=settings.framework), settings)
    spoken = rules.explain(place)
    return {
        "path": place,
        "care": spoken[0].care,
        "rulings": [ruling.to_json() for ruling in spoken],
        "notes": _where_live(rules, place),
    }


def _where_live(rules: Classifier, path: RelPath) -> list[str]:
    """What users made and what an author wrote look alike where no rule speaks of them."""
    top = next((one for one in undecided(rules) if path.is_within(one)), None)
    return [f"where this site is live, `{top}` is data: `holdfast adopt . --plan` says what it would do"] if top else []


def persistent(rules: Classifier) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Directories and files that are shared, with what the source leaves out and will be data once it exists."""
    linked = rules.shared_paths()
    dirs = {one.path for one in linked if one.kind == DIR}
    files = {one.path for one in linked if one.kind != DIR}
    unread = Unread(rules.listing, rules.ignores, rules.preset, rules.frameworks, rules.roots)
    for one in left_out(rules):
        usual = rules.ignores.is_usual(one.path, secret=is_secret(one))
        if usual or unread.holds(one.path, anchored=one.anchored, heading=one.heading):
            continue
        if rules.ruling(one.path).care not in (SHARED, SEEDED):
            continue
        if is_settings(one):
            files.add(one.path)
        elif _is_left_out_data(rules, one):
            dirs.add(one.path)
    dirs.update(path for path in rules.preset.candidates if _is_awaited(rules, path))
    files.update(path for path, said in rules.declared.items() if said.kind == FILE and _is_promised(rules, path))
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


def _is_promised(rules: Classifier, path: str) -> bool:
    """True for a file that the application names and the source ignores; not one of those who develop it."""
    own = rules.ruling(path).care == SHARED and "development" not in path
    return own and bool(rules.ignores.ignored(path)) and not rules.listing.has(path)


def _is_awaited(rules: Classifier, path: str) -> bool:
    """True for a candidate that the source ignores by itself, in a directory that is here, and that the application
    does not put elsewhere: a line for what it lies in speaks of code as well, and build output is always ignored.
    """
    folder, _, name = path.rpartition("/")
    here = folder in ("", rules.web_root) or rules.listing.has(folder) or rules.ignores.named_top(path) == path
    others = (said for said in rules.declared if said != path and said.rpartition("/")[2] == name)
    return (
        "*" not in path
        and here
        and (path in rules.declared or not any(others))
        and not (rules.builds(path) or rules.ignores.is_usual(path) or path in rules.preset.usual)
        and _is_meant(rules, path, folder)
    )


def _is_meant(rules: Classifier, path: str, folder: str) -> bool:
    """True where a line means PATH; one for all in a FOLDER with code in it only lists what is not the author's."""
    by_itself = rules.ignores.top(path, is_dir=True) == path
    return rules.ignores.says_its_name(path) or (by_itself and not rules.shape.ships_code(folder))


def hints(rules: Classifier, claimed: Iterable[str]) -> tuple[str, ...]:
    """Directories that the source ignores as every source does: named nowhere else, and data only where somebody knows
    better. What is found there on a server is kept as whatever else appeared (G2).
    """
    known = set(claimed)
    ignored = (one.path for one in left_out(rules) if one.is_dir and not known.intersection(lineage(one.path)))
    usual = (path for path in ignored if not rules.builds(path) and rules.ruling(path).care in (SHARED, SEEDED))
    return tuple(sorted(outermost(path for path in usual if _is_plain(rules, path))))


def _is_plain(rules: Classifier, path: str) -> bool:
    """True for names as people give them to directories; a project of .NET has points in its own."""
    return bool(_PLAIN.match(within(path, rules.roots)))


def _is_left_out_data(rules: Classifier, one: LeftOut) -> bool:
    """True for a directory that the source ignores by name; in the web root, where builds write, it is named for data
    or its content alone is ignored.
    """
    path, name = one.path, one.path.rpartition("/")[2]
    if not _is_plain(rules, path) or name.isupper() or rules.shape.ships_code(path) or rules.keeps_output(path):
        return False
    if rules.shape.named_for_data(path):
        return True
    in_web = rules.web_root and path.startswith(rules.web_root + "/")
    local = in_web or rules.shape.lies_among_code(path)  # where builds write, and authors keep code of their own
    return (one.is_dir or one.anchored) and (not local or one.content_only) and not looks_like_file(path)


def _artifacts(rules: Classifier) -> Iterator[Ruling]:
    """Build output of the framework; what any application may have is told where this one shows it."""
    anywhere = frozenset(load(EVERY).artifacts)
    for path in outermost(entry for entry in rules.preset.artifacts if "*" not in entry):
        ruling = rules.ruling(path)
        shown = (
            within(path, rules.roots) not in anywhere
            or rules.listing.has(path)
            or bool(rules.ignores.ignored(path, is_dir=True))
        )
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


def _above(rules: Classifier, found: Detection, files: Iterable[str]) -> Iterator[str]:
    """Settings at the top of a source whose application lies below: the site's own, wherever they are read from. An
    environment there is that of the tools which start it, unless the only example is shipped there.
    """
    if found.app_root != "." and not found.web_root.startswith(".."):
        inner = by_example(rules, f"{found.app_root}/.env")
        above = (path for path in files if "/" not in path)
        ours = (path for path in above if not is_environment(path) or (by_example(rules, path) and not inner))
        yield from (posixpath.relpath(path, found.app_root) for path in ours)
