"""Whose a site is, and the `sudo -u` with which somebody else types what its owner may."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote
from typing import Any, Optional

from holdfast_engine.fs.accounts import groups_of, may_read, may_write, name_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.site.host_errors import problem_of


def may_change(status: os.stat_result, user: int) -> bool:
    """True when USER may look into what has this STATUS, and make names in it or write it; ACLs aside."""
    groups = groups_of(user)
    return may_read(status, user, groups) and may_write(status, user, groups)


def sudo_for(site: str) -> str:
    """`sudo -u OWNER ` where whoever is at the keyboard may not write what is ours at SITE; nothing where they may."""
    status = _ours(site)
    if status is None or may_change(status, os.geteuid()):
        return ""
    return f"sudo -u {quote(name_of(status.st_uid))} "


def who(site: str) -> dict[str, Any]:
    """Who is at the keyboard, whose SITE is, and what the one puts before a command to be the other."""
    status = _ours(site)
    owner = name_of(status.st_uid) if status is not None else ""
    return {"you": name_of(os.geteuid()), "site": owner, "sudo": sudo_for(site).strip()}


def _ours(site: str) -> Optional[os.stat_result]:
    """The status of `.holdfast/`, else of the deploy root, whoever may look into them."""
    for path in (os.path.join(site, Layout.state), site):
        try:
            return os.lstat(path)
        except OSError:
            continue
    return None


@contextmanager
def told_whose(request: Request) -> Iterator[None]:
    """What this user may not read or write of the site is told with the line that does it as its owner."""
    try:
        yield
    except PermissionError as error:
        raise _for_owner(problem_of(error), request) from error
    except Problem as problem:
        if problem.code == "no-permission":
            _for_owner(problem, request)
        raise


def _for_owner(problem: Problem, request: Request) -> Problem:
    sudo = sudo_for(request.site)
    if sudo:
        plan = " --plan" if request.only_plan else ""
        problem.hint = f"{sudo}holdfast {request.command}{plan} --site {quote(request.site)}"
    return problem
