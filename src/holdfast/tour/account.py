"""Judging by content: where is everything that was acknowledged?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from holdfast.tour.traffic import Uploads

_ATTIC = os.path.join(".holdfast", "attic")


@dataclass
class Row:
    """One directory or file with what was acknowledged there. Each counts once, in the first place that has it."""

    acknowledged: int = 0
    served: int = 0
    shared: int = 0
    attic: int = 0
    lost: int = 0

    def to_json(self) -> dict[str, int]:
        return asdict(self)


Account = dict[str, Row]


def judge(site: str, uploads: Uploads) -> Account:
    """What UPLOADS acknowledged, by where it was written. Lost is what is neither served nor in `shared/` or attic."""
    rows: Account = {}
    attic = _Attic(os.path.join(site, _ATTIC))
    for path, digest in uploads.files.items():
        row = rows.setdefault(os.path.dirname(path), Row())
        _count(row, site, path, lambda content, digest=digest: _digest(content) == digest, attic)  # type: ignore[misc]
    for path, lines in ((uploads.log, uploads.lines), (uploads.environment, uploads.saves)):
        for line in lines:
            row = rows.setdefault(path, Row())
            _count(row, site, path, lambda content, line=line: f"{line}\n".encode() in content, attic)  # type: ignore[misc]
    return rows


class _Attic:
    """The content of everything in the attic, read once, and only when something is not where it should be."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._contents: list[bytes] | None = None

    def contents(self) -> list[bytes]:
        if self._contents is None:
            self._contents = list(_contents(self._top))
        return self._contents


def _count(row: Row, site: str, path: str, is_it: Callable[[bytes], bool], attic: _Attic) -> None:
    row.acknowledged += 1
    if is_it(_read(os.path.join(site, "current", path))):
        row.served += 1
    elif is_it(_read(os.path.join(site, "shared", path))):
        row.shared += 1
    elif any(is_it(content) for content in attic.contents()):
        row.attic += 1
    else:
        row.lost += 1


def _contents(top: str) -> Iterator[bytes]:
    for here, _, names in os.walk(top):
        for name in names:
            if not os.path.islink(os.path.join(here, name)):
                yield _read(os.path.join(here, name))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def table(rows: Account) -> list[str]:
    """ROWS as aligned columns under their titles."""
    head = ("written to", "acknowledged", "served there", "in shared/", "in the attic", "lost")
    cells = [head, *((path, *map(str, row.to_json().values())) for path, row in rows.items())]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return [f"  {row[0]:<{widths[0]}}  " + "  ".join(map(str.rjust, row[1:], widths[1:])) for row in cells]
