"""Guarded hooks: the user's commands between two measurements of the protected data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from holdfast_engine.activation.programs import Ran, run
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs import census
from holdfast_engine.fs.census import Stamp
from holdfast_engine.model.event import Event
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.words import count

_EXPIRED_NS = 7_200_000_000_000
_NAMED = 10


def run_guarded(
    place: Workplace, rules: Rules, commands: Sequence[str], *, release: RelPath, previous: str, code: str
) -> None:
    """Each of COMMANDS ran in RELEASE and the shared data is what it was, grown or rewritten but not shrunk.

    Raises CODE when a command fails, and `data-shrank` (or `data-shrank-after-activation`)
    naming what is missing. The census before and after is a full one: names and sizes.
    """
    if not commands:
        return
    is_cache = rules.classifier.is_cache
    for command in commands:
        before = census.full(place.root, place.bench.layout.shared)
        ran = run(
            command,
            directory=place.root.absolute(release),
            environment=environment(place, release, previous),
            hear=_teller(place),
        )
        lost = missing(before, census.full(place.root, place.bench.layout.shared), is_cache=is_cache)
        if lost:
            raise _shrank(place, ran, lost, after=code.endswith("after-activation"))
        if not ran.well:
            raise failed(ran, code)


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
        if not (expired or is_cache(path) or path.endswith(("-wal", "-shm", "-journal"))):
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
