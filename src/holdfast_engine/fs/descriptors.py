"""How many files this process may have open at a time (getrlimit(2))."""

from __future__ import annotations

import errno
import os
import resource

from holdfast_engine.fs.refusals import code_of, mend_of, words_of
from holdfast_engine.fs.root import is_shortage
from holdfast_engine.model.problem import Problem

_WITHOUT_PROC = 16
_NEEDED, _PLENTY = 48, 256
"""What a command has open at most, however deep and wide a tree is, and what leaves room beside."""


def require_descriptors() -> None:
    """This process may have as many more files open as any command needs: its own limit is raised as far as that takes.

    Raises `descriptors-used-up` where the host allows fewer, before anything is begun: a look that ends half-way for
    want of a descriptor would take what it has not seen for what is not there (G7).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = _open_now(soft)
    if soft == resource.RLIM_INFINITY or soft - taken >= _PLENTY:
        return
    wanted = taken + _PLENTY if hard == resource.RLIM_INFINITY else min(hard, taken + _PLENTY)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted - taken < _NEEDED:
        raise _too_few(wanted, taken)


def _open_now(limit: int) -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError as error:
        return limit if is_shortage(error) else _WITHOUT_PROC


def _too_few(limit: int, taken: int) -> Problem:
    error = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return Problem(
        code_of(error),
        words_of(error),
        context=[f"{taken} of {limit} are open, and {_NEEDED} more are needed"],
        state="nothing was changed",
        hint=f"{mend_of(error)} as root or in the service file (`LimitNOFILE=1024`), then run the command again",
    )
