"""Whether the recorder hears every call that strace sees: both listen to one and the same run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from crash import recorder
from crash.arena import Arena, remove
from crash.scenarios import SCENARIOS
from crash.syscalls import _CHANGING

_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_SAME = {
    "renameat": "rename", "linkat": "link", "symlinkat": "symlink", "mkdirat": "mkdir", "fchmodat": "chmod",
    "fchmodat2": "chmod", "fchownat": "chown", "lchown": "chown", "utimensat": "utime", "fsetxattr": "setxattr",
    "pwrite64": "write", "open": "openat", "unlinkat": "unlink", "fdatasync": "fsync",
}  # fmt: skip
_PROGRAM = (
    "import sys; sys.path[:0] = {paths!r}; from crash import heard; heard.run({name!r}, {site!r}, {src!r}, {log!r})"
)


def run(name: str, site: str, sources: str, log: str) -> None:
    """The command of the scenario NAME, recorded, in this process: what strace starts."""
    os.umask(0o022)
    recorder.run_recorded(SCENARIOS[name].act(Path(site), Path(sources)), Path(site), Path(log))


def both(arena: Arena) -> tuple[Counter[str], Counter[str]]:
    """What the recorder heard and what strace saw of one run, by call."""
    site, log, seen = arena.copy(), arena.fresh(), arena.fresh()
    paths = [path for path in sys.path if path]
    program = _PROGRAM.format(
        paths=paths, name=arena.scenario.name, site=str(site), src=str(arena.sources), log=str(log)
    )
    strace = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(seen), "-e", f"trace={_CHANGING}"]
    subprocess.run([*strace, sys.executable, "-E", "-c", program], check=True, capture_output=True)
    heard = Counter(change.call for change in recorder.read(log))
    calls = filter(None, (_call(line, str(site)) for line in seen.read_text(errors="replace").splitlines()))
    remove(site)
    return heard, Counter(calls)


def _call(line: str, site: str) -> str:
    """The call of LINE in the recorder's words; nothing for one that failed or that changed nothing below SITE."""
    match = _LINE.match(line)
    if match is None or int(match[3]) < 0 or f"{site}" not in match[2]:
        return ""
    name, rest = match[1], match[2]
    if name in ("open", "openat") and not re.search(r"O_CREAT|O_TRUNC|O_TMPFILE", rest):
        return ""
    return "rmdir" if "AT_REMOVEDIR" in rest else _SAME.get(name, name)
