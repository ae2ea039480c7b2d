"""Archives of an application's files, in every format that is deployed, as honest packers make them."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

FORMATS = ("tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst", "zip")
_MODES = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}


def packed(
    place: Path, files: Mapping[str, bytes], *, top: str = "", links: Mapping[str, str] | None = None, form: str = "tar"
) -> Path:
    """The archive PLACE with FILES and LINKS, all of it below the directory TOP where one is named."""
    named = {f"{top}/{name}" if top else name: content for name, content in files.items()}
    linked = {f"{top}/{name}" if top else name: text for name, text in (links or {}).items()}
    if form == "zip":
        _zip(place, named)
    elif form == "tar.zst":
        raw = place.with_suffix(".raw")
        _tar(raw, named, linked, "w")
        subprocess.run(["zstd", "-q", "-f", "--rm", raw, "-o", place], check=True)
    else:
        _tar(place, named, linked, _MODES[form])
    return place


def _tar(place: Path, files: Mapping[str, bytes], links: Mapping[str, str], mode: str) -> None:
    with tarfile.open(place, mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755 if content.startswith(b"#!") else 0o644
            tar.addfile(member, io.BytesIO(content))
        for name, text in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, text
            tar.addfile(member)


def _zip(place: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o100755 if content.startswith(b"#!") else 0o100644) << 16
            made.writestr(member, content, zipfile.ZIP_DEFLATED)
