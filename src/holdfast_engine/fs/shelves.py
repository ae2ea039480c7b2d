"""What lies in the attic by path and digest, so that whoever asks about many files reads the notes once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast_engine.fs import attic
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath


class Shelves:
    """The attic as its notes say it is at this moment."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._by_content: dict[tuple[str, str], dict[str, Any]] = {}
        self._newest: dict[str, dict[str, Any]] = {}
        for note in attic.notes(root):
            self._newest[str(note.get("path"))] = note
            if note.get("digest"):
                self._by_content[str(note.get("path")), str(note["digest"])] = note

    def keep(self, contents: Mapping[str, tuple[str, int]], **about: Any) -> set[str]:
        """Those paths of CONTENTS (by digest and size in bytes) whose content lies in the attic, and is kept there as
        if it had been put there with ABOUT: each note that this needs is on disk (G6).
        """
        with self._root.looking():
            kept = {path for path, (digest, size) in contents.items() if self._lies_there(path, digest, size)}
        self._renew({path: contents[path][0] for path in kept}, about)
        return kept

    def _lies_there(self, path: str, digest: str, size: int) -> bool:
        note = self._by_content.get((path, digest))
        status = self._root.lstat(note["place"]) if note else None
        return status is not None and status.st_size == size

    def _renew(self, digests: Mapping[str, str], about: Mapping[str, Any]) -> None:
        due: dict[str, list[dict[str, Any]]] = {}
        for path, digest in digests.items():
            note = self._by_content[path, digest]
            place, shelf = note["place"], str(note["operation"])
            if attic.is_stale(self._newest[path], place, about["operation"], about["at"]):
                inner = RelPath(place).below(Layout.attic / shelf)
                said = {key: value for key, value in about.items() if key != "operation"}
                due.setdefault(shelf, []).append(
                    {"path": path, "by": about["operation"], "digest": digest, "place": str(inner), **said}
                )
        for shelf, notes in due.items():
            attic.write_notes(self._root, Layout.attic / shelf, notes)
