"""Ruby, PHP and JavaScript as tokens: enough of each to find literals. Any text may come, and nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from typing import NamedTuple

from holdfast_engine.model.values import dataclass

_CLOSERS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_MARKS = re.compile(
    r"\.\.\.|=>|->|::|\|\||&&|\?:|\?\?=?|\?->|\?\.|&\.|<<|\+=|\.=|\|\|=|===?|!==?|<=|>=|\*\*|.", re.DOTALL
)
_NUMBER = re.compile(r"\d[\d_]*(?:\.\d+)?")


class Code(NamedTuple):
    """What is to be computed inside a text: SOURCE."""

    source: str


class Token(NamedTuple):
    """KIND is `text` (PARTS of it may be computed), `words` (a list of them), `number`, `name`, `mark` or `line`."""

    kind: str
    value: str
    line: int
    parts: tuple[str | Code, ...] = ()
    start: int = 0


@dataclass(frozen=True)
class Language:
    """What of a language matters here. OPENERS say after which sign a text is computed, by its quote."""

    name: str
    comments: re.Pattern[str]
    names: re.Pattern[str]
    openers: dict[str, tuple[str, ...]]
    call: tuple[str, ...]
    plus: tuple[str, ...]
    concat: str = "+"
    quotes: str = "\"'"


RUBY = Language(
    "ruby",
    re.compile(r"#[^\n]*|^=begin\b.*?^=end\b[^\n]*|^__END__$.*", re.DOTALL | re.MULTILINE),
    re.compile(r"[@$]{0,2}[^\W\d]\w*[?!]?(?![?!=]?=(?!=|>|~))|[@$]{0,2}[^\W\d]\w*"),
    {'"': ("#{",), "`": ("#{",)},
    (".", "&."),
    ("+", "<<", "|"),
    quotes="\"'`",
)
PHP = Language(
    "php",
    re.compile(r"/\*.*?\*/|//[^\n]*|#(?!\[)[^\n]*|\?>|<\?(?:php|=)?", re.DOTALL),
    re.compile(r"\$?[^\W\d]\w*(?:\\\w+)*|\\(?:\w+\\)*\w+"),
    {'"': ("{{", "{$", "$"), "'": ("{{",)},
    ("->", "?->"),
    (".", "+"),
    quotes="\"'",
)
JAVASCRIPT = Language(
    "javascript",
    re.compile(r"/\*.*?\*/|//[^\n]*|^#![^\n]*", re.DOTALL),
    re.compile(r"[^\W\d$]?[\w$]+"),
    {"`": ("${",)},
    (".", "?."),
    ("+",),
    quotes="\"'`",
)


def tokens(text: str, language: Language, line: int = 1) -> list[Token]:
    """TEXT in tokens, whatever it is: what closes nowhere closes at the end."""
    return _Lexer(text, language, line).all()


@dataclass
class _Lexer:
    text: str
    language: Language
    line: int
    at: int = 0
    found: list[Token] = field(default_factory=list)
    waiting: list[tuple[int, str]] = field(default_factory=list)
    """Heredocs of Ruby that begin at the next line: the place of their token, and the word that ends them."""

    def all(self) -> list[Token]:
        while self.at < len(self.text):
            if not any(step() for step in self._steps()):
                self.at += 1
        return self.found

    def _steps(self) -> tuple[Callable[[], bool], ...]:
        words = (self._words, self._symbol) if self.language is RUBY else ()
        return (self._space, self._comment, self._heredoc, self._quoted, self._regex, *words, self._plain)

    def _add(self, kind: str, value: str, end: int, parts: tuple[str | Code, ...] = ()) -> bool:
        self.found.append(Token(kind, value, self.line, parts, self.at))
        self.line += self.text.count("\n", self.at, end)
        self.at = end
        return True

    def _space(self) -> bool:
        letter = self.text[self.at]
        if letter == "\n":
            self._add("line", letter, self.at + 1)
            for number, word in self.waiting:
                self._body(number, word)
            self.waiting = []
            return True
        if letter == "\\" and self.text[self.at + 1 : self.at + 2] == "\n":
            self.at, self.line = self.at + 2, self.line + 1
            return True
        self.at += letter.isspace()
        return letter.isspace()

    def _comment(self) -> bool:
        found = self.language.comments.match(self.text, self.at)
        if found:
            self.line += found.group().count("\n")
            self.at = max(found.end(), self.at + 1)
        return bool(found)

    def _heredoc(self) -> bool:
        start = r"<<<[ \t]*(['\"]?)(\w+)\1\n" if self.language is PHP else r"<<[~-]?(['\"]?)([A-Z_]\w*)\1"
        found = re.compile(start).match(self.text, self.at) if self.language is not JAVASCRIPT else None
        if not found:
            return False
        if self.language is RUBY:
            self.waiting.append((len(self.found), found.group(2)))
            return self._add("text", "", found.end())
        ends = re.compile(rf"^[ \t]*{found.group(2)}\b", re.MULTILINE).search(self.text, found.end())
        stop = ends.start() if ends else len(self.text)
        quote = found.group(1) or '"'
        return self._add("text", "", ends.end() if ends else stop, self._parts(self.text[found.end() : stop], quote))

    def _body(self, number: int, word: str) -> None:
        """The lines of a heredoc that began before are those of its token."""
        ends = re.compile(rf"^[ \t]*{word}[ \t]*$", re.MULTILINE).search(self.text, self.at)
        stop = ends.start() if ends else len(self.text)
        self.found[number] = self.found[number]._replace(parts=self._parts(self.text[self.at : stop], '"'))
        after = ends.end() if ends else stop
        self.line += self.text.count("\n", self.at, after)
        self.at = after

    def _parts(self, body: str, quote: str) -> tuple[str | Code, ...]:
        return _read(body, 0, "", self.language.openers.get(quote, ()))[0]

    def _quoted(self) -> bool:
        quote = self.text[self.at]
        if quote not in self.language.quotes:
            return False
        parts, end = _read(self.text, self.at + 1, quote, self.language.openers.get(quote, ()))
        if quote == "`" and self.language is RUBY:  # what a program of the host answers
            parts = (Code(""),)
        return self._add("text", quote, end, parts)

    def _regex(self) -> bool:
        """A pattern between slashes is one mark: a quote in it opens nothing."""
        before = self.found[-1] if self.found else Token("line", "", 0)
        if (
            self.text[self.at] != "/"
            or before.kind in ("text", "number", "words", "name")
            or before.value in (")", "]")
        ):
            return False
        found = re.compile(r"/(?![*/ ])(?:\\.|\[[^\]\n]*\]|[^/\n\\])+/[a-z]*").match(self.text, self.at)
        return bool(found) and self._add("mark", "/", found.end() if found else 0)

    def _words(self) -> bool:
        found = re.compile(r"%([wWiIqQ]?)([\[({<|!/])").match(self.text, self.at)
        if not found or (
            not found.group(1) and (found.group(2) in "<|!/" or self.text[found.end() : found.end() + 1].isspace())
        ):
            return False
        opener = found.group(2)
        computed = ("#{",) if found.group(1) not in ("w", "i", "q") else ()
        parts, end = _read(self.text, found.end(), _CLOSERS.get(opener, opener), computed, opener)
        kind = "words" if found.group(1) and found.group(1) in "wWiI" else "text"
        return self._add(kind, '"', end, parts)

    def _symbol(self) -> bool:
        found = re.compile(r":([^\W\d]\w*[?!]?)").match(self.text, self.at)
        before = self.text[self.at - 1 : self.at]
        if not found or before == ":" or before.isalnum():
            return False
        return self._add("text", ":", found.end(), (found.group(1),))

    def _plain(self) -> bool:
        for kind, pattern in (("number", _NUMBER), ("name", self.language.names), ("mark", _MARKS)):
            found = pattern.match(self.text, self.at)
            if found and found.end() > self.at:
                return self._add(kind, found.group(), found.end())
        return False


def _read(
    text: str, at: int, close: str, openers: tuple[str, ...], again: str = ""
) -> tuple[tuple[str | Code, ...], int]:
    """The parts of a text that begins at AT and ends at CLOSE (or with TEXT, where CLOSE is nothing), and its end."""
    parts: list[str | Code] = []
    plain, depth = "", 0
    while at < len(text):
        letter = text[at]
        if letter == "\\" and at + 1 < len(text):
            plain, at = plain + _escaped(text[at + 1], text[at : at + 2]), at + 2
            continue
        opener = next((one for one in openers if text.startswith(one, at)), "")
        code, end = _computed(text, at, opener) if opener else ("", at)
        if end > at:
            parts += [plain, Code(code)]
            plain, at = "", end
            continue
        if close and letter == close and not depth:
            return (*parts, plain), at + 1
        depth += (again != close and letter == again) - (again != close and bool(depth) and letter == close)
        plain, at = plain + letter, at + 1
    return (*parts, plain), at


def _escaped(letter: str, both: str) -> str:
    return {"n": "\n", "t": "\t", "\n": ""}.get(letter, letter if not letter.isalnum() else both)


def _computed(text: str, at: int, opener: str) -> tuple[str, int]:
    """What is computed at AT, and where it ends; AT where nothing is."""
    if opener == "$":
        found = re.compile(r"\$[^\W\d]\w*").match(text, at)
        return (found.group(), found.end()) if found else ("", at)
    if opener == "{{":
        end = text.find("}}", at)
        return (f"{{{{{text[at + 2 : end].strip()}}}}}", end + 2) if end > 0 else ("", at)
    depth, here = 0, at + len(opener)
    start = at + 1 if opener == "{$" else here
    while here < len(text):
        depth += (text[here] == "{") - (text[here] == "}")
        if depth < 0:
            return text[start:here], here + 1
        here += 1
    return "", at
