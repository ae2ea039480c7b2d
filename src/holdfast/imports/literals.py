"""The value of an expression as far as it is literal: texts, lists, tables, and what is known by name.

A part that is computed is `UNKNOWN`, or a hole in a text. Nothing is ever run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from holdfast.imports.findings import HOLE
from holdfast.imports.tokens import PHP, RUBY, Code, Language, Token, tokens
from holdfast.imports.values import MORE, UNKNOWN, Either, indexed, joined, sent, text_of

Calls = Mapping[str, Callable[[list[Any]], Any]]
_OPEN, _CLOSE = {"[": "]", "(": ")", "{": "}"}, frozenset("])}")
_OR = frozenset(("||", "or", "??", "?:"))
_COMPARED = frozenset(("&&", "and", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "instanceof", "-", "*", "/", "%"))
_WORDS = {"true": True, "false": False, "nil": None, "null": None, "undefined": None, "TRUE": True, "FALSE": False}
_DEEPEST = 60


class Literals:
    """Reads values from TOKENS on. NAMES are known values, CALLS known functions; HEDGED tells that a value read last
    is one of several, or a default.
    """

    def __init__(self, found: Sequence[Token], language: Language, names: Mapping[str, Any], calls: Calls) -> None:
        self.found, self.language, self.names, self.calls = found, language, names, calls
        self.at, self.depth, self.hedged = 0, 0, False

    def value(self) -> Any:
        """The value that begins here; afterwards the first token behind it is the next one."""
        if self.depth > _DEEPEST:
            self._next()
            return UNKNOWN
        self.depth += 1
        try:
            return self._choice()
        finally:
            self.depth -= 1

    def _choice(self) -> Any:
        left = self._sum()
        while (mark := self.peek().value) in _OR | _COMPARED and self.peek().kind != "text":
            self._next()
            right = self._sum()
            left = self._or(left, right) if mark in _OR else UNKNOWN
        if self._is("?"):
            self._next()
            first = self.value()
            self._skip_lines()
            if self._take(":"):
                left = self._either(first, self.value())
        return left

    def _or(self, left: Any, right: Any) -> Any:
        if left is UNKNOWN or left is None or (isinstance(left, str) and HOLE in left):
            self.hedged = self.hedged or left is not None
            return right
        return left

    def _either(self, first: Any, second: Any) -> Any:
        self.hedged = True
        known = [one for one in (first, second) if one is not None and one is not UNKNOWN]
        if all(isinstance(one, list) for one in (first, second)):
            return [*first, *second]
        return known[0] if len(known) == 1 and None in (first, second) else Either([first, second])

    def _sum(self) -> Any:
        left = self._postfix(self._primary())
        while self._is(*self.language.plus):
            self._next()
            left = joined(left, self._postfix(self._primary()))
        return left

    def _primary(self) -> Any:
        self._skip_lines()
        token = self.peek()
        if token.kind in ("text", "words"):
            self._next()
            text = "".join(part if isinstance(part, str) else self._computed(part) for part in token.parts)
            return text.split() if token.kind == "words" else text
        if token.kind == "number":
            self._next()
            plain = token.value.replace("_", "")
            return int(plain) if plain.isdigit() else plain
        if token.kind == "mark":
            return self._marked(token.value)
        return self._named() if token.kind == "name" else UNKNOWN

    def _computed(self, code: Code) -> str:
        """A text inside a text: the name of a setting, or an expression."""
        if code.source.startswith("{{"):  # of Deployer: known when it is used, and not yet where it is written
            return code.source
        inner = Literals(tokens(code.source, self.language), self.language, self.names, self.calls)
        inner.depth = self.depth + 1
        if inner.depth > _DEEPEST:
            return HOLE
        value = inner.value() if code.source else UNKNOWN
        self.hedged = self.hedged or inner.hedged
        return text_of(value) if inner.peek().kind == "end" else HOLE

    def _marked(self, mark: str) -> Any:
        if mark in ("*", "...", "&", "!", "-", "@", "**"):
            self._next()
            value = self._postfix(self._primary())
            return value if mark in ("*", "...", "@", "&") else UNKNOWN
        if mark == "[" or (mark == "{" and self.language is not PHP):
            return self.collection()
        if mark == "(":
            return self._grouped()
        if mark == "->":
            return self._lambda()
        if mark not in _CLOSE and mark not in (",", ";", ":", "=>"):
            self._next()
        return UNKNOWN

    def _grouped(self) -> Any:
        end = self.closing(self.at)
        if end + 1 < len(self.found) and self.found[end + 1].value == "=>" and self.language is not PHP:
            self.at = end + 2
            return self._body()
        self._next()
        value = self.value()
        self._skip_lines()
        if not self._take(")"):
            self.at, value = end + 1, UNKNOWN
        return value

    def _lambda(self) -> Any:
        """Of Ruby: what `-> { … }` gives, where that is one expression."""
        self._next()
        if self._is("("):
            self.skip_balanced()
        return self._body()

    def _body(self) -> Any:
        """The body of a function: its one expression, or what it returns first."""
        self._skip_lines()
        if not self._is("{"):
            return UNKNOWN if self._is("do") else self.value()
        end = self.closing(self.at)
        self._next()
        self._skip_lines()
        if self.peek().value == "return":
            self._next()
            value = self.value()
        else:
            value = self.value() if self.language is RUBY else UNKNOWN
            self._skip_lines()
            value = value if self.at == end else UNKNOWN
        self.at = end + 1
        return value

    def _named(self) -> Any:
        name = self._next().value
        plain = name.rpartition("\\")[2]
        if plain in ("function", "fn", "static", "async", "lambda", "proc", "new", "await"):
            return self._function(plain)
        if self._is("=>") and self.language.name == "javascript":
            self._next()
            return self._body()
        if plain in _WORDS:
            return _WORDS[plain]
        if self._is("("):
            return self._called(plain, self.arguments())
        if self.language is RUBY and plain in self.calls and self.peek().kind in ("text", "words"):
            return self._called(plain, self.bare_arguments())
        return self.names.get(name, self._called(plain, []) if plain in self.calls else UNKNOWN)

    def _called(self, name: str, arguments: list[Any]) -> Any:
        if name in ("array", "list", "Array"):
            return arguments
        if name == "array_merge":
            return [one for many in arguments for one in (many if isinstance(many, list) else [many])]
        return self.calls[name](arguments) if name in self.calls else UNKNOWN

    def _function(self, word: str) -> Any:
        if word in ("static", "async", "await", "new"):
            value = self._primary()
            return value if word != "new" or self.language is not RUBY else UNKNOWN
        if self._is("*"):
            self._next()
        while self.peek().kind == "name" and not self._is("do"):
            self._next()
        while self._is("(", "use") or (self.peek().kind == "name" and not self._is("do")):
            self.skip_balanced() if self._is("(") else self._next()
        while self._is(":", "?") or (self.peek().kind == "name" and not self._is("do")):
            self._next()
        if self._is("=>"):
            self._next()
            return self.value()
        return self._body() if self._is("{") else UNKNOWN

    def _postfix(self, value: Any) -> Any:
        while True:
            if self._is("[") and value is not None and not self._after_space():
                index = self.collection()
                value = indexed(value, index)
            elif (step := self._method_ahead()) >= 0:
                self.at = step + 1
                value = self._method(value, self._next().value)
            elif self._is("::"):
                self._next()
                self._next()
                value = UNKNOWN
            elif self._is("(") and value is UNKNOWN and not self._after_space():
                self.arguments()
            else:
                return value

    def _after_space(self) -> bool:
        """True where a list begins, and not an index: `append :dirs ["a"]`."""
        before, here = self.found[self.at - 1], self.peek()
        return before.kind == "line" or (before.start + len(before.value) < here.start and before.kind == "name")

    def _method_ahead(self) -> int:
        """Where the sign of a call to a method stands, on this line or at the start of the next ones; -1 nowhere."""
        step = self.at
        while step < len(self.found) and self.found[step].kind == "line":
            step += 1
        ahead = step + 1 < len(self.found) and self.found[step].kind == "mark" and self.found[step].value
        return step if ahead in self.language.call and self.found[step + 1].kind == "name" else -1

    def _method(self, value: Any, name: str) -> Any:
        given = self.arguments() if self._is("(") else None
        if given is None and self.language is RUBY and name in MORE and self.peek().kind in ("text", "words"):
            given = self.bare_arguments()
        if self._is("{") and self.language is RUBY:  # a block decides
            self.skip_balanced()
            return UNKNOWN
        self.hedged = self.hedged or (name == "fetch" and value is UNKNOWN)
        return sent(value, name, given or [])

    def collection(self) -> Any:
        """A list, or a table where keys stand in it."""
        close = _OPEN[self.peek().value]
        end = self.closing(self.at)
        self._next()
        many: list[Any] = []
        table: dict[str, Any] = {}
        while self.at < end:
            self._skip_lines()
            if self.at < end:
                self._entry(many, table, end, named=close == "}")
        self.at = end + 1
        if not table:
            return {} if close == "}" else many
        return {**{str(number): one for number, one in enumerate(many)}, **table}

    def _entry(self, many: list[Any], table: dict[str, Any], end: int, *, named: bool) -> None:
        """One entry up to the comma behind it; what cannot be read is passed over."""
        spread = self._is("...", "*", "**")
        key = self._key() if not spread else ""
        short = named and self.peek().kind == "name"
        name = self.peek().value
        value = self.value()
        if not key and self._is("=>"):
            self._next()
            key, value = text_of(value), self.value()
        self._skip_lines()
        if self.at < end and not self._is(","):
            value = UNKNOWN
        while self.at < end and not self._is(","):
            self.skip_balanced() if self.peek().value in _OPEN and self.peek().kind == "mark" else self._next()
        self._take(",")
        if spread:
            many.extend(value if isinstance(value, list) else [] if isinstance(value, dict) else [UNKNOWN])
            table.update(value if isinstance(value, dict) else {})
        elif key or short:
            table[key or name] = value
        else:
            many.append(value)

    def _key(self) -> str:
        """`key:` of Ruby and JavaScript."""
        here, colon = self.peek(), self.peek(1)
        if here.kind not in ("name", "text", "number") or colon.kind != "mark" or colon.value != ":":
            return ""
        self.at += 2
        return here.value if here.kind != "text" else "".join(part for part in here.parts if isinstance(part, str))

    def arguments(self) -> list[Any]:
        """The values between two brackets; named ones are one table at the end."""
        end = self.closing(self.at)
        self._next()
        return self._listed(end)

    def bare_arguments(self) -> list[Any]:
        """The values of a call without brackets, up to the end of its line."""
        end = self.at
        while end < len(self.found) and not self._ends(self.found[end]):
            end = self.closing(end) + 1 if self._opens(end) else end + 1
            while end < len(self.found) and self.found[end].kind == "line" and self._goes_on(end):
                end += 1
        return self._listed(min(end, len(self.found)), bare=True)

    def _ends(self, token: Token) -> bool:
        """True for what ends a call without brackets: its line, its block, or the condition behind it."""
        return token.kind == "line" or (token.kind != "text" and token.value in (";", "do", "if", "unless", "rescue"))

    def _goes_on(self, end: int) -> bool:
        """True where a line ends in a comma or the next one begins with a call."""
        after = next((one.value for one in self.found[end:] if one.kind != "line"), "")
        before = next((one for one in reversed(self.found[:end]) if one.kind != "line"), None)
        open_end = before is not None and before.kind == "mark" and before.value in (",", "+", "||", "=>", "|")
        return open_end or after in self.language.call

    def _listed(self, end: int, *, bare: bool = False) -> list[Any]:
        many: list[Any] = []
        table: dict[str, Any] = {}
        while self.at < end:
            self._skip_lines()
            if self.at < end:
                before = self.at
                self._entry(many, table, end, named=False)
                self.at = max(self.at, before + 1)
        self.at = end if bare else end + 1
        return [*many, table] if table else many

    def _opens(self, at: int) -> bool:
        return self.found[at].kind == "mark" and self.found[at].value in _OPEN

    def closing(self, at: int) -> int:
        """Where what opens AT is closed; behind all, where it never is."""
        depth = 0
        for number in range(at, len(self.found)):
            token = self.found[number]
            if token.kind == "mark":
                depth += (token.value in _OPEN) - (token.value in _CLOSE)
                if depth <= 0:
                    return number
        return len(self.found)

    def skip_balanced(self) -> None:
        self.at = self.closing(self.at) + 1

    def peek(self, ahead: int = 0) -> Token:
        step = self.at + ahead
        return self.found[step] if step < len(self.found) else Token("end", "", 0)

    def _next(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def _is(self, *values: str) -> bool:
        return self.peek().kind in ("mark", "name") and self.peek().value in values

    def _take(self, value: str) -> bool:
        taken = self._is(value)
        self.at += taken
        return taken

    def _skip_lines(self) -> None:
        while self.peek().kind == "line":
            self.at += 1
