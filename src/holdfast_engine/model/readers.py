"""Who may read a file of a source besides its owner, and whether that is meant or only a umask."""

from __future__ import annotations

from dataclasses import field

from holdfast_engine.model.values import dataclass

EVERYBODY = 0o044
"""The bits that let group and others read."""
_GROUP, _OTHERS = 0o040, 0o004
_RARE = 10
"""A right that fewer than one file in this many has is not usual in its source."""


@dataclass
class Readers:
    """The files of one source, counted by who may read them. Nothing is private where nothing was counted.

    A release is read by a web server of another user, so its files are readable for all. One whose source lets fewer
    read it than is usual there is a key, and stays as private as it was. Under umask 077 or 027 a whole source is
    narrow: then only what is narrower than the rest is private.
    """

    files: int = 0
    group: int = 0
    others: int = 0
    narrow: dict[str, int] = field(default_factory=dict)

    def count(self, path: str, mode: int) -> None:
        """The file PATH with MODE is one of the source's."""
        self.files += 1
        self.group += bool(mode & _GROUP)
        self.others += bool(mode & _OTHERS)
        if mode & EVERYBODY != EVERYBODY:
            self.narrow[path] = mode

    def of(self, mode: int) -> int:
        """Which of `EVERYBODY` may read a file in the release that has MODE in the source."""
        usual = self._usual
        return EVERYBODY if mode & usual == usual else mode & EVERYBODY

    @property
    def private(self) -> tuple[str, ...]:
        """Paths of files that fewer may read than is usual, in order."""
        return tuple(path for path, mode in sorted(self.narrow.items()) if self.of(mode) != EVERYBODY)

    def below(self, start: int) -> Readers:
        """The same without the first START letters of every path."""
        narrow = {path[start:]: mode for path, mode in self.narrow.items()}
        return Readers(self.files, self.group, self.others, narrow)

    @property
    def _usual(self) -> int:
        """A small source with one private file must not make it usual, nor one open file among a thousand all others
        private.
        """
        enough = max(1, -(-self.files // _RARE))
        return (_GROUP if self.group >= enough else 0) | (_OTHERS if self.others >= enough else 0)


def permissions(readers: int, *, executable: bool, writable: bool) -> int:
    """The mode of a file that its owner and READERS may read, and run where it is EXECUTABLE."""
    read = 0o400 | readers
    return read | (read >> 2 if executable else 0) | (0o200 if writable else 0)
