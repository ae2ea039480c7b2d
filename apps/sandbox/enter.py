"""One run: a root of its own, with its own processes and no network but loopback, gone when it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence

from sandbox.places import LIBRARIES, NODE, PROJECT, RUNS
from sandbox.roots import lowers

_ENTER = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "$1" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
chmod 1777 tmp
mount --bind /dev dev
mkdir -p srv opt/project opt/libraries opt/node
mount --bind "$2/srv" srv
mount --bind "$3" opt/project
mount -o remount,bind,ro opt/project
mount --bind "$4" opt/libraries
if [ -d "$5" ]; then mount --bind "$5" opt/node; mount -o remount,bind,ro opt/node; fi
ip link set lo up
shift 5
# a shell stays as process 1: it takes leave of every process that outlives its parent
exec chroot . env -i "$@"
"""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def enter(groups: Sequence[str], words: Sequence[str], told: Mapping[str, str], *, limit: float) -> str:
    """Run WORDS in a new root with GROUPS; what they wrote to /srv/answer.json comes back, "" where there is none."""
    os.makedirs(RUNS, exist_ok=True)
    top = tempfile.mkdtemp(prefix="run-", dir=RUNS)
    try:
        for part in ("upper", "work", "root", "srv"):
            os.mkdir(os.path.join(top, part), 0o755)
        os.chmod(top, 0o755)
        _run(top, groups, words, told, limit)
        return _answer(os.path.join(top, "srv", "answer.json"))
    finally:
        if not os.environ.get("APPS_KEEP"):
            shutil.rmtree(top, ignore_errors=True)


def _run(top: str, groups: Sequence[str], words: Sequence[str], told: Mapping[str, str], limit: float) -> None:
    options = f"lowerdir={':'.join(lowers(groups))},upperdir={top}/upper,workdir={top}/work"
    environment = {
        "PATH": _PATH,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": "/opt/project/src:/opt/libraries:/opt/project/apps",
        "PYTHONDONTWRITEBYTECODE": "1",
        **told,
    }
    command = ["unshare", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "--kill-child"]
    command += ["sh", "-ec", _ENTER, "sh", options, top, PROJECT, LIBRARIES, NODE]
    command += [*(f"{name}={value}" for name, value in environment.items())]
    command += ["sh", "-c", '"$0" "$@"; exit $?', *words]
    try:
        subprocess.run(command, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return


def _answer(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
