"""The engine by hand on a host: `python3 holdfast-engine.pyz link RELEASE SHARED`, and every command that needs no
controller.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import socket
import sys
import time
from dataclasses import replace
from shlex import quote
from typing import Any, Optional

from holdfast_engine import __version__
from holdfast_engine.commands import perform
from holdfast_engine.fs.failpoint import obey_environment
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import EXIT_CODES, Problem
from holdfast_engine.model.request import Request, Settings, Source
from holdfast_engine.streams import keep_own_rights, prepare_streams, require_utf8

_COMMANDS = {
    "link": "link the data in SHARED into RELEASE, and keep what appeared on the server",
    "deploy": "put a new version live; a source with a holdfast.toml needs `holdfast deploy`",
    "status": "what is live, what is shared, what is unfinished",
    "releases": "list the releases of the site",
    "history": "list what was done to the site, when and by whom",
    "checklist": "check the site; say how to fix what is wrong",
    "rollback": "make an earlier release live again; data stays as it is",
    "recover": "finish what was interrupted; find lost data and put it back",
    "sweep": "collect files that appeared outside of `shared/`; for cron",
    "prune": "delete old releases that hold nothing of yours; name what is kept, and why",
    "leave": "give the site back as it was, or as a layout that works without Holdfast",
    "attic": "list what was replaced or removed, and is still kept",
    "report": "the whole site as one JSON object: sizes, releases, operations, what is to be done",
}
_ARGUMENTS = {
    "--source": "where the code comes from: a directory, an archive, or a git repository or its URL",
    "--ref": "branch, tag or commit of a git source; its HEAD if not given",
    "--sha256": "the SHA-256 that the archive must have",
    "--verify-signature": "deploy only a tag or commit whose signature git verifies with your keys",
    "--force": "deploy although nothing changed",
    "--accept": "treat this check's refusal as a warning, this once",
    "--site": "the site's directory; the working directory if not given",
    "--plain": "make it a plain directory, served from its old place",
    "--layout": "leave releases/, shared/ and current as they are",
    "--undo": "put it back as it was before its adoption, if nothing was deployed since",
    "--keep-current": "leave `current` in a plain directory, as a link to all of it",
    "--keep": "good releases to keep besides the live one",
    "--yes": "answer every question with yes",
    "--json": "no effect: the answer is always one JSON object",
}


_WORDS = {"leave": ("--plain", "--layout", "--undo", "--keep-current")}
"""Flags that are words of the request, by command."""


def main(arguments: Optional[list[str]] = None) -> int:
    """Run one command and return its exit code; results on stdout as JSON, words on stderr."""
    if arguments is None:
        require_utf8()
        keep_own_rights()
    prepare_streams()
    obey_environment()
    options = _parser().parse_args(arguments)
    try:
        request = _request(options)
        if request.command == "deploy":
            request = _without_settings(request)
        answer = perform(request, tell=_tell, ask=lambda _plan: _ask())
    except Problem as problem:
        if "found" in problem.answer:
            _say(sys.stdout, json.dumps(problem.answer, indent=1))
        _complain(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        _complain(_interrupted())
        return EXIT_CODES["interrupted"]
    _say(sys.stdout, json.dumps(answer, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="holdfast-engine", description="deploys that cannot lose data, from one file")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        _add_arguments(command, name)
    return parser


def _add_arguments(command: argparse.ArgumentParser, name: str) -> None:
    if name == "link":
        command.add_argument("release", metavar="RELEASE", help="the directory that was unpacked")
        command.add_argument("shared", metavar="SHARED", help="the directory that keeps the data, beside releases/")
    if name == "rollback":
        command.add_argument("release", metavar="RELEASE", nargs="?", default="", help="the one before if not given")
    if name == "deploy":
        command.add_argument("--source", required=True, help=_ARGUMENTS["--source"])
        for flag in ("--ref", "--sha256"):
            command.add_argument(flag, default="", help=_ARGUMENTS[flag])
        for flag in ("--verify-signature", "--force"):
            command.add_argument(flag, action="store_true", help=_ARGUMENTS[flag])
        command.add_argument("--accept", action="append", metavar="CHECK", help=_ARGUMENTS["--accept"])
    for flag in _WORDS.get(name, ()):
        command.add_argument(flag, dest="words", action="append_const", const=flag[2:], help=_ARGUMENTS[flag])
    if name != "link":
        command.add_argument("--site", default=".", metavar="DIR", help=_ARGUMENTS["--site"])
    if name in ("deploy", "prune"):
        command.add_argument("--keep", type=int, metavar="N", help=_ARGUMENTS["--keep"])
    for flag in ("--yes", "--json"):
        command.add_argument(flag, action="store_true", help=_ARGUMENTS[flag])


def _request(options: argparse.Namespace) -> Request:
    if options.command == "link":  # each is then taken as it is spelled: `X/current/../shared` has to be seen
        for name in ("release", "shared"):
            _absolute(getattr(options, name), name.upper())
    return Request(
        command=options.command,
        site=_absolute(getattr(options, "site", "."), "`--site`"),
        now=time.time(),
        who=f"{_user()}@{socket.gethostname()}",
        yes=getattr(options, "yes", False),
        source=_source(options) if getattr(options, "source", "") else None,
        release=getattr(options, "release", ""),
        path=getattr(options, "shared", ""),
        keep=getattr(options, "keep", None),
        said=None if options.command in ("deploy", "link") else (),
        force=getattr(options, "force", False),
        accept=tuple(getattr(options, "accept", None) or ()),
        words=tuple(getattr(options, "words", None) or ()),
        settings=_settings(getattr(options, "keep", None)),
    )


def _absolute(text: str, what: str) -> str:
    """TEXT from the working directory on, which somebody may have removed. An unset variable names no directory."""
    if not text:
        raise Problem("usage", f"{what} is empty", state="nothing was changed", hint="name a directory or a file")
    try:
        return os.path.abspath(text)
    except FileNotFoundError:
        raise Problem(
            "path-missing",
            f"the working directory is gone, so {what} `{text}` leads nowhere",
            state="nothing was changed",
            hint="`cd` to a directory that exists, or name an absolute path",
        ) from None


def _user() -> str:
    """The person's name for the history; a container's user may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _without_settings(request: Request) -> Request:
    """REQUEST, held to the commit that was looked at; `config-unreadable` where its source brings settings."""
    found = perform(replace(request, command="inspect"), tell=_tell, ask=lambda _plan: False)
    if found["settings"] is None or request.source is None:
        return replace(request, source=request.source and _pinned(request.source, found))
    location = quote(request.source.location)
    raise Problem(
        "config-unreadable",
        "the source has a holdfast.toml, which only `holdfast` reads",
        context=("without it the build and the hooks would not run",),
        state="nothing was changed",
        hint=f"holdfast deploy --site {quote(request.site)} --source {location}",
    )


