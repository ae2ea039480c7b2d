"""Guarded hooks: the user's commands between two measurements of the protected data."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from shlex import quote
from typing import Optional

from holdfast_engine.activation.programs import Ran, run
from holdfast_engine.checks.data_memory import words
from holdfast_engine.fs import census
from holdfast_engine.fs.accounts import groups_of, may_write, name_of
from holdfast_engine.fs.acl import may_by_acl
from holdfast_engine.fs.root import kind_of
from holdfast_engine.guarding.carried_off import brought_home
from holdfast_engine.guarding.guard import Shrunk, Watch, compared
from holdfast_engine.guarding.handing_over import Belongings, belongings, give_back
from holdfast_engine.guarding.moments import Moment, environment
from holdfast_engine.model.event import Event
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.memory import DATA_SHRANK, Taken
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.words import count
from holdfast_engine.persistence.memory import count_less, gone_since, raise_alarm
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.web_user import web_user
from holdfast_engine.site.handle import Site

_NAMED = 10


def run_guarded(
    site: Site,
    rules: Rules,
    commands: Sequence[str],
    *,
    release: RelPath,
    previous: str,
    moment: Moment,
    watch: Watch,
) -> None:
    """COMMANDS ran in RELEASE, those that stop the application in PREVIOUS, where it runs; and the shared data is what
    it was, grown or rewritten but not shrunk.

    The first that fails ends what comes before the switch; after it every one runs, whatever the others did, and the
    first problem is raised at the end. WATCH hears what they made that the application may not write (I102), and what
    went while they ran that nothing proves to be their doing. Raises what MOMENT calls a failed command, and
    `data-shrank` (or `data-shrank-after-activation`) naming what is missing, which the site file then knows. The census
    before and after is a full one: names and sizes. What a command moves into an incoming RELEASE comes home.
    """
    first = None
    for command in commands:
        try:
            _run_one(site, rules, command, release=release, previous=previous, moment=moment, watch=watch)
        except Problem as problem:
            first = first or problem
            if not moment.after:
                break
            watch.warnings += [f"{problem.message}: {fact}" for fact in problem.context[:1] if problem is not first]
    if first is not None:
        raise first


def _run_one(
    site: Site,
    rules: Rules,
    command: str,
    *,
    release: RelPath,
    previous: str,
    moment: Moment,
    watch: Watch,
) -> None:
    shared, well = site.links.layout.shared, False
    adopter = None if moment.after or moment.stops else watch.adopter  # sweeps look through what is live
    where = RelPath(previous) if moment.stops else release
    before, owned = census.full(site.root, shared), belongings(site, rules, where)
    try:
        told = environment(site, release, previous)
        ran = run(command, directory=site.root.absolute(where), environment=told, hear=_teller(site))
        well = ran.well
    finally:
        after = brought_home(adopter, release, before, back=not well) if adopter else census.full(site.root, shared)
    _give_back(site, rules, command, owned, watch)
    shrunk = compared(watch, rules, before, after, at=site.request.now, by_itself=moment.is_application)
    if shrunk is not None:
        _judge(site, rules, ran, shrunk, watch, release=release, moment=moment)
    if not ran.well:
        state = moment.state(release) if moment.after else ""
        raise failed(ran, moment.failed, state=state, hint=moment.hint(site, release, command))
    watch.warnings += _foreign(site, rules, command, sorted(after.keys() - before.keys()))


def _give_back(site: Site, rules: Rules, command: str, owned: Optional[Belongings], watch: Watch) -> None:
    """What COMMAND made in a place that the application may write is the application's too (G10)."""
    given, waiting = give_back(site, rules, owned)
    watch.made_here += waiting
    if given and owned is not None:
        more = f" (and {len(given) - 1} more)" if len(given) > 1 else ""
        ours, theirs = name_of(os.geteuid()), name_of(owned.user)
        site.notice("access", f"the hook `{command}` made `{given[0]}`{more} as `{ours}`; `{theirs}` may write it now")


def _judge(
    site: Site, rules: Rules, ran: Ran, shrunk: Shrunk, watch: Watch, *, release: RelPath, moment: Moment
) -> None:
    """Blame needs evidence: what an application does by itself while a hook runs is told, and stops nobody."""
    accepted = DATA_SHRANK in site.request.accept
    whole = [one.path for one in rules.shared if one.path in shrunk.moved + shrunk.gone and _is_gone(site, one)]
    aside = list(dict.fromkeys([*whole, *shrunk.aside]))
    if shrunk.evidence and not accepted:
        raise_alarm(site, taken=shrunk.evidence)
    if aside and not accepted:
        raise _taken_away(site, ran, aside, release=release, moment=moment)
    count_less(site, shrunk.moved + shrunk.gone if accepted else shrunk.moved)
    if shrunk.evidence and not accepted:
        raise _shrank(site, ran, shrunk, release=release, moment=moment)
    gone = [*shrunk.lost.gone, *shrunk.lost.shorter]
    if shrunk.lost.moved:
        moved = f"while the hook `{ran.command}` ran, {_files(len(shrunk.lost.moved))} at another place"
        watch.warnings.append(f"{moved}: {', '.join(_named(shrunk.lost.moved))}")
    if gone:
        how = "accepted: " if shrunk.evidence else ""
        told = f"{how}while the hook `{ran.command}` ran, {_files(len(gone))} missing or shorter"
        watch.warnings.append(f"{told}: {', '.join(_named(gone))}")


