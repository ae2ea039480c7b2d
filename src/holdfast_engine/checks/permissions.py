"""What this user may not move, read or write, and the web user may not use: every path at once, with its mend (G10)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from shlex import quote

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.checks.host import places
from holdfast_engine.fs import acl
from holdfast_engine.fs.accounts import groups_of, may_read, may_write, name_of
from holdfast_engine.fs.probe import is_immutable
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.rules import HAPPENED
from holdfast_engine.model.values import dataclass

_THAW = ("chattr -ia",)


@dataclass(frozen=True)
class Blocked:
    """PATH, WHY it is in the way, and the MENDS: commands, one of which is typed with the paths behind it."""

    path: str
    why: str
    mends: tuple[str, ...]


def permissions(subject: CheckInput) -> Check:
    """This user can move, read and write what has to be, and the web user use what lies in `shared/` (I100)."""
    found, shut = list(_blocked(subject)), list(_shut(subject))
    if found or (shut and not subject.guessed and not _only_happened(subject, shut)):
        return _told(subject, REFUSE, [*found, *shut])
    if shut:
        return _told(subject, WARN, shut)
    web = "" if subject.web_user is None else f", {name_of(subject.web_user)} may write it"
    return Check("permissions", PASS, f"this user may move data{web}")


def _only_happened(subject: CheckInput, shut: Iterable[Blocked]) -> bool:
    """True where nothing is SHUT but what somebody made on the server and no rule names: the application could not
    write there before it came home, and may not have to.
    """
    made = {subject.layout.in_shared(one.path) for one in subject.shared if one.why in HAPPENED}
    return all(any(RelPath(one.path).is_within(top) for top in made) for one in shut)


def _told(subject: CheckInput, verdict: str, found: list[Blocked]) -> Check:
    why = "; ".join(f"`{subject.root.absolute(one.path)}`: {one.why}" for one in found)
    return Check("permissions", verdict, why, _mend(subject, found))


def rights(subject: CheckInput) -> Iterator[Check]:
    """The one check there is, as a group of the checklist."""
    yield permissions(subject)


def _mend(subject: CheckInput, found: Iterable[Blocked]) -> str:
    """One command for all paths: where they need several, one line that does them all, by name where a right is given,
    for that asks for no common group.
    """
    by_mend: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        by_mend.setdefault(one.mends, []).append(quote(subject.root.absolute(one.path)))
    named = {mends: " ".join(dict.fromkeys(paths)) for mends, paths in by_mend.items()}
    if len(named) == 1:
        [(mends, paths)] = named.items()
        return "as their owner or root: " + ", or ".join(f"`{mend} {paths}`" for mend in mends)
    return f"as root: `{' && '.join(f'{_by_name(mends)} {paths}' for mends, paths in named.items())}`"


def _by_name(mends: tuple[str, ...]) -> str:
    return next((mend for mend in mends if mend.startswith("setfacl")), mends[0])


def _blocked(subject: CheckInput) -> Iterator[Blocked]:
    yield from _shut_to_us(subject)
    yield from _immovable(subject)
    yield from _immutable(subject)
    yield from _unreadable(subject)


def _shut(subject: CheckInput) -> Iterator[Blocked]:
    """What the application may not use; a warning where single files alone tell who runs it: it could not before."""
    if subject.web_user is not None:
        for one in subject.shared:
            yield from _shut_to_the_web_user(subject, subject.layout.in_shared(one.path), subject.web_user)


def _ours(rights: str, group: str) -> tuple[str, ...]:
    """For this user: by a common group, or by name."""
    return f"chmod {group}", f"setfacl -R -m u:{name_of(os.geteuid())}:{rights}"


def _shut_to_us(subject: CheckInput) -> Iterator[Blocked]:
    us = name_of(os.geteuid())
    for path in (*places(subject), *subject.writing):
        if subject.root.lstat(path) and not _we_may_write(subject, RelPath(path)):
            yield Blocked(path, f"this user ({us}) may not write in it", _ours("rwX", "g+w"))


def _immovable(subject: CheckInput) -> Iterator[Blocked]:
    """What has to come home from a directory that we may not write, or is another user's directory (rename(2))."""
    for here in subject.moving:
        shut = [path for path in (here.parent, here) if not _may_move(subject, path, is_top=path == here)]
        for path in shut[:1]:
            why = f"it holds data to be moved, and this user ({name_of(os.geteuid())}) may not move it"
            yield Blocked(path, why, _ours("rwX", "g+w"))


def _may_move(subject: CheckInput, path: RelPath, *, is_top: bool) -> bool:
    return (is_top and subject.root.kind(path) != "dir") or _we_may_write(subject, path)


def _immutable(subject: CheckInput) -> Iterator[Blocked]:
    """What a panel has made immutable cannot be moved, and nothing be moved in it; what is carried can be copied, and
    is named with the others.
    """
    root, made_in = subject.root, ["", Layout.releases, subject.layout.state]
    made_in += [subject.layout.shared] if subject.moving else []
    around = dict.fromkeys((*made_in, *(path.parent for path in subject.moving)))
    for path in (path for path in around if root.kind(path or ".") == "dir" and is_immutable(root, path)):
        yield Blocked(path, "it is immutable, and nothing can be made or moved in it", _THAW)
    shut = [path for path in (*subject.moving, *subject.frozen) if is_immutable(root, path)]
    for path in (*shut, *(one for one in subject.carrying if shut and is_immutable(root, one))):
        yield Blocked(path, "it is immutable, and cannot be moved", _THAW)


def _unreadable(subject: CheckInput) -> Iterator[Blocked]:
    """What must be read before it can be compared, copied or lent."""
    if os.geteuid() == 0:
        return
    us, groups = os.geteuid(), frozenset((os.getegid(), *os.getgroups()))
    for path in dict.fromkeys((*subject.reading, *subject.carrying)):
        status = subject.root.lstat(path)
        if status is None or subject.root.kind(path) != "file" or may_read(status, us, groups):
            continue
        if not (acl.may_by_acl(subject.root, path, us) or 0) & 4:
            yield Blocked(path, f"this user ({name_of(us)}) may not read it, and must", _ours("rX", "g+r"))


def _we_may_write(subject: CheckInput, path: RelPath) -> bool:
    status = subject.root.lstat(path)
    if status is None or os.geteuid() == 0 or status.st_uid == os.geteuid():
        return True
    groups = frozenset((os.getegid(), *os.getgroups()))
    return may_write(status, os.geteuid(), groups) or bool((acl.may_by_acl(subject.root, path, os.geteuid()) or 0) & 2)


def _shut_to_the_web_user(subject: CheckInput, where: RelPath, user: int) -> Iterator[Blocked]:
    status, kind = subject.root.lstat(where), subject.root.kind(where)
    if status is None:
        return
    given, groups, name = acl.may_by_acl(subject.root, where, user) or 0, groups_of(user), name_of(user)
    if kind == "dir" and not (may_write(status, user, groups) or given & 2):
        mends = (f"setfacl -R -m u:{name}:rwX -m d:u:{name}:rwX", f"chown -R {name}")
        yield Blocked(where, f"`{name}` may not write in it", mends)
    elif kind == "file" and not (may_read(status, user, groups) or given & 4):
        yield Blocked(where, f"`{name}` may not read it", (f"setfacl -m u:{name}:r", f"chown {name}"))
