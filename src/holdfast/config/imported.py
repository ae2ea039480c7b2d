"""The lines of a new `holdfast.toml` that another tool's files give: what they say, and what was not understood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from holdfast.imports.findings import Findings, Hook, Host, Said
from holdfast_engine.model.paths import RelPath

Hide = Callable[[str], str]
_TOKEN = re.compile(
    r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}|(?<=/)(?=\w*\d)(?=\w*[A-Za-z])\w{20,}|\bgh[a-z]_\w+|\bxox\w-[\w-]+"
)
_WIDTH = 34


def without_tokens(text: str) -> str:
    """TEXT without long words of letters and digits: keys and tokens look so, and commands seldom need one."""
    return _TOKEN.sub("***", text)


class ImportedLines:
    """What FOUND gives for each place of the file; HIDE takes secrets out of whatever is shown of commands."""

    def __init__(self, found: Findings, hide: Hide) -> None:
        self.found, self.hide = found, hide

    def keep(self) -> str:
        said = self.found.single.get("keep")
        return _line(f"keep = {said.text}", said) if said else ""

    def source(self) -> str:
        """`git` and `ref`; nothing where no repository is named."""
        git, branch = self.found.single.get("git"), self.found.single.get("branch")
        if git is None:
            return f"# {_line(f'ref = {_quoted(branch.text)}', branch)}" if branch else ""
        lines = [_line(f"git = {_quoted(git.text)}", git)]
        return "\n".join([*lines, *([_line(f"ref = {_quoted(branch.text)}", branch)] if branch else [])])

    def paths(self, more: Iterable[str]) -> str:
        """What is shared, with what a person called data (MORE) before it; nothing where neither is."""
        own = [f"    {_quoted(path)}," for path in more]
        rows = [_line(f"    {_quoted(said.text)},", said) for said in self.found.shared.values()]
        listed = "\n".join(["paths = [", *own, *rows, "]"]) if own or rows else ""
        packages = [f"# {_line(f'{_quoted(path)} was shared too', said)}" for path, said in self.found.packages.items()]
        return "\n".join([*([listed] if listed else []), *packages])

    def writable(self) -> str:
        """What was opened to the application besides; what is shared keeps its own access."""
        shared = [*self.found.shared]
        free = [
            one for path, one in self.found.writable.items() if not any(RelPath(path).is_within(top) for top in shared)
        ]
        rows = [_line(f"    {_quoted(said.text)},", said) for said in free]
        return "\n".join(["writable = [", *rows, "]"]) if rows else ""

    def hooks(self, keys: tuple[str, ...]) -> list[str]:
        """Comments that say what ran at which moment, for the settings called KEYS."""
        return [line for hook in self.found.hooks.values() if hook.key in keys for line in self._hook(hook)]

    def _hook(self, hook: Hook) -> list[str]:
        task = f" ({hook.task})" if hook.task and hook.task not in hook.moment else ""
        head = f"# {hook.place} {self._shown(f'{hook.moment}{task}')}"
        many = [f"#     {_quoted(self._shown(command))}," for command in hook.commands]
        key = "commands" if hook.key == "build" else hook.key
        return [f"{head} ran, as `{key}` does here:", *many] if many else [f"{head} ran something unknown"]

    def root(self) -> str:
        """As a comment: this host need not be the one that was deployed to."""
        said = self.found.single.get("root")
        return f"# {_line(f'root = {_quoted(said.text)}', said)}" if said else ""

    def hosts(self) -> str:
        """A table for each host."""
        return "".join(map(_host, self.found.hosts.values()))

    def end(self) -> str:
        """Which files were read, and what in them was not understood."""
        if not self.found:
            return ""
        files = [f"{self._shown(file)} ({tool})" for file, tool in self.found.files.items()]
        lines = ["", f"# These files were read, and not run: {', '.join(files)}."]
        unread = sorted(self.found.unread.values(), key=lambda said: said.place)
        lines += ["# Not understood, or not needed here:"] if unread else []
        return "\n".join(
            [*lines, *(f"#   {self._shown(str(said.place))}  {self._shown(said.text)}" for said in unread), ""]
        )

    def _shown(self, text: str) -> str:
        """TEXT on one line of a comment, without secrets."""
        plain = " ".join(text.split())
        return without_tokens(self.hide("".join(letter for letter in plain if letter.isprintable())))


def _host(one: Host) -> str:
    address = _line(f"address = {_quoted(one.address)}", Said("", one.place))
    return f"\n[hosts.{one.name}]\n{address}\nroot = {_quoted(one.root)}\n"


def _line(text: str, said: Said) -> str:
    """TEXT of the file, and in a comment behind it who says so: TOML refuses control characters in comments too."""
    note = f"{said.place}, {said.note}" if said.note else str(said.place)
    return f"{text:<{_WIDTH}} # {''.join(letter for letter in note if letter.isprintable())}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
