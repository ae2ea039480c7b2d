"""The standard streams, made safe before anything else is opened."""

from __future__ import annotations

import os
import sys


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
