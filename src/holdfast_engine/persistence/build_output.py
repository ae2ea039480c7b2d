"""What a release should hold once it is built, and the commands that make it."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.checks.check_input import Expected
from holdfast_engine.model.expressions import expression
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.rules.detect_packages import parse_json

_COMPOSER = "composer install --no-dev --optimize-autoloader"
_NODE_SERVERS = ("nextjs", "strapi", "express")
"""Presets whose code asks for `node_modules` while it runs, and not only while it is built."""
_LOCKS = (
    ("pnpm-lock.yaml", "pnpm install --frozen-lockfile", "pnpm run build"),
    ("yarn.lock", "yarn install --frozen-lockfile", "yarn run build"),
)
_NPM = ("npm ci", "npm run build")
_GENERIC = ("vendor", "node_modules", "**")
_PACKAGES = ("vendor", "node_modules", "venv", ".venv")
"""What installs packages and builds no pages."""
_PLAIN = expression(r"\w[\w.-]*(/\w[\w.-]*)*")
_OWN_MODULES = expression(r"""output\s*:\s*["'](standalone|export)["']""")


def expected_output(rules: Rules) -> tuple[Expected, ...]:
    """What builds leave in a release of this project, by its manifests and by what its configuration names."""
    root = "" if rules.detection.app_root == "." else f"{rules.detection.app_root}/"
    return (*_vendor(rules, root), *_node_modules(rules, root), *_output(rules, root), *_declared(rules))


def _vendor(rules: Rules, root: str) -> Iterator[Expected]:
    manifest = parse_json(rules.listing.text(root + "composer.json"))
    wanted = manifest.get("require")
    if any("/" in str(name) for name in (wanted if isinstance(wanted, dict) else ())):
        options = manifest.get("config")
        name = options.get("vendor-dir") if isinstance(options, dict) else None
        plain = isinstance(name, str) and _PLAIN.fullmatch(name)
        yield Expected((root + (str(name) if plain else "vendor"),), (_COMPOSER,))


def _node_modules(rules: Rules, root: str) -> Iterator[Expected]:
    asked = parse_json(rules.listing.text(root + "package.json")).get("dependencies")
    if asked and rules.detection.framework in _NODE_SERVERS and not _brings_its_own(rules, root):
        yield Expected((f"{root}node_modules",), _node(rules, root)[:1])


def _brings_its_own(rules: Rules, root: str) -> bool:
    """True for Next.js where the build packs what it needs, or leaves pages alone."""
    names = (f"{root}next.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts"))
    return any(_OWN_MODULES.search(rules.listing.text(name)) for name in names)


def _output(rules: Rules, root: str) -> Iterator[Expected]:
    """Where build output would be, for projects that have a build script; generic names are no expectation."""
    if not rules.listing.has(f"{root}package.json") or '"build"' not in rules.listing.text(f"{root}package.json"):
        return
    known = (path for path in rules.classifier.preset.artifacts if not path.startswith(_GENERIC) and "*" not in path)
    places = tuple(path for path in known if not path.startswith(tuple(root + name for name in _PACKAGES)))
    if places:
        yield Expected(places, _node(rules, root))


def _declared(rules: Rules) -> Iterator[Expected]:
    for text in rules.settings.artifacts:
        yield Expected((RelPath.parse(text),))


def _node(rules: Rules, root: str) -> tuple[str, str]:
    """Install and build by the package manager whose lock the project has."""
    return next(((install, make) for lock, install, make in _LOCKS if rules.listing.has(root + lock)), _NPM)
