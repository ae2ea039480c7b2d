"""What a recipe of Deployer sets in the end: lists, hosts, tasks, and when they run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.imports import commands
from holdfast.imports.findings import HOLE, RELEASE, SHARED, Findings, Host, Place, texts
from holdfast.imports.values import UNKNOWN, text_of

_NAMES = {
    "release_path": RELEASE, "release_or_current_path": RELEASE, "current_path": RELEASE,
    "bin/php": "php", "bin/composer": "composer", "bin/npm": "npm", "bin/yarn": "yarn", "bin/console": "bin/console",
    "bin/git": "git", "bin/symlink": "ln -nfs", "bin/artisan": "artisan", "console_options": "",
    "composer_options": "install --no-dev",
}  # fmt: skip
_RECIPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "laravel": (("storage",), (".env",)),
    "lumen": (("storage",), (".env",)),
    "statamic": (("storage",), (".env",)),
    "symfony": (("var/log",), (".env.local",)),
    "symfony4": (("var/log", "var/sessions"), (".env",)),
    "symfony3": (("var/logs", "var/sessions"), ("app/config/parameters.yml",)),
    "wordpress": (("wp-content/uploads",), ("wp-config.php",)),
    "craftcms": (("storage",), (".env",)),
    "cakephp": (("logs", "tmp"), ("config/app.php",)),
    "codeigniter": (("application/cache", "application/logs"), ()),
    "yii2-app-basic": (("runtime",), ()),
    "prestashop": (("img", "log", "download", "upload"), ()),
    "typo3": (("fileadmin",), (".env",)),
    "zend_framework": (("data",), ()),
}
"""The data that a recipe of Deployer itself shares: directories and files."""
_RECIPE = re.compile(r"(?:^|/)recipe/([\w-]+)\.php$")
LISTS = ("shared_dirs", "shared_files", "writable_dirs")
QUIET = re.compile(
    r"application|recipes|git_.*|ssh_.*|allow_anonymous_stats|default_timeout|default_stage|default_selector|writable_.*|cleanup_.*"
    r"|use_.*|bin/.*|composer_.*|http_user|user|remote_user|hostname|port|deploy_path|keep_releases|repository|branch|labels"
    r"|forward_agent|forwardAgent|multiplexing|identity_file|release_name|shell|env|update_code_strategy|clear_.*|stage|http_group"
)

_NAMED = re.compile(r"\{\{\s*([\w/.-]+)\s*\}\}")
_DEEPEST = 5
Load = Callable[["Recipe", str], None]
"""Reads a file of settings that is named in another one."""


class Recipe:
    """What one file sets, in the end: lists grow by `add`, and hosts have their own values."""

    def __init__(self, findings: Findings, file: str, files: Mapping[str, str], load: Load) -> None:
        self.findings, self.file, self.files, self.load = findings, file, files, load
        self.names: dict[str, Any] = dict(_NAMES)
        self.members: dict[str, list[tuple[str | None, Place]]] = {name: [] for name in LISTS}
        self.single: dict[str, tuple[Any, Place]] = {}
        self.hosts: list[tuple[list[str], dict[str, Any], Place]] = []
        self.ran: dict[str, list[str]] = {}
        self.linked: set[str] = set()
        self.groups: dict[str, list[str]] = {}
        self.hooks: list[tuple[str, str, Place]] = []

    def recipe(self, path: str, place: Place) -> None:
        """What a recipe of the tool shares is said by whoever requires it."""
        found = _RECIPE.search(path)
        known = _RECIPES.get(found.group(1)) if found else None
        if known:
            self._more("shared_dirs", [*known[0]], place)
            self._more("shared_files", [*known[1]], place)
        elif path.endswith((".yml", ".yaml")) and path in self.files:
            self.load(self, path)
        elif path and not re.search(r"(?:recipe|contrib)/\w|autoload|common", path):
            self.findings.skip(f"require {path}", place)

    def set(self, name: str, value: Any, place: Place, *, add: bool = False) -> None:
        if isinstance(value, str) and HOLE not in value:
            self.findings.named.append((name, value))
        if name in LISTS:
            if not add and value is not UNKNOWN:  # of what is computed nobody knows what it replaces
                self.members[name] = []
            self._more(name, value, place)
            self.names[name] = [one for one, _ in self.members[name]]
            return
        self.names[name] = value
        self.single[name] = (value, place)
        if not QUIET.fullmatch(name):
            self.findings.skip(f"{'add' if add else 'set'}('{name}', …)", place)

    def _more(self, name: str, value: Any, place: Place) -> None:
        known = [one for one, _ in self.members[name]]
        self.members[name] += [(one, place) for one in texts(value) if one is None or one not in known]

    def end(self) -> None:
        """Everything that holds at the end of the file is told."""
        for name in LISTS:
            for path, place in self.members[name]:
                self._member(name, None if path is None else resolved(self, path), place)
        if "repository" in self.single:
            self.findings.repository(self._text("repository"), self.single["repository"][1])
        if "branch" in self.single:
            self.findings.say("branch", self._text("branch"), self.single["branch"][1])
        if "keep_releases" in self.single:
            self.findings.keep(*self.single["keep_releases"])
        for names, options, place in self.hosts:
            for name in names:
                self._host(name, options, place)
        for moment, task, place in self.hooks:
            self._hook(moment, task, place)

    def _text(self, name: str) -> str:
        return resolved(self, text_of(self.single[name][0]))

    def _member(self, name: str, path: str | None, place: Place) -> None:
        if path is None:
            self.findings.skip_once(f"a part of {name} is computed", place)
        elif name == "writable_dirs":
            self.findings.may_be_written(path, place)
        else:
            self.findings.share(path, place, directory=name == "shared_dirs")

    def _host(self, name: str, options: Mapping[str, Any], place: Place) -> None:
        def value(key: str) -> str:
            said = options.get(key, self.names.get(key))
            return said if isinstance(said, str) else str(said) if isinstance(said, int) else ""

        host = value("hostname") or name
        user, port, root = value("remote_user") or value("user"), value("port"), value("deploy_path")
        stage = options.get("stage")
        labelled = stage if isinstance(stage, str) else name if options.get("hostname") else name.partition(".")[0]
        if port and port != "22":
            self.findings.skip(f"port {port} of {host}: it belongs in ~/.ssh/config", place)
        root = resolved(self, root.replace("{{hostname}}", host))
        address = f"{user}@{host}" if user and "@" not in host else host
        self.findings.host(Host(labelled, address, root, place))
        if isinstance(options.get("branch"), str):
            self.findings.say("branch", options["branch"], place, f"of {labelled}")

    def _hook(self, moment: str, task: str, place: Place) -> None:
        task_names = self.groups.get(task, [task])
        if task_names and self.linked.issuperset(task_names) and not any(self.ran.get(name) for name in task_names):
            return
        ran = [one for name in task_names for one in self.ran.get(name, [_artisan(name)])]
        known = task in self.ran or task in self.groups or ":" not in task or any(ran)
        if re.fullmatch(r"deploy:(?:unlock|failed|success)", task):
            return
        if known or not task.startswith("deploy:"):
            self.findings.hook(moment, task, filter(None, ran), place)


def _artisan(task: str) -> str:
    """What a task of the tool's own recipe for Laravel runs."""
    word = task.removeprefix("artisan:")
    return "" if word == task else f"php artisan {word}{' --force' if word == 'migrate' else ''}"


def ran(recipe: Recipe, task: str, command: str, place: Place) -> None:
    """COMMAND is one that TASK runs; links in it are read."""
    shared = resolved(recipe, command).replace(f"{HOLE}/shared/", f"{SHARED}/")
    if commands.run(recipe.findings, shared, place, recipe.ran.setdefault(task, []).append):
        recipe.linked.add(task)


def resolved(recipe: Recipe, text: str) -> str:
    """TEXT with what is known in the place of `{{name}}`."""
    for _ in range(_DEEPEST):
        text = _NAMED.sub(lambda found: text_of(recipe.names.get(found[1], UNKNOWN)), text)
    return _NAMED.sub(HOLE, text)
