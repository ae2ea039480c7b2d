"""The real process under strace: which calls change the disk, and SIGKILL at one of them."""

from __future__ import annotations

import compileall
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path

import holdfast_engine
from holdfast_engine.model.codec import encode
from holdfast_engine.model.request import Request

_CHANGING = (
    "openat,open,creat,write,pwrite64,writev,copy_file_range,sendfile,fallocate,ftruncate,fsync,fdatasync,syncfs,"
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat,"
    "chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,setxattr,lsetxattr,fsetxattr"
)
_CREATES = re.compile(r"O_CREAT|O_TRUNC|O_TMPFILE")
_PERFORM = """
import json, sys; from holdfast_engine.commands import perform; from holdfast_engine.model.codec import decode
perform(decode(json.loads(sys.argv[1])), tell=lambda _event: None, ask=lambda _plan: True)
"""
_LINE = re.compile(r"(\w+)\((.*)")


def command_line(request: Request) -> list[str]:
    """REQUEST to the engine in a process of its own, without what reads a command line and what paints."""
    return [sys.executable, "-S", "-E", "-B", "-c", _PERFORM, json.dumps(encode(request))]


def compiled_engine(at: Path) -> Path:
    """A copy of the engine at AT, compiled once instead of in every process; made when it is not there yet."""
    if not at.exists():
        package = Path(holdfast_engine.__file__).parent
        shutil.copytree(package, at / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(at, quiet=2)
    return at


def _strace(log: str, options: list[str], request: Request, engine: Path) -> subprocess.CompletedProcess[str]:
    """Only the process itself is traced: what it starts is not killed, and no point of it is counted."""
    return subprocess.run(
        ["strace", "-qq", "-y", "-s", "128", "-o", log, *options, *command_line(request)],
        cwd=engine,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def objection() -> str:
    """Why nothing can be killed by strace here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    ran = subprocess.run(
        ["strace", "-qq", "-o", os.devnull, "-e", "inject=getppid:signal=SIGKILL:when=1",
         "-e", "trace=getppid", "sh", "-c", "true"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if ran.returncode in (0, -signal.SIGKILL, 137) else f"ptrace is not permitted: {ran.stderr[:100]}"


def calls_of(request: Request, engine: Path) -> list[str]:
    """Every call of REQUEST's process that changes something below its site, as `NAME:COUNT`; strace counts so."""
    with tempfile.NamedTemporaryFile() as log:
        ran = _strace(log.name, ["-e", f"trace={_CHANGING}"], request, engine)
        assert ran.returncode == 0, ran.stderr
        lines = Path(log.name).read_text(errors="replace").splitlines()
    seen: Counter[str] = Counter()
    found = []
    for name, rest in (match.groups() for match in map(_LINE.match, lines) if match):
        seen[name] += 1
        says = name == "write" and rest.startswith(("1<", "2<"))  # an answer names the site, and is no change of it
        makes = not says and (name not in ("open", "openat") or _CREATES.search(rest))
        if makes and request.site in rest:
            found.append(f"{name}:{seen[name]}")
    return found


def killed_at(request: Request, call: str, engine: Path) -> str:
    """Empty when REQUEST's process was killed at CALL, else how it ended. The call itself has no effect any more."""
    name, _, count = call.partition(":")
    inject = f"inject={name}:signal=SIGKILL:when={count}"
    ran = _strace(os.devnull, ["-e", f"trace={name}", "-e", inject], request, engine)
    return "" if ran.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL) else f"{ran.returncode} {ran.stderr[-300:]}"


def spread(calls: list[str], number: int) -> list[str]:
    """NUMBER of CALLS, or few more: the first of each name, the rest evenly from the first to the last."""
    first: dict[str, str] = {}
    for call in calls:
        first.setdefault(call.partition(":")[0], call)
    others = [call for call in calls if call not in first.values()]
    wanted = min(max(number - len(first), 0), len(others))
    spread_out = {others[step * (len(others) - 1) // max(wanted - 1, 1)] for step in range(wanted)}
    return [call for call in calls if call in spread_out or call in first.values()]
