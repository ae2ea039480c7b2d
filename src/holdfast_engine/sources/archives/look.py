"""Reading an archive without writing: what it would unpack to, and whether a release may hold that."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast_engine.fs.extract import require_writable
from holdfast_engine.model.listing import DIR, FILE, LINK, Listed
from holdfast_engine.model.readers import Readers
from holdfast_engine.sources.archives.gate import WITHOUT_LINK, Tree, objection_to_link, refusal

_SHORT = 256 << 10
"""Bytes of one file that is kept for questions about it: what plans ask for is text, and shorter."""
_KEPT_IN_ALL = 32 << 20
_LONGEST_ANSWER = 64 << 20


class Look:
    """Every name of one archive, as `unpack` gives it: read to the end, so what is damaged or hostile raises here.

    Short files are kept, as far as there is room. ONLY keeps that file and no other, and MARKED
    names the short files that begin with MARK.
    """

    def __init__(self, *, mark: bytes = b"", only: str = "") -> None:
        self.entries: dict[str, Listed] = {}
        self.links: dict[str, str] = {}
        self.kept: dict[str, bytes] = {}
        self.marked: list[str] = []
        self.readers = Readers()
        self._mark = mark
        self._only = only
        self._room = _LONGEST_ANSWER if only else _KEPT_IN_ALL

    def directory(self, path: str) -> None:
        self._enter(path)

    def file(self, path: str, _executable: bool, chunks: Iterable[bytes], access: int) -> None:  # noqa: FBT001
        """Note the size of PATH and who may read it, and keep its content where it may be asked for."""
        most = (_LONGEST_ANSWER if path == self._only else -1) if self._only else _SHORT
        size, parts = 0, []
        for chunk in chunks:
            size += len(chunk)
            if size <= most:
                parts.append(chunk)
        self._enter(path.rpartition("/")[0])
        self.entries[path] = Listed(FILE, size)
        self.readers.count(path, access)
        if size <= most:
            self._keep(path, size, b"".join(parts))

    def _keep(self, path: str, size: int, content: bytes) -> None:
        if self._mark and content.startswith(self._mark):
            self.marked.append(path)
        if size <= self._room:
            self.kept[path] = content
            self._room -= size

    def symlink(self, path: str, text: str) -> None:
        """Note the link PATH."""
        self._enter(path.rpartition("/")[0])
        self.entries[path] = Listed(LINK)
        self.links[path] = text

    @property
    def wrapping(self) -> str:
        """The one directory that holds all of the archive, where there is one; else nothing.

        `.well-known` or `.git` wrap nothing: such a name says what is in it, and not whose it is.
        """
        tops = [path for path in self.entries if "/" not in path]
        alone = len(tops) == 1 and self.entries[tops[0]].kind == DIR and len(self.entries) > 1
        return tops[0] if alone and tops[0][0] != "." else ""

    def below(self, top: str) -> Look:
        """The same without the directory TOP around it; what no release may hold raises `source-unusable`."""
        found, start = Look(), len(top) + 1 if top else 0
        found.entries = {path[start:]: entry for path, entry in self.entries.items() if path != top}
        found.links = {path[start:]: text for path, text in self.links.items()}
        found.kept = {path[start:]: content for path, content in self.kept.items()}
        found.marked = [path[start:] for path in self.marked]
        found.readers = self.readers.below(start)
        for path in found.entries:
            require_writable(path)
        for path, text in found.links.items():
            require_inside(path, text)
        return found

    def _enter(self, path: str) -> None:
        while path and path not in self.entries:
            self.entries[path] = Listed(DIR)
            path = path.rpartition("/")[0]


class Unwrapped:
    """WRITER without the directory TOP around everything; a link that stayed inside TOP alone is refused."""

    def __init__(self, writer: Tree, top: str) -> None:
        self._writer = writer
        self._top = top

    def directory(self, path: str) -> None:
        """The directory PATH, unless it is the one that is left out."""
        if path != self._top:
            self._writer.directory(self._inner(path))

    def file(self, path: str, executable: bool, chunks: Iterable[bytes], access: int) -> None:  # noqa: FBT001
        """The file PATH."""
        self._writer.file(self._inner(path), executable, chunks, access)

    def symlink(self, path: str, text: str) -> None:
        """The link PATH, judged from where it will stand."""
        require_inside(self._inner(path), text)
        self._writer.symlink(self._inner(path), text)

    def _inner(self, path: str) -> str:
        if not path.startswith(f"{self._top}/"):
            raise refusal(f"is beside `{self._top}`, which held all of it a moment ago", path)
        return path[len(self._top) + 1 :]


def require_inside(path: str, text: str) -> None:
    """Nothing when a link at PATH with TEXT stays inside a release, else `source-unusable`."""
    reason = objection_to_link(path, text)
    if reason:
        raise refusal(reason, path, hint=WITHOUT_LINK)
