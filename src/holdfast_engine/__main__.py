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
from typing import Any, Optional

from holdfast_engine import __version__
from holdfast_engine.commands import perform
from holdfast_engine.fs.failpoint import obey_environment
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import EXIT_CODES, Problem
from holdfast_engine.model.request import Request, Settings, Source
from holdfast_engine.streams import prepare_streams

_SITE_COMMANDS = ("status", "releases", "history", "checklist", "rollback", "recover", "prune", "attic")


def main(arguments: Optional[list[str]] = None) -> int:
    """Run one command and return its exit code; results on stdout as JSON, words on stderr."""
    prepare_streams()
    obey_environment()
    options = _parser().parse_args(arguments)
    try:
        answer = perform(_request(options), tell=_tell, ask=lambda _plan: _ask())
    except Problem as problem:
        _complain(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        return EXIT_CODES["interrupted"]
    _say(sys.stdout, json.dumps(answer, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="holdfast-engine", description="deploys that cannot lose data, from one file")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    link = commands.add_parser("link", help="adopt, seed and link: the persistence step alone")
    link.add_argument("release", metavar="RELEASE")
    link.add_argument("shared", metavar="SHARED")
    deploy = commands.add_parser("deploy", help="deploy one release")
    deploy.add_argument("--source", required=True)
    deploy.add_argument("--ref", default="")
    deploy.add_argument("--force", action="store_true")
    deploy.add_argument("--accept", action="append", metavar="CHECK")
    for name in ("deploy", *_SITE_COMMANDS):
        command = deploy if name == "deploy" else commands.add_parser(name)
        command.add_argument("--site", default=".")
        command.add_argument("--yes", action="store_true")
        if name == "rollback":
            command.add_argument("release", nargs="?", default="")
        if name in ("deploy", "prune"):
            command.add_argument("--keep", type=int)
    return parser


def _request(options: argparse.Namespace) -> Request:
    return Request(
        command=options.command,
        site=os.path.abspath(getattr(options, "site", ".")),
        now=time.time(),
        who=f"{getpass.getuser()}@{socket.gethostname()}",
        yes=getattr(options, "yes", False),
        source=_source(getattr(options, "source", ""), getattr(options, "ref", "")),
        release=getattr(options, "release", ""),
        path=getattr(options, "shared", ""),
        keep=getattr(options, "keep", None),
        said=None if options.command in ("deploy", "link") else (),
        force=getattr(options, "force", False),
        accept=tuple(getattr(options, "accept", None) or ()),
        settings=_settings(getattr(options, "keep", None)),
    )


def _settings(keep: Optional[int]) -> Settings:
    return Settings() if keep is None else Settings(keep=keep)


def _source(location: str, ref: str) -> Optional[Source]:
    if not location:
        return None
    path = os.path.abspath(location)
    if os.path.isdir(path) and not os.path.exists(os.path.join(path, ".git")):
        return Source("directory", path)
    return Source("git", path if os.path.isdir(path) else location, ref)


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
    """A closed output never stops the engine (DESIGN 5)."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
