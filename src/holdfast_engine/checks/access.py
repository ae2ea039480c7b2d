"""What the application could write and could not after a deploy: every path at once, before anything is done (G10)."""

from __future__ import annotations

import os
from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.fs.accounts import groups_of, name_of
from holdfast_engine.fs.acl import are_kept
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check

NAME = "access"


def access(subject: CheckInput) -> Iterator[Check]:
    """Whether whoever runs the application is known, and can be let in."""
    first = subject.live is None and subject.release is None
    if subject.settings.web_user and subject.web_user is None:
        yield _nobody(subject.settings.web_user)
    elif first and subject.web_user is None and os.geteuid() == 0 and not subject.kept:
        yield _unknown(subject)
    elif subject.web_user is None or os.geteuid() in (0, subject.web_user) or are_kept(subject.root, ""):
        yield Check(NAME, PASS, "the application can write what it could write before")
    else:
        yield _cannot_be_given(subject, subject.web_user)


def _nobody(name: str) -> Check:
    """Who is named is not here: a release would be made that nobody but its owner may write."""
    why = f"`[site] web_user` names `{name}`, and this host has no such account"
    return Check(NAME, REFUSE, why, "name the account that runs the application: `[site] web_user` in holdfast.toml")


def _unknown(subject: CheckInput) -> Check:
    """Root makes what nobody else may write, and nothing tells for whom."""
    if not subject.written:
        return Check(NAME, PASS, "no place is known in which the application writes")
    named = ", ".join(f"`{path}`" for path in subject.written)
    why = f"it is unknown as which user the application runs, and root makes {named}: another user may not write there"
    return Check(
        NAME,
        WARN,
        why,
        'name it in holdfast.toml: `[site] web_user = "www-data"`; `holdfast access` shows what is known',
    )


def _cannot_be_given(subject: CheckInput, user: int) -> Check:
    groups, name = groups_of(user), name_of(user)
    shut = [path for path, one in subject.kept.directories.items() if one.lets_in(user, groups)]
    if not shut:
        return Check(NAME, PASS, f"`{name}` could not write in any directory of the code")
    named = ", ".join(f"`{path or '.'}`" for path in shut)
    why = f"`{name}` could write in {named}, and this file system has no ACLs that could allow it again"
    return Check(NAME, REFUSE, why, f"deploy as root or as `{name}`, or put the site on ext4, XFS or btrfs")
