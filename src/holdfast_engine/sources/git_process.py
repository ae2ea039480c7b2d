"""Running git: never through a shell, never asking, never running a hook, never telling a password."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from holdfast_engine.fs.refusals import mend_of
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.redaction import redacted

_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
    # Objects arrive as whole packs, checked and named last: a kill leaves a pack or none.
    "fetch.unpackLimit=1",
    # What was fetched once stays readable for `recover`, and no git outlives its command.
    "gc.autoDetach=false",
    "gc.pruneExpire=never",
    "log.showRoot=true",
    "log.follow=false",
)
_OPTIONS = ("git", "--no-pager", *(word for setting in _CONFIG for word in ("-c", setting)))
_INHERITED_FROM_A_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
)
"""What git sets for its hooks: Holdfast started by a `post-receive` must not act on that repository."""
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GCM_INTERACTIVE": "never",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_LAST_LINES = 8
_OF_THE_HOST = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EROFS, errno.EIO)


class Answer(NamedTuple):
    """How one run of git ended; COMPLAINT is the end of what it said on stderr, without credentials."""

    status: int
    out: bytes
    complaint: tuple[str, ...]

    @property
    def text(self) -> str:
        return os.fsdecode(self.out).strip()


def git(
    *words: str, cwd: str = "/", git_dir: str = "", given: bytes = b"", login: Optional[Mapping[str, str]] = None
) -> Answer:
    """Run git to its end, with LOGIN in its environment. Raises `git-missing`, or `no-permission` when CWD cannot be
    entered.
    """
    stdin = subprocess.PIPE if given else subprocess.DEVNULL
    process = start(*words, cwd=cwd, git_dir=git_dir, stdin=stdin, login=login)
    try:
        out, err = process.communicate(given or None)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Answer(process.returncode, out, complaint(err))


def start(
    *words: str,
    cwd: str = "/",
    git_dir: str = "",
    stdin: int,
    buffer: int = -1,
    login: Optional[Mapping[str, str]] = None,
) -> subprocess.Popen[bytes]:
    """Start git in a session of its own: neither it nor its ssh has a terminal to ask questions on."""
    where = (f"--git-dir={git_dir}",) if git_dir else ()
    try:
        return subprocess.Popen(
            (*_OPTIONS, *where, *words),
            cwd=cwd,
            env={**_environment(cwd), **(login or {})},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=buffer,
            start_new_session=True,
        )
    except PermissionError as error:
        raise Problem("no-permission", f"`{cwd}` cannot be entered") from error
    except FileNotFoundError as error:
        raise Problem("git-missing", "this host has no `git`", hint="apt install git") from error


def _environment(cwd: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _INHERITED_FROM_A_REPOSITORY}
    # Git looks for a repository in CWD only, not in what happens to lie above it.
    return {**kept, **_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": os.path.dirname(os.path.realpath(cwd))}


def complaint(err: bytes) -> tuple[str, ...]:
    """The last lines of what git said, without credentials."""
    lines = [line.rstrip() for line in redacted(err.decode("utf-8", "replace")).splitlines() if line.strip()]
    return tuple(lines[-_LAST_LINES:])


def raise_for(answer: Answer, code: str, message: str, *, hint: str = "", context: Sequence[str] = ()) -> None:
    """Nothing when git ended well, else the problem CODE with git's last words."""
    if answer.status == 0:
        return
    # A repository of another user: git itself says which command trusts it.
    trusting = [line.strip() for line in answer.complaint if "--add safe.directory" in line]
    if trusting:
        code, hint = "no-permission", trusting[-1]
    raise Problem(code, message, context=(*context, *answer.complaint), hint=hint or _mend_of_host(answer))


def _mend_of_host(answer: Answer) -> str:
    """What helps where git says that the host refused something; nothing where it says no such thing."""
    said = "\n".join(answer.complaint)
    found = (number for number in _OF_THE_HOST if os.strerror(number) in said)
    return next((f"{mend_of(OSError(number, ''))}, then run the command again" for number in found), "")
