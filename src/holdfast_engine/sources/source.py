"""What every source of code can do, whatever it is."""

from __future__ import annotations

from typing import Any, Optional, Protocol

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.listing import Listing

SETTINGS_FILE = "holdfast.toml"


class TreeSource(Protocol):
    """One version of an application's code, found and ready to be read; nothing here changes it."""

    @property
    def tree_id(self) -> str:
        """Equal for two versions of one kind of source exactly when their trees are equal."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences a person should read: what of the source is named and not deployed."""
        ...

    def describe(self) -> dict[str, Any]:
        """`kind`, `location` without credentials, `ref` and `commit` (empty where there is none); `sha256` of an
        archive.
        """
        ...

    def listing(self) -> Listing:
        """Every name of the tree, and a way to read its small files."""
        ...

    def require_content(self) -> None:
        """Nothing, or `lfs-content-missing`: a pointer of git-lfs is never deployed in place of its content."""
        ...

    def settings_file(self) -> Optional[bytes]:
        """The content of `holdfast.toml` at the top, as bytes; None when there is none."""
        ...

    def extract(self, writer: TreeWriter) -> None:
        """Write the whole tree through WRITER, or raise: a part is never taken for a release (I24)."""
        ...

    def close(self) -> None:
        """End what was started for reading. The source can still be described."""
        ...
