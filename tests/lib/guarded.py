"""A repository behind a password, and an eye on what every process shows of it."""

from __future__ import annotations

import base64
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

SECRET = "s3cret/with@signs"
IN_URL = "s3cret%2Fwith%40signs"
MARK = "s3cret"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def command_lines() -> Iterator[str]:
    """The arguments of every process, as everybody may read them."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            yield Path("/proc", name, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue


class Server(http.server.ThreadingHTTPServer):
    """ACCEPTED are the logins that may read, GIVEN those that came, SEEN the command lines that told the secret."""

    def __init__(self, top: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Guarded, directory=str(top)))
        self.accepted = {basic("deploy", SECRET), basic("t0ken", "")}
        self.given: list[str] = []
        self.seen: list[str] = []

    def url(self, login: str) -> str:
        return f"http://{login}@127.0.0.1:{self.server_port}/served.git"


class _Guarded(http.server.SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen += [line for line in command_lines() if MARK in line]
        given = self.headers.get("Authorization", "")
        self.server.given.append(given)
        if given in self.server.accepted:
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="club"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing."""


def publish(repository: Path, top: Path) -> None:
    """What REPOSITORY holds now is what is served below TOP."""
    served = top / "served.git"
    if not served.exists():
        subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", served], check=True)
    subprocess.run(["git", "fetch", "-q", repository, "+refs/heads/*:refs/heads/*"], cwd=served, check=True)
    subprocess.run(["git", "update-server-info"], cwd=served, check=True)


@contextmanager
def serving(repository: Path, top: Path) -> Iterator[Server]:
    """A web server with what REPOSITORY holds, until the end of the block."""
    publish(repository, top)
    server = Server(top)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
