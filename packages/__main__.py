"""`python -m packages [DIRECTORY]`: everything that is published, in `dist/` or there, with its checksums."""

import hashlib
import os
import shutil
import sys

from packages import debian, program, wheels

DIST = os.path.join(wheels.TOP, "dist")


def main(target: str = DIST) -> None:
    """TARGET holds what was built now, and nothing older; it stays as it was where something fails."""
    partial = f"{os.path.abspath(target)}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.mkdir(partial)
    own = wheels.build(partial)
    everything = [own, *wheels.locked()]
    program.build(os.path.join(partial, "holdfast.pyz"), everything)
    program.build_engine(os.path.join(partial, "holdfast-engine.pyz"), own)
    debian.build(partial, everything)
    _sum_up(partial)
    shutil.rmtree(target, ignore_errors=True)
    os.rename(partial, target)


def _sum_up(folder: str) -> None:
    """SHA256SUMS, as `sha256sum --check` reads it; each line is told as well."""
    lines = [f"{_sha256(os.path.join(folder, name))}  {name}\n" for name in sorted(os.listdir(folder))]
    with open(os.path.join(folder, "SHA256SUMS"), "w", encoding="utf-8") as file:
        file.writelines(lines)
    sys.stdout.writelines(lines)


def _sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
