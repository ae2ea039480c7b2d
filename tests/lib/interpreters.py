"""Other Pythons of this machine, wherever people keep them."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess

_KEPT = (".pyenv/versions/{}.*/bin/python", ".local/share/uv/python/cpython-{}.*/bin/python")
_ASK = "import sys; print('%d.%d' % sys.version_info[:2])"


def interpreter(version: str) -> str | None:
    """One of VERSION, as "3.9"; run before it is believed, for a shim may stand for one that is not there."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    found = [path for kept in _KEPT for path in glob.glob(os.path.join(home, kept.format(version)))]
    for path in filter(None, (shutil.which(f"python{version}"), *found)):
        told = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, check=False)
        if told.stdout.strip() == version:
            return path
    return None