def _is_gone(site: Site, one: SharedPath) -> bool:
    return one.kind == DIR and not site.root.has(site.links.layout.in_shared(one.path))


def _taken_away(site: Site, ran: Ran, paths: Sequence[str], *, release: RelPath, moment: Moment) -> Problem:
    """What was moved or removed as a whole is not served where it was, whatever became of it."""
    return Problem(
        moment.shrank,
        f"the hook `{ran.command}` moved or deleted {', '.join(f'`shared/{path}`' for path in paths)}",
        state=f"{moment.state(release)}, and what the hook moved or deleted is not served",
        whereabouts=[site.root.absolute(site.links.layout.shared)],
        hint="move it back, or restore it from your backup; "
        f"`holdfast recover --site {quote(site.root.path)}` creates the directory again for new uploads; "
        f"remove the hook from holdfast.toml; if this is intended, {moment.accept_by(site)}",
    )


def refuse_shrunk(site: Site, rules: Rules, watch: Watch) -> None:
    """`data-shrank` where so much of the data is gone since this operation began that a build or a hook must have taken
    it: neither is kept from paths that it knows by itself.
    """
    lost = gone_since(site, rules)
    if lost and DATA_SHRANK in site.request.accept:
        count_less(site, {one.path: one.files_then - one.files_now for one in lost})
        watch.warnings += [f"accepted: {words(one)}" for one in lost]
    elif lost:
        took = [Taken(one.path, one.files_then, one.files_then - one.files_now, one.since, ()) for one in lost]
        raise_alarm(site, lost, took)
        raise Problem(
            "data-shrank",
            f"shared data disappeared during this deploy: {words(lost[0])}",
            context=[words(one) for one in lost],
            state=f"{Moment().state(RelPath(''))}, and the named files are gone",
            whereabouts=[site.root.absolute(site.links.layout.shared)],
            hint=_put_back(
                "a build command deleted it by its absolute path, or the application did",
                Moment().accept_by(site),
            ),
        )


def _foreign(site: Site, rules: Rules, command: str, made: list[str]) -> list[str]:
    """What COMMAND MADE in `shared/` that the application's user, where that is known, may not write, in one warning.

    Owners are not changed where the application may not write anyway: whose a file is there, a person decides (I101).
    """
    user = web_user(site, rules)
    if user is None or user == os.geteuid():
        return []
    shut = [path for path in made if not _may_write(site, site.links.layout.in_shared(path), user)]
    if not shut:
        return []
    where = site.root.absolute(site.links.layout.in_shared(shut[0]))
    more = f" (and {len(shut) - 1} more)" if len(shut) > 1 else ""
    told = f"the hook `{command}` made `shared/{shut[0]}`{more}, which `{name_of(user)}` may not write"
    return [f"{told}: `chown {name_of(user)} {quote(where)}`, and let the hook run as `{name_of(user)}`"]


def _may_write(site: Site, path: RelPath, user: int) -> bool:
    status = site.root.lstat(path)
    if status is None or kind_of(status) != "file":
        return True  # gone already, or a link: what it leads to has rights of its own
    return may_write(status, user, groups_of(user)) or bool((may_by_acl(site.root, path, user) or 0) & 2)


def _teller(site: Site) -> Callable[[str], None]:
    return lambda line: site.tell(Event("output", "hook", line))


def _shrank(site: Site, ran: Ran, shrunk: Shrunk, *, release: RelPath, moment: Moment) -> Problem:
    gone = [*shrunk.lost.gone, *shrunk.lost.shorter]
    where = ", ".join(f"shared/{one.path}" for one in shrunk.evidence)
    return Problem(
        moment.shrank,
        f"the hook `{ran.command}` deleted or shortened files in `{where}`: {_files(len(gone))} missing or shorter",
        context=_named(gone),
        state=f"{moment.state(release)}, and the named files are gone" if not moment.after else moment.state(release),
        whereabouts=[site.root.absolute(site.links.layout.shared)],
        hint=_put_back("remove the hook from holdfast.toml, or fix it, before the next deploy", moment.accept_by(site)),
    )


def _put_back(first: str, accept: str) -> str:
    return (
        "restore the named files from your backup: Holdfast keeps no copy of what a hook deletes; "
        f"{first}; if this is intended, {accept}"
    )


def _named(paths: list[str]) -> list[str]:
    more = [f"and {len(paths) - _NAMED} more"] if len(paths) > _NAMED else []
    return [f"shared/{path}" for path in paths[:_NAMED]] + more


def _files(number: int) -> str:
    return f"{count(number, 'file')} {'is' if number == 1 else 'are'}"


def failed(ran: Ran, code: str, *, state: str = "", hint: str = "fix the command, then deploy again") -> Problem:
    """A command of the user's that ended badly, with its last words."""
    return Problem(
        code,
        f"`{ran.command}` ended with exit code {ran.code}",
        context=ran.output.splitlines()[-_NAMED:],
        state=state,
        hint=hint,
    )
