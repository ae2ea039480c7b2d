"""Deployer 6 and 7: `deploy.php`, and `deploy.yaml` with the same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.imports.deployer_recipe import LISTS, QUIET, Recipe, ran, resolved
from holdfast.imports.deployer_yaml import inventory, load
from holdfast.imports.findings import Findings, Place, texts
from holdfast.imports.literals import Literals
from holdfast.imports.tokens import PHP, Token, tokens
from holdfast.imports.values import UNKNOWN, Either, text_of

FILES = ("deploy.php", "deploy.yaml", "deploy.yml")
_HOST_WORDS = {
    "user": "remote_user", "setRemoteUser": "remote_user", "remoteUser": "remote_user", "hostname": "hostname",
    "setHostname": "hostname", "port": "port", "setPort": "port", "setDeployPath": "deploy_path", "stage": "stage",
}  # fmt: skip
_STATEMENTS = frozenset((
    "namespace", "use", "require", "require_once", "include", "include_once", "import", "desc", "fail", "declare",
    "inventory", "localhost", "host", "task", "before", "after", "set", "add", "option", "argument", "function",
    "class", "if", "else", "elseif", "foreach", "for", "while", "return", "echo", "writeln", "try", "catch",
    "switch",
))  # fmt: skip


class _Walk:
    """`deploy.php` from its first call to its last."""

    def __init__(self, recipe: Recipe, text: str) -> None:
        self.recipe, self.lines = recipe, text.splitlines()
        self.found = [one for one in tokens(text, PHP) if one.kind != "line"]
        calls = {"get": self._get, "parse": lambda given: given[0] if given else UNKNOWN}
        self.reader = Literals(self.found, PHP, recipe.names, calls)
        self.tasks: list[tuple[int, str]] = []
        self.depth = 0

    def _get(self, given: list[Any]) -> Any:
        return self.recipe.names.get(text_of(given[0]), given[1] if len(given) > 1 else UNKNOWN) if given else UNKNOWN

    def all(self) -> None:
        fresh = True
        while self.reader.at < len(self.found):
            token, before = self.reader.peek(), self.reader.at
            while self.tasks and self.tasks[-1][0] <= before:
                self.tasks.pop()
            if token.kind == "name" and self._bare(before):
                self._call(token, fresh=fresh and not self.tasks)
            self.reader.at = max(self.reader.at, before + 1)
            fresh = (
                self.found[self.reader.at - 1].value in (";", "{", "}") if self.reader.at <= len(self.found) else True
            )

    def _bare(self, at: int) -> bool:
        return not at or self.found[at - 1].value not in ("->", "::", "?->", "function", "new")

    def _call(self, token: Token, *, fresh: bool) -> None:
        name, place = token.value.rpartition("\\")[2], Place(self.recipe.file, token.line)
        after = self.reader.peek(1)
        known = {word: read for words, read in self._calls.items() for word in words}
        if name in ("require", "require_once", "include", "import"):
            self._require(place)
        elif name.startswith("$") and after.value in ("=", "??="):
            self._assign(name)
        elif after.value == "(" and name in known:
            known[name](name, place)
        elif fresh and name not in _STATEMENTS:
            self._unread(place)

    @property
    def _calls(self) -> dict[tuple[str, ...], Callable[[str, Place], None]]:
        return {
            ("set", "add"): self._set,
            ("host", "localhost", "server"): self._host,
            ("task",): self._task,
            ("before", "after"): self._hook,
            ("run", "runLocally", "invoke", "cd", "within"): self._run,
            ("inventory",): self._inventory,
        }

    def _inventory(self, _verb: str, place: Place) -> None:
        inventory(self.recipe, text_of(next(iter(self._arguments()), "")), place)

    def _unread(self, place: Place) -> None:
        self.recipe.findings.skip(self.lines[place.line - 1].strip(), place)

    def _require(self, place: Place) -> None:
        self.reader.at += 1
        path = self.reader.value()
        self.recipe.recipe(text_of(path).lstrip("/"), place)

    def _assign(self, name: str) -> None:
        self.reader.at += 2
        self.recipe.names[name] = self.reader.value()

    def _arguments(self) -> list[Any]:
        self.reader.at += 1
        self.reader.hedged = False
        return self.reader.arguments()

    def _set(self, verb: str, place: Place) -> None:
        given = self._arguments()
        if len(given) < 2 or not isinstance(given[0], str):
            return
        value = given[1]
        told = given[0] in LISTS or QUIET.fullmatch(given[0])
        if told and (isinstance(value, Either) or value is UNKNOWN or self.reader.hedged):
            self._unread(place)
        self.recipe.set(given[0], value, place, add=verb == "add")

    def _host(self, verb: str, place: Place) -> None:
        given = [one for one in self._arguments() if not isinstance(one, dict)]
        names = [one for one in texts(given) if one]
        options: dict[str, Any] = {}
        while self.reader.peek().value == "->" and self.reader.peek(2).value == "(":
            self.reader.at += 1
            line = self.reader.peek().line
            self._chained(self.reader.peek().value, options, Place(self.recipe.file, line))
        if verb == "localhost":
            if isinstance(options.get("deploy_path"), str):
                self.recipe.findings.say("root", resolved(self.recipe, options["deploy_path"]), place)
        elif names:
            self.recipe.hosts.append((names, options, place))
        else:
            self._unread(place)

    def _chained(self, word: str, options: dict[str, Any], place: Place) -> None:
        given = self._arguments()
        if word in ("set", "add") and len(given) > 1 and isinstance(given[0], str):
            if given[0] in LISTS:
                self.recipe.set(given[0], given[1], place, add=True)
            options[given[0]] = given[1]
        elif word in ("setLabels", "labels") and given and isinstance(given[0], dict):
            options.update({key: one for key, one in given[0].items() if key == "stage"})
        elif word in _HOST_WORDS and given:
            options[_HOST_WORDS[word]] = given[0]

    def _task(self, _verb: str, _place: Place) -> None:
        """The name now; what it runs is met on the way through its body."""
        start, end = self.reader.at, self.reader.closing(self.reader.at + 1)
        given = self._arguments()
        if not given or not isinstance(given[0], str):
            return
        if len(given) > 1 and isinstance(given[1], list):
            self.recipe.groups[given[0]] = [one for one in texts(given[1]) if one]
        else:
            self.recipe.ran.setdefault(given[0], [])
            self.tasks.append((end, given[0]))
            self.reader.at = start + 3

    def _hook(self, verb: str, place: Place) -> None:
        start, end = self.reader.at, self.reader.closing(self.reader.at + 1)
        given = self._arguments()
        if not given or not isinstance(given[0], str):
            return
        task = given[1] if len(given) > 1 and isinstance(given[1], str) else f"{verb} {given[0]}"
        self.recipe.hooks.append((f"{verb} {given[0]}", task, place))
        if len(given) > 1 and not isinstance(given[1], str):
            self.recipe.ran.setdefault(task, [])
            self.tasks.append((end, task))
            self.reader.at = start + 3

    def _run(self, verb: str, place: Place) -> None:
        given = self._arguments()
        task = self.tasks[-1][1] if self.tasks else ""
        if verb in ("run", "runLocally") and given:
            ran(self.recipe, task, text_of(given[0]), place)
        elif verb == "invoke" and task and given:
            self.recipe.ran[task].append(f"(task {text_of(given[0])})")


def read(findings: Findings, files: Mapping[str, str]) -> None:
    """What `deploy.php` or `deploy.yaml` says, where it is Deployer's."""
    for file in FILES:
        text = files.get(file, "")
        if file.endswith(".php") and re.search(r"\bDeployer\b|recipe/|\bshared_(?:dirs|files)\b", text):
            recipe = Recipe(findings, file, files, load)
            _Walk(recipe, text).all()
        elif not file.endswith(".php") and re.search(r"^(?:import|hosts|config):", text, re.MULTILINE):
            recipe = Recipe(findings, file, files, load)
            load(recipe, file)
        else:
            continue
        findings.files[file] = "Deployer"
        recipe.end()
