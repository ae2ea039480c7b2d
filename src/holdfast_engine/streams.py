"""The standard streams and the encoding of names, made safe before anything else is opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def prepare_streams() -> None:
    """Descriptors 0 to 2 are open, and no odd name makes a write fail.

    A daemon may start programs with closed streams. The next file to be opened would get the
    free number, and whatever a build command prints would be written into that file: into a
    journal, perhaps. So they are opened on nothing first (G1).
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def keep_own_rights() -> None:
    """What this process makes, its owner may read, write and enter: a umask that takes that away would leave a site
    that nobody but root could go on with. What the umask says of others stays.
    """
    given = os.umask(0o077)
    os.umask(given & 0o077)


def require_utf8() -> None:
    """The process reads and writes names as UTF-8, whatever the locale says; under another one it begins anew.

    Python decodes names by the locale. Under Latin-1 or ASCII a name would be other text than it was for the
    person who deployed under UTF-8, and what is remembered of the site would match nothing that lies there. The
    mode is said on the command line, not in the environment: a user's build commands and hooks inherit what the
    user has set. Returns where the mode is on, was tried, or cannot be had. Nothing may have been opened before.
    """
    if sys.getfilesystemencoding().lower() in ("utf-8", "utf8") or "utf8" in getattr(sys, "_xoptions", {}):
        return
    words = _command_line()
    if not (sys.executable and words):
        return
    try:
        os.execv(sys.executable, [os.fsencode(sys.executable), b"-X", b"utf8", *words])  # noqa: S606 - ourselves
    except OSError:
        return


def _command_line() -> Sequence[bytes]:
    """The words behind the interpreter's own name, as the kernel has them: Python 3.9 has no `sys.orig_argv`."""
    known = getattr(sys, "orig_argv", None)
    if known is not None:
        return [os.fsencode(word) for word in known[1:]]
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return file.read().split(b"\0")[1:-1]
    except OSError:
        return []
