"""Guarded hooks: the user's commands between two measurements of the protected data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from shlex import quote

from holdfast_engine.activation.programs import Ran, run
from holdfast_engine.commands.linking import web_user
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs import census
from holdfast_engine.fs.access import may_by_acl
from holdfast_engine.fs.census import Stamp
from holdfast_engine.fs.probe import groups_of, may_write, name_of
from holdfast_engine.fs.root import kind_of
from holdfast_engine.model.event import Event
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.sets import COMPANIONS
from holdfast_engine.model.words import count

_EXPIRED_NS = 7_200_000_000_000
_NAMED = 10


def run_guarded(
    place: Workplace, rules: Rules, commands: Sequence[str], *, release: RelPath, previous: str, code: str
) -> list[str]:
    """Each of COMMANDS ran in RELEASE and the shared data is what it was, grown or rewritten but not shrunk.

    Returns warnings: what they made that the application may not write (I102). Raises CODE when a
    command fails, and `data-shrank` (or `data-shrank-after-activation`) naming what is missing. The
    census before and after is a full one: names and sizes.
    """
    warnings: list[str] = []
    is_cache = rules.classifier.is_cache
    for command in commands:
        before = census.full(place.root, place.bench.layout.shared)
        ran = run(
            command,
            directory=place.root.absolute(release),
            environment=environment(place, release, previous),
            hear=_teller(place),
        )
        after = census.full(place.root, place.bench.layout.shared)
        lost = missing(before, after, is_cache=is_cache)
        if lost:
            raise _shrank(place, ran, lost, after=code.endswith("after-activation"))
        if not ran.well:
            raise failed(ran, code)
        warnings += _foreign(place, rules, command, sorted(after.keys() - before.keys()))
    return warnings


def _foreign(place: Workplace, rules: Rules, command: str, made: list[str]) -> list[str]:
    """What COMMAND MADE in `shared/` that the application's user, where that is known, may not write, in one warning.

    Owners are not changed: whose a file is that somebody's program made, a person decides (I101).
    """
    user = web_user(place, rules)
    if user is None or user == os.geteuid():
        return []
    shut = [path for path in made if not _may_write(place, place.bench.layout.in_shared(path), user)]
    if not shut:
        return []
    where = place.root.absolute(place.bench.layout.in_shared(shut[0]))
    more = f" (and {len(shut) - 1} more)" if len(shut) > 1 else ""
    told = f"the hook `{command}` made `shared/{shut[0]}`{more}, which `{name_of(user)}` may not write"
    return [f"{told}: `chown {name_of(user)} {quote(where)}`, and let the hook run as `{name_of(user)}`"]


def _may_write(place: Workplace, path: RelPath, user: int) -> bool:
    status = place.root.lstat(path)
    if status is None or kind_of(status) != "file":
        return True  # gone already, or a link: what it leads to has rights of its own
    return may_write(status, user, groups_of(user)) or bool((may_by_acl(place.root, path, user) or 0) & 2)


def _teller(place: Workplace) -> Callable[[str], None]:
    return lambda line: place.tell(Event("output", "hook", line))


def environment(place: Workplace, release: RelPath, previous: str) -> dict[str, str]:
    """What hooks and build commands may rely on."""
    return {
        "HOLDFAST_RELEASE": place.root.absolute(release),
        "HOLDFAST_SITE": place.root.path,
        "HOLDFAST_SHARED": place.root.absolute(place.bench.layout.shared),
        "HOLDFAST_PREVIOUS": place.root.absolute(previous) if previous else "",
    }


def missing(before: Mapping[str, Stamp], after: Mapping[str, Stamp], *, is_cache: Callable[[str], bool]) -> list[str]:
    """Paths that vanished or shrank; caches, a database's companions and expired sessions come and go by themselves."""
    lost = []
    for path, (size, mtime, _, _) in before.items():
        now = after.get(path)
        if now is not None and now[0] >= size:
            continue
        expired = "sessions/" in path and now is None and _newest(before) - mtime > _EXPIRED_NS
        if not (expired or is_cache(path) or path.endswith(COMPANIONS)):
            lost.append(path)
    return sorted(lost)


def _newest(stamps: Mapping[str, Stamp]) -> int:
    return max((stamp[1] for stamp in stamps.values()), default=0)


def _shrank(place: Workplace, ran: Ran, lost: list[str], *, after: bool) -> Problem:
    named = [f"shared/{path}" for path in lost[:_NAMED]] + (
        [f"and {len(lost) - _NAMED} more"] if len(lost) > _NAMED else []
    )
    return Problem(
        "data-shrank-after-activation" if after else "data-shrank",
        f"the hook `{ran.command}` made shared data shrink: {_files(len(lost))} missing or shorter",
        context=named,
        state="the new release is live" if after else "",
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint="bring the named files back from a backup of yours, for nothing here keeps what a hook deletes; "
        "take the hook out of holdfast.toml, or mend it, before the next deploy",
    )


def _files(number: int) -> str:
    return f"{count(number, 'file')} {'is' if number == 1 else 'are'}"


def failed(ran: Ran, code: str) -> Problem:
    """A command of the user's that ended badly, with its last words."""
    after = code.endswith("after-activation")
    return Problem(
        code,
        f"`{ran.command}` ended with exit code {ran.code}",
        context=ran.output.splitlines()[-_NAMED:],
        state="the new release is live" if after else "",
        hint="mend the command, then deploy again",
    )
