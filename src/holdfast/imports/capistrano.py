"""Capistrano 2 and 3, and Mina: `config/deploy.rb` with the stages beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from holdfast.imports import commands
from holdfast.imports.capistrano_recipe import LISTS, OF_THE_TOOL, Hooked, Recipe, Task
from holdfast.imports.findings import HOLE, Findings, Place, texts
from holdfast.imports.literals import Literals
from holdfast.imports.tokens import RUBY, tokens
from holdfast.imports.values import UNKNOWN, Either, joined, text_of

MAIN, STAGES = "config/deploy.rb", "config/deploy/"
_PASSED = frozenset((
    "lock", "require", "require_relative", "load", "import", "import_recipe", "install_plugin", "desc", "end",
    "else", "elsif", "when", "ensure", "rescue", "puts", "info", "next", "return", "namespace", "task", "on", "in",
    "do", "set_default", "invoke!", "test", "extend", "include", "each", "attr_reader", "within", "with", "as",
    "roles", "private", "begin", "if", "unless", "case", "while", "until", "def", "class", "module", "for",
    "upload!", "download!", "and", "or", "then", "raise",
))  # fmt: skip
_OPENING = frozenset((
    "if", "unless", "case", "while", "until", "begin", "def", "class", "module", "for",
))  # fmt: skip
_RUNNING = frozenset((
    "run", "sudo", "execute", "capture", "queue", "queue!", "command", "run_locally", "system", "invoke_command",
))  # fmt: skip
_LIST_VERBS = frozenset(["append", "push", "prepend", "concat", "remove"])
_SETTERS = frozenset(["set", "set_default", "_cset", "set_if_empty"])


class _Walk:
    """One file from its first statement to its last. BLOCKS are the `do` and `end` around the one that is read."""

    def __init__(self, recipe: Recipe, file: str, text: str) -> None:
        self.recipe, self.file, self.lines = recipe, file, text.splitlines()
        self.found = tokens(text, RUBY)
        self.reader = Literals(self.found, RUBY, recipe.names, recipe.calls)
        self.blocks: list[tuple[str, Any]] = []
        self.coming: tuple[str, Any] = ("other", "")

    def all(self) -> None:
        fresh = True
        while self.reader.at < len(self.found):
            token = self.reader.peek()
            before = self.reader.at
            if fresh and token.kind == "name":
                self._statement(token.value)
            else:
                self._inside(token.value if token.kind in ("name", "mark") else "")
            self.reader.at = max(self.reader.at, before + 1)
            last = self.found[min(self.reader.at, len(self.found)) - 1]
            fresh = last.kind == "line" or last.value in (";", "do", "then", "else", "|")

    def _inside(self, value: str) -> None:
        """A token that begins no statement: blocks open and close all the same."""
        if value == "do":
            self.blocks.append(self.coming)
            self.coming = ("other", "")
            if self.reader.peek(1).value == "|":  # names of what the block is given
                self.reader.at += 2
                while self.reader.peek().kind != "end" and self.reader.peek().value != "|":
                    self.reader.at += 1
        elif value in ("(", "[", "{"):
            self.reader.skip_balanced()
            return
        self.reader.at += 1

    def _statement(self, verb: str) -> None:
        place = Place(self.file, self.reader.peek().line)
        if verb == "end":
            if self.blocks:
                self.blocks.pop()
            self.reader.at += 1
        elif verb in _OPENING:
            self.blocks.append(("other", ""))
            self._rest_of_line()
        elif not self._known(verb, place):
            if verb not in _PASSED and not self._task():
                self.recipe.findings.skip(self.lines[place.line - 1].strip(), place)
            self._arguments_unread()

    def _known(self, verb: str, place: Place) -> bool:
        """True for a statement that is understood, which is read then."""
        reader, recipe = self.reader, self.recipe
        if reader.peek(1).kind == "mark" and reader.peek(1).value in ("=", "||=", "+=", "<<"):
            self._assign(verb)
        elif verb in _SETTERS or verb == "ask":
            self._set(verb, place)
        elif verb in _LIST_VERBS:
            self._change(verb, place)
        elif verb == "fetch" and any(one.value in ("push", "concat", "<<", "append") for one in self._line()):
            recipe.set(self._named_first(), reader.value(), place)
        elif verb in ("server", "role"):
            self._host(verb, place)
        elif verb in ("before", "after"):
            self._hook(verb, place)
        elif verb in ("task", "namespace", "remote_task"):
            self._named_block(verb, place)
        elif verb in _RUNNING or verb in ("invoke", "on"):
            self._run(verb, place)
        else:
            return False
        return True

    def _line(self) -> list[Any]:
        found = []
        for token in self.found[self.reader.at :]:
            if token.kind == "line":
                break
            found.append(token)
        return found

    def _named_first(self) -> str:
        """The name of the setting that `fetch` asks for here."""
        first = self.reader.peek(2 if self.reader.peek(1).value == "(" else 1)
        return "".join(part for part in first.parts if isinstance(part, str))

    def _rest_of_line(self) -> None:
        while self.reader.peek().kind not in ("line", "end") and self.reader.peek().value not in (";", "then"):
            if self.reader.peek().value == "do" and self.reader.peek().kind == "name":
                break
            self.reader.at += 1

    def _arguments_unread(self) -> None:
        """Up to the end of the statement, but for a block that it opens."""
        self.reader.at += 1
        while self.reader.peek().kind not in ("line", "end") and self.reader.peek().value not in (";", "do", "then"):
            self._inside(self.reader.peek().value if self.reader.peek().kind == "mark" else "")

    def _arguments(self) -> list[Any]:
        self.reader.at += 1
        return self.reader.arguments() if self.reader.peek().value == "(" else self.reader.bare_arguments()

    def _assign(self, name: str) -> None:
        mark = self.reader.peek(1).value
        self.reader.at += 2
        value = self.reader.value()
        before = self.recipe.names.get(name)
        if mark in ("+=", "<<"):
            value = joined(before, value)
        self.recipe.names[name] = before if mark == "||=" and before is not None else value

    def _set(self, verb: str, place: Place) -> None:
        recipe, self.reader.hedged = self.recipe, False
        given = self._arguments()
        name = text_of(given[0]) if given else ""
        value = given[1] if len(given) > 1 else UNKNOWN
        if len(given) == 1 and self.reader.peek().value == "{":
            value = self._block()
        if not name or name == HOLE or (verb not in ("set", "ask") and name in recipe.names):
            return
        self._tell_hedged(name, value, place)
        if verb != "ask" or isinstance(value, str):
            recipe.set(name, value, place)

    def _block(self) -> Any:
        """What `set(:name) { … }` gives."""
        end, inner = self.reader.closing(self.reader.at), self.reader
        inner.at += 1
        value = inner.value()
        while inner.peek().kind == "line":
            inner.at += 1
        value, inner.at = (value if inner.at == end else UNKNOWN), end + 1
        return value

    def _tell_hedged(self, name: str, value: Any, place: Place) -> None:
        """One of several values, or a default: what decides is left to a person."""
        told = name != "password" and (name in LISTS or OF_THE_TOOL.fullmatch(name))
        computed = isinstance(value, Either) or value is UNKNOWN or (isinstance(value, str) and HOLE in value)
        if told and (computed or self.reader.hedged):
            self.recipe.findings.skip(self.lines[place.line - 1].strip(), place)

    def _change(self, verb: str, place: Place) -> None:
        self.reader.hedged = False
        given = self._arguments()
        name = text_of(given[0]) if given else ""
        flat = [one for each in given[1:] for one in (each if isinstance(each, list) else [each])]
        self._tell_hedged(name, flat, place)
        before = self.recipe.names.get(name)
        before = before if isinstance(before, list) else []
        if name:
            kept = [one for one in before if one not in flat] if verb == "remove" else [*before, *flat]
            self.recipe.set(name, kept, place)

    def _host(self, verb: str, place: Place) -> None:
        given = self._arguments()
        options = given[-1] if given and isinstance(given[-1], dict) else {}
        names = [given[0]] if verb == "server" and given else given[1:]
        for one in names:
            for name in (None,) if isinstance(one, dict) else texts(one):
                if isinstance(name, str) and HOLE not in name:
                    self.recipe.hosts.append((name, options, place))
                elif not isinstance(one, dict):
                    self.recipe.findings.skip(self.lines[place.line - 1].strip(), place)

    def _hook(self, verb: str, place: Place) -> None:
        given = [one for one in self._arguments() if one is not UNKNOWN]
        moment = f"{verb} {self._full(text_of(given[0]))}" if given else verb
        named = [name for one in given[1:] for name in texts(one) if isinstance(name, str)]
        if self.reader.peek().value == "do":
            task = Task(named[0] if named else "", place)
            self.coming = ("task", task)
            self.recipe.hooks.append(Hooked(moment, task, place))
        else:
            self.recipe.hooks += [Hooked(moment, name, place) for name in named]

    def _named_block(self, verb: str, place: Place) -> None:
        given = self._arguments()
        first = given[0] if given else ""
        name = text_of(next(iter(first), "") if isinstance(first, dict) else first)
        if verb == "namespace":
            self.coming = ("namespace", name)
            return
        task = self.recipe.tasks.setdefault(self._full(name), Task(self._full(name), place))
        self.coming = ("task", task)

    def _full(self, name: str) -> str:
        above = [str(block) for kind, block in self.blocks if kind == "namespace"]
        return name if ":" in name or not above else ":".join([*above, name])

    def _run(self, verb: str, place: Place) -> None:
        mina = self.recipe.mina
        given = self._arguments()
        if verb == "on":
            if mina and text_of(given[0] if given else "") == "launch":
                launched = Task("", place)
                self.coming = ("task", launched)
                self.recipe.hooks.append(Hooked("on launch", launched, place))
            return
        said = " ".join(text_of(one).strip() for one in given if not isinstance(one, dict) and one is not UNKNOWN)
        if verb == "invoke":
            self._invoked(said)
            return
        task = self._task()
        linked = commands.run(self.recipe.findings, said, place, task.ran.append if task else lambda _: None)
        if task is not None:
            task.linked = task.linked or linked
        if mina and task is not None and task.name == "deploy" and task.ran:
            self.recipe.hooks.append(Hooked("while it is deployed", Task("", place, [task.ran.pop()]), place))

    def _invoked(self, name: str) -> None:
        task = self._task()
        known = re.match(r"(?:git|deploy|rbenv|rvm|environment|local_environment|remote_environment)", name)
        if task is not None and name and not known:
            task.ran.append(f"(task {name})")

    def _task(self) -> Task | None:
        return next((block for kind, block in reversed(self.blocks) if kind == "task"), None)


def _read(recipe: Recipe, file: str, text: str) -> None:
    """FILE is read to its end; what is not understood is told."""
    recipe.mina = recipe.mina or bool(re.search(r"^\s*require\s+['\"]mina", text, re.MULTILINE))
    _Walk(recipe, file, text).all()


def read(findings: Findings, files: Mapping[str, str]) -> None:
    """What `config/deploy.rb` says, in each of its stages; production is believed first."""
    if MAIN not in files:
        return
    stages = sorted(
        (file for file in files if file.startswith(STAGES) and file.endswith(".rb")),
        key=lambda one: ("prod" not in one, one),
    )
    for stage in stages or [""]:
        recipe = Recipe(findings, stage.removeprefix(STAGES).removesuffix(".rb"))
        _read(recipe, MAIN, files[MAIN])
        if stage:
            _read(recipe, stage, files[stage])
        for file in (MAIN, *([stage] if stage else ())):
            findings.files[file] = "Mina" if recipe.mina else "Capistrano"
        recipe.end()