def _pinned(source: Source, found: dict[str, Any]) -> Source:
    return replace(source, commit=found["commit"], sha256=found.get("sha256") or source.sha256)


def _interrupted() -> Problem:
    state = "the command was undone, or the next command that changes the site finishes it"
    return Problem("interrupted", "interrupted", state=state, hint="run it with `status` to see the state of the site")


def _settings(keep: Optional[int]) -> Settings:
    return Settings() if keep is None else Settings(keep=keep)


def _source(options: argparse.Namespace) -> Source:
    path = _absolute(options.source, "`--source`")
    proof: dict[str, Any] = {"sha256": options.sha256.lower(), "signed": options.verify_signature}
    if os.path.isfile(path):
        return Source("archive", path, **proof)
    if os.path.isdir(path) and not os.path.exists(os.path.join(path, ".git")):
        return Source("directory", path, **proof)
    return Source("git", path if os.path.isdir(path) else options.source, options.ref, **proof)


def _ask() -> bool:
    if not sys.stdin.isatty():
        return False
    _say(sys.stderr, "go on? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell(event: Event) -> None:
    if event.kind in ("noticed", "finished"):
        _say(sys.stderr, f"{event.name}: {event.text or f'{event.seconds:.2f} s'}")


def _complain(problem: Problem) -> None:
    lines = [f"error[{problem.code}]: {problem.message}", *(f"  {line}" for line in problem.context)]
    lines += [f"state: {problem.state}"] if problem.state else []
    lines += [f"data: {place}" for place in problem.whereabouts]
    lines += [f"try: {problem.hint}"] if problem.hint else []
    _say(sys.stderr, "\n".join(lines))


def _say(stream: Any, text: str) -> None:
    """A closed output never stops the engine (data.md)."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
