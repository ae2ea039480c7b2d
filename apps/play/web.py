"""A person's browser: pages, forms and files, with cookies."""

from __future__ import annotations

import html
import http.client
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

HERE = "http://127.0.0.1"
File = tuple[str, bytes]
_INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_PART = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*')""")


@dataclass(frozen=True)
class Answer:
    """STATUS 0: there was no answer at all, and TEXT says why."""

    status: int
    text: str
    url: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def inputs(self) -> dict[str, str]:
        """Name and value of every input on the page, hidden ones with them; the last of a name counts."""
        parts = [{name.lower(): text[1:-1] for name, text in _PART.findall(one)} for one in self.shown_inputs]
        return {one["name"]: html.unescape(one.get("value", "")) for one in parts if "name" in one}

    @property
    def shown_inputs(self) -> list[str]:
        return _INPUT.findall(self.text)

    def link(self, pattern: str) -> str:
        """The first address in a link that PATTERN is found in; "" where there is none."""
        for found in re.findall(r"""href=["']([^"']+)["']""", self.text):
            address: str = html.unescape(found)
            if re.search(pattern, address):
                return address
        return ""


class Browser:
    """Whoever it is logged in as."""

    def __init__(self, top: str = HERE) -> None:
        self.top = top
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def get(self, path: str, timeout: float = 30) -> Answer:
        return self._ask(urllib.request.Request(self._address(path)), timeout)

    def post(
        self, path: str, fields: Mapping[str, str], files: Mapping[str, File] | None = None, timeout: float = 60
    ) -> Answer:
        if files is None:
            body, kind = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(fields, files)
        request = urllib.request.Request(self._address(path), body, {"Content-Type": kind, "Origin": self.top})
        return self._ask(request, timeout)

    def _address(self, path: str) -> str:
        return path if path.startswith("http") else f"{self.top}/{path.lstrip('/')}"

    def _ask(self, request: urllib.request.Request, timeout: float) -> Answer:
        try:
            with self._opener.open(request, timeout=timeout) as told:
                return Answer(told.status, told.read().decode("utf-8", "replace"), told.geturl())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode("utf-8", "replace"), error.geturl() or "")
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, repr(error), request.full_url)


def _multipart(fields: Mapping[str, str], files: Mapping[str, File]) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    for name, (called, content) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n'
        parts += [f"{head}Content-Type: {_kind(called)}\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


def _kind(name: str) -> str:
    kinds = {"png": "image/png", "zip": "application/zip", "txt": "text/plain"}
    return kinds.get(name.rpartition(".")[2], "application/octet-stream")


def picture(token: str) -> bytes:
    """A PNG of one pixel that says TOKEN in a comment of its own: no two are the same."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    text = chunk(b"tEXt", b"Comment\0" + token.encode())
    return b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b"")
