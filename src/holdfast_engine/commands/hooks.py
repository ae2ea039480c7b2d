"""Guarded hooks: the user's commands between two measurements of the protected data."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from shlex import quote

from holdfast_engine.activation.programs import Ran, run
from holdfast_engine.checks.data_memory import words
from holdfast_engine.commands.carried_off import brought_home
from holdfast_engine.commands.guarding import Shrunk, Watch, compared
from holdfast_engine.commands.linking import web_user
from holdfast_engine.commands.remembering import count_less, gone_since, raise_alarm
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs import census
from holdfast_engine.fs.access import may_by_acl
from holdfast_engine.fs.probe import groups_of, may_write, name_of
from holdfast_engine.fs.root import kind_of
from holdfast_engine.model.event import Event
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.memory import DATA_SHRANK, Taken
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.words import count

_UNDONE = "what was begun is undone; the previous release is live, and the files that are named are gone"
_NAMED = 10


def run_guarded(
    place: Workplace,
    rules: Rules,
    commands: Sequence[str],
    *,
    release: RelPath,
    previous: str,
    code: str,
    watch: Watch,
) -> None:
    """COMMANDS ran in RELEASE, and the shared data is what it was, grown or rewritten but not shrunk.

    The first that fails ends what comes before the switch; after it every one runs, whatever the others did, and the
    first problem is raised at the end. WATCH hears what they made that the application may not write (I102), and what
    went while they ran that nothing proves to be their doing. Raises CODE when a command fails, and `data-shrank` (or
    `data-shrank-after-activation`) naming what is missing, which the site file then knows. The census before and after
    is a full one: names and sizes. What a command moves into an
    incoming RELEASE comes home.
    """
    after, first = code.endswith("after-activation"), None
    for command in commands:
        try:
            _run_one(place, rules, command, release=release, previous=previous, code=code, watch=watch)
        except Problem as problem:
            first = first or problem
            if not after:
                break
            watch.warnings += [f"{problem.message}: {fact}" for fact in problem.context[:1] if problem is not first]
    if first is not None:
        raise first


def _run_one(
    place: Workplace,
    rules: Rules,
    command: str,
    *,
    release: RelPath,
    previous: str,
    code: str,
    watch: Watch,
) -> None:
    shared, well = place.bench.layout.shared, False
    homing = None if code.endswith("after-activation") else watch.homing  # sweeps look through what is live
    before = census.full(place.root, shared)
    try:
        ran = run(
            command,
            directory=place.root.absolute(release),
            environment=environment(place, release, previous),
            hear=_teller(place),
        )
        well = ran.well
    finally:
        after = brought_home(homing, release, before, back=not well) if homing else census.full(place.root, shared)
    shrunk = compared(watch, rules, before, after, at=place.request.now)
    if shrunk is not None:
        _judge(place, rules, ran, shrunk, watch, after=code.endswith("after-activation"))
    if not ran.well:
        raise failed(ran, code, place)
    watch.warnings += _foreign(place, rules, command, sorted(after.keys() - before.keys()))


def _judge(place: Workplace, rules: Rules, ran: Ran, shrunk: Shrunk, watch: Watch, *, after: bool) -> None:
    """Blame needs evidence: what an application does by itself while a hook runs is told, and stops nobody."""
    accepted = DATA_SHRANK in place.request.accept
    whole = [one.path for one in rules.shared if one.path in shrunk.moved + shrunk.gone and _is_gone(place, one)]
    aside = list(dict.fromkeys([*whole, *shrunk.aside]))
    if shrunk.evidence and not accepted:
        raise_alarm(place, taken=shrunk.evidence)
    if aside and not accepted:
        raise _taken_away(place, ran, aside, after=after)
    count_less(place, shrunk.moved + shrunk.gone if accepted else shrunk.moved)
    if shrunk.evidence and not accepted:
        raise _shrank(place, ran, shrunk, after=after)
    gone = [*shrunk.lost.gone, *shrunk.lost.shorter]
    if shrunk.lost.moved:
        moved = f"while the hook `{ran.command}` ran, {_files(len(shrunk.lost.moved))} at another place"
        watch.warnings.append(f"{moved}: {', '.join(_named(shrunk.lost.moved))}")
    if gone:
        how = "accepted: " if shrunk.evidence else ""
        told = f"{how}while the hook `{ran.command}` ran, {_files(len(gone))} missing or shorter"
        watch.warnings.append(f"{told}: {', '.join(_named(gone))}")


def _is_gone(place: Workplace, one: SharedPath) -> bool:
    return one.kind == DIR and not place.root.has(place.bench.layout.in_shared(one.path))


def _taken_away(place: Workplace, ran: Ran, paths: Sequence[str], *, after: bool) -> Problem:
    """What was moved or removed as a whole is not served where it was, whatever became of it."""
    live = "the new release is live" if after else "what was begun is undone; the previous release is live"
    site = quote(place.root.path)
    return Problem(
        "data-shrank-after-activation" if after else "data-shrank",
        f"the hook `{ran.command}` took {', '.join(f'`shared/{path}`' for path in paths)} away",
        state=f"{live}, and what was taken away is not served there",
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint="move it back, or bring it back from a backup of yours; "
        f"`holdfast recover --site {site}` makes the directory anew for uploads to come; "
        f"take the hook out of holdfast.toml, and where it is meant so, deploy with `--accept {DATA_SHRANK}`",
    )


def refuse_shrunk(place: Workplace, rules: Rules, watch: Watch) -> None:
    """`data-shrank` where so much of the data is gone since this operation began that a build or a hook must have taken
    it: neither is kept from paths that it knows by itself.
    """
    lost = gone_since(place, rules)
    if lost and DATA_SHRANK in place.request.accept:
        count_less(place, {one.path: one.files_then - one.files_now for one in lost})
        watch.warnings += [f"accepted: {words(one)}" for one in lost]
    elif lost:
        took = [Taken(one.path, one.files_then, one.files_then - one.files_now, one.since, ()) for one in lost]
        raise_alarm(place, lost, took)
        raise Problem(
            "data-shrank",
            f"shared data shrank while this deploy was made: {words(lost[0])}",
            context=[words(one) for one in lost],
            state=_UNDONE,
            whereabouts=[place.root.absolute(place.bench.layout.shared)],
            hint=_put_back("a build command reaches the data by its absolute path, or the application deleted it"),
        )


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


def _shrank(place: Workplace, ran: Ran, shrunk: Shrunk, *, after: bool) -> Problem:
    gone = [*shrunk.lost.gone, *shrunk.lost.shorter]
    where = ", ".join(f"shared/{one.path}" for one in shrunk.evidence)
    return Problem(
        "data-shrank-after-activation" if after else "data-shrank",
        f"the hook `{ran.command}` made shared data shrink in `{where}`: {_files(len(gone))} missing or shorter",
        context=_named(gone),
        state="the new release is live" if after else _UNDONE,
        whereabouts=[place.root.absolute(place.bench.layout.shared)],
        hint=_put_back("take the hook out of holdfast.toml, or mend it, before the next deploy"),
    )


def _put_back(first: str) -> str:
    return (
        "bring the named files back from a backup of yours, for nothing here keeps what a hook deletes; "
        f"{first}; where it is meant so, deploy with `--accept {DATA_SHRANK}`"
    )


def _named(paths: list[str]) -> list[str]:
    more = [f"and {len(paths) - _NAMED} more"] if len(paths) > _NAMED else []
    return [f"shared/{path}" for path in paths[:_NAMED]] + more


def _files(number: int) -> str:
    return f"{count(number, 'file')} {'is' if number == 1 else 'are'}"


def failed(ran: Ran, code: str, place: Workplace) -> Problem:
    """A command of the user's that ended badly, with its last words."""
    after, site = code.endswith("after-activation"), quote(place.root.path)
    back = f", or go back: `holdfast rollback --site {site}`" if after else ""
    return Problem(
        code,
        f"`{ran.command}` ended with exit code {ran.code}",
        context=ran.output.splitlines()[-_NAMED:],
        state="the new release is live" if after else "",
        hint=f"mend the command, then deploy again{back}",
    )
