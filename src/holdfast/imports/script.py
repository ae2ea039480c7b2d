"""Somebody's own shell script that links directories which outlive a release: `ln -s … shared/…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from holdfast.imports import commands
from holdfast.imports.findings import HOLE, RELEASE, SHARED, Findings, Host, Place, shown
from holdfast.imports.script_lines import braced, logical
from holdfast_engine.model.values import dataclass

_LINKS = re.compile(r"^[^#\n]*\bln\b[^#\n]*\s-[a-zA-Z]*s", re.MULTILINE)
_DATA = re.compile(r"shared|persist|permanent|data|storage|media", re.IGNORECASE)
_ASSIGNED = re.compile(r"^(?:export\s+|readonly\s+|local\s+|declare\s+(?:-\w+\s+)*)*([A-Za-z_]\w*)=(.*)$", re.DOTALL)
_RUN = re.compile(r"\$\(\(.*?\)\)|\$\([^()]*(?:\([^()]*\)[^()]*)*\)|`[^`]*`")
_VARIABLE = re.compile(r"\$\{(\w+)(?::?[-=]([^}]*))?\}|\$\{(\w+)\[[@*]\]\}|\$(\w+|[@*])|" + _RUN.pattern)
_FOR = re.compile(r"^for\s+(\w+)\s+in\s+(.*?)\s*(?:;\s*do\b\s*(.*))?$", re.DOTALL)
_FUNCTION = re.compile(r"^(?:function\s+)?([\w-]+)\s*\(\)\s*\{?\s*(.*)$|^function\s+([\w-]+)\s*\{?\s*(.*)$")
_NAMED_SHARED = re.compile(
    r"(?:^|_)(?:SHARED|PERSIST(?:ENT)?|PERMANENT|DATA|STORAGE|MEDIA)(?:_|$|DIR|PATH|ROOT)", re.IGNORECASE
)
_NAMED_RELEASE = re.compile(
    r"(?:^|_)(?:RELEASE|NEW|CURRENT|TARGET|BUILD|DEST)(?:_?(?:DIR|PATH|ROOT|RELEASE|VERSION|ID|NAME))*$", re.IGNORECASE
)
_TAIL = re.compile(r"\btail\s+(?:-n\s*)?\+(\d+)|\bhead\s+-n\s+-(\d+)")
_SHELLS = ("su", "runuser", "sh", "bash", "dash")
_MAX_CALLS, _DEEPEST = 400, 20


@dataclass
class _Loop:
    """A `for` that is open: what it runs over, and its commands so far."""

    name: str
    values: list[str]
    body: list[tuple[str, int]] = field(default_factory=list)
    depth: int = 1


class _Script:
    """One script from its first command to its last, with what its variables hold as far as that is literal."""

    def __init__(self, findings: Findings, file: str) -> None:
        self.findings, self.file = findings, file
        self.values: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        self.functions: dict[str, list[tuple[str, int]]] = {}
        self.inside, self.switched, self.calls, self.number, self.depth = "", False, 0, 1, 0
        self.kept: list[tuple[str, str, Place]] = []
        self.links: list[tuple[str, list[str], str, Place]] = []
        self.made: set[str] = set()
        self.roots: list[tuple[str, Place]] = []

    def read(self, lines: list[tuple[str, int]]) -> None:
        at = 0
        self.depth += 1
        while at < len(lines) and self.depth < _DEEPEST:
            text, number = lines[at]
            opened = self._opened(text)
            if opened is None:
                self._line(text, number)
                at += 1
            elif isinstance(opened, _Loop):
                at = self._loop(opened, lines, at)
            else:
                at = self._function(opened, lines, at)
        self.depth -= 1

    def _opened(self, text: str) -> _Loop | tuple[str, str] | None:
        found = _FOR.match(text)
        if found:
            body = [(found[3], 0)] if found[3] else []
            return _Loop(found[1], self._words(found[2]), body)
        named = _FUNCTION.match(text)
        return (named[1] or named[3], named[2] or named[4] or "") if named else None

    def _loop(self, loop: _Loop, lines: list[tuple[str, int]], at: int) -> int:
        """The commands up to `done`, once for each value."""
        first, number = loop.body[0][0] if loop.body else "", lines[at][1]
        body: list[tuple[str, int]] = []
        if re.search(r"(?:^|;)\s*done\b", first):
            body, at = [(re.split(r";\s*done\b", first)[0], number)], at + 1
        else:
            body, at = self._until(lines, at + 1, r"^(?:for|while|until)\b", r"^done\b")
            body = [*([(first, number)] if first else []), *((text, line) for text, line in body if text != "do")]
        for value in loop.values if self.calls < _MAX_CALLS else ():
            self.calls += 1
            self.values[loop.name] = value
            self.read(body)
        return at

    def _function(self, named: tuple[str, str], lines: list[tuple[str, int]], at: int) -> int:
        """The body is kept, and read where it is called."""
        name, first = named
        if first.rstrip().endswith("}"):
            self.functions[name] = [(first.rstrip().rstrip("}").rstrip(" ;"), lines[at][1])]
            return at + 1
        body, after = self._until(lines, at + 1, r".*\{$", r"^\}")
        self.functions[name] = [
            *([(first, lines[at][1])] if first else []),
            *((text, line) for text, line in body if text != "{"),
        ]
        return after

    def _until(
        self, lines: list[tuple[str, int]], at: int, opens: str, closes: str
    ) -> tuple[list[tuple[str, int]], int]:
        depth = 1
        body: list[tuple[str, int]] = []
        while at < len(lines):
            text = lines[at][0]
            depth += bool(re.match(opens, text)) - bool(re.match(closes, text))
            if re.match(opens, text) and re.search(r";\s*done\b", text):
                depth -= 1
            if depth <= 0:
                return body, at + 1
            body.append(lines[at])
            at += 1
        return body, at

    def _line(self, text: str, number: int) -> None:
        place, self.number = Place(self.file, number), number
        if self._assigned(text):
            return
        found = _TAIL.search(text)
        if found and re.search(r"\brm\b", text) and re.search(r"releases|RELEASES|ls\b", text):
            self.findings.keep(int(found[1]) - 1 if found[1] else found[2], place)
            return
        for command in commands.simple_commands(text):
            self._command(command, place)

    def _assigned(self, text: str) -> bool:
        found = _ASSIGNED.match(text)
        if not found or (" " in _RUN.sub("", found[2].strip()) and found[2].strip()[0] not in "\"'($`"):
            return False
        name, said = found[1], found[2].strip()
        if said.startswith("("):
            self.lists[name] = self._words(said.strip("()"))
            return True
        value = self._expanded(" ".join(commands.words_of(said)) if said[:1] != "$" or " " not in said else said)
        self.findings.named.append((name, shown(value)))
        self.values[name] = self._marked(name, value)
        return True

    def _marked(self, name: str, value: str) -> str:
        """VALUE, as the place of data or of a release where the NAME of the variable, or its end, says so."""
        plain = value.rstrip("/")
        if ("/shared" in plain and plain.endswith(("/shared", SHARED))) or (
            _NAMED_SHARED.search(name) and "/" in value
        ):
            if plain.startswith("/") and HOLE not in plain and plain.endswith("/shared"):
                self.roots.append((plain.rpartition("/")[0], Place(self.file, self.number)))
            return SHARED
        if re.search(r"/releases/[^/]+$", plain) or (_NAMED_RELEASE.search(name) and "/" in value):
            return RELEASE
        return plain if value != "/" else value

    def _words(self, text: str) -> list[str]:
        words: list[str] = []
        for word in commands.words_of(text.replace("\n", " ")):
            named = re.fullmatch(r"\$\{(\w+)\[[@*]\]\}", word) or re.fullmatch(r"\$\{?(\w+)\}?", word)
            known = self.lists.get(named[1]) if named else None
            words += known if known is not None else self._expanded(word).split() or []
        return words

    def _expanded(self, text: str) -> str:
        def one(found: re.Match[str]) -> str:
            name = found[1] or found[3] or found[4]
            if not name:
                return HOLE
            if name in self.lists:
                return " ".join(self.lists[name])
            default = self._expanded(found[2]) if found[2] else None
            value = self.values.get(name, default)
            return value if value is not None else self._marked(name, f"{HOLE}/{HOLE}") if not name.isdigit() else HOLE

        return _VARIABLE.sub(one, text).replace(f"{HOLE}/{HOLE}", HOLE)

    def _command(self, command: str, place: Place) -> None:
        words = commands.words_of(command)
        while words and words[0] in ("sudo", "then", "do", "else", "{", "!", "if", "-E"):
            words = words[1:]
        if not words:
            return
        if words[0] in self.functions and self.calls < _MAX_CALLS:
            self._called(words)
            return
        full = self._expanded(command)
        expanded = [self._expanded(word) for word in words]
        known = {
            "cd": self._cd,
            "ln": self._link,
            "mkdir": self._mkdir,
            "git": self._git,
            "ssh": self._ssh,
            "mv": self._mv,
            **dict.fromkeys(_SHELLS, self._shell),
        }
        if words[0] in known:
            known[words[0]](expanded, place, full)
        elif not commands.is_plumbing(words) and not _ASSIGNED.match(command):
            self.kept.append(("after the switch" if self.switched else "before the switch", full, place))

    def _shell(self, words: list[str], place: Place, full: str) -> None:
        """What another shell is given to run; a script of its own is a command like any other."""
        given = words[words.index("-c") + 1 : words.index("-c") + 2] if "-c" in words else []
        for command in commands.simple_commands(given[0]) if given else ():
            self._command(command, place)
        if not given:
            self.kept.append(("after the switch" if self.switched else "before the switch", full, place))

    def _cd(self, words: list[str], _place: Place, _full: str) -> None:
        self.inside = words[1] if len(words) > 1 else ""

    def _mkdir(self, words: list[str], _place: Place, _full: str) -> None:
        self.made.update(word.rstrip("/") for one in words[1:] for word in braced(one))

    def _mv(self, _words: list[str], _place: Place, full: str) -> None:
        self.switched = self.switched or bool(re.search(r"/current$|CURRENT", full))

    def _called(self, words: list[str]) -> None:
        self.calls += 1
        before = dict(self.values)
        self.values.update({str(number): self._expanded(word) for number, word in enumerate(words[1:], 1)})
        self.read(self.functions[words[0]])
        self.values = {**self.values, **{key: one for key, one in before.items() if key.isdigit()}}

    def _link(self, words: list[str], place: Place, command: str) -> None:
        words = [one for word in words for one in braced(word)]
        places = [word for word in words[1:] if not word.startswith("-")]
        if len(places) == 2 and re.search(r"(?:^|/)current(?:_tmp|\.new|\.tmp|-new|_new)?$|CURRENT", places[1]):
            self.switched = True
            return
        if any(SHARED in word or _DATA.search(word) for word in places):
            self._root_of(places[0], place)
            self.links.append((command, words, self.inside, place))

    def _root_of(self, source: str, place: Place) -> None:
        found = re.match(rf"^(/[^{HOLE}{SHARED}{RELEASE}]*?)/shared(?:/|$)", source)
        if found:
            self.roots.append((found[1], place))

    def _git(self, words: list[str], place: Place, _full: str) -> None:
        if "clone" in words:
            for number, word in enumerate(words[:-1]):
                if word in ("-b", "--branch"):
                    self.findings.say("branch", words[number + 1], place)
            for word in words:
                if word.startswith("--branch="):
                    self.findings.say("branch", word.partition("=")[2], place)
            url = next((word for word in words[2:] if ":" in word and not word.startswith("-")), "")
            self.findings.repository(url, place)
        elif words[1:2] in (["pull"], ["fetch"]) and len(words) > 3 and words[2] == "origin":
            self.findings.say("branch", words[3], place)

    def _ssh(self, words: list[str], place: Place, _full: str) -> None:
        """Whom it speaks to, and what it runs there."""
        named = next(
            (number for number, word in enumerate(words[1:], 1) if "@" in word and not word.startswith("-")), 0
        )
        if not named:
            return
        if HOLE not in words[named]:
            self.kept_host = (words[named], place)
        rest = " ".join(words[named + 1 :])
        if rest and not rest.startswith("<<"):
            for command in commands.simple_commands(rest):
                self._command(command, place)

    kept_host: tuple[str, Place] | None = None

    def end(self) -> None:
        """What was found is told; a directory that the script makes in `shared/` is one."""
        made = {
            one.rpartition(f"{SHARED}/")[2] if SHARED in one else one.rpartition("/shared/")[2] for one in self.made
        }
        for command, words, inside, place in self.links:
            linked = commands.links_of(words, inside)
            for path, source in linked or ():
                note = "" if path.rstrip("/") == source else f"was shared/{source}"
                self.findings.share(path.rstrip("/"), place, directory=source in made, note=note)
            if not linked:
                self.findings.skip(command, place)
        root = next((root for root, _ in self.roots), "")
        if root:
            place = next((place for known, place in self.roots if known == root and place.line), Place(self.file, 1))
            self.findings.say("root", root, place)
        if self.kept_host:
            self._told_host(root)
        for moment, command, place in self.kept:
            self.findings.hook(moment, "", [command], place)

    def _told_host(self, root: str) -> None:
        address, place = self.kept_host or ("", Place(self.file, 1))
        name = address.rpartition("@")[2].partition(".")[0]
        self.findings.host(Host(name, address, root or HOLE, place))


def read(findings: Findings, files: Mapping[str, str]) -> None:
    """What each script links from the directory of shared data."""
    for file, text in files.items():
        if is_script(file, text) and _LINKS.search(text) and _DATA.search(text):
            script = _Script(findings, file)
            script.read(logical(text))
            if script.links:
                findings.files[file] = "a script"
                script.end()


def is_script(file: str, text: str) -> bool:
    """True for a shell script, by its name or its first line."""
    first = text.partition("\n")[0]
    return file.endswith((".sh", ".bash")) or bool(re.match(r"#!.*\b(?:ba|da|z|k)?sh\b", first))
